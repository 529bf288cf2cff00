"""Figures over surveys: which surveys count, whose, of which days, and as was known of them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.kernel.access.reach import Reach
from services.reporting.figures import compared, figure_of
from services.reporting.queries import Filters, When
from services.reporting.queries.counting import Value
from services.reporting.queries.dashboard import dashboard
from services.reporting.queries.surveys import behind, survey_of
from tests.folding import Facts, facts, opened
from tests.histories import Told, deliveries, hour, told
from tests.messages import subject

__all__ = ["facts", "opened"]
NOW = datetime(2027, 3, 1, tzinfo=UTC)
DAY = 24
INDEX, RESPONDENTS = figure_of("satisfaction_index"), figure_of("survey_respondents")


def survey(about: int, day: float, index: str | None, **more: Any) -> list[Told]:
    """A survey that was proposed the day before it was closed."""
    given = {"source": "intake", "about": about, "puskesmas": more.pop("place", "puring")}
    terms = {name: more.pop(name) for name in ("sample", "period") if name in more}
    return [
        told("SurveyProposed", (day - 1) * DAY, **given, **terms),
        told("SurveyOpened", (day - 1) * DAY + 1, **given),
        told("SurveyClosed", day * DAY, converted=index, **given, **more),
    ]


HISTORY = [
    told("PuskesmasRegistered", -2000, source="intake", subject="puring"),
    *survey(901, 5, "80.00"),
    *survey(902, 40, "84.50", arrived=50 * DAY),
    *survey(903, 41, "70.50", place="sadang", respondents=30),
    # Too few answered, though the sample was larger; and nobody answered some element.
    *survey(904, 42, "95.00", place="ayah", respondents=29),
    *survey(905, 43, None, place="petanahan", quality=None),
    # So few are the whole sample.
    *survey(906, 44, "60.00", place="rowokele", sample=12, respondents=12),
    # Open as yet.
    *survey(907, 60, "99.00", place="klirong")[:2],
]


def asked(facts: Facts, filters: Filters | None = None, when: When | None = None) -> Any:
    given = filters or Filters(None), when or When()
    found = dashboard(facts.connection, *given, NOW)
    for figure in (INDEX, RESPONDENTS):
        value = found["figures"][figure.code]
        every = behind(facts.connection, figure, *given, NOW, part="among")
        assert every.value == value
        if figure is INDEX:
            counted = [each for each in every.items if each["counted"]]
            assert (len(counted), len(every.items)) == (value.numerator, value.denominator)
        else:
            assert sum(each["respondents"] for each in every.items) == value.numerator
    return found["figures"]


def test_the_newest_survey_of_each_puskesmas_makes_the_index(facts: Facts) -> None:
    facts.take(deliveries(HISTORY))
    figures = asked(facts)
    assert figures[INDEX.code] == Value(3, 5, (84.5 + 70.5 + 60) / 3)
    assert figures[RESPONDENTS.code].denominator == 278 * 5 + 12
    assert figures[RESPONDENTS.code].numerator == 280 * 3 + 30 + 29 + 12
    missed = behind(facts.connection, INDEX, Filters(None), When(), NOW, part="missed").items
    assert [each["puskesmas"] for each in missed] == ["petanahan", "ayah"]


def test_no_survey_is_not_zero(facts: Facts) -> None:
    facts.take(deliveries(HISTORY))
    none = Value(0, 0, None)
    for filters in (
        Filters(None, puskesmas="klirong"),
        Filters(None, since=date(2026, 12, 24)),
        Filters(None, unit="loket"),
        Filters(frozenset({"mirit"})),
        Filters(None, reach=(Reach(None, frozenset({"loket"})),)),
    ):
        figures = asked(facts, filters)
        assert (figures[INDEX.code], figures[RESPONDENTS.code]) == (none, none), filters
    whole = Filters(None, reach=(Reach(frozenset({"sadang"}), None),))
    assert asked(facts, whole)[INDEX.code] == Value(1, 1, 70.5)


def test_a_survey_is_of_the_day_on_which_it_was_closed(facts: Facts) -> None:
    facts.take(deliveries(HISTORY))
    november = Filters(None, puskesmas="puring", since=date(2026, 11, 7), until=date(2026, 11, 7))
    assert asked(facts, november)[INDEX.code] == Value(1, 1, 80.0)
    before = Filters(None, puskesmas="puring", until=date(2026, 11, 6))
    assert asked(facts, before)[INDEX.code] == Value(0, 0, None)


def test_a_closing_that_came_late_was_not_known_before(facts: Facts) -> None:
    facts.take(deliveries(HISTORY))
    puring = Filters(None, puskesmas="puring")
    then = When(hour(45 * DAY), hour(45 * DAY))
    assert asked(facts, puring, then)[INDEX.code].value == 80.0
    assert asked(facts, puring, When(hour(45 * DAY)))[INDEX.code].value == 84.5
    found = survey_of(facts.connection, UUID(subject(902)), When(hour(40 * DAY - 1)))
    assert found is not None and (found["state"], found["index"]) == ("open", None)


def test_pages_of_surveys_follow_each_other(facts: Facts) -> None:
    facts.take(deliveries(HISTORY))
    cursor, found = None, []
    while True:
        page = behind(
            facts.connection, RESPONDENTS, Filters(None), When(), NOW, limit=2, cursor=cursor
        )
        found += [each["id"] for each in page.items]
        if (cursor := page.next) is None:
            break
    assert found == [UUID(subject(n)) for n in (906, 905, 904, 903, 902, 901)]


def test_surveys_are_told_with_what_changed_and_ranked_where_enough_answered(facts: Facts) -> None:
    facts.take(deliveries(HISTORY))
    closed = dashboard(facts.connection, Filters(None), When(), NOW)["surveys"]
    surveys = compared.surveyed(closed)
    changed = {each.row["puskesmas"]: each.changed for each in surveys if each.row["newest"]}
    assert changed.pop("puring") == 4.5
    assert set(changed.values()) == {None}
    ranked = [(each.row["puskesmas"], each.enough) for each in compared.by_index(surveys)]
    assert ranked == [
        ("rowokele", True),
        ("sadang", True),
        ("puring", True),
        ("petanahan", False),
        ("ayah", False),
    ]
    other = [closed[0] | {"method": "weight=0.11", "newest": True}, closed[0] | {"newest": False}]
    assert compared.surveyed(other)[0].changed is None
