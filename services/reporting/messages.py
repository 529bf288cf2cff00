"""A message in the log copy: as rows to be stored, and as the same message again."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from services.kernel.contracts import Message, UnknownType, read
from services.kernel.proof import leaf_of
from services.kernel.stream import Delivery
from services.reporting.payload import COLUMNS, OCCURRED_AT, SHAPE
from services.reporting.store import aware

UNKNOWN_TYPE: Final = "unknown_type"
INVALID_PAYLOAD: Final = "invalid_payload"
_encode: Final = msgspec.json.Encoder().encode


class Row(msgspec.Struct):
    """A delivery on its way into DuckDB; the names are those of the log's columns.

    `value` is the payload as text, `raw` its bytes in base64 where it is no readable text.
    """

    place: int
    source: str
    id: int
    partition: int
    stream_offset: int
    previous: int
    subject: str
    puskesmas: str
    type: str
    time: datetime
    time_written: str | None
    arrived_at: datetime
    actor: str
    role: str
    correlation_id: str
    causation_id: str
    trouble: str | None
    value: str | None
    raw: str | None


_SQL_TYPES = {
    "place": "BIGINT",
    "id": "BIGINT",
    "partition": "INTEGER",
    "stream_offset": "BIGINT",
} | {
    "previous": "BIGINT",
    "time": "TIMESTAMPTZ",
    "arrived_at": "TIMESTAMPTZ",
}
_ROW: Final = msgspec.json.encode(
    {name: _SQL_TYPES.get(name, "VARCHAR") for name in Row.__struct_fields__}
).decode()

# One text parameter holds the whole batch, a row a line, and DuckDB parses both it and the
# payloads: measured against list parameters, executemany and a file, this holds the interpreter for
# the shortest. (Rows as one JSON array cost four times as much: it is parsed as a single value.)
_INSERT: Final = f"""
INSERT INTO {{log}} BY NAME
SELECT
    * EXCLUDE (value, raw, p, time, arrived_at),
    time::TIMESTAMP AS time, arrived_at::TIMESTAMP AS arrived_at,
    CASE WHEN raw IS NULL THEN encode(value) ELSE from_base64(raw) END AS value,
    CASE WHEN length(subject) = 36 THEN try_cast(subject AS UUID) END AS complaint,
    {OCCURRED_AT} AS occurred_at,
    {", ".join(f"{sql} AS {name}" for name, (_kind, sql) in COLUMNS.items())}
FROM (
    SELECT *, split_part(type, '.', 2) AS name,
        json_transform(CASE WHEN trouble IS NULL THEN value END, '{SHAPE}') AS p
    FROM {{rows}}
)
"""
_BATCH: Final = f"""(
    SELECT unnest(from_json(line, '{_ROW}'))
    FROM (SELECT unnest(string_split($batch, chr(10))) AS line)
)"""
_STORED: Final = f"""(
    SELECT {", ".join(name for name in Row.__struct_fields__ if name not in ("value", "raw"))},
        CASE WHEN trouble IS NULL THEN decode(value) END AS value,
        CASE WHEN trouble IS NOT NULL THEN to_base64(value) END AS raw
    FROM log
)"""

MISREAD: Final = f"""
SELECT source, id FROM (
    SELECT *, TRY(json_transform(CASE WHEN trouble IS NULL THEN decode(value) END, '{SHAPE}')) AS p
    FROM log
)
WHERE name IS DISTINCT FROM split_part(type, '.', 2)
    OR complaint IS DISTINCT FROM
        CASE WHEN length(subject) = 36 THEN try_cast(subject AS UUID) END
    OR occurred_at IS DISTINCT FROM TRY({OCCURRED_AT})
    {" ".join(f"OR {name} IS DISTINCT FROM TRY({sql})" for name, (_kind, sql) in COLUMNS.items())}
ORDER BY source, id
"""
"""Finds what stands typed in the log beside a payload that does not say it (any more)."""


def insert(log: str = "log") -> str:
    """Return the statement that adds a batch (`$batch`, of `as_batch`) to the log."""
    return _INSERT.replace("{log}", log).replace("{rows}", _BATCH)


def retype(log: str) -> str:
    """Return the statement that adds all of the log to another, typed as this version does."""
    return _INSERT.replace("{log}", log).replace("{rows}", _STORED)


def as_batch(deliveries: Sequence[Delivery], place: int) -> str:
    """Return deliveries as the parameter of `insert`; the first of them gets this `place`."""
    rows = (_encode(_row(each, place + n)) for n, each in enumerate(deliveries))
    return b"\n".join(rows).decode()


def trouble_of(message: Message) -> str | None:
    """Return why a message's payload cannot be read, or None when it can."""
    try:
        read(message)
        message.value.decode()
    except UnknownType:
        return UNKNOWN_TYPE
    except (msgspec.DecodeError, UnicodeDecodeError):
        return INVALID_PAYLOAD
    return None


def _row(delivery: Delivery, place: int) -> Row:
    message = delivery.message
    trouble = trouble_of(message)
    return Row(
        place,
        message.source,
        message.id,
        delivery.chain,
        delivery.offset,
        message.previous,
        message.subject,
        message.puskesmas,
        message.type,
        message.time,
        None if message.time.tzinfo is UTC else message.time.isoformat(),
        delivery.arrived_at,
        message.actor,
        message.role,
        message.correlation_id,
        message.causation_id,
        trouble,
        None if trouble else message.value.decode(),
        base64.b64encode(message.value).decode() if trouble else None,
    )


MESSAGE_COLUMNS: Final = (
    "id, source, subject, type, time, time_written, puskesmas, actor, role, correlation_id, "
    "causation_id, previous, value"
)


def as_message(row: dict[str, Any]) -> Message:
    """Return the message of a log row that has at least `MESSAGE_COLUMNS`."""
    written = row["time_written"]
    return Message(
        id=row["id"],
        source=row["source"],
        subject=row["subject"],
        type=row["type"],
        time=datetime.fromisoformat(written) if written else aware(row["time"]),
        puskesmas=row["puskesmas"],
        actor=row["actor"],
        role=row["role"],
        correlation_id=row["correlation_id"],
        causation_id=row["causation_id"],
        previous=row["previous"],
        value=row["value"],
    )


def message_hash(message: Message) -> str:
    """Return the hash of a message, by which it stands as a leaf in its source's tree.

    `ce_previous` differs by transport, so the hash is the same in store, stream and log copy.
    """
    return leaf_of(message).hex()
