"""Saves that arrive together share a commit; one that fails is undone alone."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path

import psycopg
import pytest

from services.kernel import failpoints
from services.kernel.store.database import Connection, Database, StoreUnavailable
from services.kernel.store.files import SqliteFile
from services.kernel.store.writer import GroupWriter
from tests.servers.fixtures import Schemas

CLASHES = (sqlite3.IntegrityError, psycopg.IntegrityError)


@pytest.fixture
def writer(database: Database) -> Iterator[GroupWriter]:
    writer = GroupWriter(database)
    writer.run(lambda db: database.define(db, "CREATE TABLE t (n INTEGER PRIMARY KEY)"))
    yield writer
    writer.close()


def insert(n: int) -> Callable[[Connection], int]:
    return lambda db: int(db.execute("INSERT INTO t VALUES (?) RETURNING n", (n,)).fetchone()[0])


def held(writer: GroupWriter) -> tuple[threading.Event, "Future[bool]"]:
    """Have the writer wait inside a work, so that what is submitted meanwhile is the next batch."""
    begun, go_on = threading.Event(), threading.Event()

    def work(db: Connection) -> bool:
        begun.set()
        return go_on.wait(30)

    future = writer.submit(work)
    begun.wait(30)
    return go_on, future


def rows(writer: GroupWriter) -> list[int]:
    """What another connection sees: committed rows only."""
    other = writer.database.connect()
    try:
        return [row[0] for row in other.execute("SELECT n FROM t ORDER BY n")]
    finally:
        other.close()


def test_works_that_arrive_together_share_one_commit(writer: GroupWriter) -> None:
    commits: list[int] = []
    writer.on_commit(lambda: commits.append(1))
    go_on, _hold = held(writer)
    futures = [writer.submit(insert(n)) for n in range(1, 51)]
    go_on.set()
    wait(futures, 30)
    assert rows(writer) == list(range(1, 51))
    # A later work sees the listeners of both batches before it: of the held one and of the fifty.
    assert writer.run(lambda db: len(commits)) == 2


def test_what_the_works_of_a_batch_need_is_stored_together_before_them(writer: GroupWriter) -> None:
    stored: list[list[str]] = []
    seen: list[int] = []
    writer.store_first(stored.append)
    go_on, _hold = held(writer)
    needing = [
        writer.submit(lambda db: seen.append(len(stored)), needs=[name]) for name in ("a", "b")
    ]
    go_on.set()
    wait(needing, 30)
    assert stored == [["a", "b"]]
    assert seen == [1, 1]


def test_nothing_is_written_when_what_is_needed_cannot_be_stored(writer: GroupWriter) -> None:
    def full(needs: list[str]) -> None:
        raise OSError("disk full")

    writer.store_first(full)
    with pytest.raises(OSError, match="disk full"):
        writer.submit(insert(1), needs=["key"]).result(30)
    assert rows(writer) == []
    assert writer.run(insert(2)) == 2


def test_a_clash_is_undone_alone(writer: GroupWriter) -> None:
    go_on, _hold = held(writer)

    def two_then_clash(db: Connection) -> None:
        db.execute("INSERT INTO t VALUES (7)")
        db.execute("INSERT INTO t VALUES (1)")

    first = writer.submit(insert(1))
    clash = writer.submit(two_then_clash)
    last = writer.submit(insert(2))
    go_on.set()
    for each in (first, clash, last):
        each.exception(30)
    assert isinstance(clash.exception(), CLASHES)
    assert rows(writer) == [1, 2]


def test_nothing_is_answered_before_the_commit_is_visible(writer: GroupWriter) -> None:
    seen: list[list[int]] = []
    for n in range(1, 21):
        future = writer.submit(insert(n))
        future.add_done_callback(lambda _done: seen.append(rows(writer)))
        future.result(30)
    writer.run(lambda db: None)
    assert seen == [list(range(1, n + 1)) for n in range(1, 21)]


def test_a_commit_that_fails_fails_everyone_in_it(writer: GroupWriter) -> None:
    child = "CREATE TABLE child (t INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)"
    writer.run(lambda db: writer.database.define(db, child))
    go_on, _hold = held(writer)
    good = writer.submit(insert(5))
    bad = writer.submit(lambda db: db.execute("INSERT INTO child VALUES (99)"))
    go_on.set()
    for each in (good, bad):
        each.exception(30)
    assert isinstance(good.exception(), CLASHES)
    assert isinstance(bad.exception(), CLASHES)
    assert rows(writer) == []
    assert writer.submit(insert(6)).result(30)
    assert rows(writer) == [6]


def test_a_connection_that_is_lost_amid_a_work_is_said_to_be_so_and_made_anew(
    schemas: Schemas,
) -> None:
    writer = GroupWriter(schemas.new())

    def lose(db: Connection) -> None:
        db.close()
        db.execute("SELECT 1")

    with pytest.raises(StoreUnavailable):
        writer.submit(lose).result(30)
    assert writer.submit(lambda _db: True).result(30)
    writer.close()


def test_closing_finishes_what_was_submitted(tmp_path: Path) -> None:
    writer = GroupWriter(SqliteFile(tmp_path / "other.sqlite"))
    writer.run(lambda db: db.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
    futures = [writer.submit(insert(n)) for n in range(1, 300)]
    writer.close()
    assert all(future.done() for future in futures)
    assert rows(writer) == list(range(1, 300))


def test_a_failpoint_that_nobody_named_cannot_be_armed() -> None:
    with pytest.raises(ValueError, match="no failpoint"):
        failpoints.arm("nowhere", lambda: None)
