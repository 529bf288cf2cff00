"""Bringing a file up to date that another version of the program has made.

The bytes of every message are in the log, so whatever this version types or folds differently,
or can read by now, is made anew from them.
"""

# ruff: noqa: S608 (statements are put together from parts of ours)

import structlog
from duckdb import DuckDBPyConnection

from services.reporting import chunks, folds
from services.reporting.comparing import BESIDE
from services.reporting.folding import Folding, fold_parts, part_size
from services.reporting.logcopy import rows
from services.reporting.messages import (
    MESSAGE_COLUMNS,
    UNKNOWN_TYPE,
    as_message,
    retype,
    trouble_of,
)
from services.reporting.store import Store, schema
from services.reporting.unfinished import discard
from services.reporting.version import digest

log = structlog.get_logger()


def bring_up_to_date(store: Store) -> bool:
    """Make log columns and facts anew if another version made them; say whether it was so.

    Raises duckdb.Error when the file cannot be written; the next start then tries again.
    """
    connection = store.connection()
    try:
        if connection.execute("SELECT digest FROM made_by").fetchall() == [(digest(),)]:
            return False
        connection.execute("DELETE FROM made_by")
        discard(connection)
        _judge_again(connection)
        _type_anew(connection)
        for fold in folds.folds():
            connection.execute(f"DROP TABLE IF EXISTS {fold.name}")
        folds.create_tables(connection)
        with store.on_all_cores():
            events = _fold_all(store, connection)
        connection.execute("INSERT INTO made_by VALUES (?)", [digest()])
        log.info("facts_made_anew", events=events)
        return True
    finally:
        connection.close()


def _fold_all(store: Store, connection: DuckDBPyConnection) -> int:
    """Fold all of the log into the (empty) fact tables; return how many events it holds."""
    parts = list(enumerate(chunks.plan(connection, "log", part_size(store))))
    folding = Folding(parts, "log", "", lambda _number, _connection: None)
    return fold_parts(store, folding, 0, lambda _events: None, lambda _progress: None)


def _judge_again(connection: DuckDBPyConnection) -> None:
    """Take up the messages whose type was not known before, and is now."""
    found = connection.execute(
        f"SELECT {MESSAGE_COLUMNS} FROM log WHERE trouble = '{UNKNOWN_TYPE}'"
    )
    for message in map(as_message, rows(found)):
        if (trouble := trouble_of(message)) != UNKNOWN_TYPE:
            connection.execute(
                "UPDATE log SET trouble = ? WHERE source = ? AND id = ?",
                [trouble, message.source, message.id],
            )


def _type_anew(connection: DuckDBPyConnection) -> None:
    beside = "log" + BESIDE
    connection.execute(f"DROP TABLE IF EXISTS {beside}")
    connection.execute(schema(beside))
    connection.execute(retype(beside))
    connection.execute("BEGIN")
    connection.execute("DROP TABLE log")
    connection.execute(f"ALTER TABLE {beside} RENAME TO log")
    connection.execute("COMMIT")
