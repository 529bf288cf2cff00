"""What somebody with the files of a node may do to its history, one change at a time."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import msgspec

from services.kernel.clock import Clock, system_clock
from services.kernel.district import SHIPPED, load_district
from services.main.node import Node
from services.main.settings import Settings

DISTRICT = load_district(SHIPPED)
Change = Callable[[Path, str, int], None]
"""Does something to an event of a service, by its position, in one place of a folder."""


@contextmanager
def opened(folder: Path, clock: Clock = system_clock) -> Iterator[Node]:
    """Open the node of a folder; nothing of it runs by itself."""
    node = Node(Settings(data=folder), DISTRICT, clock)
    try:
        yield node
    finally:
        node.reporting.store.reader().close()
        for worker in node.workers:
            worker._close()
        node.close()


def copied(folder: Path, to: Path) -> Path:
    """Return a copy of a folder."""
    return Path(shutil.copytree(folder, to, ignore=shutil.ignore_patterns("*-shm")))


@contextmanager
def store(folder: Path, service: str) -> Iterator[sqlite3.Connection]:
    """Open a service's store without what guards it."""
    with sqlite3.connect(folder / f"{service}.sqlite") as connection:
        for verb in ("update", "delete"):
            connection.execute(f"DROP TRIGGER IF EXISTS stored_events_no_{verb}")
        yield connection
    connection.close()


@contextmanager
def stream(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the embedded stream."""
    with sqlite3.connect(folder / "stream.sqlite") as connection:
        yield connection
    connection.close()


@contextmanager
def log(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the log copy."""
    with duckdb.connect(str(folder / "reporting.duckdb")) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def origin(folder: Path) -> str:
    """Return the name of a folder's origin."""
    return str(msgspec.json.decode((folder / "origin.json").read_bytes())["origin"])


def source(folder: Path, service: str) -> str:
    """Return a service's source."""
    return f"/{origin(folder)}/{service}"


def offset(connection: sqlite3.Connection, source: str, id: int) -> int:
    """Return where an event lies on the embedded stream."""
    wanted = f'["ce_id","{id}"],["ce_source","{source}"]'
    ((found,),) = connection.execute(
        "SELECT offset FROM log WHERE instr(CAST(headers AS TEXT), ?) > 0", (wanted,)
    ).fetchall()
    return int(found)


def other(text: bytes) -> bytes:
    """Return a payload that says another year of when it happened."""
    changed = text.replace(b'"occurred_at":"202', b'"occurred_at":"201')
    assert changed != text
    return changed


# In a service's store


def store_changed(folder: Path, service: str, id: int) -> None:
    with store(folder, service) as connection:
        ((state,),) = connection.execute(
            "SELECT state FROM stored_events WHERE rowid = ?", (id,)
        ).fetchall()
        connection.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (other(state), id))


def store_garbled(folder: Path, service: str, id: int) -> None:
    with store(folder, service) as connection:
        connection.execute(
            "UPDATE stored_events SET state = CAST('x' || substr(state, 2) AS BLOB) "
            "WHERE rowid = ?",
            (id,),
        )


def store_removed(folder: Path, service: str, id: int) -> None:
    with store(folder, service) as connection:
        connection.execute("DELETE FROM stored_events WHERE rowid = ?", (id,))


def store_closed_up(folder: Path, service: str, id: int) -> None:
    with store(folder, service) as connection:
        connection.execute("DELETE FROM stored_events WHERE rowid = ?", (id,))
        connection.execute("UPDATE stored_events SET rowid = -rowid WHERE rowid > ?", (id,))
        connection.execute("UPDATE stored_events SET rowid = -rowid - 1 WHERE rowid < 0")


def store_swapped(folder: Path, service: str, id: int) -> None:
    with store(folder, service) as connection:
        for one, another in ((id, -1), (id + 1, id), (-1, id + 1)):
            connection.execute("UPDATE stored_events SET rowid = ? WHERE rowid = ?", (another, one))


def store_inserted(folder: Path, service: str, id: int) -> None:
    with store(folder, service) as connection:
        connection.execute("UPDATE stored_events SET rowid = -rowid WHERE rowid >= ?", (id,))
        connection.execute("UPDATE stored_events SET rowid = 1 - rowid WHERE rowid < 0")
        connection.execute(
            "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) "
            "SELECT ?, hex(randomblob(16)), 1, topic, state FROM stored_events WHERE rowid = 1",
            (id,),
        )


