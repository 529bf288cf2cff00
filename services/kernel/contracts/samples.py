"""Golden samples: for each published type a minimal and a full message, made from the model.

The same models give the same bytes, so that a sample changes only when its contract does. Sealed
boxes are sealed in earnest, with a key and nonces derived from where they stand.
"""

import types
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from services.kernel.contracts.envelope import Message
from services.kernel.contracts.fields import SealedBox
from services.kernel.contracts.registry import Event
from services.kernel.keyring.sealing import KEY_BYTES, seal

KEY = sha256(b"tanggap golden samples").digest()[:KEY_BYTES]
KEY_ID = str(UUID(int=0x5EA1ED))
COMPLAINT = str(UUID(int=0xC0FFEE))
RECORDED = datetime(2026, 11, 2, 2, 31, 7, 250000, tzinfo=UTC)
HAPPENED = datetime(2026, 11, 2, 9, 30, tzinfo=timezone(timedelta(hours=7)))
WORDS = "Antrean loket lama sekali, petugas tidak di tempat."

_BY_NAME: dict[str, Any] = {
    "number": "PRG-2026-A-000417",
    "receipt_hash": sha256(b"receipt").hexdigest(),
    "channel": "in_person",
    "kind": "complaint",
    "service_unit": "loket",
    "confidentiality": "open",
    "relation": "patient",
    "barrier": "language",
    "wants_answer_by": "whatsapp",
    "code": "puring",
    "short_code": "PRG",
    "letter": "A",
    "home": "node-a",
    "publication": str(UUID(int=0xB0A4D)),
    "documented_by": "acc-2",
    "planned_by": "acc-2",
    "evidence": str(UUID(int=0xE71DE)),
    "medium": "notice_board",
    "media": "notice_board",
    "grade": "yellow",
    "finding": "upheld",
    "outcome": "resolved",
    "by": "complainant",
    "other": str(UUID(int=0xC0FFEF)),
    "attachment": str(UUID(int=0xF11E)),
    "sha256": sha256(b"attachment").hexdigest(),
    "media_type": "image/jpeg",
    "complaints": COMPLAINT,
    "officers": "Siti Aminah",
    "witnesses": "Yuliana",
    "box": "utama",
    "unit": "loket",
    "weekday": "saturday",
    "if_closed": "before",
    "who": "Siti Aminah",
    "assignee": "Siti Aminah",
    "assigned_unit": "loket",
    "overdue": "settlement",
    "referred_to": "RSUD dr. Soedirman",
    "told_by": "phone",
    "state": "analysed",
    "request": "withdrawal",
    "key": COMPLAINT,
    "sender": "dinas",
    "receiver": "edge-puring",
    "purpose": "home",
    "month": "2026-10",
    "group": "unit",
    "part": "loket",
    "origin": "node-a",
    "source": "/node-a/intake",
    "root": b64encode(sha256(b"root").digest()).decode(),
    "public_key": b64encode(sha256(b"public key").digest()).decode(),
    "signature": b64encode(2 * sha256(b"signature").digest()).decode(),
    "erasure": str(UUID(int=0xE4A5E)),
    "copies": "dinas",
    "refused_for": "legal_hold",
    "period": "2026-Q4",
    "asked": "permenpanrb-14-2017",
    "elements": "requirements",
    "element": "requirements",
    "method": "weight=exact,parts=none,result=2,rounding=half_up,blanks=per_element",
    "unit": "loket",
    "ways": "link",
    "way": "link",
    "sample_rounding": "nearest",
    "survey": str(UUID(int=0x50C7E4)),
    "complaint": COMPLAINT,
    "link": sha256(b"link").hexdigest(),
    "mean": "3.2500",
    "weighted": "0.3611",
    "converted": "81.25",
    "quality": "B",
    "basis": "answers",
    "shape": "counts",
    "SurveyTabulated.source": "skm.kebumenkab.go.id",
    "effectiveness": "partly",
    "RecapCorrected.reason": "late_entry",
    "meeting": str(UUID(int=0x3EE7)),
    "months": "2026-10",
    "venue": "Aula Puskesmas",
    "chair": "dr. Kukuh",
    "note_taker": "Siti Aminah",
    "MeetingPlanned.kind": "monthly_lokmin",
    "MeetingReplanned.kind": "monthly_lokmin",
    "MeetingHeld.kind": "monthly_lokmin",
    "message": str(UUID(int=0x4E55A6E)),
    "MessageRequested.channel": "whatsapp",
    "MessageRequested.state": "published",
    "MessagePostponed.reason": "unreachable",
    "MessageFailed.reason": "address_refused",
    "MessageDecided.decision": "send_again",
    "language": "id",
    "MessageCame.channel": "whatsapp",
    "MessageFileKept.file": str(UUID(int=0xF11E)),
    "MessageFileRefused.reason": "too_large",
    "MessageDismissed.reason": "part_of_other",
}

