"""What intake asks of meetings: which one it was that something was raised in."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from services.kernel.errors import invalid
from services.kernel.text import _

MeetingOf = Callable[[UUID], tuple[str, str, datetime] | None]
"""The Puskesmas of a meeting, its kind, and when it begins or began; None where none is known
(`services.main` joins in reporting)."""


class Meeting(NamedTuple):
    """A meeting as the lists know it."""

    puskesmas: str
    kind: str
    at: datetime


class Forums:
    """Asks which meeting it was."""

    def __init__(self, meeting_of: MeetingOf) -> None:
        self._meeting_of = meeting_of

    def meeting(self, puskesmas: str, id: UUID) -> Meeting:
        """Return a meeting of a Puskesmas; raises InvalidInput for none of its own, Unavailable
        where the lists do not answer."""
        found = self._meeting_of(id)
        if found is None or found[0] != puskesmas:
            raise invalid(
                "meeting",
                _("Rapat ini tidak ada di Puskesmas ini. Buka halaman rapatnya, lalu ulangi."),
            )
        return Meeting(*found)


UNASKED: Final = Forums(lambda _meeting: None)
"""For whoever has no lists to ask: no meeting is known."""
