"""What people see of an uploaded file before its rows are taken, and of those that were not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from services.intake.application import Intake
from services.intake.import_labels import FIELD_LABELS
from services.intake.imported import Outcome, Stored
from services.intake.importing import Importing
from services.intake.imports import Plan, Row, Sheet, mend_file
from services.kernel.access.principal import Principal
from services.kernel.contracts import SealedBox
from services.kernel.errors import FieldError, Forbidden, NotFound
from services.kernel.keyring import About, Words
from services.kernel.text import _
from services.kernel.web.language import say

PAGE: Final = "import"
SAMPLES: Final = 5
LISTED: Final = 100
"""How many things to mend a page lists; the file has all of them."""
EXAMPLE: Final = 60
DELIMITERS: Final = {"id": ";"}
"""What a spreadsheet of a language expects between cells; elsewhere it is a comma."""


class Column(NamedTuple):
    """A column of the file: its heading, the first of what stands in it, and its field."""

    heading: str
    example: str
    field: str


class Sample(NamedTuple):
    """A row as it would be written down; `received_at` is None where the file does not say, and
    the beginning of a day where it says no more (`whole_day`)."""

    number: int
    channel: str
    received_at: datetime | None
    whole_day: bool
    text: str


@dataclass(frozen=True)
class Review:
    """A waiting file: what its columns mean and what would become of its rows.

    `outcome` is None while a column is missing, `errors` says which. Headings, examples and
    samples are words: they are empty for who may not open them.
    """

    columns: Sequence[Column]
    channel: str
    chat: bool
    opened: bool
    outcome: Outcome | None
    errors: Sequence[FieldError]
    samples: Sequence[Sample]


class Reviewing:
    """Shows files to who may: their words by role, with an entry in the access log."""

    def __init__(self, intake: Intake, importing: Importing) -> None:
        self._intake = intake
        self._importing = importing
        self._words = Words(intake.keyring)

    def review(
        self, puskesmas: str, stored: Stored, principal: Principal, plan: Plan | None = None
    ) -> Review:
        """Return a waiting file as `principal` may see it, read by `plan` or as it was kept."""
        read = plan or stored.plan
        sheet = stored.sheet
        errors = read.errors()
        opened = self._opens(puskesmas, stored.account, stored.name, principal)
        shown: list[Sample] = []
        outcome = None if errors else self._importing.judged(puskesmas, sheet, read)
        if opened and outcome is not None:
            refused = {number for number, _error in outcome.rejected}
            zone = ZoneInfo(self._intake.at(puskesmas).zone)
            first = Sheet(sheet.headings, sheet.records[: 4 * SAMPLES], sheet.chat)
            rows = first.rows(read, zone)
            shown = [_sample(each) for each in rows if each.number not in refused][:SAMPLES]
        return Review(
            columns=[
                Column(each if opened else "", _example(sheet, place) if opened else "", field)
                for place, (each, field) in enumerate(
                    zip(sheet.headings, read.columns, strict=True)
                )
            ],
            channel=read.channel,
            chat=sheet.chat,
            opened=opened,
            outcome=outcome,
            errors=errors,
            samples=shown,
        )

    def mends(self, puskesmas: str, id: str, principal: Principal, language: str) -> bytes:
        """Return the rows that cannot be taken as a file, each with what to mend in it.

        Of a waiting chat it is every message: its reader strikes out what is no complaint. Raises
        NotFound where there are none (any more), Forbidden for who may not open their words.
        """
        stored = self._importing.stored(puskesmas, id)
        if stored is not None:
            account, name, sheet = stored.account, stored.name, stored.sheet
            found = self._importing.judged(puskesmas, sheet, stored.plan)
            if not sheet.chat:
                records = sheet.cells(row for row, _error in found.rejected)
                sheet = Sheet(sheet.headings, tuple(records))
        else:
            kept = self._importing.to_mend(puskesmas, id)
            if kept is None:
                raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
            account, name, sheet = kept
            found = self._importing.outcome(puskesmas, id)
        if not self._opens(puskesmas, account, name, principal):
            raise Forbidden(_("Peran Anda di Puskesmas ini tidak mencakup langkah ini."))
        said: dict[int, list[str]] = {}
        for row, error in found.rejected:
            what = error.field.removeprefix("complainant.")
            heading = say(FIELD_LABELS.get(what, what), language)
            said.setdefault(row, []).append(f"{heading}: {say(error.message, language)}")
        sentences = {row: " ".join(all_of_it) for row, all_of_it in said.items()}
        delimiter = DELIMITERS.get(language, ",")
        return mend_file(sheet.headings, sheet.records, sentences, delimiter)

    def _opens(self, puskesmas: str, account: str, name: SealedBox, principal: Principal) -> bool:
        about = About("", puskesmas, "open", account, None)
        (opened,) = self._words.open(principal, PAGE, [(about, name)])
        return opened is not None


def _sample(row: Row) -> Sample:
    at = row.fields.get("received_at")
    return Sample(
        row.number,
        str(row.fields["channel"]),
        datetime.fromisoformat(at) if isinstance(at, str) else None,
        row.names_a_day,
        str(row.fields["text"]),
    )


def _example(sheet: Sheet, place: int) -> str:
    """Return the first of what stands in a column, shortened to one line."""
    filled = (
        " ".join(cells[place].split())
        for _number, cells in sheet.records
        if place < len(cells) and cells[place].strip()
    )
    return next(filled, "")[:EXAMPLE]
