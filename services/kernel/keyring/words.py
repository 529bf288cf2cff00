"""Opening sealed words for a page: who may, which of them, and the entry that says so.

What a reader's work asks for opens by their role alone. A case that has long been at its end asks
for nothing any more: its words stay sealed, on every page and list, until the reader has said why.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from services.kernel.access.principal import Principal, identity_role, words_role
from services.kernel.contracts import SealedBox
from services.kernel.errors import Forbidden, ReasonNeeded, invalid
from services.kernel.keyring.keyring import Keyring
from services.kernel.keyring.openings import IDENTITY_FIELD, Opening, Reason, Subject
from services.kernel.keyring.quoting import names, quotes
from services.kernel.keyring.searching import Entry, Sought, search
from services.kernel.text import _

Page = Literal[
    "case",
    "case_file",
    "complaint_form",
    "complaint_paper",
    "alike",
    "attachment",
    "import",
    "work",
    "queue",
    "evaluation",
    "notices",
    "meeting",
    "meeting_paper",
    "meetings",
    "publication",
    "publications",
    "evidence",
    "release",
    "survey",
    "recap",
    "recap_file",
    "bundle",
    "message",
    "incoming",
]
"""What words are opened for, as the access log names it."""
SINGLE: Final[frozenset[Page]] = frozenset(
    {
        "case",
        "case_file",
        "complaint_form",
        "complaint_paper",
        "attachment",
        "publication",
        "evidence",
    }
)
"""Pages of one complaint, which somebody chose to open."""
LATEST = 200
"""So many openings are looked at for a page; a page of each person and day is shown once."""
IDENTITY_PLACE = "ComplaintReceived" + IDENTITY_FIELD


ORDINARY: Final = timedelta(days=30)
"""After a case's end so long: evaluated, published, in the month's recap, asked about once more."""
ReasonCode = Literal[
    "complainant_asks",
    "similar_case",
    "report",
    "quality_review",
    "official_request",
    "correction",
    "other",
]
REASONS: Final[tuple[str, ...]] = get_args(ReasonCode)
NOTE_MOST: Final = 120


@dataclass(frozen=True)
class About:
    """What decides who may open words about one complaint.

    `area` is that of the unit concerned (`District.area_of`; None: not known); `settled_at` is
    since when it is on record that nothing is left to do (None: there is), so far as its page
    knows: what ended long ago and was typed in today is in hand today.
    """

    complaint: str
    puskesmas: str
    confidentiality: str
    entered_by: str | None
    area: str | None
    escalated: bool = False
    settled_at: datetime | None = None

    def is_past(self, now: datetime) -> bool:
        """Say whether this is beyond anybody's ordinary work."""
        return self.settled_at is not None and now - self.settled_at > ORDINARY


