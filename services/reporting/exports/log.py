"""The log copy as Parquet: a file a month of recording, and a manifest of what is in them.

Written by DuckDB out of one snapshot; each file goes into a tar as soon as it is whole, so that no
more than one month lies on the disk twice. A message's attributes and value stand as they came:
whoever reads them back has the same bytes, and the same hashes. Words are in it as on the stream,
sealed; no key is.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
from duckdb import DuckDBPyConnection

from services.kernel.errors import invalid
from services.kernel.text import _
from services.reporting.messages import MESSAGE_COLUMNS
from services.reporting.queries import Filters, When
from services.reporting.queries.question import (
    BOUNDS,
    ENDS,
    STARTS,
    Condition,
    bounds,
    records,
    zones,
)

MEDIA_TYPE: Final = "application/x-tar"
MANIFEST: Final = "manifest.json"
NAME: Final = "month={}/events.parquet"
VERSION: Final = 1
COLUMNS: Final = MESSAGE_COLUMNS + ", partition, stream_offset, arrived_at, occurred_at, trouble"
_GROUP: Final = 8_192
"""Rows that are packed together: few enough that their payloads fit in memory."""


class Part(msgspec.Struct):
    """One file of an export."""

    path: str
    rows: int
    bytes: int
    sha256: str


class LastOf(msgspec.Struct):
    """How far one source is in an export."""

    source: str
    events: int
    first_id: int
    last_id: int
    last_time: datetime


class Manifest(msgspec.Struct):
    """What an export holds: its files, and how far each source is."""

    format: str
    version: int
    made_at: datetime
    as_of: datetime | None
    known_at: datetime | None
    puskesmas: list[str] | None
    columns: list[str]
    rows: int
    files: list[Part]
    sources: list[LastOf]


def write_log(
    connection: DuckDBPyConnection,
    filters: Filters,
    when: When,
    now: datetime,
    file: BinaryIO,
    folder: Path,
) -> None:
    """Write the log as a tar to `file`; `folder` is for the month that is being written.

    The days asked for are those of recording. Raises InvalidInput for a filter that events do not
    have.
    """
    for name, asked in (
        ("unit", filters.unit),
        ("area", filters.units),
        ("channel", filters.channel),
        ("category", filters.category),
        ("state", filters.state),
        ("total", filters.total),
    ):
        if asked is not None:
            raise invalid(name, _("Log berisi kejadian; saring menurut Puskesmas dan tanggal."))
    with (
        _snapshot(connection),
        tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        _choose(connection, filters, when)
        parts = [_add_month(connection, month, tar, folder) for month in _months(connection)]
        sources = _sources(connection)
        manifest = Manifest(
            format="tanggap-log",
            version=VERSION,
            made_at=now,
            as_of=when.as_of,
            known_at=when.known_at,
            puskesmas=_places(filters),
            columns=COLUMNS.split(", "),
            rows=sum(each.rows for each in parts),
            files=parts,
            sources=sources,
        )
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        tar.addfile(_entry(MANIFEST, len(content)), io.BytesIO(content))


@contextmanager
def _snapshot(connection: DuckDBPyConnection) -> Iterator[None]:
    """Let all statements see the log as it is now."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _choose(connection: DuckDBPyConnection, filters: Filters, when: When) -> None:
    """Note which rows are asked for, by their place in the log: COPY takes no parameters."""
    condition = Condition(
        ["l.arrived_at <= $k", "coalesce(l.occurred_at, l.time) <= $t"], dict(when.parameters)
    )
    places = _places(filters)
    if places is not None:
        condition.add("list_contains($places, l.puskesmas)", places=places)
    condition.add(
        f"l.time >= {STARTS} AND l.time < {ENDS}",
        **bounds(zones(connection), filters.since, filters.until),
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE exported AS
        WITH {BOUNDS}
        SELECT l.place, strftime(l.time, '%Y-%m') AS month
        FROM log AS l LEFT JOIN bounds AS b ON b.code = l.puskesmas WHERE {condition}
        """,
        condition.parameters,
    )


def _places(filters: Filters) -> list[str] | None:
    if filters.puskesmas is not None:
        return [filters.puskesmas]
    return None if filters.scope is None else sorted(filters.scope)


def _months(connection: DuckDBPyConnection) -> list[str]:
    found = connection.execute("SELECT DISTINCT month FROM exported ORDER BY month").fetchall()
    return [month for (month,) in found]


def _add_month(
    connection: DuckDBPyConnection, month: str, tar: tarfile.TarFile, folder: Path
) -> Part:
    """Write one month's file, and put it into the tar."""
    path = folder / "month.parquet"
    connection.execute(
        f"COPY (SELECT {COLUMNS} FROM log SEMI JOIN (FROM exported WHERE month = '{month}') "
        f"USING (place)) TO '{path}' "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP})"
    )
    row = connection.execute(
        "SELECT count(*) FROM exported WHERE month = $month", {"month": month}
    ).fetchone()
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
        size = written.seek(0, io.SEEK_END)
        written.seek(0)
        name = NAME.format(month)
        tar.addfile(_entry(name, size), written)
    path.unlink()
    return Part(name, row[0] if row else 0, size, digest)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o640
    return entry


def _sources(connection: DuckDBPyConnection) -> list[LastOf]:
    found = connection.execute(
        "SELECT source, count(*) AS events, min(id) AS first_id, max(id) AS last_id, "
        "max(time) AS last_time FROM log SEMI JOIN exported USING (place) "
        "GROUP BY source ORDER BY source"
    )
    return [LastOf(**_named(row)) for row in records(found)]


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in LastOf.__struct_fields__}
