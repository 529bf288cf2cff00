"""`tanggap replay`: a complaint's history as lines of text."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.kernel.web import formats

CLOCK: Final = {
    "running": "berjalan",
    "late": "lewat batas",
    "paused": "berhenti: menunggu pelapor",
    "settled": "selesai",
}
PASSED: Final = {"response": "Batas tanggapan terlewat", "settlement": "Batas selesai terlewat"}
_APART: Final = timedelta(minutes=1)


def replayed(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a replay (an answer of the call): each step as a sentence with its times
    and its account, what it changed below it, and at the end what passed and when the clock ran."""
    zone = ZoneInfo(found["zone"])
    yield f"{found['number']} · {formats.zone_name(zone)}"
    for step in found["items"]:
        yield f"{step['sentence']}, {_times(step, zone)} ({step['actor']})"
        for change in step["changes"]:
            yield f"    {change}"
    for promise in found["passed"]:
        yield f"{PASSED[promise['name']]}: {_written(promise['at'], zone)}"
    for stretch in found["clock"]:
        since, until = (_written(stretch[end], zone) for end in ("since", "until"))
        yield f"Jam {CLOCK[stretch['kind']]}: {since} – {until}"


def _times(step: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return when a step happened, and what differs: recorded, arrived."""
    happened, recorded, arrived = (
        datetime.fromisoformat(step[name]) for name in ("happened_at", "recorded_at", "arrived_at")
    )
    parts = [formats.stamp(happened, "id", zone)]
    for word, at, before in (
        ("dicatat", recorded, happened),
        ("sampai", arrived, recorded),
    ):
        if abs(at - before) >= _APART:
            same = at.astimezone(zone).date() == before.astimezone(zone).date()
            write = formats.clock_time if same else formats.stamp
            parts.append(f"{word} {write(at, 'id', zone)}")
    return ", ".join(parts)


def _written(at: str, zone: ZoneInfo) -> str:
    return formats.stamp(datetime.fromisoformat(at), "id", zone)
