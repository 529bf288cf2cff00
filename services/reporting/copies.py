"""A second log beside the live one: taken from the stream again, or from the services' stores.

What is copied is noted in the same transaction, so that a copy which was killed goes on.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.kernel.chain import Holes, Sorted, sort_out
from services.kernel.stream import Delivery, ReadAhead, Stream
from services.reporting.comparing import BESIDE
from services.reporting.messages import as_batch, insert
from services.reporting.outboxes import Outboxes
from services.reporting.unfinished import STAGED, Unfinished, transaction

PAGE: Final = 8_000
LOG: Final = "log" + BESIDE


@dataclass(frozen=True)
class Copied:
    """What a copy from the stores had to do without: events that never arrived (their own time
    stands in for their arrival), and those that are still on their way (they are left out)."""

    without_arrival: int = 0
    on_their_way: int = 0


def copy_stream(
    connection: DuckDBPyConnection,
    unfinished: Unfinished,
    stream: Stream,
    upto: Mapping[int, int],
    told: Callable[[int], None],
    aside: Callable[[Sorted], None] = lambda _batch: None,
) -> Holes:
    """Copy the stream from where it was copied up to these offsets; return what is missing in it.

    `told` is called with how many messages were read, before each page, and may raise; `aside` with
    each page sorted out, within its transaction.
    """
    create(connection, LOG)
    reader = ReadAhead(stream.reader("rebuild", unfinished.copied.offsets), "rebuild")
    tracked = dict(unfinished.copied.tracked)
    read = dict.fromkeys(upto, 0) | unfinished.copied.offsets
    adding = insert(LOG)
    place = count(connection, f"FROM {LOG}")
    holes = Holes()
    try:
        while any(read[at] < end for at, end in upto.items()):
            told(sum(read.values()))
            page = reader.poll(PAGE, 1.0)
            for delivery in page:
                # What lies behind the end is not taken: whoever goes on from here reads it again.
                end = upto.get(delivery.partition, 0)
                read[delivery.partition] = min(delivery.offset + 1, end)
            batch = sort_out(_within(page, upto), tracked)
            back, offsets = holes.settle(batch, read)
            tracked |= batch.tracked
            with transaction(connection):
                if batch.taken:
                    connection.execute(adding, {"batch": as_batch(batch.taken, place)})
                aside(batch)
                unfinished.note_copied(offsets, tracked)
            place += len(batch.taken)
            for delivery in back:
                reader.seek(delivery.partition, delivery.offset)
                read[delivery.partition] = delivery.offset
    finally:
        reader.close()
    return holes


def _within(page: Sequence[Delivery], upto: Mapping[int, int]) -> list[Delivery]:
    return [each for each in page if each.offset < upto.get(each.partition, 0)]


def stage(
    connection: DuckDBPyConnection,
    stream: Stream,
    outboxes: Outboxes,
    told: Callable[[int], None],
) -> list[str]:
    """Gather what this deployment's services hold; return their sources.

    Raises Unavailable where a service does not answer, and what `told` raises.
    """
    sources = list(outboxes.sources())
    create(connection, STAGED)
    adding = insert(STAGED)
    for source in sources:
        position = _last(connection, source)
        while page := outboxes.after(source, position):
            told(count(connection, f"FROM {STAGED}"))
            position = page[-1].id
            staged = [Delivery(each, stream.partition_of(each.key), -1, each.time) for each in page]
            connection.execute(adding, {"batch": as_batch(staged, 0)})
    return sources


def _last(connection: DuckDBPyConnection, source: str) -> int:
    """Return the last id of a source that is staged already."""
    row = connection.execute(f"SELECT max(id) FROM {STAGED} WHERE source = ?", [source]).fetchone()
    return (row and row[0]) or 0


def copy_stores(
    connection: DuckDBPyConnection,
    unfinished: Unfinished,
    stream: Stream,
    outboxes: Outboxes,
    told: Callable[[int], None],
) -> Copied:
    """Take what this deployment's services hold; other sources come from the live log.

    When an event arrived stands in no store: it is looked up in the live log. Raises Unavailable
    where a service does not answer.
    """
    sources = stage(connection, stream, outboxes, told)
    tracked = unfinished.began.tracked
    with transaction(connection):
        create(connection, LOG)
        connection.execute(
            _FROM_STORES,
            {"sources": sources, "chains": list(tracked), "last": list(tracked.values())},
        )
        staged, taken, without = (
            count(connection, what)
            for what in (
                f"FROM {STAGED}",
                f"FROM {LOG} SEMI JOIN {STAGED} USING (source, id)",
                f"FROM {LOG} SEMI JOIN {STAGED} USING (source, id) WHERE stream_offset < 0",
            )
        )
        connection.execute(f"DROP TABLE {STAGED}")
        unfinished.note_copy_done()
    return Copied(without, staged - taken)


_FROM_STORES: Final = f"""
INSERT INTO {LOG} BY NAME
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


def fill(connection: DuckDBPyConnection, ends: Mapping[str, int]) -> int:
    """Add to the log beside what was staged, lies at or before the last id that was once sent on
    its chain (`ends`), and is not there; return how many that were.

    When they arrived is known to nobody any more: their own time stands in for it.
    """
    before = count(connection, f"FROM {LOG}")
    connection.execute(_FILL, {"chains": list(ends), "last": list(ends.values())})
    return count(connection, f"FROM {LOG}") - before


_FILL: Final = f"""
INSERT INTO {LOG} BY NAME
SELECT * EXCLUDE (before, chain, last) REPLACE (
    before AS previous,
    row_number() OVER (ORDER BY time, source, id) - 1
        + (SELECT coalesce(max(place) + 1, 0) FROM {LOG}) AS place
)
FROM (
    SELECT *, lag(id, 1, 0) OVER (PARTITION BY source, partition ORDER BY id) AS before
    FROM {STAGED}
)
JOIN (SELECT unnest($chains::VARCHAR[]) AS chain, unnest($last::BIGINT[]) AS last)
    ON chain = source || '/' || partition AND id <= last
ANTI JOIN {LOG} USING (source, id)
"""


def create(connection: DuckDBPyConnection, table: str) -> None:
    """Make a log of another name, with the columns of the live one, unless it is there."""
    columns: Any = connection.execute("DESCRIBE log").fetchall()
    described = ", ".join(f"{column[0]} {column[1]}" for column in columns)
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({described})")


def count(connection: DuckDBPyConnection, what: str) -> int:
    """Return how many rows there are."""
    ((found,),) = connection.execute(f"SELECT count(*) {what}").fetchall()
    return int(found)
