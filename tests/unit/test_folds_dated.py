"""The folds of what goes by date, on histories by hand: boxes, surveys, visits, recaps and days."""

from tests.folding import Facts, facts, opened
from tests.histories import deliveries, hour, told

__all__ = ["facts", "opened"]


def test_a_closed_month_is_known_from_its_arrival_on(facts: Facts) -> None:
    facts.take(deliveries([told("RecapClosed", 2, arrived=4, source="reporting")]))
    columns = "subject, puskesmas, month, as_of, cut_at"
    moment = hour(2).replace(tzinfo=None)
    closing = ("recap:puring:2026-10", "puring", "2026-10", moment, moment)
    assert facts.at("recaps", columns, 9, 3) == []
    assert facts.at("recaps", columns, 1, 9) == []
    assert facts.at("recaps", columns, 2, 4) == [closing]


def test_an_opening_names_its_box_since_version_2_and_is_known_from_its_arrival_on(
    facts: Facts,
) -> None:
    given = {"source": "intake", "about": 701, "slips": 3}
    second = given | {"about": 702, "version": 2, "box": "utama", "witnesses": ["Yuli"]}
    facts.take(
        deliveries(
            [
                told("SuggestionBoxOpened", 1, **given),
                told("SuggestionBoxOpened", 2, arrived=4, **second),
            ]
        )
    )
    assert facts.at("openings", "puskesmas, box, slips", 9, 3) == [("puring", None, 3)]
    assert sorted(facts.at("openings", "slips, box", 9, 4), key=str) == [(3, "utama"), (3, None)]
    assert facts.at("openings", "slips", 1, 9) == [(3,)]
    # An opening is no case.
    assert facts.everywhere("states", "state") == facts.everywhere("attributes", "kind") == {}


def test_a_box_has_the_schedule_that_was_recorded_last_and_keeps_when_it_was_first(
    facts: Facts,
) -> None:
    weekly = {"weeks": 1, "months": None, "weekday": "monday", "day": None, "if_closed": "after"}
    facts.take(
        deliveries(
            [
                told("SuggestionBoxRegistered", 1, source="intake"),
                told("SuggestionBoxRegistered", 3, source="intake", schedule=weekly),
            ]
        )
    )
    columns = "box, schedule.months, schedule.weekday, recorded_at"
    first = hour(1).replace(tzinfo=None)
    assert facts.at("boxes", columns, 2, 9) == [("utama", 1, None, first)]
    assert facts.at("boxes", columns, 3, 9) == [("utama", None, "monday", first)]
    assert facts.at("boxes", columns, 9, 2) == [("utama", 1, None, first)]


def test_a_published_survey_is_known_from_its_arrival_on(facts: Facts) -> None:
    facts.take(deliveries([told("SurveyPublished", 2, arrived=4, source="intake", about=801)]))
    columns = "puskesmas, period, respondents"
    assert facts.at("surveys", columns, 9, 3) == facts.at("surveys", columns, 1, 9) == []
    assert facts.at("surveys", columns, 2, 4) == [("puring", "2026-Q3", 100)]


def test_the_visits_of_a_month_are_those_last_written_down(facts: Facts) -> None:
    unit = [{"unit": "loket", "visits": 5}]
    facts.take(
        deliveries(
            [
                told("VisitsRecorded", 1, source="intake", visits=900, by_unit=unit),
                told("VisitsRecorded", 3, source="intake", visits=950),
            ]
        )
    )
    columns = "puskesmas, month, visits, by_unit"
    assert facts.at("visits", columns, 2, 9) == [("puring", "2026-10", 900, unit)]
    assert facts.at("visits", columns, 3, 9) == [("puring", "2026-10", 950, [])]


def test_what_became_of_a_recap_stays_in_its_order(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("RecapClosed", 2, source="reporting"),
                told("RecapAcknowledged", 3, source="reporting"),
                told("RecapCompleted", 4, source="resolution"),
                told("RecapCorrected", 5, source="reporting"),
            ]
        )
    )
    steps = ["RecapClosed", "RecapAcknowledged", "RecapCompleted", "RecapCorrected"]
    known = sorted(facts.at("recaps", "seq, step", 9, 9))
    assert [step for _seq, step in known] == steps
    assert [step for _seq, step in sorted(facts.at("recaps", "seq, step", 4, 9))] == steps[:3]