_SUBJECTS = {
    "SuggestionBoxOpened": str(UUID(int=0xB0C5)),
    "SuggestionBoxRegistered": "box:puring:utama",
    "VisitsRecorded": "visits:puring:2026-10",
    "PuskesmasRegistered": "puring",
    "PuskesmasHomed": "puring",
    "UnitRegistered": "unit:loket",
    "RulesChanged": "rules",
    "CalendarChanged": "calendar:puring",
    **dict.fromkeys(
        ("RecapClosed", "RecapCompleted", "RecapCorrected", "RecapAcknowledged"),
        "recap:puring:2026-10",
    ),
    "CheckpointSigned": "checkpoint:node-a",
    **dict.fromkeys(
        (
            "MessageCame",
            "MessageFileKept",
            "MessageFileRefused",
            "MessageConfirmed",
            "MessageDismissed",
        ),
        str(UUID(int=0x1A4E55)),
    ),
    **{
        f"Survey{step}": str(UUID(int=0x50C7E4))
        for step in (
            "Proposed",
            "Returned",
            "Approved",
            "UnitsCoordinated",
            "Opened",
            "Tabulated",
            "Closed",
            "Published",
        )
    },
    **dict.fromkeys(
        (
            "MeetingPlanned",
            "MeetingReplanned",
            "MeetingCancelled",
            "MeetingHeld",
            "MinutesCorrected",
            "DecisionDone",
        ),
        f"meeting:{UUID(int=0x3EE7)}",
    ),
}


def samples(model: type[Event]) -> dict[str, Message]:
    """Return the golden messages of a published type: `minimal` (what may be absent or empty
    is) and `full` (nothing is)."""
    return {"minimal": _message(model, full=False), "full": _message(model, full=True)}


def example(hint: Any, place: str, *, full: bool) -> Any:
    """Return a value of a declared type; `place` is `<Event>.<field>`.

    Raises TypeError for a type that no published field has had so far.
    """
    if get_origin(hint) is Annotated:
        return example(get_args(hint)[0], place, full=full)
    if get_origin(hint) in (Union, types.UnionType):
        present = [each for each in get_args(hint) if each is not type(None)]
        if not full and len(present) < len(get_args(hint)):
            return None
        return example(present[0], place, full=full)
    if get_origin(hint) is list:
        (inner,) = get_args(hint)
        return [example(inner, place, full=full)] if full else []
    if hint is SealedBox:
        return seal(WORDS, KEY, KEY_ID, place, lambda size: sha256(place.encode()).digest()[:size])
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint(**example_fields(hint, place.split(".")[0], full=full))
    return _plain(hint, place, full)


def example_fields(model: type[msgspec.Struct], name: str, *, full: bool) -> dict[str, Any]:
    """Return a value for each field of a model; `name` is that of the event it stands in."""
    hints = get_type_hints(model, include_extras=True)
    return {
        field.name: example(hints[field.name], f"{name}.{field.name}", full=full)
        for field in msgspec.structs.fields(model)
    }


def _plain(hint: Any, place: str, full: bool) -> Any:
    name = place.split(".")[-1]
    if hint is str:
        return _BY_NAME.get(place, _BY_NAME.get(name, name))
    if hint is bool:
        return full
    if hint is int:
        return 1
    if hint is datetime:  # with the officer's offset, and in UTC
        return HAPPENED if full else HAPPENED.astimezone(UTC)
    if hint is date:
        return HAPPENED.date()
    raise TypeError(f"{name}: no example for {hint!r}")


def _message(model: type[Event], *, full: bool) -> Message:
    name = model.type.split(".")[1]
    payload = model(**example_fields(model, name, full=full))
    return Message(
        id=2 if full else 1,
        source=f"/node-a/{model.owner}",
        subject=_SUBJECTS.get(name, COMPLAINT),
        type=model.type,
        time=RECORDED,
        puskesmas="puring",
        actor="acc-1",
        role="complaint_team",
        correlation_id=COMPLAINT if full else "",
        causation_id="/node-a/intake:1" if full else "",
        previous=1 if full else 0,
        value=msgspec.json.encode(payload),
    )
