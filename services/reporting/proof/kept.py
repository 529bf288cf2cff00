"""The checkpoints that the log copy holds: this origin's own, and those of others."""

# ruff: noqa: S608 (statements are put together from parts of ours)

import base64
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from duckdb import DuckDBPyConnection

from services.kernel.contracts.reporting import CheckpointSignedV1, CheckpointTopV1
from services.kernel.proof import Checkpoint, Top

_LOOKED_AT: Final = 20
"""Other origins sign as well; one of the first covers an event."""


class Kept(NamedTuple):
    """A checkpoint, and the event that brought it."""

    source: str
    id: int
    arrived_at: datetime
    checkpoint: Checkpoint

    @property
    def is_sound(self) -> bool:
        """Whether the signature fits, and it came from the origin that it names."""
        origin = self.source.split("/")[1].split(".")[0]
        return self.checkpoint.is_genuine and self.checkpoint.origin.split(".")[0] == origin


def as_fields(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return a checkpoint as the event says it."""
    return {
        "origin": checkpoint.origin,
        "signed_at": checkpoint.signed_at,
        "tops": [
            CheckpointTopV1(source=top.source, size=top.size, root=_text(top.root))
            for top in checkpoint.tops
        ],
        "public_key": _text(checkpoint.key),
        "signature": _text(checkpoint.signature),
    }


def kept(connection: DuckDBPyConnection, newest: int | None = None) -> list[Kept]:
    """Return the checkpoints of the log copy in the order of their coming, or the newest only.

    One that cannot be read is none: `tanggap verify` names it.
    """
    order = "ORDER BY place" if newest is None else "ORDER BY place DESC LIMIT ?"
    found = connection.execute(
        "SELECT source, id, arrived_at, value FROM log "
        f"WHERE name = 'CheckpointSigned' AND trouble IS NULL {order}",
        [] if newest is None else [newest],
    ).fetchall()
    read = (_read(*row) for row in found)
    return [each for each in read if each is not None]


def of_origin(connection: DuckDBPyConnection, origin: str, most: int) -> list[Checkpoint]:
    """Return the sound checkpoints that an origin signed, in whichever incarnation, in the order of
    their coming: the newest, and of more than `most` some that lie evenly apart."""
    found = connection.execute(
        "SELECT source, id, arrived_at, value FROM (SELECT *, count(*) OVER () AS many, "
        "row_number() OVER (ORDER BY place DESC) - 1 AS back FROM log "
        "WHERE name = 'CheckpointSigned' AND trouble IS NULL "
        "AND (starts_with(source, $whole) OR starts_with(source, $restored))) "
        "WHERE back % ceil(many / $most)::BIGINT = 0 ORDER BY place",
        {"whole": f"/{origin}/", "restored": f"/{origin}.", "most": most},
    ).fetchall()
    read = (_read(*row) for row in found)
    return [each.checkpoint for each in read if each is not None and each.is_sound]


def first_after(connection: DuckDBPyConnection, source: str, id: int) -> list[Checkpoint]:
    """Return the first checkpoints that came after an event, in that order."""
    found = connection.execute(
        "SELECT source, id, arrived_at, value FROM log WHERE name = 'CheckpointSigned'"
        " AND trouble IS NULL AND place > (SELECT place FROM log WHERE source = ? AND id = ?)"
        " ORDER BY place LIMIT ?",
        [source, id, _LOOKED_AT],
    ).fetchall()
    read = (_read(*row) for row in found)
    return [each.checkpoint for each in read if each is not None]


def _read(source: str, id: int, arrived_at: datetime, value: bytes) -> Kept | None:
    try:
        signed = as_signed(msgspec.json.decode(value, type=CheckpointSignedV1))
    except ValueError:
        return None
    return Kept(source, id, arrived_at, signed)


def as_signed(event: CheckpointSignedV1) -> Checkpoint:
    """Return the checkpoint that an event says; raises ValueError."""
    tops = tuple(Top(top.source, top.size, _bytes(top.root)) for top in event.tops)
    key, signature = _bytes(event.public_key), _bytes(event.signature)
    return Checkpoint(event.origin, event.signed_at, tops, key, signature)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
