"""A year of one Puskesmas (issue: the SOPs' calendar), played by HTTP on the real parts of a node:
eleven openings of the box and one missed, four surveys, twelve recaps of which one was closed late
and one corrected, lokmin, MMD; every figure is what comes out when it is counted again by hand."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest

from tests.by_hand import Office, on
from tests.codes import words
from tests.year_figures import Value, converted, figures, index_of, quality, sample
from tests.year_owed import owed
from tests.year_played import END, MONTHS, YEAR, Year
from tests.year_recounted import (
    COLUMNS,
    MOVES,
    Range,
    added_up,
    columns,
    effectiveness,
    month_of,
    recap,
    stood,
    whole_days,
)

STRETCHES = {
    **{f"{YEAR}-Q{number}": MONTHS[number * 3 - 3 : number * 3] for number in range(1, 5)},
    f"{YEAR}-S1": MONTHS[:6],
    f"{YEAR}-S2": MONTHS[6:],
    f"{YEAR}": MONTHS,
}
PERIODS: dict[str, tuple[Range, dict[str, str], datetime]] = {
    "year": (whole_days("2026-01-01", "2026-12-31"), {}, END),
    "half": (
        whole_days("2026-01-01", "2026-06-30"),
        {"as_of": on("2026-07-01").isoformat(), "known_at": on("2026-07-01").isoformat()},
        on("2026-07-01"),
    ),
    "quarter": (whole_days("2026-10-01", "2026-12-31"), {}, END),
}

PAGES = ("received", "kwtk", "settlement_on_time", "per_thousand_visits", "survey_respondents")
"""The page of a figure is one for all: these are of each sort."""


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    office = Office(tmp_path_factory.mktemp("year"))
    yield Year(office).play()
    office.end()


def asked_of(within: Range) -> dict[str, str]:
    last = within[1].date().toordinal() - 1
    return {"from": str(within[0].date()), "to": str(date.fromordinal(last))}


def test_what_was_played_is_the_year_that_the_issue_names(year: Year) -> None:
    assert len(year.openings) == 11 and {slips for _at, slips in year.openings} == {0, 1, 2}
    held = [each.kind for each in year.meetings]
    assert [held.count(kind) for kind in ("monthly_lokmin", "quarterly_lokmin", "mmd")] == [
        12,
        4,
        2,
    ]
    assert [len(year.stated[month]) for month in MONTHS] == [1] * 5 + [2] + [1] * 6
    assert len(year.surveys) == 4 and len(year.sent) > 45
    taken = {name for each in year.sent for name, _at, _body in each.steps}
    assert {"withdrawal", "referral", "reopen-request", "pause", "release", "informed"} <= taken


@pytest.mark.parametrize("month", MONTHS)
def test_each_recap_states_what_was_sent(year: Year, month: str) -> None:
    report = year.office.get("agus", "/reports/recap", puskesmas="puring", month=month)
    within, stated = month_of(month), year.stated[month]
    sides = {"as_reported": stated[0], "as_now": END}
    if len(stated) > 1:
        sides["as_corrected"] = stated[1]
    nothing = dict.fromkeys(COLUMNS, 0)
    for side, at in sides.items():
        lines = {(each["group"], each["part"]): each[side] for each in report["lines"]}
        expected = recap(year, within, at)
        assert {part: line for part, line in lines.items() if line != nothing} == {
            part: line for part, line in expected.items() if line != nothing
        }, side
    assert report["late"] is (month == "2026-03")
    found = report["effectiveness"]
    assert found == effectiveness(year, within, END) | {"found": year.found[month]}


@pytest.mark.parametrize("period", STRETCHES)
def test_quarters_halves_and_the_year_are_the_sums(year: Year, period: str) -> None:
    months = STRETCHES[period]
    asked = {"puskesmas": "puring", "period": period}
    report = year.office.get("agus", "/reports/recap/rollup", **asked)
    expected = added_up(year, months)
    lines = {(each["group"], each["part"]): each for each in report["lines"]}
    assert lines.pop(("puskesmas", "puring"))["as_reported"] == expected["all", None]
    nothing = dict.fromkeys(COLUMNS, 0)
    stated = {part: line["as_reported"] or nothing for part, line in lines.items()}
    assert {p: line for p, line in stated.items() if line != nothing} == {
        p: line for p, line in expected.items() if line != nothing
    }
    now = recap(year, month_of(months[0], len(months)), END)
    assert {p: lines[p]["as_now"] for p in now} == now
    whole = expected["all", None]
    shares = lines["all", None]["reported_shares"]
    for name in ("responses", "settlements"):
        kept = Fraction(whole[f"{name}_on_time"], whole[f"{name}_due"])
        assert shares[name] == pytest.approx(float(kept))
    moved = whole["received"] + whole["brought_back"] - whole["closed"]
    assert report["adjusted"] == whole["carried_forward"] - whole["brought_forward"] - moved
    assert (report["reported"], report["missing"]) == (len(months), [])
    found = [year.found[month] for month in months]
    assert report["found"] == {each: found.count(each) for each in set(found)}
    within = month_of(months[0], len(months))
    assert report["effectiveness"] == effectiveness(year, within, END)


@pytest.mark.parametrize("by", [None, "unit", "channel", "category"])
@pytest.mark.parametrize("months", [MONTHS[:3], MONTHS[3:6], MONTHS])
def test_control_totals_balance_and_are_what_was_sent(
    year: Year, by: str | None, months: list[str]
) -> None:
    within = month_of(months[0], len(months))
    asked = asked_of(within) | ({"by": by} if by else {})
    items = year.office.get("agus", "/reports/totals", puskesmas="puring", **asked)["items"]
    names = (*MOVES, "praise")
    for item in items:
        moved = item["received"] + item["brought_back"] - item["closed"]
        assert item["brought_forward"] + moved == item["carried_forward"]
    found = {item["part"]: {name: item[name] for name in names} for item in items}
    lines = {
        part: {name: line[name] for name in names}
        for (group, part), line in recap(year, within, END).items()
        if group == (by or "all")
    }
    empty = dict.fromkeys(names, 0)
    assert {p: line for p, line in found.items() if line != empty} == {
        p: line for p, line in lines.items() if line != empty
    }


def same(told: dict[str, Any], expected: Value) -> bool:
    numerator, denominator, value = expected
    return (told["numerator"], told["denominator"]) == (numerator, denominator) and (
        told["value"] == (None if value is None else pytest.approx(float(value)))
    )


@pytest.mark.parametrize("period", PERIODS)
def test_every_figure_of_the_registry_is_what_was_sent(year: Year, period: str) -> None:
    within, when, at = PERIODS[period]
    asked = {"puskesmas": "puring", **asked_of(within), **when}
    told = year.office.get("agus", "/reports/dashboard", **asked)["figures"]
    expected = figures(year, within, at)
    assert told.keys() == expected.keys()
    if period == "half":  # of a day on which all sorts of cases wait
        assert all(expected[code][0] for code in ("open", "overdue"))
    wrong = {
        code: (told[code], expected[code])
        for code in expected
        if not same(told[code], expected[code])
    }
    assert wrong == {}


def test_pages_show_the_same_figures(year: Year) -> None:
    within, _when, at = PERIODS["year"]
    asked = {"puskesmas": "puring", **asked_of(within)}
    counted = figures(year, within, at)
    for code in PAGES:
        page = year.office.ask("agus", "GET", f"/laporan/angka/{code}", params=asked)
        assert f'data-numerator="{counted[code][0]}"' in page.text, code
    for month in ("2026-03", "2026-06", "2026-12"):
        cases, praise = stood(year, year.stated[month][-1])
        line = columns(cases, praise, month_of(month))
        sheet = year.office.ask("sari", "GET", f"/rekap/puring/{month}").text
        shown = [int(each) for each in re.findall(r"<span>[^<]* <b>(\d+)</b></span>", sheet)]
        assert shown == [line[name] for name in (*MOVES, "praise")]
        outcomes = [each.outcome for each in year.meetings if month in each.months]
        assert all(outcome in sheet for outcome in outcomes)


def test_each_survey_comes_to_its_index(year: Year) -> None:
    for asked in year.surveys:
        told = year.office.get("bayu", f"/surveys/{asked.id}/result")
        assert (told["sample"], told["respondents"]) == (
            sample(asked.population),
            len(asked.answers),
        )
        parts = {each["name"]: each["index"] for each in told["parts"] if each["kind"] == "unit"}
        for unit, index in ((None, told["index"]), *parts.items()):
            value, means = index_of(asked, unit)
            assert index["converted"] == converted(value)
            assert index["quality"] == quality(converted(value))
            assert {each["element"]: each["converted"] for each in index["elements"]} == {
                element: converted(mean) for element, mean in means.items()
            }
            lowest = [means[each["element"]] for each in index["elements"]]
            assert lowest == sorted(lowest), "what to mend first stands first"


def test_the_agenda_says_what_was_done_late_and_missed(year: Year) -> None:
    asked = {"puskesmas": "puring", "from": "2026-01-01", "to": "2027-01-25"}
    items = year.office.get("agus", "/reports/agenda", **asked)["items"]
    told = [
        (
            each["kind"],
            each["about"],
            each["due_on"],
            each["state"],
            each["days_late"],
            each["counted"],
        )
        for each in items
        if not (each["due_on"] > "2027-01" and each["kind"] == "meeting")
    ]
    expected = [
        (each.kind, each.about, str(each.due_on), each.state, each.days_late, each.counted)
        for each in owed(year)
    ]
    assert sorted(told, key=str) == sorted(expected, key=str)
    states = [each[3] for each in expected if each[0] == "recap_closing"]
    assert (states.count("done"), states.count("done_late")) == (11, 1)
    listed = year.office.get("agus", "/reports/recaps", month="2026-03")["items"]
    assert [each["state"] for each in listed if each["puskesmas"] == "puring"] == ["closed_late"]


@pytest.mark.parametrize("month", ["2026-05", "2026-06", "2026-07"])
def test_each_recap_tells_whether_its_box_was_opened(year: Year, month: str) -> None:
    report = year.office.get("agus", "/reports/recap", puskesmas="puring", month=month)
    (told,) = report["openings"]
    (due,) = (
        each
        for each in owed(year)
        if each.kind == "box_opening" and f"{each.due_on:%Y-%m}" == month
    )
    assert (told["box"], told["due_on"], told["state"], told["days_late"], told["slips"]) == (
        due.about,
        str(due.due_on),
        due.state,
        due.days_late,
        due.counted,
    )
    pages = [
        year.office.ask("sari", "GET", f"/rekap/puring/{month}").text,
        year.office.ask("sari", "GET", f"/laporan/rekap?puskesmas=puring&month={month}").text,
        words(year.office.ask("sari", "GET", f"/rekap/puring/{month}/lembar.pdf").content),
    ]
    assert {"terlewat" in each for each in pages} == {month == "2026-06"}


def test_the_years_bundle_is_whole_and_names_what_was_missed(year: Year) -> None:
    span = {"from": "2026-01-01", "to": "2026-12-31"}
    path = "/puskesmas/puring/accreditation"
    items = year.office.get("bayu", path, **span)["items"]
    assert [each["missing"] for each in items] == [[]] * 10
    paths = [paper["path"] for item in items for paper in item["papers"]]
    counted = {
        "rekap-": len(MONTHS),
        "kak-survei-": len(year.surveys),
        "laporan-survei-": len(year.surveys),
        "notulen-": len(year.meetings),
        "PRG-2026-": len(year.sent),
    }
    names = [each.rpartition("/")[2] for each in paths]
    assert {each: sum(name.startswith(each) for name in names) for each in counted} == counted
    told = " ".join(each for item in items for each in item["unmet"])
    unmet = [
        each
        for each in owed(year)
        if each.state in ("missed", "overdue") and each.due_on.year == YEAR
    ]
    assert "Terlewat: pembukaan Kotak saran utama, batasnya Kam 25 Jun 2026." in told
    assert told.count(" 2026") == len(unmet) > 1
    file = year.office.ask("bayu", "GET", f"/api/v1{path}/bundle", params=span)
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert archive.namelist() == ["00-daftar-isi.pdf", *paths]
        index = words(archive.read("00-daftar-isi.pdf"))
    assert "10 dari 10 butir lengkap." in index
    assert "pembukaan Kotak saran utama, batasnya Kam 25 Jun 2026." in index


def test_the_agendas_page_counts_the_decisions_that_are_undone(year: Year) -> None:
    undone = sum(each.done is None and each.due < END.date() for each in year.meetings)
    asked = {"puskesmas": "puring", "month": "2026-05"}
    page = year.office.ask("sari", "GET", "/agenda", params=asked).text
    assert undone and f"{undone} keputusan rapat lewat batas" in page
    late = [each.state for each in owed(year) if f"{each.due_on:%Y-%m}" == "2026-05"]
    assert page.count("selesai terlambat") == late.count("done_late") == 1, "the lokmin of Sunday"