def store_cut(folder: Path, service: str, id: int) -> None:
    with store(folder, service) as connection:
        connection.execute("DELETE FROM stored_events WHERE rowid >= ?", (id,))


# On the stream


def stream_changed(folder: Path, service: str, id: int) -> None:
    with stream(folder) as connection:
        at = offset(connection, source(folder, service), id)
        ((value,),) = connection.execute("SELECT value FROM log WHERE offset = ?", (at,)).fetchall()
        connection.execute("UPDATE log SET value = ? WHERE offset = ?", (other(value), at))


def stream_garbled(folder: Path, service: str, id: int) -> None:
    with stream(folder) as connection:
        at = offset(connection, source(folder, service), id)
        connection.execute(
            "UPDATE log SET headers = CAST(replace(headers, 'ce_type', 'ce_tape') AS BLOB) "
            "WHERE offset = ?",
            (at,),
        )


def stream_removed(folder: Path, service: str, id: int) -> None:
    with stream(folder) as connection:
        at = offset(connection, source(folder, service), id)
        connection.execute("DELETE FROM log WHERE offset = ?", (at,))


def stream_swapped(folder: Path, service: str, id: int) -> None:
    with stream(folder) as connection:
        name = source(folder, service)
        one, another = offset(connection, name, id), offset(connection, name, id + 1)
        for at, to in ((one, -1), (another, one), (-1, another)):
            connection.execute("UPDATE log SET offset = ? WHERE offset = ?", (to, at))


def stream_cut(folder: Path, service: str, id: int) -> None:
    with stream(folder) as connection:
        at = offset(connection, source(folder, service), id)
        connection.execute("DELETE FROM log WHERE offset >= ?", (at,))


# In the log copy


def log_changed(folder: Path, service: str, id: int) -> None:
    with log(folder) as connection:
        where = [source(folder, service), id]
        ((value,),) = connection.execute(
            "SELECT value FROM log WHERE source = ? AND id = ?", where
        ).fetchall()
        connection.execute(
            "UPDATE log SET value = ? WHERE source = ? AND id = ?", [other(value), *where]
        )


def log_removed(folder: Path, service: str, id: int) -> None:
    with log(folder) as connection:
        connection.execute(
            "DELETE FROM log WHERE source = ? AND id = ?", [source(folder, service), id]
        )


def log_swapped(folder: Path, service: str, id: int) -> None:
    with log(folder) as connection:
        connection.execute(
            "UPDATE log SET id = ? - id WHERE source = ? AND id IN (?, ?)",
            [2 * id + 1, source(folder, service), id, id + 1],
        )


def log_inserted(folder: Path, service: str, id: int) -> None:
    with log(folder) as connection:
        connection.execute(
            "INSERT INTO log SELECT * REPLACE (puskesmas || 'x' AS puskesmas, place + 0 AS place) "
            "FROM log WHERE source = ? AND id = ?",
            [source(folder, service), id],
        )


def log_cut(folder: Path, service: str, id: int) -> None:
    with log(folder) as connection:
        connection.execute(
            "DELETE FROM log WHERE source = ? AND id >= ?", [source(folder, service), id]
        )


def everywhere_changed(folder: Path, service: str, id: int) -> None:
    """Rewrite an event in its store, on the stream and in the log copy alike."""
    store_changed(folder, service, id)
    stream_changed(folder, service, id)
    log_changed(folder, service, id)
    with log(folder) as connection:
        connection.execute(
            "UPDATE log SET occurred_at = occurred_at - INTERVAL 10 YEAR "
            "WHERE source = ? AND id = ?",
            [source(folder, service), id],
        )


def everywhere_cut(folder: Path, service: str, id: int) -> None:
    """Cut a history off in all places alike, and let nothing say that there was more."""
    name = source(folder, service)
    store_cut(folder, service, id)
    log_cut(folder, service, id)
    with stream(folder) as connection:
        for at, headers in connection.execute("SELECT offset, headers FROM log").fetchall():
            attributes = dict(msgspec.json.decode(headers))
            if attributes["ce_source"] == name and int(attributes["ce_id"]) >= id:
                connection.execute("DELETE FROM log WHERE offset = ?", (at,))
    with log(folder) as connection:
        ((tracked,),) = connection.execute("SELECT tracked FROM reading").fetchall()
        chains = msgspec.json.decode(tracked)
        chains[f"{name}/0"] = id - 1
        connection.execute("UPDATE reading SET tracked = ?", [msgspec.json.encode(chains).decode()])
