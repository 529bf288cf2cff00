"""Histories of complaints for tests of what folds them: events with all their times, by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.kernel.contracts import Message, types
from services.kernel.stream import Delivery
from tests.messages import subject

DAWN = datetime(2026, 11, 2, tzinfo=UTC)
BOX = {"key": "k", "place": "p", "box": "AAAA"}
SURVEYED = [
    {
        "element": element,
        "mean": mean,
        "weighted": "1.6250",
        "converted": converted,
        "quality": quality,
    }
    for element, mean, converted, quality in (
        ("time", "3.0000", "75.00", "C"),
        ("cost", "3.5000", "87.50", "B"),
    )
]
"""What a survey of two elements closes with."""


def hour(n: float) -> datetime:
    """Return the instant `n` hours into the histories."""
    return DAWN + timedelta(hours=n)


@dataclass(frozen=True)
class Told:
    """One event; hours into the histories: `happened` as stated, `recorded`, `arrived`. It is
    about the complaint numbered `about`, unless it has a `subject` of its own."""

    name: str
    happened: float
    recorded: float | None = None
    arrived: float | None = None
    source: str = "resolution"
    about: int = 1
    puskesmas: str = "puring"
    subject: str = ""
    version: int = 1
    facts: tuple[tuple[str, Any], ...] = ()

    @property
    def order(self) -> tuple[float, str]:
        """Where it stands in its subject's history (before the id within its source)."""
        return (self.happened if self.recorded is None else self.recorded), self.source


def told(name: str, happened: float, **given: Any) -> Told:
    """Return an event; what is no field of `Told` is a fact of its payload."""
    own = {key: given.pop(key) for key in list(given) if key in Told.__dataclass_fields__}
    return Told(name, happened, facts=tuple(sorted(given.items())), **own)


