"""An edge that is lost and restored: what the district's stream heard after the backup is taken
back, once; only what nobody heard is gone; it goes on as a new incarnation."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.running import RunningNode, kill_node, start_node
from tests.servers.edge import (
    HOME,
    ORIGIN,
    Both,
    case_at,
    page,
    received,
    running_both,
    running_edge,
    settings_of_edge,
)
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer
from tests.waiting import until

PASSPHRASE = "hujan di bulan juni"
pytestmark = pytest.mark.timeout(900)
"""A district and an edge are started, the edge once more, and it waits for the line."""


def asked(node: RunningNode, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the edge that asks for the passphrase."""
    return node.tanggap(*arguments, "--json", seconds=300, given=PASSPHRASE + "\n")


def kept_at(district: RunningNode) -> set[str]:
    """Return the keys of the edge that the district keeps a copy of."""
    with psycopg.connect(district.environment["TANGGAP_DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT key FROM keyring.kept WHERE origin = %s", (ORIGIN,))
        return {key for (key,) in rows}


class Restored:
    """The edge after its restore, its district, and what had been written when."""

    def __init__(self, both: Both, told: Any, refused: str, ids: dict[str, list[str]]) -> None:
        self.both, self.told, self.refused, self.ids = both, told, refused, ids

    @property
    def heard(self) -> list[str]:
        """What backup or stream held."""
        return [*self.ids["before"], *self.ids["after"], *self.ids["elsewhere"]]


@pytest.fixture(scope="module")
def restored(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, redis: RedisServer
) -> Iterator[Restored]:
    folder = tmp_path_factory.mktemp("restored")
    with running_both(folder, postgres, redis) as started:
        kafka, file, address = started._start
        district, data = started.district, folder / "edge" / "again"
        settings = settings_of_edge(district, kafka, address, started.token)
        first = folder / "edge" / "data"
        edge = start_node(first, "--district", str(file), environment=settings)
        edge.patience = district.patience
        try:
            told, refused, ids = _lost(folder, Both(district, edge, started.lines))
        finally:
            kill_node(edge)
        with running_edge(data, started.district, kafka, file, address, started.token) as edge:
            yield Restored(Both(started.district, edge, started.lines), told, refused, ids)


def _lost(folder: Path, both: Both) -> tuple[Any, str, dict[str, list[str]]]:
    edge, district = both.edge, both.district
    backup, again = str(folder / "backup"), str(folder / "edge" / "again")

    def write(count: int) -> list[str]:
        return [received(edge, f"Keluhan {n}.")["id"] for n in range(count)]

    def is_heard(id: str, state: str) -> bool:
        rows = district.as_("wulan").get("/reports/complaints", params={"limit": 200}).json()
        return any(each["id"] == id and each["state"] == state for each in rows.get("items", ()))

    before = write(3)
    until(lambda: case_at(edge, before[-1]) == 200)
    made = asked(edge, "backup", backup)
    assert made.returncode == 0, made.stdout + made.stderr
    after = write(4)
    elsewhere = [received(district, "Lewat kabupaten.")["id"]]
    until(lambda: case_at(edge, after[-1]) == 200 and case_at(edge, elsewhere[0]) == 200)
    for id in (before[0], after[0], elsewhere[0]):
        graded = edge.as_("sari").post(f"/cases/{id}/grade", json={"grade": "yellow"})
        graded.raise_for_status()
    answered = edge.as_("sari").post(f"/cases/{after[1]}/grade", json={"grade": "green"})
    answered.raise_for_status()
    until(lambda: is_heard(after[1], "graded") and is_heard(elsewhere[0], "graded"))
    until(lambda: set(before + after + elsewhere) <= kept_at(district))
    both.cut()
    unheard = write(2)
    until(lambda: case_at(edge, unheard[-1]) == 200)
    kill_node(edge)
    refused = asked(edge, "restore", backup, "--data", again)
    assert refused.returncode == 1 and not Path(again).exists()
    both.join()
    done = asked(edge, "restore", backup, "--data", again)
    assert done.returncode == 0, done.stdout + done.stderr
    ids = {"before": before, "after": after, "elsewhere": elsewhere, "unheard": unheard}
    return json.loads(done.stdout), refused.stderr + refused.stdout, ids


def test_it_is_restored_when_the_stream_can_be_asked(restored: Restored) -> None:
    assert "Ulangi ketika tersambung" in restored.refused
    assert restored.told["missing"] == {}
    taken = restored.told["taken_back"]
    assert taken[f"/{ORIGIN}/intake"] == 4
    assert taken[f"/{ORIGIN}/resolution"] >= 4 + 2 * 5
    assert restored.told["incarnation"] == 2


def test_what_was_heard_is_a_case_again_and_once(restored: Restored) -> None:
    edge, district = restored.both.edge, restored.both.district
    until(lambda: all(case_at(edge, id) == 200 for id in restored.heard))
    for id in (restored.ids["after"][0], restored.ids["elsewhere"][0]):
        assert edge.as_("sari").get(f"/cases/{id}").json()["state"] == "graded"
    last = received(edge, "Sesudahnya.")
    until(lambda: case_at(edge, last["id"]) == 200)
    until(lambda: district.as_("wulan").get(f"/audit/complaints/{last['id']}").status_code == 200)
    for node in (edge, district):
        for id in restored.heard:
            steps = node.as_("wulan").get(f"/audit/complaints/{id}").json()["items"]
            opened = [each for each in steps if "CaseOpened" in each["type"]]
            assert len(opened) == 1, (node.data, id)


def test_the_words_of_what_came_after_the_backup_are_read_again(restored: Restored) -> None:
    edge, ids = restored.both.edge, restored.ids
    assert restored.told["keys_back"] == len(ids["after"]) + len(ids["elsewhere"])
    assert restored.told["keys_unopened"] == 0
    until(lambda: all(case_at(edge, id) == 200 for id in restored.heard))
    for n, id in enumerate(ids["after"]):
        assert f"Keluhan {n}." in page(edge, "sari", f"/kasus/{id}").text
    assert "Lewat kabupaten." in page(edge, "sari", f"/kasus/{ids['elsewhere'][0]}").text


def test_what_nobody_heard_is_gone_and_no_number_is_given_twice(restored: Restored) -> None:
    edge = restored.both.edge
    assert [case_at(edge, id) for id in restored.ids["unheard"]] == [404, 404]
    next_one = received(edge, "Lagi.")
    assert next_one["position"].startswith(f"/{ORIGIN}.2/intake:")
    assert next_one["number"].split("-")[2] == "A2"


def test_nothing_waits_and_both_sides_agree(restored: Restored) -> None:
    both = restored.both
    last = received(both.edge, "Terakhir.")
    both.edge.settle(last["position"])
    until(
        lambda: both.district.as_("wulan").get(f"/audit/complaints/{last['id']}").status_code == 200
    )
    for node in (both.edge, both.district):
        found = node.as_("wulan").get("/operations").json()
        assert not found["queues"]
        assert not found["forks"] and not found["late"]
    for source in ("stores", "stream"):
        checked = both.edge.tanggap("rebuild", "--check", "--from", source)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    until(lambda: both.edge.tanggap("verify").returncode == 0)
    where = {"puskesmas": HOME, "limit": 200}

    def ids_at(node: Any) -> set[str]:
        rows = node.as_("wulan").get("/reports/complaints", params=where).json()["items"]
        return {each["id"] for each in rows}

    assert ids_at(both.edge) == ids_at(both.district)
