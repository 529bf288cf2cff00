"""Whether each promise on a case was kept, and how its last moment was counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kernel.calendar import Reason
from services.kernel.contracts import Message, read
from services.kernel.contracts.resolution import DueV1
from services.kernel.deadlines import Deadline, Verdict, verdict
from services.resolution.domain import Case
from services.resolution.promises import Promises

ANSWERS = frozenset(
    {
        "ComplainantMet",
        "ImmediateAnswerGiven",
        "ResponsePlanned",
        "ResolutionDocumented",
        "ComplainantInformed",
    }
)
"""The steps that are a first response to whoever complained; reporting counts the same ones."""

_ENDS = frozenset({"EvaluationRecorded", "CaseReferred", "CaseWithdrawn", "CaseJoined"})
_CLOSE_ENOUGH = timedelta(seconds=1)


@dataclass(frozen=True)
class Judged:
    """A promise as it was recorded, when it was kept, and the verdict.

    `how` is the arithmetic by the rules and calendar as they stand; None where they lead to
    another moment by now (a promise once made stays). `ended`: the case was over in time, and
    nothing is promised any more.
    """

    promise: DueV1
    verdict: Verdict
    done_at: datetime | None
    how: Deadline | None
    ended: bool

    def paused(self, received_at: datetime) -> timedelta:
        """How long the clock stood for this promise: hours by the clock, else whole days."""
        if self.how is None or self.how.due_at is None:
            return timedelta()
        if self.how.count is None:
            return self.how.due_at - received_at - timedelta(hours=self.how.amount)
        return timedelta(days=sum(d.reason is Reason.PAUSED for d in self.how.count.skipped))


def kept_at(thread: Iterable[Message]) -> dict[str, datetime]:
    """Return when each promise was kept, by name; `thread` is a case's steps in order.

    A response is the answer that happened first, and stands; settlement is the documented result,
    and reopening takes it back. Times are as stated; a case takes no step that is stated before
    the one it follows.
    """
    found: dict[str, datetime] = {}
    for message in thread:
        if message.name in ANSWERS:
            at = read(message).occurred_at
            found["response"] = min(at, found.get("response", at))
        if message.name == "ResolutionDocumented":
            found["settlement"] = read(message).occurred_at
        elif message.name == "CaseReopened":
            found.pop("settlement", None)
    return found


def judged(
    promises: Promises, case: Case, thread: Iterable[Message], now: datetime
) -> list[Judged]:
    """Return the promises on a case, each with its verdict at `now`."""
    thread = list(thread)
    done, ended_at = kept_at(thread), _ended_at(case, thread)
    facts = (case.puskesmas, case.kind, case.grade, case.received_at, case.pauses)
    explained: dict[str, Deadline] = {each.name: each for each in promises.explained(*facts)}
    found = []
    for promise in case.deadlines:
        how = explained.get(promise.name)
        agrees = (
            how is not None
            and how.due_at is not None
            and abs(how.due_at - promise.due_at) < _CLOSE_ENOUGH
        )
        done_at = done.get(promise.name)
        ended = done_at is None and ended_at is not None and ended_at <= promise.due_at
        stands = verdict(promise, done_at, now)
        found.append(Judged(promise, stands, done_at, how if agrees else None, ended))
    return found


def _ended_at(case: Case, thread: Iterable[Message]) -> datetime | None:
    ends = [read(message).occurred_at for message in thread if message.name in _ENDS]
    return ends[-1] if case.closed and ends else None
