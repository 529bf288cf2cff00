"""The calls by which it is asked whether all is as it was, and by which checkpoints are had."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from services.kernel.access.web import PUBLIC, requires, trying_a_code
from services.kernel.commands import Body
from services.kernel.errors import invalid
from services.kernel.proof import Checkpoint, NoCheckpoint, read_notes
from services.kernel.text import _
from services.kernel.web.refusals import refusals
from services.reporting.answers import BrokenChain, Fork, Gap, Position, SourceAge
from services.reporting.api import ReceiptBody
from services.reporting.application import Reporting
from services.reporting.proof.proofs import consistency_of

VERIFY: Final = "events.verify"
MOST_EVENTS: Final = 2**53
_DIGITS: Final = len(str(MOST_EVENTS))
MOST: Final = 16_000_000
"""So much text of signed notes (characters) is taken at once."""


class Found(BaseModel):
    """The first event of a source that is not as it was, what was done to it, and in which places
    (`log` is the log copy). What was rewritten or removed everywhere begins somewhere from `id` to
    `upto`; `by` is the checkpoint that tells (the event that brought it, `given` or `district`),
    `what` an attribute that differs beside the event."""

    source: str
    id: int
    upto: int | None
    kind: Literal[
        "changed",
        "removed",
        "inserted",
        "reordered",
        "cut_off",
        "rewritten",
        "forged",
        "unreadable",
    ]
    where: list[Literal["log", "store", "stream", "checkpoint"]]
    what: str | None
    by: str | None


class Vouched(BaseModel):
    """How many events of a source were looked at, and up to which a checkpoint bears them out that
    was kept elsewhere."""

    source: str
    events: int
    vouched: int


class Verification(BaseModel):
    """Whether the history is whole, and where it is not. `checkpoints` came on the stream, `given`
    with the question, and so many the district keeps of this edge (`at_district`; null: it was not
    asked, or did not answer); for `unvouched` events no checkpoint answers that is held elsewhere;
    `unreached` are the stores, the stream, or the district, that did not answer."""

    whole: bool
    sources: list[SourceAge]
    gaps: list[Gap]
    broken_chains: list[BrokenChain]
    forks: list[Fork]
    unreadable: list[Position]
    findings: list[Found]
    checkpoints: int
    given: int
    at_district: int | None
    unvouched: int
    vouched: list[Vouched]
    unreached: list[str]


class VerifyBody(Body):
    """Checkpoints that were kept elsewhere."""

    checkpoints: str = Field(max_length=MOST, description="signed notes, as they were exported")


class Included(BaseModel):
    """An event as it travelled (`attributes` and `value`), and the proof that it is the leaf at
    `index` among the `size` that a signed checkpoint covers. `docs/verify.py` checks it, without
    anything of ours; hashes are base64."""

    position: str
    attributes: list[tuple[str, str]]
    value: str
    index: int
    size: int
    path: list[str]
    checkpoint: str
    code: str


class Consistent(BaseModel):
    """The proof that the first `size` events of a source begin with its first `earlier` ones, by
    RFC 9162; hashes are base64."""

    source: str
    earlier: int
    size: int
    earlier_root: str
    root: str
    path: list[str]


def router(reporting: Reporting) -> APIRouter:
    """Return the calls."""
    api = APIRouter(prefix="/api/v1", tags=["reporting"])
    _add_verify(api, reporting)
    _add_proofs(api, reporting)
    return api


def _add_verify(api: APIRouter, reporting: Reporting) -> None:

    @api.get(
        "/verify",
        dependencies=[requires(VERIFY)],
        response_model=Verification,
        responses=refusals(503),
    )
    def verify() -> Any:
        """Say whether the history is whole, compared with all that can be reached."""
        return reporting.verify()

    @api.post(
        "/verify",
        dependencies=[requires(VERIFY)],
        response_model=Verification,
        responses=refusals(503),
        max_body_size=2 * MOST,
    )
    def verify_against(body: VerifyBody) -> Any:
        """Say the same, compared also with checkpoints that were kept elsewhere: they alone tell
        what was rewritten everywhere."""
        return reporting.verify(_notes(body.checkpoints))

    @api.get("/checkpoints", dependencies=[requires(VERIFY)], response_class=PlainTextResponse)
    def checkpoints(limit: Annotated[int, Query(ge=1, le=10_000)] = 1000) -> PlainTextResponse:
        """Return the newest checkpoints that came, as signed notes to be kept elsewhere."""
        return PlainTextResponse("\n".join(each.text for each in reporting.checkpoints(limit)))


def _add_proofs(api: APIRouter, reporting: Reporting) -> None:
    @api.get(
        "/proofs/inclusion",
        dependencies=[requires(VERIFY)],
        response_model=Included,
        responses=refusals(404),
    )
    def prove_inclusion(
        position: Annotated[str, Query(description="of the event, `<source>:<n>`")],
    ) -> Any:
        """Return an event with the proof that it lies under a signed checkpoint."""
        source, colon, number = position.rpartition(":")
        digits = number.isascii() and number.isdecimal() and len(number) <= _DIGITS
        if not (colon and source and digits):
            raise invalid("position", _("Tulis posisi: sumber:nomor."))
        return reporting.proof_of(source, min(int(number), MOST_EVENTS))

    @api.get(
        "/proofs/consistency",
        dependencies=[requires(VERIFY)],
        response_model=Consistent,
        responses=refusals(404),
    )
    def prove_consistency(
        source: str,
        earlier: Annotated[int, Query(ge=1, le=MOST_EVENTS)],
        size: Annotated[int, Query(ge=1, le=MOST_EVENTS)],
    ) -> Any:
        """Return the proof that a log of so many events begins with a shorter one."""
        if earlier > size:
            raise invalid("earlier", _("Isi paling banyak sebesar `size`."))
        return consistency_of(reporting.store.reader(), source, earlier, size)

    @api.post(
        "/receipts/proof",
        dependencies=[PUBLIC],
        response_model=Included,
        responses=refusals(404, 429),
    )
    def prove_receipt(request: Request, body: ReceiptBody) -> Any:
        """Return the entry of a receipt, its words sealed, with the proof that it lies under a
        signed checkpoint."""
        # A right code whose entry no checkpoint covers yet is not a wrong one.
        with trying_a_code(request):
            entry = reporting.entry_of(body.receipt)
        return reporting.proof_of(*entry)


def _notes(text: str) -> Sequence[Checkpoint]:
    try:
        return read_notes(text)
    except NoCheckpoint as error:
        raise invalid(
            "checkpoints",
            _(
                "Baris {line} bukan bagian titik periksa yang utuh: berkas ini terpotong, diubah, "
                "atau bukan hasil `tanggap export checkpoints`.",
                line=error.line,
            ),
        ) from None
