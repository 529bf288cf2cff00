"""A meeting as its page and its documents show it: all its words opened together, by role, with one
entry in the access log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.kernel.access.principal import Principal
from services.kernel.contracts import SealedBox, in_order, intake, read
from services.kernel.contracts.meetings import DecisionV1
from services.kernel.errors import NotFound
from services.kernel.follower import arrived
from services.kernel.keyring import About, Page, Words
from services.resolution.application import Resolution
from services.resolution.domain import Case, Meeting
from services.resolution.meetings.lists import MeetingLists
from services.resolution.meetings.said import Attendee, attendance_of
from services.resolution.pages.rows import SUMMARY, name_of
from services.resolution.pages.spoken import about_case

Wanted = tuple[About, SealedBox | None]


@dataclass(frozen=True)
class CaseLine:
    """A case as a meeting speaks of it; `summary` None stays sealed, or is erased."""

    id: UUID
    number: str
    unit: str | None
    state: str
    grade: str | None
    summary: str | None
    due_at: datetime | None
    erased: bool


@dataclass(frozen=True)
class DecisionLine:
    """What was decided; `text` None stays sealed, `note` is what was done."""

    number: int
    text: str | None
    person_responsible: str
    due_on: date
    case: str | None
    complaint: str | None
    in_plan: bool
    done_on: date | None
    note: str | None


@dataclass(frozen=True)
class Spoken:
    """A meeting with its words; what is None stays sealed, or was never written (`unsaid`)."""

    agenda: list[str] | None
    invitees: list[str] | None
    attendance: list[Attendee] | None
    minutes: str | None
    outcome: str | None
    has_outcome: bool
    reason: str | None
    decisions: list[DecisionLine]
    cases: list[CaseLine]
    heard: list[CaseLine]
    answered: list[CaseLine]
    to_answer: list[CaseLine]


def spoken_of(
    resolution: Resolution,
    lists: MeetingLists,
    words: Words,
    principal: Principal,
    meeting: Meeting,
    page: Page,
    language: str,
) -> Spoken:
    """Return a meeting with the words that the reader's role opens."""
    own = about_meeting(meeting)
    groups = [
        [UUID(each) for each in meeting.plan.complaints],
        lists.heard_in(meeting.id),
        lists.answered_in(meeting.id),
        lists.to_answer(meeting) if meeting.state != "cancelled" else [],
    ]
    cases = {id: case_of(resolution, id) for group in groups for id in group}
    boxes: list[Wanted] = [(own, box) for box in _boxes(meeting)]
    boxes += [
        about for each in meeting.decisions for about in _of_decision(resolution, meeting, each)
    ]
    known = [case for case in cases.values() if case is not None]
    boxes += [(about_case(resolution, case), text_of(resolution, case)) for case in known]
    opened = iter(words.open(principal, page, boxes))
    agenda, invitees, attendance, minutes, outcome, reason = (next(opened) for _ in range(6))
    decisions = [
        _decision(resolution, meeting, each, next(opened), next(opened))
        for each in meeting.decisions
    ]
    erased = words.erased([str(case.id) for case in known])
    said = {
        case.id: line_of(resolution, case, next(opened), language, erased=str(case.id) in erased)
        for case in known
    }
    found = [[said[id] for id in group if id in said] for group in groups]
    return Spoken(
        agenda.splitlines() if agenda else None,
        invitees.splitlines() if invitees else None,
        attendance_of(attendance) if attendance else None,
        minutes,
        outcome,
        meeting.minutes is not None and meeting.minutes.outcome is not None,
        reason,
        decisions,
        *found,
    )


def about_meeting(meeting: Meeting) -> About:
    """Return what decides who may open the words of a meeting: those who work on complaints."""
    return About(str(meeting.id), meeting.puskesmas, "open", meeting.recorded_by, None)


def decision_boxes(
    resolution: Resolution, decided: Sequence[tuple[Meeting, DecisionV1]]
) -> list[Wanted]:
    """Return what decisions say, still sealed."""
    return [next(_of_decision(resolution, meeting, each)) for meeting, each in decided]


def case_of(resolution: Resolution, id: UUID) -> Case | None:
    """Return a case; None for what opens none."""
    try:
        return resolution.get(id)
    except NotFound:
        return None


def text_of(resolution: Resolution, case: Case) -> SealedBox | None:
    """Return the words of a complaint as its form stands here, still sealed."""
    text = None
    for message in sorted(arrived(resolution, str(case.id)), key=in_order):
        event = read(message)
        if isinstance(event, intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1):
            text = event.text
    return text


def line_of(
    resolution: Resolution, case: Case, said: str | None, language: str, *, erased: bool
) -> CaseLine:
    """Return a case in one line."""
    due = [] if case.closed else [each.due_at for each in case.deadlines]
    one_line = " ".join(said.split()) if said else None
    if one_line and len(one_line) > SUMMARY:
        one_line = one_line[: SUMMARY - 1].rstrip() + "…"
    return CaseLine(
        case.id,
        case.number,
        name_of(resolution.district.unit, case.service_unit, language),
        case.state.value,
        case.grade,
        one_line,
        max(due, default=None),
        erased,
    )


def _boxes(meeting: Meeting) -> list[SealedBox | None]:
    plan, minutes, cancelled = meeting.plan, meeting.minutes, meeting.cancelled
    return [
        plan.agenda,
        plan.invitees,
        minutes.attendance if minutes else None,
        minutes.minutes if minutes else None,
        minutes.outcome if minutes else None,
        cancelled.reason if cancelled else None,
    ]


def _of_decision(resolution: Resolution, meeting: Meeting, each: DecisionV1) -> Iterator[Wanted]:
    about = about_meeting(meeting)
    if each.complaint and (case := case_of(resolution, UUID(each.complaint))):
        about = about_case(resolution, case)
    done = meeting.done.get(each.number)
    yield about, each.decision
    yield about, done.note if done else None


def _decision(
    resolution: Resolution, meeting: Meeting, each: DecisionV1, text: str | None, note: str | None
) -> DecisionLine:
    case = case_of(resolution, UUID(each.complaint)) if each.complaint else None
    done = meeting.done.get(each.number)
    lines = {line.number: line.action for line in case.actions} if case else {}
    return DecisionLine(
        each.number,
        text,
        each.person_responsible,
        each.due_on,
        case.number if case else None,
        each.complaint,
        each.action_number is not None and lines.get(each.action_number) == each.decision,
        done.done_on if done else None,
        note,
    )


def in_meetings(lists: MeetingLists, case: Case) -> dict[str, Any]:
    """Return in which meeting a case was raised, and what meetings decided on it, without words:
    meeting, number, person_responsible, due_on, done_on."""
    decided = []
    for meeting, number in lists.on_case(case.id):
        decision = next(each for each in meeting.decisions if each.number == number)
        done = meeting.done.get(number)
        decided.append(
            {
                "meeting": meeting,
                "number": number,
                "person_responsible": decision.person_responsible,
                "due_on": decision.due_on,
                "done_on": done.done_on if done else None,
            }
        )
    return {"raised_in": lists.heard_where(case.id), "decided_on": decided}