def test_a_survey_is_told_step_by_step_with_the_terms_that_stand(facts: Facts) -> None:
    given = {"source": "intake", "about": 801}
    steps = (
        *("SurveyProposed", "SurveyReturned", "SurveyProposed", "SurveyApproved"),
        *("SurveyUnitsCoordinated", "SurveyOpened", "SurveyClosed", "SurveyPublished"),
    )
    facts.take(
        deliveries(
            [
                told(name, hours, **given, **({"sample": 300} if hours == 3 else {}))
                for hours, name in enumerate(steps, 1)
            ]
        )
    )
    columns = "state, sample_size, respondents, converted, closed_at IS NULL, published_at IS NULL"
    assert [facts.at("surveys", columns, hours, 9) for hours in range(1, 9)] == [
        [("proposed", 278, None, None, True, True)],
        [("returned", 278, None, None, True, True)],
        [("proposed", 300, None, None, True, True)],
        [("approved", 300, None, None, True, True)],
        [("coordinated", 300, None, None, True, True)],
        [("open", 300, None, None, True, True)],
        [("closed", 300, 280, "81.25", False, True)],
        [("published", 300, 100, "80.00", False, False)],
    ]
    told_of = "period, population, quality, method, [each.element for each in element_figures]"
    ((*rest, elements),) = facts.at("surveys", told_of, 7, 9)
    assert (rest, elements) == (["2026-Q4", 1000, "B", "weight=exact"], ["time", "cost"])
    assert facts.at("surveys", "state, element_figures", 6, 9) == [("open", None)]
    # A survey is no case.
    assert facts.everywhere("states", "state") == facts.everywhere("attributes", "kind") == {}


def test_a_closing_that_arrives_late_is_known_from_then_on(facts: Facts) -> None:
    given = {"source": "intake", "about": 802}
    facts.take(
        deliveries(
            [
                told("SurveyProposed", 1, **given),
                told("SurveyOpened", 2, **given),
                told("SurveyClosed", 3, arrived=6, converted=None, quality=None, **given),
            ]
        )
    )
    columns = "state, respondents, converted"
    assert facts.at("surveys", columns, 3, 5) == [("open", None, None)]
    assert facts.at("surveys", columns, 3, 6) == [("closed", 280, None)]
    assert facts.at("surveys", columns, 2, 6) == [("open", None, None)]


def test_what_an_index_was_reckoned_from_is_known_from_the_closing_on(facts: Facts) -> None:
    given = {"source": "intake", "about": 804}
    told_of = {"version": 2, "basis": "counts", **given}
    facts.take(
        deliveries(
            [
                told("SurveyProposed", 1, **given),
                told("SurveyTabulated", 2, **given),
                told("SurveyClosed", 3, **told_of),
                told("SurveyPublished", 4, **told_of),
                told("SurveyClosed", 5, source="intake", about=805),
            ]
        )
    )
    columns = "state, basis"
    assert facts.at("surveys", columns, 2, 9) == [("proposed", None)]
    assert facts.at("surveys", columns, 3, 9) == [("closed", "counts")]
    assert facts.at("surveys", columns, 4, 9) == [("published", "counts")]
    # Before there were tables, it was answers.
    assert sorted(facts.at("surveys", columns, 5, 9))[0] == ("closed", "answers")


def test_ten_answers_cost_a_survey_nothing(facts: Facts) -> None:
    proposed = told("SurveyProposed", 1, source="intake", about=803)
    answers = [told("SurveyAnswered", 2, source="intake", about=n) for n in range(810, 820)]
    facts.take(deliveries([proposed, *answers]))
    assert facts.connection.execute("SELECT state FROM surveys").fetchall() == [("proposed",)]


def test_of_two_words_on_a_day_the_later_stands(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("CalendarChanged", 1, day="2026-11-09", working=False, why="Banjir"),
                told("CalendarChanged", 2, day="2026-11-10", working=False, why="Banjir"),
                told("CalendarChanged", 4, day="2026-11-09", working=True, why="Surut"),
            ]
        )
    )
    columns = "code, day::VARCHAR, working, why"
    closed = ("puring", "2026-11-10", False, "Banjir")
    assert sorted(facts.at("calendars", columns, 3, 9)) == [
        ("puring", "2026-11-09", False, "Banjir"),
        closed,
    ]
    assert sorted(facts.at("calendars", columns, 4, 9)) == [
        ("puring", "2026-11-09", True, "Surut"),
        closed,
    ]
