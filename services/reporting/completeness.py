"""Which Puskesmas have more to tell than the log copy holds, and until when theirs is whole.

An edge says how it stands whenever it has a line; what it has not sent, or may have written since,
is in no figure yet. "No report" is not zero, so whoever shows figures says so beside them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, Field

from services.kernel.access.edges import Edge
from services.kernel.district import District
from services.kernel.handover.told import origin_of
from services.kernel.stream import Delivery
from services.reporting.edges import state_of
from services.reporting.queries import Filters

BEHIND: Final = timedelta(minutes=1)
"""What is on its way for less is on its way, not missing."""
Heard = Callable[[str], datetime | None]


class Incomplete(BaseModel):
    """Puskesmas whose figures are whole up to an instant only, and the edge that has the rest."""

    origin: str
    puskesmas: list[str]
    until: datetime | None = Field(description="null: nothing has come from there yet")


def incomplete(
    district: District,
    filters: Filters,
    edges: Sequence[Edge],
    holes: Iterable[Delivery],
    heard_from: Heard,
    instant: datetime,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return whose data, of what `filters` ask for, is not whole at an instant (`Incomplete`).

    `holes` are the log copy's: what follows a message that has not come waits. `heard_from` gives
    when the newest message of an origin arrived.
    """
    known = {edge.origin: edge for edge in edges}
    late = {origin_of(each.message.source) for each in holes}
    found = []
    for origin, codes in sorted(_homes(district).items()):
        shown = sorted(code for code in codes if _asked(filters, code))
        until = _until(known.get(origin), heard_from(origin) if shown else None)
        if origin in late:
            until = min(filter(None, (until, heard_from(origin))), default=None)
        if shown and (until is None or until < min(instant, now - BEHIND) or origin in late):
            found.append({"origin": origin, "puskesmas": shown, "until": until})
    return found


def missing_of(found: Sequence[Mapping[str, Any]], puskesmas: str | None) -> tuple[bool, Any]:
    """Say of one Puskesmas (None: of all together) whether its data is whole, and if not, until
    when it is."""
    gaps = [each["until"] for each in found if puskesmas in (None, *each["puskesmas"])]
    return not gaps, None if None in gaps else min(gaps, default=None)


def _homes(district: District) -> dict[str, set[str]]:
    """Return the Puskesmas that are at home at an origin of their own, by that."""
    homes: dict[str, set[str]] = {}
    for each in district.all_puskesmas:
        if each.home:
            homes.setdefault(each.home, set()).add(each.code)
    return homes


def _asked(filters: Filters, code: str) -> bool:
    if filters.puskesmas is not None:
        return code == filters.puskesmas
    return filters.scope is None or code in filters.scope


def _until(edge: Edge | None, arrived: datetime | None) -> datetime | None:
    """Return until when an edge's data is here: by what it told, where it told anything."""
    told = None if edge is None else state_of(edge)
    if edge is None or told is None or edge.heard_at is None:
        return arrived
    if told.unsent and told.oldest_unsent_at is not None:
        return min(told.oldest_unsent_at, edge.heard_at)
    return edge.heard_at
