"""Whom an erasure is about: the complaints of one person, and what stands against it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.intake.cases import Standing, refusal
from services.intake.domain import Complaint, erasure
from services.kernel.errors import Conflict
from services.kernel.text import Text, _
from services.kernel.vocabulary import CASE_KINDS


@dataclass(frozen=True)
class Person:
    """The complaints that are erased together, the oldest first, as the one who asks reaches them.

    `open_cases` are those whose case is under way, `in_vain` those of them that a withdrawal came
    too late for before; `held` those that may not be erased now; `beyond` counts those of the same
    person at other Puskesmas of this home. Away from the home (`at_home` False) only the one
    complaint is known.
    """

    complaints: Sequence[Complaint]
    at_home: bool
    open_cases: frozenset[UUID] = frozenset()
    in_vain: frozenset[UUID] = frozenset()
    held: tuple[Complaint, ...] = ()
    beyond: int = 0

    def refused(self, *, ends_open_cases: bool) -> str | None:
        """Return the code of what stands against it: legal_hold, open_case."""
        if self.held:
            return erasure.LEGAL_HOLD
        if self.open_cases and not ends_open_cases:
            return erasure.OPEN_CASE
        return None


WHY_NOT: Final[dict[str, Text]] = {
    erasure.LEGAL_HOLD: _(
        "Ada penahanan hukum atas keluhan orang ini, jadi belum boleh dihapus. Lihat alasan dan "
        "batas harinya di halaman penghapusan."
    ),
    erasure.OPEN_CASE: _(
        "Kasus orang ini masih ditangani. Selesaikan dahulu, atau nyatakan bahwa kasusnya diakhiri "
        "sebagai dicabut: tanpa isi, kasus tidak dapat ditangani lagi."
    ),
}


def is_open(complaint: Complaint, case: Standing) -> bool:
    """Say whether the case of a complaint is under way; one that the lists do not know yet is."""
    if complaint.kind not in CASE_KINDS or (complaint.withdrawn and not case.in_vain):
        return False
    return case.state != "withdrawn" and refusal(case.state, "withdrawal") is None


def must_be_as_seen(found: Person, seen: Collection[UUID] | None) -> None:
    """Raise Conflict where the person has other complaints than were seen (None: all were)."""
    if seen is not None and set(seen) != {each.id for each in found.complaints}:
        raise Conflict(
            _("Daftar keluhan orang ini berubah sejak Anda melihatnya. Periksa lagi, lalu ulangi.")
        )
