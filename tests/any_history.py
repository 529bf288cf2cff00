"""What must hold of any history: a small model of the SOPs' steps, and of what is on its way.

It is a plain reading of the design's section on the steps, written anew: nothing here is taken
from the product. The model is told what was asked and when, says whether it must be refused, and
keeps what the product must then say of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MAIN_PATH = {
    "received": {"grade"},
    "graded": {"grade", "immediate-answer", "analysis"},
    "answered": {"documentation"},
    "analysed": {"plan", "documentation"},
    "planned": {"actions"},
    "acted": {"documentation"},
    "documented": {"evaluation"},
    "evaluated": set(),
    "reopened": {"grade", "analysis"},
}
ASIDE = {"team-call", "meeting-with-complainant"}
ONWARD = set().union(*MAIN_PATH.values())
STEPS = sorted(ASIDE | ONWARD)
# Allowed, and not taken here: tests/integration/test_case_beside.py does.
REMARKS = {"team-call/acknowledgement", "assignment", "comments"}
EVENTS = {
    "team-call": "TeamNotified",
    "meeting-with-complainant": "ComplainantMet",
    "grade": "CaseGraded",
    "immediate-answer": "ImmediateAnswerGiven",
    "analysis": "ComplaintAnalysed",
    "plan": "ResponsePlanned",
    "actions": "FollowUpCarriedOut",
    "documentation": "ResolutionDocumented",
    "evaluation": "EvaluationRecorded",
}
ANSWERS = {"meeting-with-complainant", "immediate-answer", "plan", "documentation"}
PUBLISHING = ["draft", "approval", "return", "release", "withdrawal", "informed"]
ZONES = {"puring": ZoneInfo("Asia/Jakarta"), "lamaru": ZoneInfo("Asia/Makassar")}
CLOCKS_DIFFER = timedelta(minutes=2)

# Why a command must be refused; the product has an error for each.
FUTURE, BEFORE, NOT_ALLOWED, UNKNOWN, STALE = "future", "before", "not allowed", "unknown", "stale"
NOBODY, WRONG, REUSED = "not this person", "wrong field", "key reused"


@dataclass(frozen=True)
class Step:
    """One recorded step, with both its times and the state after it."""

    name: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    state: str | None = None


@dataclass(frozen=True)
class Stated:
    """A time as somebody states it, and the moment at which it is said."""

    at: datetime | None
    now: datetime

    @property
    def occurred_at(self) -> datetime:
        """When it happened; what lies within a clock's error of now is now."""
        return self.now if self.at is None else min(self.at, self.now)

    @property
    def too_late(self) -> bool:
        """Whether it has not come yet."""
        return self.at is not None and self.at > self.now + CLOCKS_DIFFER


@dataclass(eq=False)
class Publication:
    """A documented result on its way to the public."""

    documented_by: str
    confidentiality: str
    text: str
    saved_by: str = ""
    state: str = "drafted"
    media: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    confirmed: bool = False
    informed: bool = False
    taken_back: bool = False
    id: Any = None
    version: int = 1
    steps: list[Step] = field(default_factory=list)

    @property
    def not_shown(self) -> set[str]:
        return set(self.media) - set(self.shown)

    @property
    def allowed(self) -> set[str]:
        found = {
            "drafted": {"draft", "approval", "return"},
            "returned": {"draft", "approval"},
            "approved": {"draft", "approval", "return", "release", "schedule"},
            "released": {"withdrawal", "evidence"}
            | ({"release", "schedule"} if self.not_shown else set()),
            "withdrawn": {"draft", "approval"},
        }[self.state]
        if self.confidentiality == "confidential" and not self.confirmed:
            found = found - {"release", "schedule"}
        if self.taken_back:
            return found & {"withdrawal"}
        tells = not self.informed and self.confidentiality != "anonymous"
        return found | {"informed"} if tells else found

    def take(self, step: str, actor: str, stated: Stated, **facts: Any) -> None:
        """Let an accepted step change what stands."""
        name = {
            "draft": "PublicationDrafted",
            "approval": "PublicationApproved",
            "return": "PublicationReturned",
            "release": "ResolutionPublished",
            "withdrawal": "PublicationWithdrawn",
            "informed": "ComplainantInformed",
        }[step]
        self.version += 1
        self.steps.append(Step(name, stated.occurred_at, stated.now, actor))
        match step:
            case "draft":
                self.state, self.text, self.saved_by = "drafted", facts["text"], actor
                self.confirmed = False
            case "approval":
                self.confirmed = facts["confirm"] and self.state == "approved"
                self.state, self.text, self.media = "approved", facts["text"], facts["media"]
            case "return":
                self.state, self.confirmed = "returned", False
            case "release":
                shown = {*self.shown, *(facts["media"] or self.media)}
                self.state, self.shown = "released", [m for m in self.media if m in shown]
            case "withdrawal":
                self.state, self.confirmed, self.shown = "withdrawn", False, []
            case "informed":
                self.informed = True


