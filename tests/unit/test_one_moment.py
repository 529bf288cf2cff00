"""Whatever one question asks of reporting's file is of one moment, and leaves nothing behind."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from services.reporting.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "reporting.duckdb")
    yield opened
    opened.close()


def known(connection: duckdb.DuckDBPyConnection) -> list[tuple[str]]:
    return connection.execute("SELECT digest FROM made_by").fetchall()


def test_what_is_written_meanwhile_is_seen_by_the_next_question(store: Store) -> None:
    writer = store.connection()
    with store.of_one_moment() as reader:
        assert known(reader) == []
        writer.execute("INSERT INTO made_by VALUES ('later')")
        assert known(reader) == []
    with store.of_one_moment() as reader:
        assert known(reader) == [("later",)]
    writer.close()


def test_tables_are_dropped_and_renamed_while_it_is_asked(store: Store) -> None:
    writer = store.connection()
    writer.execute("INSERT INTO made_by VALUES ('before'); CREATE TABLE beside (digest VARCHAR)")
    with store.of_one_moment() as reader:
        assert known(reader) == [("before",)]
        writer.execute("BEGIN; DROP TABLE made_by; ALTER TABLE beside RENAME TO made_by; COMMIT")
        assert known(reader) == [("before",)]
    assert known(store.reader()) == []
    writer.close()


def test_a_question_that_fails_leaves_the_connection_as_it_was(store: Store) -> None:
    def fail() -> None:
        with store.of_one_moment() as reader:
            reader.execute("CREATE TEMP TABLE gathered AS SELECT 1 AS one")
            reader.execute("SELECT nothing FROM made_by")

    with pytest.raises(duckdb.BinderException):
        fail()
    with pytest.raises(duckdb.CatalogException):
        store.reader().execute("FROM gathered")
    with store.of_one_moment() as reader:
        assert known(reader) == []
