"""Generated histories are planned from their seed alone, and look like those of a district."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.kernel.calendar import WorkCalendar
from services.kernel.district import SHIPPED, load_district
from services.kernel.vocabulary import MEETING_KINDS
from services.main.generate import SPAN, CannotGenerate, Histories
from services.main.generate.arrivals import BOX
from services.main.generate.lives import Life, Planned
from services.main.generate.writing import Dated
from services.main.settings import Settings
from services.resolution.domain import FINDINGS

DISTRICT = load_district(SHIPPED)
UNTIL = date(2026, 6, 1)
ENDS_AT = datetime(2026, 5, 31, 17, tzinfo=UTC)
"""Midnight of that day in Jakarta."""
CASES = 3000
BESIDE = {"inform", "approve", "confirm", "release", "take_back"}


def histories(seed: int = 1, cases: int = CASES, dated: Collection[str] = ()) -> Histories:
    settings = Settings(data=Path("unused"))
    return Histories(settings, DISTRICT, cases, seed, UNTIL, dated=dated)


@pytest.fixture(scope="module")
def planned() -> list[Life]:
    return histories().planned()[0]


def test_the_same_seed_gives_the_same_histories(planned: list[Life]) -> None:
    assert histories().planned()[0] == planned
    assert histories(seed=2).planned()[0] != planned


def test_they_reach_from_eighteen_months_back_to_the_end(planned: list[Life]) -> None:
    assert len(planned) == CASES
    moments = [step.at for life in planned for step in life.steps]
    moments += [life.arrival.at for life in planned]
    assert max(moments) <= ENDS_AT
    assert ENDS_AT - SPAN - timedelta(days=1) < min(moments) < ENDS_AT - SPAN + timedelta(days=7)


def test_steps_follow_one_another_within_office_hours(planned: list[Life]) -> None:
    for life in planned:
        path = [step.at for step in life.steps if step.name not in BESIDE]
        assert path == sorted(path)
        assert all(at > life.arrival.at for at in path)
        for step in life.steps:
            local = life.arrival.place.calendar.local(step.at)
            assert life.arrival.place.calendar.is_working_day(local.date()), (life, step)
            assert 7 <= local.hour < 14


def test_every_kind_of_history_is_there(planned: list[Life]) -> None:
    names = Counter(step.name for life in planned for step in life.steps)
    assert set(names) >= BESIDE | {
        *("correct", "link", "withdraw", "rate", "ask_to_reopen", "call_team", "acknowledge"),
        *("assign", "comment", "grade", "refer", "escalate", "meet", "pause", "resume"),
        *("answer", "analyse", "plan", "carry_out", "document", "evaluate"),
    }
    assert {life.form.kind for life in planned} == {
        *("complaint", "suggestion", "praise", "information_request"),
    }
    found = {step.facts.get("finding") for life in planned for step in life.steps}
    assert found >= set(FINDINGS)
    assert any(life.arrival.heard_at < life.arrival.at for life in planned), "a late entry"


def test_puskesmas_differ_and_some_are_quiet(planned: list[Life]) -> None:
    among = Counter(life.puskesmas for life in planned)
    counts = [among[each.code] for each in DISTRICT.all_puskesmas]
    assert len(counts) == 36
    assert max(counts) > 2 * CASES / 36
    assert min(counts) < CASES / 36 / 4


def test_texts_differ_and_name_no_place_that_was_left_open(planned: list[Life]) -> None:
    texts = [life.form.text for life in planned]
    assert len(set(texts)) > 0.75 * len(texts)
    assert not any("{" in text for text in texts)


def test_anonymous_ones_hold_nobody(planned: list[Life]) -> None:
    anonymous = [life for life in planned if life.form.confidentiality == "anonymous"]
    assert anonymous
    assert not any(life.form.person.known() for life in anonymous)
    assert not any(step.name == "inform" for life in anonymous for step in life.steps)


def test_boxes_are_opened_though_nothing_is_in_them() -> None:
    found, openings, _dated = histories(cases=10).planned()
    with_slips = {
        (life.puskesmas, life.arrival.at) for life in found if life.arrival.channel == BOX
    }
    assert with_slips < {*openings, *with_slips}
    assert len(openings) > 36 * 17 / 2


@pytest.fixture(scope="module")
def dated(planned: list[Life]) -> Dated:
    found, _openings, dated = histories(dated=("puring", "lamaru")).planned()
    assert found == planned, "complaints are the same with and without"
    return dated


def test_what_is_done_by_date_has_a_chance_of_its_own(dated: Dated) -> None:
    alone = histories(dated=("puring",)).planned()[2]
    assert alone == {"puring": dated["puring"]}
    other = histories(seed=2, dated=("puring",)).planned()[2]
    assert other["puring"] != dated["puring"] != dated["lamaru"]


def test_what_is_done_by_date_is_done_on_working_days(dated: Dated) -> None:
    for code, steps in dated.items():
        here = DISTRICT.puskesmas(code)
        calendar = WorkCalendar(here.zone, here.work_days)
        for step in steps:
            local = calendar.local(step.at)
            assert calendar.is_working_day(local.date()) and 8 <= local.hour < 17, step
            assert ENDS_AT - SPAN < step.at <= ENDS_AT


@pytest.mark.parametrize("code", ["puring", "lamaru"])
def test_each_month_is_reported_and_one_is_put_right(dated: Dated, code: str) -> None:
    done = {
        name: [(step.facts["month"], step.at) for step in dated[code] if step.name == name]
        for name in ("close_recap", "correct_recap", "acknowledge_recap")
    }
    closed = dict(done["close_recap"])
    assert len(closed) == len(done["close_recap"]) == 18, "the first and the last are short"
    assert sum(at.day > 9 for at in closed.values()) in (2, 3), "these are late"
    ((month, corrected),) = done["correct_recap"]
    assert corrected > closed[month]
    known = [at for of, at in done["acknowledge_recap"] if of == month]
    assert len(known) == 2 and closed[month] < known[0] < corrected < known[1]


@pytest.mark.parametrize("code", ["puring", "lamaru"])
def test_meetings_and_surveys_go_their_way(dated: Dated, code: str) -> None:
    ways: dict[str, list[Planned]] = defaultdict(list)
    for step in dated[code]:
        if "key" in step.facts:
            ways[step.facts["key"]].append(step)
    names = {key: [step.name for step in way] for key, way in ways.items()}
    for way in ways.values():
        path = [step.at for step in way if step.name != "do_decision"]
        assert path == sorted(path)
    kinds = Counter(key.partition("/")[0] for key in names if "/" in key)
    assert kinds["quality_meeting"] >= kinds["monthly_lokmin"] >= 17
    assert set(kinds) == {*MEETING_KINDS}
    ends = Counter(way[-1] for key, way in names.items() if "lokmin" in key or "quality" in key)
    assert ends["call_meeting"] >= 1, "one is to come"
    assert ends["cancel_meeting"] in (1, 2)
    whole = [way for way in names.values() if way[-1] == "publish_survey"]
    assert len(whole) >= 5 and any("return_survey" in way for way in whole)
    said = [
        step.facts["minutes"] for way in ways.values() for step in way if "minutes" in step.facts
    ]
    assert not any("{" in words for words in said)


@pytest.mark.parametrize(
    ("until", "said"),
    [(date(2999, 1, 1), "belum tiba"), (date(2024, 1, 1), "aturan kabupaten")],
)
def test_a_time_without_rules_or_to_come_is_refused(until: date, said: str) -> None:
    with pytest.raises(CannotGenerate, match=said):
        Histories(Settings(data=Path("unused")), DISTRICT, 10, 1, until)
