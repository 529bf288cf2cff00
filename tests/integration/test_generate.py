"""`tanggap generate` fills a data folder that a node then serves as its own."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.kernel.district import SHIPPED, load_district
from services.main.claims import claimed
from services.main.demo import add_accounts
from services.main.generate import Histories
from services.main.settings import Settings
from tests import forked
from tests.running import RunningNode, running_node

CASES = 60


def tanggap(*arguments: str) -> subprocess.CompletedProcess[str]:
    return forked.tanggap(arguments, os.environ)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generated") / "data"


@pytest.fixture(scope="module")
def written(data: Path) -> dict[str, Any]:
    asked = ("--cases", str(CASES), "--seed", "7", "--dated", "puring", "--data", str(data))
    made = tanggap("generate", *asked, "--json")
    assert made.returncode == 0, made.stderr
    found: dict[str, Any] = json.loads(made.stdout)
    return found


@pytest.fixture(scope="module")
def served(data: Path, written: dict[str, Any]) -> Iterator[RunningNode]:
    with running_node(data) as node:
        yield node


def test_it_says_what_it_wrote(written: dict[str, Any]) -> None:
    assert written["complaints"] == CASES
    assert written["events"] > 8 * CASES


def test_a_node_serves_it_as_its_own_history(served: RunningNode, written: dict[str, Any]) -> None:
    asked = served.as_("agus")
    found = asked.get("/verify").raise_for_status().json()
    assert found["whole"]
    assert sum(each["events"] for each in found["sources"]) == written["events"]
    (line,) = asked.get("/reports/totals").raise_for_status().json()["items"]
    assert line["received"] + line["praise"] == CASES


def test_live_facts_are_those_of_a_rebuild(served: RunningNode) -> None:
    answer = served.as_("admin").post("/rebuild", json={"check": True})
    last = json.loads(answer.raise_for_status().text.strip().splitlines()[-1])
    assert last["outcome"]["differences"] == []


def test_what_follows_from_an_event_is_recorded_later(served: RunningNode) -> None:
    asked = served.as_("agus")
    listed = asked.get("/reports/complaints", params={"limit": CASES}).raise_for_status().json()
    followed = 0
    for each in listed["items"]:
        audit = asked.get(f"/audit/complaints/{each['id']}").raise_for_status().json()
        times = {
            event["position"]: datetime.fromisoformat(event["time"]) for event in audit["items"]
        }
        for event in audit["items"]:
            if (cause := event["causation_id"]) in times:
                assert times[event["position"]] > times[cause], event["type"]
                followed += 1
    assert followed > CASES


def test_nothing_was_set_aside_and_nothing_is_behind(served: RunningNode) -> None:
    found = served.as_("admin").get("/operations").raise_for_status().json()
    assert found["queues"] == found["trouble"] == found["forks"] == found["late"] == []
    assert [each["lag"] for each in found["followers"]] == [0, 0, 0]


def test_what_is_done_by_date_stands_where_people_look(served: RunningNode) -> None:
    asked, here = served.as_("agus"), {"puskesmas": "puring"}
    today = datetime.now(ZoneInfo("Asia/Jakarta")).date()
    # Before that what is done late is still to be done.
    days = {"from": str(today - timedelta(days=400)), "to": str(today - timedelta(days=20))}
    owed = asked.get("/reports/agenda", params=here | days).raise_for_status().json()["items"]
    states = {
        kind: {each["state"] for each in owed if each["kind"] == kind}
        for kind in ("recap_closing", "survey", "meeting")
    }
    assert states["recap_closing"] == {"done", "done_late"}
    assert "overdue" not in states["survey"] | states["meeting"]
    assert {"done", "missed"} <= states["meeting"]
    last = today.replace(day=1) - timedelta(days=1)
    rolled = asked.get("/reports/recap/rollup", params=here | {"period": str(last.year)})
    assert rolled.raise_for_status().json()["reported"] >= last.month - 1
    figures = asked.get("/reports/dashboard", params=here | days).raise_for_status().json()
    assert figures["figures"]["per_thousand_visits"]["denominator"] > 0
    assert figures["figures"]["survey_respondents"]["value"] > 0


def test_a_puskesmas_that_is_not_listed_does_nothing_by_date(tmp_path: Path) -> None:
    refused = tanggap("generate", "--cases", "1", "--dated", "purin", "--data", str(tmp_path / "d"))
    assert refused.returncode == 2
    assert "--dated: " in refused.stderr and not (tmp_path / "d").exists()


def test_a_folder_with_a_history_is_left_alone(data: Path, served: RunningNode) -> None:
    beside_a_node = tanggap("generate", "--cases", "5", "--data", str(data))
    assert beside_a_node.returncode == 1
    assert "sedang berjalan" in beside_a_node.stderr


def test_a_folder_is_filled_once(tmp_path: Path) -> None:
    first = tanggap("generate", "--cases", "1", "--data", str(tmp_path))
    assert first.returncode == 0, first.stderr
    again = tanggap("generate", "--cases", "1", "--data", str(tmp_path))
    assert again.returncode == 1
    assert "sudah berisi" in again.stderr


@pytest.mark.parametrize("done", [0.0, 0.5])
def test_histories_that_broke_off_are_never_served_as_if_they_were_whole(
    tmp_path: Path, done: float
) -> None:
    def break_off(_what: str, part: float) -> None:
        if part >= done:
            raise KeyboardInterrupt

    day = datetime.now(ZoneInfo("Asia/Jakarta")).date()
    histories = Histories(Settings(data=tmp_path), load_district(SHIPPED), 20, 1, day)
    with pytest.raises(KeyboardInterrupt):
        histories.write(break_off, add_accounts)
    for again in (("up",), ("up", "--demo"), ("generate", "--cases", "1")):
        refused = tanggap(*again, "--data", str(tmp_path))
        assert refused.returncode == 1
        assert "terputus" in refused.stderr and "Hapus folder itu" in refused.stderr
    with claimed(tmp_path):  # they are still being written
        refused = tanggap("up", "--data", str(tmp_path))
    assert refused.returncode == 1
    assert "sedang berjalan" in refused.stderr and "Hapus" not in refused.stderr
