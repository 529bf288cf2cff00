"""The form of each step of a publication: its permission, its fields, and the call it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from services.kernel.aggregate import Intent
from services.kernel.errors import FieldError, InvalidInput
from services.kernel.store import Answer
from services.kernel.text import _
from services.kernel.web.validation import field_errors
from services.publication.api import (
    Approval,
    CancellationBody,
    DraftBody,
    EvidenceBody,
    InformedBody,
    ReleaseBody,
    ReturnBody,
    ScheduleBody,
    WithdrawalBody,
)
from services.publication.application import Publishing
from services.publication.proving import Proof, Proving
from services.publication.scheduling import Scheduling

MOMENTS: Final = ("informed_at", "seen_at", "release_at")
"""Fields whose time is typed as it is where the Puskesmas is."""
Values = dict[str, str | list[str]]


@dataclass(frozen=True)
class StepForm:
    """One step's form. Its fields are those of the call's body, named `<step>_<field>`; but an
    approval's has no text: what is approved here is the draft that is shown, as it was worded."""

    permission: str
    body: type[BaseModel]
    call: Callable[..., Answer]


class Desk(NamedTuple):
    """What takes the steps."""

    publishing: Publishing
    scheduling: Scheduling
    proving: Proving


def _draft(to: Desk, id: UUID, who: Intent, body: DraftBody, **more: Any) -> Answer:
    return to.publishing.save_draft(id, who, body.text, **more).result()


def _approve(to: Desk, id: UUID, who: Intent, body: Approval, **more: Any) -> Answer:
    return to.publishing.approve(id, who, None, body.media, body.confirm, **more).result()


def _return(to: Desk, id: UUID, who: Intent, body: ReturnBody, **more: Any) -> Answer:
    return to.publishing.give_back(id, who, body.reason, **more).result()


def _release(to: Desk, id: UUID, who: Intent, body: ReleaseBody, **more: Any) -> Answer:
    return to.publishing.release(id, who, body.media, **more).result()


def _schedule(to: Desk, id: UUID, who: Intent, body: ScheduleBody, **more: Any) -> Answer:
    return to.scheduling.schedule(id, who, body.release_at, body.media, **more).result()


def _call_off(to: Desk, id: UUID, who: Intent, body: CancellationBody, **more: Any) -> Answer:
    return to.scheduling.call_off(id, who, **more).result()


def _prove(to: Desk, id: UUID, who: Intent, body: EvidenceBody, **more: Any) -> Answer:
    return to.proving.prove(id, who, Proof(body.medium, body.link, body.photo), **more)


def _withdraw(to: Desk, id: UUID, who: Intent, body: WithdrawalBody, **more: Any) -> Answer:
    return to.publishing.withdraw(id, who, body.reason, **more).result()


def _inform(to: Desk, id: UUID, who: Intent, body: InformedBody, **more: Any) -> Answer:
    return to.publishing.inform(id, who, body.channel, **more).result()


FORMS: Final[Mapping[str, StepForm]] = {
    "draft": StepForm("publication.draft", DraftBody, _draft),
    "approval": StepForm("publication.approve", Approval, _approve),
    "return": StepForm("publication.return", ReturnBody, _return),
    "release": StepForm("publication.release", ReleaseBody, _release),
    "schedule": StepForm("publication.release", ScheduleBody, _schedule),
    "cancellation": StepForm("publication.release", CancellationBody, _call_off),
    "evidence": StepForm("publication.prove", EvidenceBody, _prove),
    "withdrawal": StepForm("publication.withdraw", WithdrawalBody, _withdraw),
    "informed": StepForm("publication.inform", InformedBody, _inform),
}


def read_form(step: StepForm, name: str, values: Values, zone: ZoneInfo | None) -> BaseModel:
    """Return what was typed, as the body of the call; raises InvalidInput."""
    raw: dict[str, Any] = {}
    for field in step.body.model_fields:
        value = values.get(f"{name}_{field}", "")
        if field in MOMENTS:
            value = cast(str, value) and _moment(cast(str, value), zone)
        if value or field in ("media", "text", "reason", "release_at", "medium"):
            raw[field] = value
    try:
        return step.body.model_validate(raw)
    except ValidationError as refused:
        located = [{**each, "loc": ("body", *each["loc"])} for each in refused.errors()]
        raise InvalidInput(*field_errors(located)) from None


def must_confirm(body: BaseModel) -> None:
    """Refuse a second approval that forgot to say that it is one: nothing would come of it."""
    if not getattr(body, "confirm", False):
        message = _("Centang bila teksnya sudah Anda periksa sekali lagi.")
        raise InvalidInput(FieldError("confirm", message))


def _moment(written: str, zone: ZoneInfo | None) -> str:
    """Return a local time as an instant, or what was written when it is none."""
    if zone is None:
        return written
    try:
        # A year at the edge of the calendar has no equal in UTC.
        return datetime.fromisoformat(written).replace(tzinfo=zone).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return written
