"""A destroyed key leaves no bytes, or whoever destroys it is told."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from services.kernel.keyring import Keyring, Mark, Reason, Subject
from services.kernel.keyring.keyring import KeyDiffers, NewKey, StillWritten
from services.kernel.keyring.openings import REASON_HOLDS
from services.kernel.store import files
from services.kernel.store.database import Database
from services.kernel.store.servers import PostgresSchema
from tests.servers.fixtures import Schemas
from tests.servers.postgres import Postgres

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def entropy(length: int) -> bytes:
    return bytes(range(length))


def on_disk(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir())


def files_of_the_server_with(secret: bytes, postgres: Postgres) -> list[str]:
    """Return what holds a secret of tables and write-ahead log, all of it written out."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    every = [each for each in postgres.data.rglob("*") if each.is_file()]
    return [each.name for each in every if secret in each.read_bytes()]


def test_a_destroyed_key_is_on_the_disk_no_more_even_where_a_reader_delays_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BUSY_SECONDS", 0.05)
    keyring = Keyring(tmp_path / "keyring.sqlite", bytes(32), lambda: NOW, entropy)
    key = keyring.wrapped(keyring.new_key("complaint-1"))
    keyring.store([key])
    assert key.secret in on_disk(tmp_path)
    reader = sqlite3.connect(tmp_path / "keyring.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM keys").fetchone() == (1,)
    with pytest.raises(StillWritten):
        keyring.destroy("complaint-1")
    assert keyring.key("complaint-1") is None
    assert key.secret in on_disk(tmp_path)
    reader.close()
    keyring.destroy("complaint-1")
    assert key.secret not in on_disk(tmp_path)
    keyring.close()


def test_a_destroyed_key_is_nowhere_on_a_server_even_where_somebody_still_sees_it(
    schemas: Schemas, postgres: Postgres
) -> None:
    place = schemas.new()
    keyring = Keyring(place, bytes(32), lambda: NOW, entropy)
    key = keyring.wrapped(keyring.new_key("complaint-1"))
    keyring.store([key, keyring.wrapped(keyring.new_key("complaint-2"))])
    assert files_of_the_server_with(key.secret, postgres)
    with psycopg.connect(place.told) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT count(*) FROM erased")
        with pytest.raises(StillWritten):
            keyring.erased.destroy("complaint-1", [])
        assert keyring.key("complaint-1") is None
        assert files_of_the_server_with(key.secret, postgres)
    keyring.erased.destroy("complaint-1", [])
    assert not files_of_the_server_with(key.secret, postgres)
    assert keyring.key("complaint-2")
    keyring.close()


def test_openings_are_found_by_key_also_those_of_an_older_file(tmp_path: Path) -> None:
    path = tmp_path / "keyring.sqlite"
    keyring = Keyring(path, bytes(32), lambda: NOW, entropy)
    keys = [keyring.new_key(id) for id in ("complaint-1", "complaint-2")]
    keyring.store([keyring.wrapped(key) for key in keys])
    one, other = (key.seal("Antre.", "ComplaintReceived.text", entropy) for key in keys)
    for account, boxes in (("a", [one]), ("b", [other]), ("c", [other, one, one])):
        assert keyring.open(boxes, account, "head", "case") == ["Antre."] * len(boxes)

    def accounts(keyring: Keyring, **asked: int) -> list[str]:
        return [each.account for each in keyring.log.of("complaint-1", **asked)]

    assert (accounts(keyring), accounts(keyring, newest=1)) == (["a", "c"], ["c"])
    keyring.close()
    with sqlite3.connect(path) as older:
        older.execute("DROP TABLE opened")
    older.close()
    keyring = Keyring(path, bytes(32), lambda: NOW, entropy)
    assert accounts(keyring) == ["a", "c"]
    keyring.close()


def test_a_role_that_may_not_write_the_table_anew_is_told_that_bytes_stay(
    schemas: Schemas, postgres: Postgres
) -> None:
    place = schemas.new()
    Keyring(place, bytes(32), lambda: NOW, entropy).close()
    with psycopg.connect(postgres.url(), autocommit=True) as owner:
        owner.execute(f"CREATE ROLE keeper_{place.name} LOGIN")
        owner.execute(f"GRANT USAGE ON SCHEMA {place.name} TO keeper_{place.name}")
        owner.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA {place.name} TO keeper_{place.name}")
        owner.execute(f"GRANT pg_checkpoint TO keeper_{place.name}")
    kept = PostgresSchema(postgres.url(user=f"keeper_{place.name}"), place.name)
    keyring = Keyring(kept, bytes(32), lambda: NOW, entropy)
    keyring.store([keyring.wrapped(keyring.new_key("complaint-1"))])
    with pytest.raises(StillWritten):
        keyring.destroy("complaint-1")
    assert keyring.key("complaint-1") is None
    keyring.close()


