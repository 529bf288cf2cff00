"""What resolution does later: at each deadline, see whether the promise was kept.

One that was not is recorded once, as told to team and head, and when the district's rules say so,
the case is put before the district office. People hear of it by their digests (`reminders`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.kernel.aggregate import SYSTEM, Intent
from services.kernel.jobs import Task
from services.kernel.store import UnitOfWork
from services.resolution.domain import Case
from services.resolution.sharing import note_escalation
from services.resolution.verdicts import kept_at

if TYPE_CHECKING:
    from services.resolution.application import Resolution

OVERDUE = "resolution.overdue"
REMIND = "resolution.remind"
MAIL = "resolution.reminder_mail"
REMINDED = ["complaint_team", "head"]


def tasks(resolution: "Resolution", remind: Task, mail: Task) -> Mapping[str, Task]:
    """Return resolution's tasks by name; each gets an id and nothing else. `remind` tells people
    of what falls due (`services.resolution.reminders.reminding`), `mail` sends one letter
    (`services.resolution.reminders.letters.sending`)."""

    def overdue(argument: str) -> datetime | None:
        """Tell team and head when a promise was not kept; `argument` is `<case>/<deadline>`."""
        case_id, _slash, name = argument.partition("/")
        return resolution.transact(lambda uow: _look(resolution, uow, UUID(case_id), name)).result()

    def reminded(argument: str) -> datetime | None:
        """Make the digests of a time zone."""
        return remind(argument)

    def mailed(argument: str) -> datetime | None:
        """Send one letter of a digest, or of a code."""
        return mail(argument)

    return {OVERDUE: overdue, REMIND: reminded, MAIL: mailed}


def _look(resolution: "Resolution", uow: UnitOfWork, case_id: UUID, name: str) -> datetime | None:
    case = uow.get(Case, case_id)
    due = next((each for each in case.deadlines if each.name == name), None)
    if due is None or case.closed or name in kept_at(resolution.thread(case_id)):
        return None
    if due.due_at > uow.now:
        return due.due_at
    act = uow.act(Intent(SYSTEM, "scheduler"))
    case.remind(act, REMINDED, name)
    escalates_at = resolution.promises.escalates_at(case.puskesmas, due)
    # A complaint that was written down late may have been settled long before: what was missed
    # by then is for the team to say.
    known_in_time = due.due_at > case.opened_at
    if case.escalated or not known_in_time:
        escalates_at = None
    elif escalates_at is not None and escalates_at <= uow.now:
        case.escalate(act, None, overdue=name)
        note_escalation(uow, case)
        escalates_at = None
    uow.save(case)
    return escalates_at
