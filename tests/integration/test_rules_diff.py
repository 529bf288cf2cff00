"""Two versions of the deadline rules over the same history: which verdicts flip, by call, page and
command line."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.kernel.district import SHIPPED, District, load_district
from tests.by_hand import Office, on
from tests.running import RunningNode


def two_versions(folder: Path) -> District:
    """Return the shipped district with a second version: a red one is answered in 12 hours, and
    everything is settled in 7 working days."""
    content = yaml.safe_load(SHIPPED.read_text())
    second = {**content["rules"][0], "version": 2, "in_force_from": date(2026, 3, 1)}
    second["limits"] = [
        {**limit, "hours": 12}
        if limit.get("grades") == ["red"]
        else {**limit, "working_days": 7}
        if "working_days" in limit
        else limit
        for limit in second["limits"]
    ]
    content["rules"].append(second)
    file = folder / "district.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    return load_district(file)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("rules")
    office = Office(folder, two_versions(folder))
    yield office
    office.end()


@pytest.fixture(scope="module")
def numbers(office: Office) -> dict[str, str]:
    """One case that both versions find in time, one whose answer came between their limits, and
    one of another Puskesmas that was settled between them."""
    found: dict[str, str] = {}
    office.at("2026-03-10")
    heard = on("2026-02-02", 8).isoformat()
    for name, puskesmas, answered, settled in (
        ("quick", "puring", on("2026-02-02", 12), on("2026-02-03")),
        ("slow", "puring", on("2026-02-03", 7), on("2026-02-04")),
        ("long", "lamaru", on("2026-02-02", 12), on("2026-02-13")),
    ):
        given = office.receive(puskesmas, received_at=heard)
        case, at = f"/cases/{given['id']}", answered.isoformat()
        office.post("sari", f"{case}/grade", grade="red", occurred_at=heard)
        office.post("sari", f"{case}/immediate-answer", answer="Maaf.", answered_at=at)
        settled_at = settled.isoformat()
        office.post("sari", f"{case}/documentation", summary="Selesai.", occurred_at=settled_at)
        found[name] = given["number"]
    return found


def diff(office: Office, who: str = "wulan", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = office.get(who, "/reports/rules/diff", **{"a": 1, "b": 2, **more})
    return found


def test_the_flips_are_listed_with_both_answers(office: Office, numbers: dict[str, str]) -> None:
    found = diff(office)
    assert (found["judged"], found["flipped"], found["next"]) == (6, 2, None)
    flips = {each["number"]: each for each in found["items"]}
    assert set(flips) == {numbers["slow"], numbers["long"]}
    slow, long = flips[numbers["slow"]], flips[numbers["long"]]
    assert (slow["promise"], slow["a"]["verdict"], slow["b"]["verdict"]) == (
        "response",
        "on_time",
        "late",
    )
    assert slow["a"]["due_at"] == "2026-02-03T08:00:00+07:00"
    assert slow["b"]["due_at"] == "2026-02-02T20:00:00+07:00"
    assert (long["promise"], long["a"]["verdict"], long["b"]["verdict"]) == (
        "settlement",
        "on_time",
        "late",
    )
    counts = {(each["promise"], each["a"], each["b"]): each["cases"] for each in found["counts"]}
    assert counts == {
        ("response", "on_time", "on_time"): 2,
        ("response", "on_time", "late"): 1,
        ("settlement", "on_time", "on_time"): 2,
        ("settlement", "on_time", "late"): 1,
    }


def test_the_other_way_round_the_answers_are_the_other_way_round(
    office: Office, numbers: dict[str, str]
) -> None:
    assert [(each["a"], each["b"]) for each in diff(office, a=2, b=1)["items"]] == [
        (each["b"], each["a"]) for each in diff(office)["items"]
    ]
    assert diff(office, a=2, b=2)["flipped"] == 0


def test_it_pages_and_is_filtered(office: Office, numbers: dict[str, str]) -> None:
    first = diff(office, limit=1)
    second = diff(office, limit=1, cursor=first["next"])
    assert [each["number"] for each in (*first["items"], *second["items"])] == sorted(
        [numbers["slow"], numbers["long"]]
    )
    assert second["next"] is None
    here = diff(office, puskesmas="puring")
    assert (here["judged"], here["flipped"]) == (4, 1)
    assert diff(office, **{"from": "2026-02-03"})["judged"] == 0
    # On the evening of the first day the slow one was late by one version only.
    evening = on("2026-02-02", 21).isoformat()
    assert [
        (each["a"]["verdict"], each["b"]["verdict"])
        for each in diff(office, puskesmas="puring", as_of=evening)["items"]
    ] == [("not_yet_due", "overdue")]


@pytest.mark.parametrize("field", ["a", "b"])
def test_an_unknown_version_is_named(office: Office, numbers: dict[str, str], field: str) -> None:
    asked = {"a": 1, "b": 2, field: 7}
    for path in ("/api/v1/reports/rules/diff", "/laporan/aturan"):
        answer = office.ask("wulan", "GET", path, params=asked)
        assert answer.status_code == 422
        assert "1, 2" in answer.text
    call = office.ask("wulan", "GET", "/api/v1/reports/rules/diff", params=asked)
    assert [each["field"] for each in call.json()["errors"]] == [field]


def test_the_versions_say_what_they_promise_and_on_whose_word(
    office: Office, numbers: dict[str, str]
) -> None:
    first, second = office.get("agus", "/reports/rules")["items"]
    assert (first["version"], first["cases"]) == (1, 3)
    assert (second["version"], second["in_force_from"], second["cases"]) == (2, "2026-03-01", 0)
    red = [each for each in second["limits"] if each["grades"] == ["red"]]
    assert [(each["hours"], each["mark"]) for each in red] == [(12, "second_hand")]


def test_the_page_shows_both_answers(office: Office, numbers: dict[str, str]) -> None:
    page = office.ask("agus", "GET", "/laporan/aturan", params={"a": "1", "b": "2"})
    assert page.status_code == 200
    assert numbers["slow"] in page.text and numbers["quick"] not in page.text
    assert "2 putusan berbalik" in page.text
    wrong = office.ask("agus", "GET", "/laporan/aturan", params={"a": "satu", "b": "2"})
    assert wrong.status_code == 422


def test_the_page_names_sources_in_the_readers_language(
    office: Office, numbers: dict[str, str]
) -> None:
    for language, said in (("id", "14 hari kerja, atau 60"), ("en", "14 working days, 60 if")):
        page = office.ask("agus", "GET", "/laporan/aturan", params={"lang": language})
        assert said in page.text and "14 and 60" not in page.text


def test_the_command_line_lists_and_compares(node: RunningNode) -> None:
    body = {"channel": "sms", "text": "Antre."}
    given = node.as_("sari").post("/puskesmas/puring/complaints", json=body)
    node.settle(given.raise_for_status().json()["position"])
    assert [each["version"] for each in node.json("rules", "list", "--json")["items"]] == [1]
    assert "14 hari kerja" in node.tanggap("rules", "list").stdout
    found = node.json("rules", "diff", "1", "1", "--json")
    assert (found["judged"], found["flipped"], found["items"]) == (2, 0, [])
    assert "0 dari 2 putusan berbalik" in node.tanggap("rules", "diff", "1", "1").stdout
    unknown = node.tanggap("rules", "diff", "1", "9")
    assert unknown.returncode == 2
    assert "b: Versi ini tidak ada; yang ada: 1." in unknown.stderr


def test_the_command_line_rebuilds_and_says_so(node: RunningNode) -> None:
    done = node.tanggap("rebuild")
    assert done.returncode == 0, done.stderr
    assert "Fakta yang dipakai sama dengan yang dibangun ulang." in done.stdout
    told = node.tanggap("rebuild", "--check", "--json").stdout.splitlines()
    assert len(told) >= 2 and '"outcome"' in told[-1]
    answer = node.as_("admin").post("/rebuild/stop")
    assert answer.raise_for_status().json() == {"stopped": False}
