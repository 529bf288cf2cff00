"""The edges of a district as its operations page shows them: when each was last heard, how far
behind it was then, and which keys and files wait to go from one origin to another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from pydantic import BaseModel, Field

from services.kernel.access.edges import Edge
from services.kernel.handover.wire import EdgeState


class EdgeView(BaseModel):
    """An edge as it told when it was last heard; null where it never was."""

    origin: str
    heard_at: datetime | None
    unsent: int | None = Field(description="its events that were not on the stream yet")
    oldest_unsent_at: datetime | None
    unread: int | None = Field(description="messages of the stream that it had still to read")
    keys: int | None = Field(description="keys that it had still to hand over")
    files: int | None


class HandoverView(BaseModel):
    """Keys and files that wait here to go to another origin, and what holds them up."""

    peer: str
    keys: int
    files: int
    oldest_since: datetime | None
    refused: int = Field(description="that the other side will not have; tried again")
    heard_at: datetime | None = Field(description="when the other side last answered (edge)")
    failure: str | None
    failing_since: datetime | None


def edges(found: Sequence[Edge]) -> list[dict[str, Any]]:
    """Return what is shown of each edge."""
    return [_edge(each) for each in found]


def state_of(edge: Edge) -> EdgeState | None:
    """Return what an edge told when it was last heard; None where it told nothing."""
    if edge.told is None:
        return None
    try:
        return msgspec.msgpack.decode(edge.told, type=EdgeState)
    except msgspec.MsgspecError:  # as an edge of another version tells it
        return None


def _edge(edge: Edge) -> dict[str, Any]:
    told = state_of(edge)
    return {
        "origin": edge.origin,
        "heard_at": edge.heard_at,
        "unsent": told and told.unsent,
        "oldest_unsent_at": told and told.oldest_unsent_at,
        "unread": told and told.unread,
        "keys": told and told.keys,
        "files": told and told.files,
    }