class Words:
    """Opens boxes in memory, by role, with one access-log entry a page and role."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def open(
        self,
        principal: Principal,
        page: Page,
        wanted: Sequence[tuple[About, SealedBox | None]],
    ) -> list[str | None]:
        """Return the words of each box in order; None where the role may not, where no key is
        left, and where the reader has not said why (`give_reason`).

        Who holds several roles opens each box in one that may; nearly always that is the same role
        for all of a page.
        """
        given = self._given(principal, [about for about, _box in wanted])
        by_role: dict[str, dict[int, SealedBox]] = {}
        subjects: dict[str, Subject] = {}
        for place, (about, box) in enumerate(wanted):
            if box is None or (self._is_past(about) and about.complaint not in given):
                continue
            if role := _role(principal, about, box):
                by_role.setdefault(role, {})[place] = box
                subjects[box.key] = _subject(about, given)
        found: list[str | None] = [None] * len(wanted)
        for role, boxes in by_role.items():
            account = principal.account_id
            words = self._keyring.open([*boxes.values()], account, role, page, subjects)
            for place, said in zip(boxes, words, strict=True):
                found[place] = said
        return found

    def asks(self, principal: Principal, about: About, boxes: Sequence[SealedBox | None]) -> bool:
        """Say whether some of these would open if the reader said why."""
        return (
            self._is_past(about)
            and not self._given(principal, [about])
            and any(
                _role(principal, about, box) and self._keyring.key(box.key) is not None
                for box in boxes
                if box
            )
        )

    def must_not_ask(
        self, principal: Principal, about: About, boxes: Sequence[SealedBox | None]
    ) -> None:
        """Raise ReasonNeeded where the reader is to say why first."""
        if self.asks(principal, about, boxes):
            raise ReasonNeeded(
                _(
                    "Kasus ini sudah lama selesai. Sebutkan dahulu di halaman kasus mengapa isinya "
                    "dibuka."
                )
            )

    def give_reason(
        self,
        principal: Principal,
        about: About,
        boxes: Sequence[SealedBox | None],
        code: str,
        note: str,
    ) -> None:
        """Note why the reader opens the words of a complaint that is long past; it holds for a
        working day.

        Raises Forbidden for who may open none of `boxes`, InvalidInput for a reason that is none
        of `REASONS`, for `other` without a note, and for a note that repeats what the reader may
        open: of anything else, a refusal would tell.
        """
        mine = [box for box in boxes if box and _role(principal, about, box)]
        if not mine:
            raise Forbidden(_("Peran Anda di Puskesmas ini tidak mencakup langkah ini."))
        note = " ".join(note.split())
        if code not in REASONS:
            raise invalid("reason", _("Pilih alasan dari daftar."))
        if len(note) > NOTE_MOST:
            raise invalid("note", _("Paling banyak {limit} huruf.", limit=NOTE_MOST))
        if code == "other" and not note:
            raise invalid("note", _("Tulis singkat untuk apa."))
        if self._repeats(note, mine):
            raise invalid(
                "note",
                _(
                    "Rujukan ini mengulang isi keluhan atau identitas pelapor. Tulis "
                    "saja nomor surat atau nama rapat."
                ),
            )
        reason = Reason(code, note)
        self._keyring.log.give_reason(principal.account_id, about.complaint, reason)

    def erased(self, complaints: Collection[str]) -> frozenset[str]:
        """Return those of these complaints whose words nobody opens any more: pages say so, where
        they would else say that words are sealed."""
        return self._keyring.erased.among(complaints)

    def openings(self, principal: Principal, puskesmas: str, key: str) -> list[Opening] | None:
        """Return the latest openings of the words of one of a place's complaints, oldest first;
        None for who may not see them."""
        if not principal.may("openings.read", puskesmas):
            return None
        return self._keyring.log.of(key, newest=LATEST)

    def search(self, sought: Sought, limit: int, before: int | None = None) -> list[Entry]:
        """Return entries of the access log, the newest first (`searching.search`); the caller has
        checked that the reader answers for the Puskesmas that are `sought`."""
        return search(self._keyring.direct, sought, limit, before)

    def _is_past(self, about: About) -> bool:
        return about.is_past(self._keyring.now())

    def _given(self, principal: Principal, abouts: Sequence[About]) -> dict[str, int]:
        past = {about.complaint for about in abouts if self._is_past(about)}
        return self._keyring.log.reasons(principal.account_id, past) if past else {}

    def _repeats(self, note: str, boxes: Sequence[SealedBox]) -> bool:
        if not note:
            return False
        found = zip(boxes, self._keyring.unsealed(boxes), strict=True)
        return any(
            names(note, said) if _is_identity(box) else quotes(note, said)
            for box, said in found
            if said
        )


def _subject(about: About, given: dict[str, int]) -> Subject:
    facts = about.complaint, about.puskesmas, about.confidentiality, about.settled_at
    return Subject(*facts, given.get(about.complaint))


def _is_identity(box: SealedBox) -> bool:
    """Say whether a box holds who the complainant is: as first written down, or as corrected."""
    return box.place.endswith(IDENTITY_FIELD)


def _role(principal: Principal, about: About, box: SealedBox) -> str | None:
    if _is_identity(box):
        return identity_role(principal, about.puskesmas, about.entered_by, about.confidentiality)
    return words_role(principal, about.puskesmas, about.entered_by, about.escalated, about.area)
