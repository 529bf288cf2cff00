"""What resolution does later: at each deadline, see whether the promise was kept.

Team and head are told of one that was not, and where the district's rules say so, the case is put
before the district office.
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
REMINDED = ["complaint_team", "head"]


def tasks(resolution: "Resolution") -> Mapping[str, Task]:
    """Return resolution's tasks by name; each gets an id and nothing else."""

    def overdue(argument: str) -> datetime | None:
        """Tell team and head when a promise was not kept; `argument` is `<case>/<deadline>`."""
        case_id, _slash, name = argument.partition("/")
        return resolution.transact(lambda uow: _look(resolution, uow, UUID(case_id), name)).result()

    return {OVERDUE: overdue}


def _look(resolution: "Resolution", uow: UnitOfWork, case_id: UUID, name: str) -> datetime | None:
    case = uow.get(Case, case_id)
    due_at = next((due.due_at for due in case.deadlines if due.name == name), None)
    if due_at is None or case.closed or name in kept_at(resolution.thread(case_id)):
        return None
    if due_at > uow.now:
        return due_at
    act = uow.act(Intent(SYSTEM, "scheduler"))
    case.remind(act, REMINDED, name)
    # A complaint that was written down late may have been settled long before: what was missed
    # by then is for the team to say.
    known_in_time = due_at > case.opened_at
    if resolution.promises.escalates(name) and known_in_time and not case.escalated:
        case.escalate(act, None, overdue=name)
        note_escalation(uow, case)
    uow.save(case)
    return None
