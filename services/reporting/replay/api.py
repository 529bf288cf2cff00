"""The call by which a complaint's history is gone through again, and what it answers."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.kernel.access.principal import Principal
from services.kernel.access.reach import must_see
from services.kernel.access.web import requires
from services.kernel.district import District
from services.kernel.web import formats
from services.kernel.web.language import language_of
from services.reporting.application import Reporting
from services.reporting.asked import After, Instant, instant
from services.reporting.queries import When
from services.reporting.replay.clock import Kind, passed, stretches
from services.reporting.replay.sentences import Sentences
from services.reporting.replay.steps import Step

READ = "report.read"


class MovedPromise(BaseModel):
    """A promise that a step made, moved or suspended."""

    name: str = Field(examples=["settlement"])
    before: datetime | None
    after: datetime | None


class ReplayStep(BaseModel):
    """A step, what it changed, and the state after it."""

    step: str
    sentence: str = Field(description="what happened, in the asked language")
    changes: list[str] = Field(description="what it changed, in the asked language")
    actor: str
    role: str
    source: str
    id: int
    publication: UUID | None
    detail: str | None
    occurred_at: datetime
    happened_at: datetime = Field(description="never before the step that it follows")
    recorded_at: datetime
    arrived_at: datetime
    before: str | None = Field(description="the state before it")
    state: str | None
    moved: list[MovedPromise]
    paused: bool = Field(description="the case waits for its complainant, and its clock stands")


class ClockStretch(BaseModel):
    """From when until when the clock of what is promised ran, stood or was late."""

    kind: Kind
    since: datetime
    until: datetime


class PassedPromise(BaseModel):
    """A promise whose day passed without what was promised."""

    name: str = Field(examples=["response"])
    at: datetime


class Replay(BaseModel):
    """One complaint's history, step by step."""

    id: UUID
    number: str
    zone: str = Field(description="the time zone of its Puskesmas", examples=["Asia/Jakarta"])
    items: list[ReplayStep]
    clock: list[ClockStretch]
    passed: list[PassedPromise]


def add(api: APIRouter, reporting: Reporting, district: District) -> None:
    """Add the call to `api`."""

    @api.get("/replay/{number}", response_model=Replay)
    def replay(
        request: Request,
        number: str,
        principal: Annotated[Principal, requires(READ)],
        as_of: Instant = None,
        known_at: Instant = None,
        after: After = None,
    ) -> Any:
        """Return a complaint's history step by step: what each step says, changed and led to."""
        if after is not None:
            reporting.wait_for(after)
        when = When(instant(as_of, "as_of"), instant(known_at, "known_at"))
        complaint = reporting.find(number, when)
        facts = reporting.facts(complaint, when)
        must_see(principal, READ, facts["puskesmas"], facts["service_unit"], district.units_in)
        steps = reporting.replay(complaint, when)
        now, language = reporting.clock(), language_of(request)
        sentences = Sentences(district, language)
        zone = sentences.names.zone(facts["puskesmas"])
        written = partial(formats.moment, language=language, zone=zone, now=now)
        return {
            "id": complaint,
            "number": facts["number"],
            "zone": zone.key,
            "items": [
                _item(each, sentences.of(each), sentences.changes(each, written)) for each in steps
            ],
            "clock": [vars(each) for each in stretches(steps, when.instant(now))],
            "passed": [vars(each) for each in passed(steps, when.instant(now))],
        }


def _item(step: Step, sentence: str, changes: list[str]) -> dict[str, Any]:
    return {
        "step": step.name,
        "sentence": sentence,
        "changes": changes,
        "actor": step.actor,
        "role": step.role,
        "source": step.source,
        "id": step.id,
        "publication": step.publication,
        "detail": step.detail,
        "occurred_at": step.occurred_at,
        "happened_at": step.happened_at,
        "recorded_at": step.recorded_at,
        "arrived_at": step.arrived_at,
        "before": step.before.state,
        "state": step.after.state,
        "moved": [vars(each) for each in step.moved],
        "paused": step.after.paused,
    }
