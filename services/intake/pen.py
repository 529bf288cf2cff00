"""What words about a complaint are sealed with where they are said.

With the complaint's key where that lies here. Where it does not (it went to the complaint's home,
or never was here), with a key of their own: that waits here for the home, and goes there as the
complaint's own does. So nobody is sent away for want of a key, and no key goes on the stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from services.intake.domain import Complaint
from services.intake.leaving import leave, of_key
from services.kernel.contracts import SealedBox
from services.kernel.errors import Conflict
from services.kernel.keyring import NewKey, Standing
from services.kernel.store import UnitOfWork

if TYPE_CHECKING:
    from services.intake.application import Intake


@dataclass(frozen=True)
class Pen:
    """A key for words about one complaint; `is_new`: it is made for them, and stored with them."""

    key: NewKey
    is_new: bool
    _intake: "Intake"

    def seal(self, words: str, place: str) -> SealedBox:
        """Seal words at the place where they are said."""
        return self.key.seal(words, place, self._intake.keyring.entropy)

    def needs(self, contacts: Sequence[str] = ()) -> Sequence[object]:
        """Return what is to be durable before the event; `contacts` are those of the person."""
        return [self._intake.keyring.wrapped(self.key, contacts)] if self.is_new or contacts else []

    def leave(self, uow: UnitOfWork, complaint: Complaint) -> None:
        """Have a new key go to the complaint's home, if this transaction is committed."""
        if self.is_new and not self._intake.is_home(complaint.puskesmas):
            leave(uow, complaint.puskesmas, str(complaint.id), of_key(self.key.id))


class Written(NamedTuple):
    """Words that may be left out, sealed, and what with."""

    pen: Pen | None
    box: SealedBox | None
    needs: Sequence[object]


def written(intake: "Intake", complaint: Complaint, words: str | None, place: str) -> Written:
    """Seal words, where there are any; raises Conflict where the complaint's were erased."""
    if words is None:
        return Written(None, None, ())
    pen = pen_for(intake, complaint)
    return Written(pen, pen.seal(words, place), pen.needs())


def pen_for(intake: "Intake", complaint: Complaint) -> Pen:
    """Return what to seal with; raises Conflict where the complaint's words were erased."""
    key = intake.keyring.key(str(complaint.id))
    if key is not None:
        return Pen(key, False, intake)
    stand = intake.stand(complaint)
    if stand.how is Standing.ERASED and stand.said is not None:
        raise Conflict(stand.said)
    return Pen(intake.keyring.new_key(str(intake.new_id())), True, intake)