@dataclass(eq=False)
class Complaint:
    """One complaint and, once the stream has brought it there, its case."""

    id: Any
    number: str
    receipt: str
    puskesmas: str
    kind: str
    confidentiality: str
    text: str
    received: Step
    opened: bool = False
    state: str = "received"
    finding: str | None = None
    planned: int = 0
    done: set[int] = field(default_factory=set)
    last_step_at: datetime | None = None
    version: int = 0
    steps: list[Step] = field(default_factory=list)
    promised: dict[str, datetime] = field(default_factory=dict)
    waiting: dict[str, datetime] = field(default_factory=dict)
    answered: bool = False
    settled: bool = False
    escalated: bool = False
    publications: list[Publication] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        return ZONES[self.puskesmas]

    @property
    def is_case(self) -> bool:
        return self.kind != "praise"

    @property
    def allowed(self) -> set[str]:
        if self.state == "evaluated":
            return {"reopening", "comments"}
        steps = MAIN_PATH[self.state] | ASIDE | REMARKS
        if self.state == "planned" and not self.done:
            steps |= {"plan"}
        if self.state != "documented":
            steps |= {"pause", "referral"}
        steps |= {"escalation/answer" if self.escalated else "escalation"}
        return steps - {"documentation"} if self._needs_a_plan else steps

    @property
    def _needs_a_plan(self) -> bool:
        return self.state == "analysed" and self.finding == "upheld"

    def open(self, now: datetime) -> None:
        """The case is opened where the complaint arrives, and the team is told."""
        self.opened = True
        self.last_step_at = self.received.occurred_at
        self.version = 2
        self.steps = [
            Step("CaseOpened", self.received.occurred_at, now, "system", "received"),
            Step("TeamNotified", now, now, "system", "received"),
        ]

    def refusal(self, step: str, stated: Stated, facts: dict[str, Any]) -> str | None:
        """Return why the step must be refused, or None."""
        if not self.opened:
            return UNKNOWN
        if stated.too_late:
            return FUTURE
        if step not in self.allowed:
            return NOT_ALLOWED
        if step == "actions" and facts["number"] > self.planned:
            return WRONG
        if step == "actions" and facts["number"] in self.done:
            return NOT_ALLOWED
        received_at = self.received.occurred_at
        earliest = received_at if step in ASIDE else self.last_step_at or received_at
        return BEFORE if stated.occurred_at < earliest else None

    def take(self, step: str, actor: str, stated: Stated, **facts: Any) -> None:
        """Let an accepted step change what stands."""
        match step:
            case "grade" if self.state == "received":
                self.state = "graded"
            case "immediate-answer":
                self.state = "answered"
            case "analysis":
                self.state, self.finding = "analysed", facts["finding"]
            case "plan":
                self.state, self.planned, self.done = "planned", facts["actions"], set()
            case "actions":
                self.done.add(facts["number"])
                if len(self.done) == self.planned:
                    self.state = "acted"
            case "documentation":
                self.state = "documented"
            case "evaluation" if facts["effective"]:
                self.state = "evaluated"
        if step not in ASIDE:
            self.last_step_at = stated.occurred_at
        self.answered |= step in ANSWERS
        self.settled |= step == "documentation"
        self._add(EVENTS[step], actor, stated)
        if step == "evaluation" and not facts["effective"]:
            self.state, self.finding, self.planned, self.done = "reopened", None, 0, set()
            self._add("CaseReopened", actor, stated)
            self.settled, self.waiting = False, dict(self.promised)

    def remind(self, now: datetime) -> int:
        """Let the promises that are due now fall due; return how many events that makes.

        A settlement that is missed while the case is known puts it before the district.
        """
        found = 0
        for name, due_at in list(self.waiting.items()):
            if due_at > now:
                continue
            del self.waiting[name]
            kept = self.answered if name == "response" else self.settled
            if self.state != "evaluated" and not kept:
                self._add("TeamNotified", "system", Stated(None, now))
                found += 1
                known_in_time = due_at > self.steps[0].recorded_at
                if name == "settlement" and known_in_time and not self.escalated:
                    self._add("CaseEscalated", "system", Stated(None, now))
                    self.escalated = True
                    found += 1
        return found

    def promise(self, promised: dict[str, datetime]) -> None:
        """A promise that is another one than before will be looked after at its own time."""
        for name, due_at in promised.items():
            if self.promised.get(name) != due_at:
                self.waiting[name] = due_at
        self.promised = promised

    def state_at(self, instant: datetime) -> str | None:
        """Return the state that the case was in, as its steps state their times."""
        if not self.is_case or self.received.occurred_at > instant:
            return None
        aside = ("TeamNotified", "ComplainantMet", "CaseEscalated")
        main = [each for each in self.steps if each.name not in aside]
        held = [each.state for each in main if each.occurred_at <= instant]
        return held[-1] if held else "received"

    def moves(self) -> Iterable[tuple[str, datetime]]:
        """Yield when the case was received and closed (nothing closed is ever brought back)."""
        if self.is_case:
            yield "received", self.received.occurred_at
        for step in self.steps:
            if step.name == "EvaluationRecorded" and step.state == "evaluated":
                yield "closed", step.occurred_at

    def end_of(self, day: date) -> datetime:
        """Return a day's last second where the complaint is at home."""
        return datetime.combine(day, time(23, 59, 59), tzinfo=self.zone)

    def _add(self, name: str, actor: str, stated: Stated) -> None:
        self.version += 1
        self.steps.append(Step(name, stated.occurred_at, stated.now, actor, self.state))


