"""What the year of `tests/year_played.py` comes to, counted again from what was sent.

Nothing of the product is used here: the rules are those of the district file and the SOPs as a
reader would apply them by hand, the holidays are the library's.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, Final

import holidays
import yaml

from services.kernel.district import SHIPPED
from tests.by_hand import ZONE
from tests.year_played import Sent, Year

MOVES: Final = ("brought_forward", "received", "brought_back", "closed", "carried_forward")
PROMISES: Final = (
    *("responses_due", "responses_on_time", "settlements_due", "settlements_on_time"),
)
COLUMNS: Final = (*MOVES, "praise", *PROMISES)
HOURS: Final = {None: 24, "red": 24, "yellow": 72, "green": 168}
WORKING_DAYS: Final = {"complaint": 14, "suggestion": 14, "information_request": 5}
ANSWERS: Final = ("immediate-answer", "plan", "documentation", "informed")
Range = tuple[datetime, datetime]


@cache
def _closed_days() -> frozenset[date]:
    years = range(2026, 2028)
    kinds = ("public", "government")
    both = (holidays.country_holidays("ID", years=years, categories=kind) for kind in kinds)
    return frozenset(day for found in both for day in found)


def works(day: date) -> bool:
    """Six days a week, but for holidays and joint leave."""
    return day.weekday() != 6 and day not in _closed_days()


def working(first: date, last: date) -> int:
    """How many working days come after the first, up to the last."""
    return sum(works(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def after_working(first: date, number: int) -> date:
    """So many working days after a day, or after the next that is worked."""
    while not works(first):
        first += timedelta(days=1)
    while number:
        first += timedelta(days=1)
        number -= works(first)
    return first


def whole_days(first: str, last: str) -> Range:
    """From the beginning of a day until the end of another."""
    begin = datetime.combine(date.fromisoformat(first), time(), ZONE)
    return begin, datetime.combine(date.fromisoformat(last) + timedelta(days=1), time(), ZONE)


def month_of(month: str, months: int = 1) -> Range:
    """The days of a month, or of so many from it on."""
    year, number = map(int, month.split("-"))
    following = date(year + (number + months - 1) // 12, (number + months - 1) % 12 + 1, 1)
    return whole_days(f"{month}-01", str(following - timedelta(days=1)))


@dataclass
class Stood:
    """A case as it stood at an instant, by what was known then."""

    sent: Sent
    at: datetime
    grade: str | None = None
    closed: datetime | None = None
    paused: bool = False
    responded: datetime | None = None
    settled: datetime | None = None
    plan_due: date | None = None
    planned: int = 0
    plan_done: datetime | None = None
    released: bool = False
    informed: bool = False

    def __post_init__(self) -> None:
        self.moves = [(self.sent.received, "received")]
        for name, at, body in self.sent.steps:
            if at <= self.at:
                self._take(name, at, body)

    def _take(self, name: str, at: datetime, body: Mapping[str, Any]) -> None:
        if name in ANSWERS and self.responded is None:
            self.responded = at
        if name == "grade":
            self.grade = body["grade"]
        elif name == "pause":
            self.paused = True
        elif name == "plan":
            self.planned = len(body["actions"])
            self.plan_due = date.fromisoformat(max(each["due_on"] for each in body["actions"]))
        elif name == f"actions/{self.planned}":
            self.plan_done = at
        elif name == "documentation":
            self.settled, self.informed = at, False
        elif name in ("withdrawal", "referral") or (name == "evaluation" and body["effective"]):
            self.closed = at
            self.moves.append((at, "closed"))
        elif name in ("reopen-request", "evaluation"):
            if self.closed:
                self.moves.append((at, "brought_back"))
            self.closed = self.settled = None
            self.informed = False
        self.released |= name == "release"
        self.informed |= name == "informed"

    @property
    def response_due(self) -> datetime | None:
        """By when it was to be answered; a wait for the complainant moves it."""
        hours = timedelta(hours=HOURS[self.grade])
        return None if self.paused else self.sent.received + hours

    @property
    def settlement_due(self) -> datetime | None:
        """By when it was to be settled: the last moment of that working day."""
        days = WORKING_DAYS[self.sent.form["kind"]]
        last = after_working(self.sent.received.astimezone(ZONE).date(), days)
        return None if self.paused else datetime.combine(last, time.max, ZONE)

    @property
    def next_due(self) -> datetime | None:
        """The next promise that is still to be kept."""
        open_ones = (
            self.response_due if self.responded is None else None,
            self.settlement_due if self.settled is None else None,
        )
        return min((each for each in open_ones if each), default=None)

    def promised(self, within: Range) -> Counter[str]:
        """The promises that fell due within these days and are kept, late or overdue."""
        found = Counter[str]()
        for name, due, done in (
            ("responses", self.response_due, self.responded),
            ("settlements", self.settlement_due, self.settled),
        ):
            if due is None or not within[0] <= due < within[1]:
                continue
            ended = self.closed is not None and self.closed <= due
            if done is not None or (self.at > due and not ended):
                found[f"{name}_due"] += 1
                found[f"{name}_on_time"] += done is not None and done <= due
        return found


def stood(year: Year, at: datetime) -> tuple[list[Stood], list[Sent]]:
    """The cases as they stood at an instant, by what was known then; and the praise."""
    known = [each for each in year.sent if each.entered <= at]
    praise = [each for each in known if each.form["kind"] == "praise"]
    return [Stood(each, at) for each in known if each not in praise], praise


def columns(cases: Iterable[Stood], praise: Iterable[Sent], within: Range) -> dict[str, int]:
    """The columns of a recap over some days."""
    found = Counter[str]()
    for case in cases:
        for at, move in case.moves:
            sign = -1 if move == "closed" else 1
            found["brought_forward"] += sign * (at < within[0])
            found["carried_forward"] += sign * (at < within[1])
            found[move] += within[0] <= at < within[1]
        found.update(case.promised(within))
    found["praise"] = sum(within[0] <= each.received < within[1] for each in praise)
    return {name: found[name] for name in COLUMNS}


@cache
def _groups_of_units() -> dict[str, tuple[str, str]]:
    units = yaml.safe_load(SHIPPED.read_text())["units"]
    return {each["code"]: (each["effort"], each["cluster"]) for each in units}


def parts_of(form: Mapping[str, Any]) -> set[tuple[str, str | None]]:
    """The parts of a recap in which a case is counted."""
    unit = form["service_unit"]
    area, cluster = (None, None) if unit is None else _groups_of_units()[unit]
    found = {("all", None), ("unit", unit), ("channel", form["channel"])}
    found |= {("area", area), ("cluster", cluster)}
    return found | {("category", each) for each in form["categories"] or [None]}


def recap(year: Year, within: Range, at: datetime) -> dict[tuple[str, str | None], dict[str, int]]:
    """The lines of a recap as they stood at an instant: those in which anything is counted."""
    cases, praise = stood(year, at)
    forms = [case.sent.form for case in cases] + [each.form for each in praise]
    found = {
        part: columns(
            [case for case in cases if part in parts_of(case.sent.form)],
            [each for each in praise if part in parts_of(each.form)],
            within,
        )
        for part in {part for form in forms for part in parts_of(form)} | {("all", None)}
    }
    return {part: line for part, line in found.items() if part[0] == "all" or any(line.values())}


def added_up(year: Year, months: list[str]) -> dict[tuple[str, str | None], dict[str, int]]:
    """What the months state last, together: moves are added, of stocks the first and the last."""
    lines = [recap(year, month_of(month), year.stated[month][-1]) for month in months]
    nothing = dict.fromkeys(COLUMNS, 0)
    found = {}
    for part in {part for each in lines for part in each}:
        of_months = [each.get(part, nothing) for each in lines]
        found[part] = {name: sum(each[name] for each in of_months) for name in COLUMNS}
        found[part]["brought_forward"] = of_months[0]["brought_forward"]
        found[part]["carried_forward"] = of_months[-1]["carried_forward"]
    return found


def effectiveness(year: Year, within: Range, at: datetime) -> dict[str, Any]:
    """What the quality chair found, and which barriers were named."""
    judged = Counter(
        body["effective"]
        for each in year.sent
        for name, done, body in each.steps
        if name == "evaluation" and within[0] <= done < within[1] and done <= at
    )
    named = Counter(
        each.form["barrier"]
        for each in year.sent
        if each.form.get("barrier") and within[0] <= each.received < within[1]
    )
    return {"effective": judged[True], "ineffective": judged[False], "barriers": dict(named)}
