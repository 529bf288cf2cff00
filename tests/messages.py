"""Messages for tests of what carries them."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from services.kernel.contracts import Message

START = datetime(2026, 11, 2, 2, 30, tzinfo=UTC)


def subject(n: int) -> str:
    return str(UUID(int=n))


def message(
    id: int,
    *,
    previous: int = 0,
    source: str = "/node-a/intake",
    about: str = subject(1),
    type: str = "tanggap.CaseReopened.v1",
    puskesmas: str = "puring",
    value: bytes | None = None,
    time: datetime = START,
) -> Message:
    """Return a message; by default a well-formed CaseReopened."""
    payload = msgspec.json.encode({"occurred_at": time, "reason": f"reason {id}"})
    return Message(
        id=id,
        source=source,
        subject=about,
        type=type,
        time=time,
        puskesmas=puskesmas,
        actor="acc-1",
        role="complaint_team",
        correlation_id="",
        causation_id="",
        previous=previous,
        value=payload if value is None else value,
    )