def test_a_key_handed_over_is_gone_and_its_way_is_known_on_either_store(
    database: Database,
) -> None:
    keyring = Keyring(database, bytes(32), lambda: NOW, entropy)
    keys = [keyring.new_key(id) for id in ("complaint-1", "complaint-2")]
    keyring.store([keyring.wrapped(key, ["tel:+62"]) for key in keys])
    for _again in range(2):
        keyring.hand_over(["complaint-1", "never-there"], "dinas", "edge-puring", "home")
        assert keyring.key("complaint-1") is None
        ways = [(each.sender, each.receiver) for each in keyring.ways("complaint-1")]
        assert ways == [("dinas", "edge-puring")]
    assert keyring.ways("never-there") == keyring.unrecorded(9) == []
    assert keyring.key("complaint-2") == keys[1]
    for _again in range(2):
        keyring.take_in(
            keys[0], "edge-puring", "dinas", "escalated", complaint="complaint-1", recorded=False
        )
    assert keyring.key("complaint-1") == keys[0]
    (way,) = keyring.unrecorded(9)
    keyring.recorded(way)
    assert keyring.unrecorded(9) == []
    with pytest.raises(KeyDiffers):
        keyring.take_in(
            NewKey("complaint-1", bytes(32)),
            "edge-puring",
            "dinas",
            "home",
            complaint="complaint-1",
            recorded=False,
        )
    keyring.close()


class Moved:
    """A clock that a test moves by hand."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


def test_a_reason_holds_for_a_working_day_and_for_who_gave_it(database: Database) -> None:
    clock = Moved()
    keyring = Keyring(database, bytes(32), clock, entropy)
    log = keyring.log
    log.give_reason("a", "complaint-1", Reason("report", ""))
    log.give_reason("a", "complaint-1", Reason("other", "rapat mutu"))
    log.give_reason("b", "complaint-2", Reason("report", ""))
    both = ("complaint-1", "complaint-2")
    assert list(log.reasons("a", both)) == ["complaint-1"]
    assert list(log.reasons("b", both)) == ["complaint-2"]
    clock.now += REASON_HOLDS - timedelta(seconds=1)
    assert list(log.reasons("a", both)) == ["complaint-1"]
    key = keyring.new_key("complaint-1")
    keyring.store([keyring.wrapped(key)])
    box = key.seal("Antre.", "ComplaintReceived.text", entropy)
    given = log.reasons("a", both)["complaint-1"]
    subject = Subject("complaint-1", "puring", "open", NOW, given)
    keyring.open([box], "a", "head", "case", {"complaint-1": subject})
    (opening,) = log.of("complaint-1")
    assert opening.reason == Reason("other", "rapat mutu")
    clock.now += timedelta(seconds=1)
    assert log.reasons("a", both) == {}
    keyring.close()


def test_an_erasure_closes_words_at_once_and_may_be_called_back_until_the_keys_are_destroyed(
    database: Database,
) -> None:
    keyring = Keyring(database, bytes(32), lambda: NOW, entropy)
    one, other = (keyring.new_key(id) for id in ("complaint-1", "complaint-2"))
    keyring.store([keyring.wrapped(one, ["tel:+62"]), keyring.wrapped(other, ["tel:+62"])])
    box = one.seal("Antre.", "ComplaintReceived.text", entropy)
    for _again in range(2):
        keyring.erased.close("complaint-1", [])
        assert (keyring.erased.mark("complaint-1"), keyring.key("complaint-1")) == (
            Mark.CLOSED,
            None,
        )
        assert keyring.open([box], "acc-1", "head", "case") == [None]
    assert keyring.held("complaint-1") == one
    assert keyring.erased.mark("complaint-2") is None
    keyring.erased.reopen("complaint-1")
    assert keyring.open([box], "acc-1", "head", "case") == ["Antre."]
    assert keyring.person("complaint-1") == ["complaint-1", "complaint-2"]
    assert keyring.erased.destroy("complaint-1", ["later-1"])
    assert not keyring.erased.destroy("complaint-1", ["later-1"])
    keyring.erased.reopen("complaint-1")
    assert keyring.erased.mark("complaint-1") is Mark.DESTROYED
    assert keyring.held("complaint-1") is None
    assert keyring.person("complaint-2") == ["complaint-2"]
    assert keyring.key("complaint-2") == other
    keyring.close()


def test_a_destroyed_key_does_not_come_back_by_a_late_request_or_from_elsewhere(
    database: Database,
) -> None:
    keyring = Keyring(database, bytes(32), lambda: NOW, entropy)
    key, later = (keyring.new_key(id) for id in ("complaint-1", "later-1"))
    keyring.erased.destroy("complaint-1", [])
    keyring.store([keyring.wrapped(key, ["tel:+62"])])
    for each in (key, later):
        keyring.take_in(
            each, "dinas", "edge-puring", "home", complaint="complaint-1", recorded=False
        )
    assert (keyring.held("complaint-1"), keyring.held("later-1")) == (None, None)
    assert keyring.unrecorded(9) == []
    assert [each.receiver for each in keyring.ways("later-1")] == ["edge-puring"]
    keyring.close()


def test_a_key_that_comes_while_words_are_closed_opens_nothing_until_they_are_opened_again(
    database: Database,
) -> None:
    keyring = Keyring(database, bytes(32), lambda: NOW, entropy)
    later = keyring.new_key("later-1")
    keyring.erased.close("complaint-1", [])
    keyring.take_in(
        later,
        "dinas",
        "edge-puring",
        "home",
        complaint="complaint-1",
        contacts=["tel:+62"],
        recorded=True,
    )
    assert (keyring.key("later-1"), keyring.held("later-1")) == (None, later)
    other = keyring.new_key("complaint-2")
    keyring.store([keyring.wrapped(other, ["tel:+62"])])
    assert keyring.person("complaint-2") == ["complaint-1", "complaint-2"]
    keyring.erased.reopen("complaint-1")
    assert keyring.key("later-1") == later
    keyring.close()
