"""A district's stores go into files and back as they stood: all tables, all rows, or nothing."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from services.kernel.clock import system_clock
from services.kernel.district import SHIPPED, load_district
from services.kernel.stream.topic import Topic
from services.main.backup.layout import at
from services.main.backup.servers import NotEmpty, OtherTables, copy_in, copy_out, must_be_empty
from services.main.parts import STORES
from services.main.schemas import migrate_district
from services.main.settings import Settings
from tests.handover import OneOrigin
from tests.servers.postgres import Postgres

DISTRICT = load_district(SHIPPED)


@pytest.fixture(scope="module")
def district(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres
) -> Iterator[tuple[Settings, str]]:
    """A district with one complaint, without its processes and its topic; and the complaint."""
    folder = tmp_path_factory.mktemp("stores")
    for name in ("master.key", "receipt.secret"):
        (folder / name).write_bytes(secrets.token_bytes(32))
    with pytest.MonkeyPatch.context() as patch:
        for each in ("create", "check"):
            patch.setattr(Topic, each, lambda _self: None)
        settings = on(postgres, folder, "copied")
        migrate_district(settings, DISTRICT, demo=True)
        parts = OneOrigin(settings, DISTRICT)
        try:
            id = parts.receive("puring", photo=True)
        finally:
            parts.close()
        yield settings, id


def on(postgres: Postgres, folder: Path, database: str) -> Settings:
    """Return a district's settings on an empty database of its own."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}")
    return Settings(
        mode="district",
        origin="dinas",
        data=folder / "data",
        database_url=SecretStr(postgres.url(database)),
        kafka="127.0.0.1:9",
        redis_url=SecretStr("redis://127.0.0.1:9/0"),
        reporting_url="http://127.0.0.1:9",
        keys=folder / "master.key",
        secret_file=folder / "receipt.secret",
    )


def copied(settings: Settings, to: Path) -> Path:
    """Copy the stores out, and lay them as a data folder has them."""
    (to / "out").mkdir()
    (to / "again").mkdir()
    copy_out(settings, DISTRICT, system_clock, to / "out")
    for name in STORES:
        (to / "out" / at(name)).rename(to / "again" / f"{name}.sqlite")
    return to / "again"


def every_row(settings: Settings) -> dict[str, list[Any]]:
    """Return all that a database holds, by table."""
    assert settings.database_url is not None
    found = {}
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        tables = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(%s)",
            [list(STORES)],
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
            found[table] = sorted(rows, key=repr)
    return found


def test_all_rows_come_back_as_they_were(
    district: tuple[Settings, str], postgres: Postgres, tmp_path: Path
) -> None:
    settings, id = district
    folder = copied(settings, tmp_path)
    again = on(postgres, settings.data.parent, "restored_whole")
    must_be_empty(again)
    copy_in(again, DISTRICT, system_clock, folder)
    before = every_row(settings)
    assert every_row(again) == before
    assert before["intake.stored_events"] and before["keyring.keys"] and before["access.account"]
    parts = OneOrigin(again, DISTRICT)
    try:
        assert parts.files_of(id)
        assert parts.receive("puring") != id
    finally:
        parts.close()
    with pytest.raises(NotEmpty):
        copy_in(again, DISTRICT, system_clock, folder)


def test_those_of_an_older_version_are_brought_up_to_date(
    district: tuple[Settings, str], postgres: Postgres, tmp_path: Path
) -> None:
    settings, _id = district
    folder = copied(settings, tmp_path)
    with closing(sqlite3.connect(folder / "intake.sqlite")) as store:
        store.execute("DROP TABLE survey_answers")
    again = on(postgres, settings.data.parent, "restored_older")
    copy_in(again, DISTRICT, system_clock, folder)
    assert every_row(again)["intake.survey_answers"] == []


def test_a_table_that_one_side_lacks_stops_it_and_leaves_the_database_empty(
    district: tuple[Settings, str], postgres: Postgres, tmp_path: Path
) -> None:
    settings, _id = district
    folder = copied(settings, tmp_path)
    with closing(sqlite3.connect(folder / "publication.sqlite")) as store:
        store.execute("CREATE TABLE of_tomorrow (id TEXT)")
    again = on(postgres, settings.data.parent, "restored_not")
    with pytest.raises(OtherTables, match=r"publication\.of_tomorrow"):
        copy_in(again, DISTRICT, system_clock, folder)
    must_be_empty(again)


def test_who_migrates_is_told_of_a_server_that_keeps_what_its_log_said_of_keys(
    district: tuple[Settings, str], postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _id = district
    for each in ("create", "check"):
        monkeypatch.setattr(Topic, each, lambda _self: None)
    assert migrate_district(settings, DISTRICT) == []
    with psycopg.connect(postgres.url(), autocommit=True) as owner:
        owner.execute("ALTER DATABASE copied SET wal_recycle = on")
    (line,) = migrate_district(settings, DISTRICT)
    assert "wal_recycle = off" in line


def sampled(settings: Settings, *before: str) -> set[str]:
    """Return of which columns of the keyring the server's planner has samples."""
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as owner:
        for statement in (*before, "ANALYZE keyring.keys, keyring.kept"):
            owner.execute(statement)
        found = owner.execute("SELECT attname FROM pg_stats WHERE schemaname = 'keyring'")
        return {name for (name,) in found.fetchall()}


def test_the_servers_planner_keeps_no_sample_of_a_key(
    district: tuple[Settings, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _id = district
    for each in ("create", "check"):
        monkeypatch.setattr(Topic, each, lambda _self: None)
    assert "id" in sampled(settings) and "wrapped" not in sampled(settings)
    older = "ALTER TABLE keyring.keys ALTER COLUMN wrapped SET STATISTICS -1"
    assert "wrapped" in sampled(settings, older)
    migrate_district(settings, DISTRICT)
    assert "wrapped" not in sampled(settings)


def test_who_is_not_the_owner_makes_no_copy_of_a_part(
    district: tuple[Settings, str], postgres: Postgres, tmp_path: Path
) -> None:
    settings, _id = district
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE ROLE part LOGIN IN ROLE tanggap_intake")
    part = settings.model_copy(update={"database_url": SecretStr(postgres.url("copied", "part"))})
    with pytest.raises(OtherTables):
        copy_out(part, DISTRICT, system_clock, tmp_path)
