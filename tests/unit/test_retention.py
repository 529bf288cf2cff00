"""Which cases the rules propose for erasure: by the version in force when each was received."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.intake.application import Intake
from services.intake.retention import Keeping, years_before
from services.kernel.district import SHIPPED, load_district

NOW = datetime(2032, 2, 29, 3, tzinfo=UTC)


@dataclass
class Page:
    """A page of the lists."""

    items: list[dict[str, Any]]
    next: str | None = None


def row(id: str, received: date, *, closed: bool = True) -> dict[str, Any]:
    at = datetime(received.year, received.month, received.day, 5, tzinfo=UTC)
    return {"id": id, "number": id, "puskesmas": "puring", "received_at": at, "closed": closed}


def keeping(years: list[int | None], pages: dict[date, list[Page]], gone: str = "") -> Keeping:
    """Return what is asked, under versions of the rules in force from 2020 on, a year each."""
    district = load_district(SHIPPED)
    rules = tuple(
        district.rules[0].model_copy(
            update={"version": n + 1, "in_force_from": date(2020 + n, 1, 1), "keep_years": each}
        )
        for n, each in enumerate(years)
    )

    def ended(scope: frozenset[str] | None, until: date, cursor: str | None) -> Page:
        assert scope is not None and set(scope) == {"puring"}
        return pages[until][int(cursor or 0)]

    erased = SimpleNamespace(among=lambda ids: frozenset(ids) & {gone})
    intake = SimpleNamespace(
        district=district.model_copy(update={"rules": rules}),
        clock=lambda: NOW,
        keyring=SimpleNamespace(erased=erased),
    )
    return Keeping(cast(Intake, intake), ended)


def test_nothing_is_proposed_until_the_rules_say_how_long_a_case_is_kept() -> None:
    assert keeping([None], {}).proposed(["puring"]) == []


def test_each_case_is_kept_as_long_as_the_rules_said_when_it_was_received() -> None:
    first, second = row("first", date(2020, 5, 1)), row("second", date(2021, 5, 1))
    pages = {date(2027, 2, 28): [Page([first, second])], date(2022, 2, 28): [Page([first, second])]}
    found = keeping([10, 5], {**pages, date(2022, 2, 28): [Page([first])]}).proposed(["puring"])
    assert [(each["id"], each["years"]) for each in found] == [("second", 5), ("first", 10)]


def test_what_is_open_again_or_erased_is_left_out_on_every_page() -> None:
    day = date(2020, 5, 1)
    pages = [
        Page([row("erased", day), row("open", day, closed=False)], next="1"),
        Page([row("old", day)]),
    ]
    found = keeping([5], {date(2027, 2, 28): pages}, gone="erased").proposed(["puring"])
    assert [each["id"] for each in found] == ["old"]


@pytest.mark.parametrize(
    ("day", "before"),
    [(date(2032, 2, 29), date(2027, 2, 28)), (date(2031, 3, 1), date(2026, 3, 1))],
)
def test_years_are_counted_by_the_calendar(day: date, before: date) -> None:
    assert years_before(day, 5) == before
