"""Which earlier complaints may have said the same: suggested, never linked by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.intake.amending import Amending, compared
from services.intake.application import Intake
from services.intake.domain import Complaint
from services.intake.domain.likeness import SHOWN, WITHIN, Facts, Likeness, likeness, words_of
from services.kernel.errors import NotFound

Nearby = Callable[[str, str | None, list[str], datetime, timedelta], list[UUID]]
"""Ids of a place's complaints with this unit or one of these categories, received within a while
before a moment (`services.main` joins in reporting)."""


@dataclass(frozen=True)
class Suggestion:
    """An earlier complaint, and why it is suggested."""

    complaint: Complaint
    why: Likeness


class Suggesting:
    """Compares a complaint with those that came in shortly before it at the same Puskesmas."""

    def __init__(self, intake: Intake, nearby: Nearby) -> None:
        self._intake = intake
        self._nearby = nearby
        self._amending = Amending(intake)

    def of(self, complaint: Complaint) -> list[Suggestion]:
        """Return the likeliest originals of a complaint, the likeliest first.

        None for one that is linked already, has duplicates of its own, or was withdrawn.
        """
        linked = complaint.original is not None or self._amending.duplicates(complaint.id)
        if linked or complaint.withdrawn:
            return []
        ids = self._nearby(
            complaint.puskesmas,
            complaint.service_unit,
            complaint.categories,
            complaint.received_at,
            WITHIN,
        )
        others = [each for id in ids if (each := self._original(id, complaint))]
        said = self._words([complaint, *others])
        this = _facts(complaint, said)
        found = [
            Suggestion(each, why) for each in others if (why := likeness(this, _facts(each, said)))
        ]
        return sorted(found, key=lambda each: -each.why.score)[:SHOWN]

    def _original(self, id: UUID, complaint: Complaint) -> Complaint | None:
        """Return what the complaint could be linked to; what was received elsewhere is not here."""
        try:
            found = self._intake.get(id)
        except NotFound:
            return None
        possible = (
            found.id != complaint.id
            and found.puskesmas == complaint.puskesmas
            and found.original is None
            and not found.withdrawn
        )
        return found if possible else None

    def _words(self, complaints: list[Complaint]) -> Mapping[UUID, frozenset[str]]:
        """Return the words of each, opened in memory to be compared: this shows nobody anything."""
        found = {}
        for each in complaints:
            said = compared(each.text, self._intake.keyring)
            found[each.id] = frozenset[str]() if said is None else words_of(said)
        return found


def _facts(complaint: Complaint, said: Mapping[UUID, frozenset[str]]) -> Facts:
    return Facts(
        complaint.service_unit,
        frozenset(complaint.categories),
        complaint.received_at,
        said[complaint.id],
    )
