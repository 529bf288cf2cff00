"""Whom the rules remind of what is owed, and when: stages, quiet hours, names, nothing twice."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.kernel.access.principal import Grant
from services.kernel.access.records import Account
from services.kernel.calendar import Override, WorkCalendar
from services.kernel.district import SHIPPED, ReminderRules, load_district
from services.kernel.district.reminders import ReminderRule
from services.resolution.reminders.owing import Owed, People, Reminder, reminder

ZONE = ZoneInfo("Asia/Jakarta")
FIVE_DAYS = WorkCalendar("Asia/Jakarta", 5)
RULES = ReminderRules.model_validate(
    {
        "version": 1,
        "in_force_from": "2026-01-01",
        "digests_at": ["07:30", "12:30"],
        "until": "16:00",
        "reminders": [
            {"about": "settlement", "before": 2, "to": ["responsible"]},
            {"about": "settlement", "before": 0, "to": ["responsible", "complaint_team"]},
            {"about": "settlement", "after": 0, "to": ["head"]},
            {"about": "settlement", "after": 3, "to": ["district"]},
        ],
        "escalations": [{"about": "settlement", "after": 3}],
    }
)
SARI = Account(
    "acc-sari",
    "sari",
    "Sari Utami",
    None,
    (Grant("complaint_team", frozenset({"puring"})),),
    datetime(2026, 1, 1, tzinfo=UTC),
    None,
)


def at(day: str, clock: str = "07:30") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE)


MONDAY = FIVE_DAYS.end_of(date(2026, 11, 9))
"""A promise that is kept until the end of a Monday."""


def owed(person: str = "", due_at: datetime = MONDAY) -> Owed:
    return Owed("case", "settlement", due_at, "puring", "PRG-2026-A-000001", person=person)


def asked(
    now: datetime, told: int | None = None, person: str = "", *accounts: Account
) -> Reminder | None:
    return reminder(RULES, FIVE_DAYS, owed(person), told, People(accounts or (SARI,)), now)


@pytest.mark.parametrize(
    ("now", "stage", "roles"),
    [
        # Two working days before a Monday is the Thursday: no weekend is a working day here.
        (at("2026-11-04"), None, ()),
        (at("2026-11-05"), -3, ("complaint_team",)),
        (at("2026-11-08"), -3, ("complaint_team",)),
        (at("2026-11-09", "00:00"), -1, ("complaint_team",)),
        (at("2026-11-10"), 0, ("complaint_team", "head")),
        # Three whole working days late is past the Thursday.
        (at("2026-11-12", "23:59"), 0, ("complaint_team", "head")),
        (at("2026-11-13"), 3, ("complaint_team", "district", "head")),
    ],
)
def test_each_stage_comes_by_working_days(
    now: datetime, stage: int | None, roles: tuple[str, ...]
) -> None:
    found = asked(now)
    assert (found and found.stage, found.roles if found else ()) == (stage, roles)
    assert found is None or found.late == (now > MONDAY)


def test_a_holiday_moves_the_stage_as_it_moves_the_deadline() -> None:
    closed = WorkCalendar("Asia/Jakarta", 5, (Override(date(2026, 11, 6), False, "banjir"),))
    rule = ReminderRule(about="settlement", before=1, to=("head",))
    assert rule.begins(MONDAY, FIVE_DAYS) == at("2026-11-06", "00:00")
    assert rule.begins(MONDAY, closed) == at("2026-11-05", "00:00")


def test_of_a_stage_somebody_is_told_once_and_of_those_before_it_no_more() -> None:
    assert asked(at("2026-11-09"), told=-3) is not None
    assert asked(at("2026-11-09"), told=-1) is None
    late = asked(at("2026-11-10"), told=-1)
    assert late is not None and late.roles == ("head",), "the team was told on the day"
    assert asked(at("2026-11-16"), told=3) is None


def test_the_person_responsible_is_who_bears_the_name_here_and_nobody_by_chance() -> None:
    def person(name: str, *accounts: Account) -> str:
        found = asked(at("2026-11-05"), None, name, *accounts)
        assert found is not None
        return found.person

    assert person("sari") == person(" Sari UTAMI ") == "acc-sari"
    found = asked(at("2026-11-05"), None, "sari")
    assert found is not None and found.roles == (), "the rule names nobody else"
    assert person("Bu Sari") == person("") == "", "then the team is told"
    other = Account("acc-2", "sari2", "Sari Utami", None, SARI.grants, SARI.created_at, None)
    assert person("Sari Utami", SARI, other) == ""
    away = (Grant("complaint_team", frozenset({"ayah-1"})),)
    elsewhere = Account("acc-3", "dwi", "Dwi", None, away, SARI.created_at, None)
    assert person("Dwi", SARI, elsewhere) == ""
    gone = Account("acc-4", "tuti", "Tuti", None, SARI.grants, SARI.created_at, SARI.created_at)
    assert person("Tuti", SARI, gone) == ""


@pytest.mark.parametrize(
    ("clock", "slot"),
    [
        ("07:29", None),
        ("07:30", "2026-11-09T0730"),
        ("12:29", "2026-11-09T0730"),
        ("12:30", "2026-11-09T1230"),
        ("16:00", "2026-11-09T1230"),
        ("16:01", None),
    ],
)
def test_in_quiet_hours_there_is_no_digest(clock: str, slot: str | None) -> None:
    assert RULES.slot(at("2026-11-09", clock)) == slot


def test_the_next_digest_is_the_first_after_a_moment() -> None:
    assert RULES.next_slot(at("2026-11-09", "07:30")) == at("2026-11-09", "12:30")
    assert RULES.next_slot(at("2026-11-09", "12:30")) == at("2026-11-10", "07:30")


def test_a_version_holds_from_its_day_on() -> None:
    district = load_district(SHIPPED)
    first = district.reminders[0]
    assert district.reminders_at(first.in_force_from) == first
    assert district.reminders_at(date(2020, 1, 1)) is None