@dataclass(eq=False)
class Reopening:
    """A case was reopened; publication has heard of it once it has arrived."""

    case: Complaint
    arrived: bool = False


@dataclass
class OnItsWay:
    """What the stream has yet to bring: complaints to resolution, results and reopenings to
    publication, and to resolution that somebody has been told (a complaint without a result)."""

    outbox: dict[str, list[Any]] = field(
        default_factory=lambda: {"intake": [], "resolution": [], "publication": []}
    )
    stream: list[Complaint | Reopening | tuple[Complaint, Publication | None]] = field(
        default_factory=list
    )
    read: dict[str, int] = field(default_factory=lambda: {"resolution": 0, "publication": 0})

    def relay(self, service: str, *, recorded: bool) -> None:
        """Send a service's outbox; what is not recorded as sent will be sent again."""
        self.stream += self.outbox[service]
        if recorded:
            self.outbox[service] = []

    def follow(self, service: str, now: datetime) -> list[Any]:
        """Let a service take in what is on the stream; return what it has not had before."""
        found: list[Any] = []
        for each in self.stream[self.read[service] :]:
            if isinstance(each, Complaint):
                if service == "resolution" and each.is_case and not each.opened:
                    each.open(now)
                    found.append(each)
            elif isinstance(each, Reopening):
                if service == "publication" and not each.arrived:
                    each.arrived = True
                    for publication in each.case.publications:
                        publication.taken_back = True
            elif each[1] is None:
                each[0].answered |= service == "resolution"
            elif service == "publication" and each[1] not in each[0].publications:
                each[0].publications.append(each[1])
                each[1].steps.append(Step("PublicationDrafted", now, now, "system"))
                found.append(each)
        self.read[service] = len(self.stream)
        return found


def totals(
    complaints: Iterable[Complaint],
    since: date | None,
    until: date | None,
    as_of: datetime | None = None,
) -> dict[str, int]:
    """Count the moves of cases, and praise, in the days of each Puskesmas' own zone."""
    found = dict.fromkeys(("brought_forward", "received", "brought_back", "closed", "praise"), 0)
    for each in complaints:
        moves = [*each.moves()] if each.is_case else [("praise", each.received.occurred_at)]
        for move, happened in moves:
            day = happened.astimezone(each.zone).date()
            if (until and day > until) or (as_of and happened > as_of):
                continue
            if since is None or day >= since:
                found[move] += 1
            elif move != "praise":
                found["brought_forward"] += -1 if move == "closed" else 1
    found["carried_forward"] = (
        found["brought_forward"] + found["received"] + found["brought_back"] - found["closed"]
    )
    return found
