"""A second log beside the live one: taken from the stream again, or from the services' stores."""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Mapping
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from services.kernel.chain import sort_out
from services.kernel.stream import Delivery, ReadAhead, Stream
from services.reporting.messages import as_batch, insert
from services.reporting.outboxes import Outboxes

PAGE = 8_000
STAGED = "log_staged"


@dataclass(frozen=True)
class Upto:
    """How far the live log was when a copy began: offsets of the stream, the last id taken of each
    chain, and the place of its next row."""

    offsets: Mapping[int, int]
    tracked: Mapping[str, int]
    place: int


@dataclass(frozen=True)
class Copied:
    """What a copy from the stores had to do without: events that never arrived (their own time
    stands in for their arrival), and those that are still on their way (they are left out)."""

    without_arrival: int = 0
    on_their_way: int = 0


def copy_stream(connection: DuckDBPyConnection, log: str, stream: Stream, upto: Upto) -> Copied:
    """Take the stream from its beginning up to where the live log copy has read it."""
    _create(connection, log)
    reader = ReadAhead(stream.reader("rebuild", {}), "rebuild")
    tracked: dict[str, int] = {}
    read: dict[int, int] = dict.fromkeys(upto.offsets, 0)
    adding = insert(log)
    late: list[Delivery] = []
    place = 0
    try:
        while any(read[at] < end for at, end in upto.offsets.items()):
            page = reader.poll(PAGE, 1.0)
            for delivery in page:
                read[delivery.partition] = delivery.offset + 1
            within = [each for each in page if each.offset < upto.offsets.get(each.partition, 0)]
            batch = sort_out([*late, *within], tracked)
            tracked |= batch.tracked
            late = batch.late
            if batch.taken:
                connection.execute(adding, {"batch": as_batch(batch.taken, place)})
                place += len(batch.taken)
    finally:
        reader.close()
    return Copied()


def copy_stores(
    connection: DuckDBPyConnection, log: str, stream: Stream, outboxes: Outboxes, upto: Upto
) -> Copied:
    """Take what this deployment's services hold; other sources come from the live log.

    When an event arrived stands in no store: it is looked up in the live log. Raises Unavailable
    where a service does not answer.
    """
    sources = list(outboxes.sources())
    _create(connection, STAGED)
    adding = insert(STAGED)
    for source in sources:
        position = 0
        while page := outboxes.after(source, position):
            position = page[-1].id
            staged = [Delivery(each, stream.partition_of(each.key), -1, each.time) for each in page]
            connection.execute(adding, {"batch": as_batch(staged, 0)})
    _create(connection, log)
    connection.execute(
        _FROM_STORES.format(log=log),
        {"sources": sources, "chains": list(upto.tracked), "last": list(upto.tracked.values())},
    )
    (staged_rows, taken, without) = (
        _count(connection, statement)
        for statement in (
            f"FROM {STAGED}",
            f"FROM {log} SEMI JOIN {STAGED} USING (source, id)",
            f"FROM {log} SEMI JOIN {STAGED} USING (source, id) WHERE stream_offset < 0",
        )
    )
    connection.execute(f"DROP TABLE {STAGED}")
    return Copied(without, staged_rows - taken)


_FROM_STORES = f"""
INSERT INTO {{log}} BY NAME
SELECT * REPLACE (row_number() OVER (ORDER BY place, source, id) - 1 AS place) FROM (
    SELECT staged.* REPLACE (
        coalesce(log.place, 9223372036854775807) AS place,
        coalesce(log.partition, staged.partition) AS partition,
        coalesce(log.stream_offset, staged.stream_offset) AS stream_offset,
        coalesce(log.previous, staged.previous) AS previous,
        coalesce(log.arrived_at, staged.arrived_at) AS arrived_at
    )
    FROM {STAGED} AS staged
    LEFT JOIN log ON log.source = staged.source AND log.id = staged.id
    LEFT JOIN (SELECT unnest($chains::VARCHAR[]) AS chain, unnest($last::BIGINT[]) AS last)
        ON chain = staged.source || '/' || staged.partition
    WHERE log.id IS NOT NULL OR staged.id <= last
    UNION ALL BY NAME
    SELECT * FROM log WHERE NOT list_contains($sources::VARCHAR[], source)
)
"""


def _create(connection: DuckDBPyConnection, table: str) -> None:
    columns = connection.execute("DESCRIBE log").fetchall()
    described = ", ".join(f"{column[0]} {column[1]}" for column in columns)
    connection.execute(f"CREATE TABLE {table} ({described})")


def _count(connection: DuckDBPyConnection, what: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) {what}").fetchall()
    return int(count)
