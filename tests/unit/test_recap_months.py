"""By when a recap is closed, how it is numbered, and how months are added up."""

from datetime import date
from typing import Any

import pytest

from services.kernel.calendar import Override, WorkCalendar
from services.kernel.district import (
    SHIPPED,
    DistrictFileError,
    Recaps,
    load_district,
    read_district,
)
from services.kernel.errors import InvalidInput
from services.kernel.months import Month, Stretch
from services.reporting.queries.recap import FIGURES
from services.reporting.recap_lines import added_up, adjusted, on_time, with_areas

SIX = WorkCalendar("Asia/Jakarta")
FLOODED = WorkCalendar("Asia/Jakarta", 6, (Override(date(2026, 2, 2), False, "Banjir"),))
DISTRICT = load_district(SHIPPED)


@pytest.mark.parametrize(
    ("month", "calendar", "days", "due"),
    [
        ("2026-02", SIX, 5, "2026-03-06"),  # Sunday 1 March does not count
        ("2026-02", WorkCalendar("Asia/Jakarta", 5), 5, "2026-03-06"),
        ("2026-02", SIX, 7, "2026-03-09"),
        ("2026-12", SIX, 1, "2027-01-02"),  # New Year's Day
        ("2026-01", FLOODED, 1, "2026-02-03"),
    ],
)
def test_a_recap_is_due_on_a_working_day_of_its_puskesmas(
    month: str, calendar: WorkCalendar, days: int, due: str
) -> None:
    rule = Recaps(closed_within_working_days=days)
    assert rule.due_on(Month.written(month), calendar) == date.fromisoformat(due)


def test_a_recap_is_numbered_by_its_own_pattern() -> None:
    assert DISTRICT.recap_number("puring", Month.written("2026-09")) == "REKAP/PRG/09/2026"
    text = SHIPPED.read_text(encoding="utf-8").replace(
        "short_code: PRG", 'short_code: PRG\n    recap_number: "445/{roman}/PKM-PRG/{year}"'
    )
    own = read_district(text, "uji.yaml")
    assert own.recap_number("puring", Month.written("2026-09")) == "445/IX/PKM-PRG/2026"
    assert own.recap_number("lamaru", Month.written("2026-09")) == "REKAP/LMR/09/2026"


@pytest.mark.parametrize(
    "pattern",
    ["REKAP", "{year}", "{month}", "{month}/{tahun}", "{month!r}/{year}", "{", "{month:9}/{year}"],
)
def test_a_pattern_without_month_and_year_is_refused(pattern: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("REKAP/{code}/{month}/{year}", pattern)
    with pytest.raises(DistrictFileError, match=r"recaps\.number"):
        read_district(text, "uji.yaml")


@pytest.mark.parametrize(
    ("written", "first", "last", "number"),
    [
        ("2026-Q1", "2026-01-01", "2026-03-31", 1),
        ("2026-Q4", "2026-10-01", "2026-12-31", 4),
        ("2026-S2", "2026-07-01", "2026-12-31", 2),
        ("2024", "2024-01-01", "2024-12-31", 1),
    ],
)
def test_a_stretch_is_whole_months(written: str, first: str, last: str, number: int) -> None:
    stretch = Stretch.written(written)
    assert (str(stretch), stretch.number) == (written, number)
    assert (stretch.first.isoformat(), stretch.last.isoformat()) == (first, last)


@pytest.mark.parametrize("written", ["2026-Q5", "2026-S3", "26", "2026-01", "Q1", ""])
def test_what_is_no_stretch_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Stretch.written(written)
    assert "2026-Q1" in str(caught.value.errors[0].message)


def line(part: str | None = None, group: str = "all", **figures: int) -> dict[str, Any]:
    return {"group": group, "part": part, **dict.fromkeys(FIGURES, 0), **figures}


def test_what_moves_is_added_and_what_stands_is_that_of_the_ends() -> None:
    january = [line(brought_forward=2, received=3, closed=1, carried_forward=4)]
    # One came late between the closings: February begins with five.
    february = [line(brought_forward=5, received=1, closed=4, carried_forward=2)]
    whole = added_up([january, february])["all", None]
    assert (whole["brought_forward"], whole["carried_forward"]) == (2, 2)
    assert (whole["received"], whole["closed"], adjusted(whole)) == (4, 5, 1)


def test_shares_are_reckoned_from_sums() -> None:
    months = [
        [line(responses_due=1, responses_on_time=0)],
        [line(responses_due=9, responses_on_time=9)],
    ]
    assert on_time(added_up(months)["all", None]) == {"responses": 0.9, "settlements": None}


def test_areas_and_clusters_hold_each_unit_once() -> None:
    lines = [
        line(received=6),
        line("imunisasi", "unit", received=1),
        line("loket", "unit", received=2),
        line("lama-sekali", "unit", received=1),
        line(None, "unit", received=2),
    ]
    found = {
        (each["group"], each["part"]): each["received"] for each in with_areas(lines, DISTRICT)
    }
    for group in ("area", "cluster"):
        assert sum(count for (of, _part), count in found.items() if of == group) == 6
    assert (found["area", "UKM"], found["area", "UKPP"]) == (1, 2)
    assert (found["area", "-"], found["area", None]) == (1, 2)
    assert found["cluster", "mother-child"] == 1
