"""Every event of a complaint has a sentence of its own, in both languages, and none says a word or
a name that stands in the event."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.kernel.contracts import Message, read
from services.kernel.district import SHIPPED, load_district
from services.reporting.replay import Standing, Step
from services.reporting.replay.sentences import Sentences

ROOT = Path(__file__).parents[2] / "contracts"
DISTRICT = load_district(SHIPPED)
AT = datetime(2026, 11, 2, tzinfo=UTC)
OF_NO_COMPLAINT = {
    "CalendarChanged",
    "CheckpointSigned",
    "DecisionDone",
    "MeetingCancelled",
    "MeetingHeld",
    "MeetingPlanned",
    "MeetingReplanned",
    "MessageCame",
    "MessageConfirmed",
    "MessageDismissed",
    "MessageFileKept",
    "MessageFileRefused",
    "MinutesCorrected",
    "PuskesmasHomed",
    "PuskesmasRegistered",
    "RecapAcknowledged",
    "RecapClosed",
    "RecapCompleted",
    "RecapCorrected",
    "RulesChanged",
    "SuggestionBoxOpened",
    "SuggestionBoxRegistered",
    "UnitRegistered",
    "VisitsRecorded",
}
TYPES = sorted(
    each.name
    for each in ROOT.glob("tanggap.*.v*")
    if each.name.split(".")[1] not in OF_NO_COMPLAINT
)
NAMES = frozenset(
    {"people", "who", "assignee", "referred_to", "documented_by", "person_responsible", "roles"}
)
"""Fields in which somebody may have typed a name."""
PERSON = "Budi Misal"


def samples(name: str) -> list[Any]:
    found = [
        json.loads(each.read_text())["payload"] for each in (ROOT / name / "samples").iterdir()
    ]
    assert found, name
    return found


def step(name: str, payload: Any) -> Step:
    message = Message(
        id=1,
        source="/node-a/x",
        subject="s",
        type=name,
        time=AT,
        puskesmas="puring",
        actor="acc-1",
        role="complaint_team",
        correlation_id="",
        causation_id="",
        value=json.dumps(payload).encode(),
    )
    times = dict.fromkeys(("occurred_at", "happened_at", "recorded_at", "arrived_at"), AT)
    return Step(
        name=message.name,
        event=read(message),
        role=message.role,
        actor=message.actor,
        source=message.source,
        id=1,
        publication=None,
        detail=None,
        before=Standing(),
        after=Standing(),
        **times,
    )


def with_names(payload: Any) -> Any:
    """Return a payload with a person's name wherever somebody may have typed one."""
    if isinstance(payload, list):
        return [with_names(each) for each in payload]
    if not isinstance(payload, dict):
        return payload
    named = {key: with_names(value) for key, value in payload.items()}
    for key in NAMES & set(payload):
        named[key] = [PERSON] if isinstance(payload[key], list) else PERSON
    return named


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", TYPES)
def test_each_event_has_a_sentence_without_words_or_names(name: str, language: str) -> None:
    sentences = Sentences(DISTRICT, language)
    role = "Tim keluhan" if language == "id" else "Complaint team"
    for sample in samples(name):
        each = step(name, with_names(sample))
        line = sentences.of(each)
        assert line.startswith(role), line
        assert each.name not in line, "an event that no sentence was written for"
        assert "{" not in line and PERSON not in line
        for place, box in sample.items():
            assert not isinstance(box, dict) or box["box"] not in line, place


def test_every_event_of_a_complaint_is_looked_at() -> None:
    assert len(TYPES) > 30