_FACTS: dict[str, dict[str, Any]] = {
    "PuskesmasRegistered": {
        "code": "puring",
        "name": "Puskesmas Puring",
        "short_code": "PRG",
        "letter": "A",
        "kecamatan": "Puring",
        "zone": "Asia/Jakarta",
        "work_days": 6,
        "units": ["kia-kb"],
    },
    "ComplaintReceived": {
        "number": "PRG-2026-A-000001",
        "receipt_hash": "00",
        "channel": "in_person",
        "kind": "complaint",
        "service_unit": "kia-kb",
        "categories": ["waiting_time"],
        "incident_at": None,
        "confidentiality": "open",
        "relation": None,
        "barrier": None,
        "wants_answer_by": None,
        "text": BOX,
        "complainant": None,
    },
    "ComplaintCorrected": {
        "channel": "in_person",
        "kind": "complaint",
        "service_unit": "kia-kb",
        "categories": ["waiting_time"],
        "incident_at": None,
        "confidentiality": "open",
        "relation": None,
        "barrier": None,
        "wants_answer_by": None,
        "text": BOX,
        "complainant": None,
        "reason": BOX,
    },
    "CaseOpened": {"number": "PRG-2026-A-000001", "kind": "complaint", "deadlines": []},
    "TeamNotified": {"roles": [], "how": "app"},
    "CaseGraded": {"grade": "red", "reason": None, "deadlines": []},
    "ComplainantMet": {"people": [], "note": None},
    "ImmediateAnswerGiven": {"answer": BOX},
    "ComplaintAnalysed": {"root_cause": BOX, "finding": "upheld"},
    "ResponsePlanned": {"actions": []},
    "FollowUpCarriedOut": {
        "action_number": 1,
        "done_on": "2026-11-02",
        "note": BOX,
        "plan_complete": True,
    },
    "ResolutionDocumented": {"summary": BOX, "outcome": "resolved", "documented_by": "acc-1"},
    "EvaluationRecorded": {"effective": True, "note": None},
    "CaseReopened": {"reason": "not_effective"},
    "ComplaintWithdrawn": {"by": "complainant", "reason": None},
    "CaseRequestRefused": {"request": "withdrawal", "state": "documented"},
    "CaseWithdrawn": {"by": "complainant"},
    "CaseJoined": {"other": subject(901)},
    "CaseReferred": {"referred_to": "RSUD", "reason": BOX, "told": False, "told_by": None},
    "CaseRestored": {"state": "graded"},
    "CasePaused": {"reason": BOX, "deadlines": []},
    "CaseResumed": {"note": None, "deadlines": []},
    "CaseCommented": {"comment": BOX},
    "CaseEscalated": {"by_rule": False, "overdue": None, "reason": BOX},
    "EscalationAnswered": {"decision": BOX},
    "PublicationDrafted": {"text": BOX, "confidentiality": "open", "documented_by": "acc-1"},
    "PublicationApproved": {"text": BOX, "media": ["notice_board"], "confirmed": False},
    "ResolutionPublished": {
        "text": "Antrean kini bernomor.",
        "media": ["notice_board"],
        "shows_unit_and_date": True,
    },
    "PlannedChangeDrafted": {"text": BOX, "confidentiality": "open", "planned_by": "acc-1"},
    "PlannedChangePublished": {
        "text": "Loket kedua dibuka bulan depan.",
        "media": ["notice_board"],
        "shows_unit_and_date": True,
    },
    "PublicationReturned": {"reason": BOX},
    "PublicationWithdrawn": {"reason": BOX},
    "ComplainantInformed": {"channel": "phone"},
    "CalendarChanged": {"day": "2026-11-09", "working": False, "why": "Banjir", "version": 1},
    "SuggestionBoxRegistered": {
        "code": "utama",
        "name": "Kotak saran utama",
        "unit": None,
        "schedule": {
            "weeks": None,
            "months": 1,
            "weekday": None,
            "day": 25,
            "if_closed": "before",
        },
        "since": None,
        "in_use": True,
    },
    "SuggestionBoxOpened": {"officers": ["Sari"], "slips": 0, "complaints": []},
    "SurveyPublished": {
        "period": "2026-Q3",
        "respondents": 100,
        "method": "weight=1/n",
        "converted": "80.00",
        "quality": "B",
        "elements": [],
        "media": [],
        "analysis": BOX,
        "follow_up": BOX,
        "followed_up": None,
    },
    "VisitsRecorded": {"month": "2026-10", "visits": 1000, "by_unit": []},
    "MeetingPlanned": {
        "kind": "monthly_lokmin",
        "starts_at": "2026-11-02T10:00:00+00:00",
        "venue": "Aula",
        "months": ["2026-10"],
        "complaints": [],
        "invitees": None,
        "agenda": None,
    },
    "MeetingCancelled": {"reason": BOX},
    "MeetingHeld": {
        "kind": "monthly_lokmin",
        "months": ["2026-10"],
        "chair": "dr. Kukuh",
        "note_taker": "Siti",
        "attended": 2,
        "attendance": BOX,
        "minutes": BOX,
        "outcome": None,
        "decisions": [],
    },
    "DecisionDone": {"decision_number": 1, "done_on": "2026-11-03", "note": BOX},
    "FeedbackHeard": {"meeting": subject(902)},
    "ForumAnswered": {"meeting": subject(902)},
    "SurveyProposed": {
        "period": "2026-Q4",
        "opens_on": "2026-11-02",
        "closes_on": "2026-11-30",
        "asked": "permenpanrb-14-2017",
        "elements": ["time", "cost"],
        "method": "weight=exact",
        "units": ["loket"],
        "ways": ["paper"],
        "population": 1000,
        "sample": 278,
        "sample_rounding": "nearest",
        "agenda": BOX,
        "target": BOX,
    },
    "SurveyReturned": {"remarks": BOX},
    "SurveyApproved": {},
    "SurveyUnitsCoordinated": {"units": ["loket"], "who": ["Bu Yuli"], "note": None},
    "SurveyOpened": {},
    "SurveyAnswered": {
        "survey": subject(1),
        "way": "paper",
        "unit": "loket",
        "scores": [{"element": "time", "score": 3}],
        "groups": [],
        "link": "00",
        "remark": None,
    },
    "SurveyTabulated": {
        "shape": "counts",
        "source": "skm.go.id",
        "sha256": None,
        "units": [{"unit": None, "respondents": 280, "counts": [], "means": []}],
    },
    "SurveyClosed": {
        "respondents": 280,
        "method": "weight=exact",
        "converted": "81.25",
        "quality": "B",
        "elements": SURVEYED,
    },
    "RecapClosed": {"month": "2026-10", "as_of": None, "known_at": None, "lines": []},
    "RecapCorrected": {
        "month": "2026-10",
        "statement": 1,
        "reason": "late_entry",
        "as_of": None,
        "known_at": None,
        "lines": [],
    },
    "RecapAcknowledged": {"month": "2026-10", "statement": 0},
    "RecapCompleted": {
        "month": "2026-10",
        "effectiveness": "partly",
        "effectiveness_note": BOX,
        "barriers_note": None,
        "meeting_note": None,
    },
}
_SUBJECTS = {
    "CalendarChanged": "calendar:puring",
    "SuggestionBoxRegistered": "box:puring:utama",
    "VisitsRecorded": "visits:puring:2026-10",
    **dict.fromkeys(
        ("RecapClosed", "RecapCorrected", "RecapAcknowledged", "RecapCompleted"),
        "recap:puring:2026-10",
    ),
    **dict.fromkeys(
        ("MeetingPlanned", "MeetingCancelled", "MeetingHeld", "DecisionDone"),
        f"meeting:{subject(902)}",
    ),
}
_PUBLICATION = {"publication": subject(900)}


def deliveries(history: Iterable[Told]) -> list[Delivery]:
    """Return a history as the stream would deliver it: each source's chain in its order."""
    found: list[Delivery] = []
    last: dict[str, int] = {}
    for each in sorted(history, key=lambda event: event.order):
        source = f"/node-a/{each.source}"
        previous = last.get(source, 0)
        last[source] = previous + 1
        found.append(_delivery(each, source, previous))
    return found


def _delivery(event: Told, source: str, previous: int) -> Delivery:
    recorded = hour(event.order[0])
    facts = _FACTS[event.name] | dict(event.facts)
    if event.name in ("RecapClosed", "RecapCorrected"):
        facts |= {"as_of": hour(event.happened), "known_at": hour(event.happened)}
    if event.name.startswith(
        ("Publication", "PlannedChange", "ResolutionPublished", "ComplainantInformed")
    ):
        facts = _PUBLICATION | facts
    message = Message(
        id=previous + 1,
        source=source,
        subject=event.subject or _SUBJECTS.get(event.name, subject(event.about)),
        type=f"tanggap.{event.name}.v{event.version}",
        time=recorded,
        puskesmas=event.puskesmas,
        actor="acc-1",
        role="complaint_team",
        correlation_id="",
        causation_id="",
        previous=previous,
        value=msgspec.json.encode({"occurred_at": hour(event.happened), **facts}),
    )
    assert message.type in types()
    arrived = event.order[0] if event.arrived is None else event.arrived
    return Delivery(message, 0, previous, hour(arrived))


def by_arrival(history: Sequence[Delivery]) -> list[Delivery]:
    """Return deliveries in the order in which they arrived."""
    return sorted(history, key=lambda each: each.arrived_at)
