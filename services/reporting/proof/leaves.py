"""The leaves of each source's tree, in SQL over the log copy.

`DATA` and `LEAF` are what `services/kernel/proof/leaf.py` says of a message; a test holds one to
the other. In the database it costs no time of the interpreter.
"""

# ruff: noqa: S608 (statements are put together from parts of ours; what was asked are parameters)

from typing import Final

from duckdb import DuckDBPyConnection

_TIME: Final = """coalesce(
    strlen(time_written) || ':' || time_written,
    CASE WHEN epoch_us(time) % 1000000 = 0
        THEN strftime(time, '25:%Y-%m-%dT%H:%M:%S+00:00')
        ELSE strftime(time, '32:%Y-%m-%dT%H:%M:%S.%f+00:00')
    END
)"""


def _sized(name: str, column: str) -> str:
    return f"'\n{name}:', strlen({column}), ':', {column}"


DATA: Final = f"""encode(concat(
    'ce_specversion:3:1.0', {_sized("ce_id", "id::VARCHAR")},
    {_sized("ce_source", "source")}, {_sized("ce_subject", "subject")},
    {_sized("ce_type", "type")}, '\nce_time:', {_TIME},
    {_sized("ce_puskesmas", "puskesmas")},
    '\nce_actor:', strlen(actor) + 1 + strlen(role), ':', actor, ';', role,
    {_sized("ce_correlationid", "correlation_id")},
    {_sized("ce_causationid", "causation_id")},
    '\ncontent-type:16:application/json\nvalue:', octet_length(value), ':'
)) || value"""
LEAF: Final = f"unhex(sha256('\\x00'::BLOB || {DATA}))"
STRAYS: Final = "/stray/"
"""Under it stands what lies on the stream and is no event of ours."""


def whole_sources(connection: DuckDBPyConnection) -> list[str]:
    """Return the sources of which the log copy is to hold everything: not those of which an edge
    takes over a part."""
    found = connection.execute(
        "SELECT source FROM log WHERE NOT starts_with(source, ?) "
        "GROUP BY source HAVING min(partition) >= 0 ORDER BY source",
        [STRAYS],
    )
    return [source for (source,) in found.fetchall()]


def leaves(
    connection: DuckDBPyConnection, source: str, after: int, upto: int
) -> list[tuple[int, bytes]]:
    """Return the ids of a source after one, up to another, each with its leaf, by the id."""
    return connection.execute(
        f"SELECT id, {LEAF} FROM log WHERE source = ? AND id > ? AND id <= ? ORDER BY id",
        [source, after, upto],
    ).fetchall()
