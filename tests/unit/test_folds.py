"""The folds on histories by hand: what each of them says, as of when and as known when."""

from collections import Counter
from typing import Any
from uuid import UUID

from tests.folding import Facts, facts, opened
from tests.histories import Told, deliveries, hour, told
from tests.messages import subject

__all__ = ["facts", "opened"]


def lifecycle() -> list[Told]:
    return [
        told("ComplaintReceived", 0, source="intake"),
        told("CaseGraded", 1),
        told("ImmediateAnswerGiven", 2),
        told("ResolutionDocumented", 3),
        told("EvaluationRecorded", 4),
    ]


def test_a_step_happens_when_it_is_said_to_and_is_known_when_it_arrives(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake"),
                told("CaseGraded", 1, recorded=4, arrived=5),
            ]
        )
    )
    assert facts.at("states", "state", 1, 4) == [("received",)]
    assert facts.at("states", "state", 1, 5) == [("graded",)]
    assert facts.at("states", "state", 0.5, 5) == [("received",)]


def test_a_step_never_happens_before_the_step_it_follows(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 3, source="intake", recorded=3),
                told("CaseGraded", 1, recorded=4),
            ]
        )
    )
    assert facts.at("states", "state", 2, 6) == []
    assert facts.at("states", "state", 3, 6) == [("graded",)]


def test_a_case_that_is_written_down_later_is_handled_when_it_was(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake", recorded=5),
                told("TeamNotified", 5),
                told("CaseGraded", 1, recorded=5),
                told("ImmediateAnswerGiven", 2, recorded=5),
                told("ComplainantInformed", 5, source="publication"),
                told("EvaluationRecorded", 3, recorded=6),
            ]
        )
    )
    assert facts.at("states", "state", 1, 6) == [("graded",)]
    assert facts.at("states", "state", 3, 6) == [("evaluated",)]
    assert facts.at("informed", "channel", 4, 6) == []
    assert facts.at("informed", "channel", 5, 6) == [("phone",)]


def test_a_meeting_put_down_first_counts_until_an_earlier_answer_is_known(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake"),
                told("CaseGraded", 1),
                told("ComplainantMet", 4),
                told("ImmediateAnswerGiven", 2, recorded=5),
            ]
        )
    )
    naive = [hour(n).replace(tzinfo=None) for n in range(6)]
    columns = "step, responded_at"
    assert facts.at("responses", columns, 4, 4) == [("ComplainantMet", naive[4])]
    assert facts.at("responses", columns, 3, 4) == []
    assert facts.at("responses", columns, 3, 5) == [("ImmediateAnswerGiven", naive[2])]
    assert facts.at("responses", columns, 5, 5) == [("ImmediateAnswerGiven", naive[2])]


def test_one_that_arrives_late_takes_its_place_in_the_order_of_recording(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake"),
                told("CaseGraded", 1, arrived=6),
                told("ComplaintAnalysed", 2, source="edge"),
            ]
        )
    )
    assert facts.at("states", "state", 1, 5) == [("received",)]
    assert facts.at("states", "state", 1, 6) == [("graded",)]
    assert facts.at("states", "state", 3, 5) == [("analysed",)]
    assert facts.at("states", "state", 3, 6) == [("analysed",)]


def test_a_reopened_case_is_brought_back_and_may_close_again(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                *lifecycle(),
                told("CaseReopened", 5),
                told("CaseGraded", 5.5),
                told("ComplaintAnalysed", 6),
                told("ResolutionDocumented", 7),
                told("EvaluationRecorded", 8),
            ]
        )
    )
    assert facts.at("states", "state", 5.5, 9) == [("reopened",)]
    assert facts.at("settlements", "settled_at", 4, 9) == [(hour(3).replace(tzinfo=None),)]
    assert facts.at("settlements", "settled_at", 6, 9) == [(None,)]
    moves = Counter(move for (move,) in facts.at("moves", "move", 9, 9))
    assert moves == {"received": 1, "closed": 2, "brought_back": 1}


def test_a_duplicate_leads_to_the_complaint_that_it_was_joined_with_last(facts: Facts) -> None:
    first, second = UUID(int=71), UUID(int=72)
    history = [
        *lifecycle()[:2],
        told("CaseJoined", 3, other=str(first)),
        told("CaseRestored", 4, state="graded"),
        told("CaseJoined", 5, other=str(second)),
    ]
    facts.take(deliveries(history))
    assert facts.at("duplicates", "original", 2, 9) == []
    assert facts.at("duplicates", "original", 3, 9) == [(first,)]
    assert facts.at("duplicates", "original", 5, 9) == [(second,)]


def test_praise_is_known_but_opens_no_case(facts: Facts) -> None:
    facts.take(deliveries([told("ComplaintReceived", 0, source="intake", kind="praise")]))
    assert facts.at("attributes", "kind", 1, 1) == [("praise",)]
    assert facts.at("states", "state", 1, 1) == []
    assert facts.at("moves", "move", 1, 1) == []


def test_what_was_praise_is_a_case_when_it_is_opened(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake", kind="praise"),
                told("ComplaintCorrected", 4, source="intake"),
                told("CaseOpened", 4),
                told("CaseGraded", 5),
            ]
        )
    )
    assert facts.at("states", "state", 3, 9) == []
    assert facts.at("states", "state", 4, 9) == [("received",)]
    assert facts.at("states", "state", 6, 9) == [("graded",)]
    assert facts.at("moves", "move", 9, 9) == [("received",)]
    assert facts.at("imbalances", "carried", 9, 9) == []


def test_a_correction_holds_from_its_own_time_and_is_known_when_it_arrives(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake"),
                told("ImmediateAnswerGiven", 4),
                told("ComplaintCorrected", 2, source="intake", recorded=5, service_unit="ugd"),
            ]
        )
    )
    columns = "service_unit, number, received_at"
    heard = ("PRG-2026-A-000001", hour(0).replace(tzinfo=None))
    assert facts.at("attributes", columns, 6, 4) == [("kia-kb", *heard)]
    assert facts.at("attributes", columns, 1, 6) == [("kia-kb", *heard)]
    assert facts.at("attributes", columns, 2, 6) == [("ugd", *heard)]
    assert facts.at("states", "state", 6, 6) == [("answered",)]


def test_the_last_grade_sets_the_promise(facts: Facts) -> None:
    def due(n: int, version: int) -> list[dict[str, Any]]:
        return [
            {"name": "response", "due_at": hour(n), "rules_version": version},
            {"name": "settlement", "due_at": hour(n + 1), "rules_version": version},
        ]

    facts.take(
        deliveries(
            [
                told("CaseOpened", 1, deadlines=due(10, 1)),
                told("CaseGraded", 2, grade="yellow", deadlines=due(20, 1)),
                told("CaseGraded", 3, grade="red", deadlines=due(5, 2)),
            ]
        )
    )
    columns = "grade, response_due, settlement_due, rules_version"
    naive = [hour(n).replace(tzinfo=None) for n in range(22)]
    assert facts.at("deadlines", columns, 1, 9) == [(None, naive[10], naive[11], 1)]
    assert facts.at("deadlines", columns, 2, 9) == [("yellow", naive[20], naive[21], 1)]
    assert facts.at("deadlines", columns, 9, 9) == [("red", naive[5], naive[6], 2)]


def test_a_publication_is_public_from_release_to_withdrawal(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("PublicationDrafted", 1, source="publication"),
                told("PublicationApproved", 2, source="publication"),
                told("ResolutionPublished", 3, source="publication", text="Sudah diperbaiki."),
                told("PublicationWithdrawn", 5, source="publication"),
            ]
        )
    )
    assert facts.at("publications", "state, public_text", 2, 9) == [("approved", None)]
    assert facts.at("publications", "state, public_text", 4, 9) == [
        ("released", "Sudah diperbaiki.")
    ]
    assert facts.at("publications", "state, public_text", 6, 9) == [("withdrawn", None)]
    sealed = facts.connection.execute("SELECT count(*) FROM log WHERE public_text LIKE '%AAAA%'")
    assert sealed.fetchone() == (0,)


def test_a_planned_change_is_public_and_publishes_no_result(facts: Facts) -> None:
    made = {"publication": subject(901)}
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 0, source="intake"),
                told("CaseGraded", 1),
                told("ResponsePlanned", 2),
                told("PlannedChangeDrafted", 3, source="publication"),
                told("PublicationApproved", 4, source="publication"),
                told("PlannedChangePublished", 5, source="publication"),
                told("ResolutionDocumented", 6),
                told("PublicationDrafted", 7, source="publication", **made),
                told("ResolutionPublished", 8, source="publication", **made),
                told("PublicationWithdrawn", 9, source="publication", **made),
            ]
        )
    )
    shown = "planned, state, public_text"
    assert facts.at("publications", shown, 4, 20) == [(True, "approved", None)]
    planned = (True, "released", "Loket kedua dibuka bulan depan.")
    assert facts.at("publications", shown, 5, 20) == [planned]
    assert sorted(facts.at("publications", shown, 8, 20)) == [
        (False, "released", "Antrean kini bernomor."),
        planned,
    ]
    assert facts.at("latest", "published", 9, 20) == [(False,)]
    assert facts.at("plans", "planned_at", 6, 20) == [(hour(2).replace(tzinfo=None),)]


def test_a_planned_change_is_no_published_result_until_one_is(facts: Facts) -> None:
    planned = [
        told("ComplaintReceived", 0, source="intake"),
        told("PlannedChangeDrafted", 1, source="publication"),
        told("PlannedChangePublished", 2, source="publication"),
    ]
    facts.take(deliveries(planned))
    assert facts.at("latest", "published", 9, 20) == [(False,)]
    facts.clear()
    made = {"publication": subject(901)}
    facts.take(deliveries([*planned, told("ResolutionPublished", 3, source="publication", **made)]))
    assert facts.at("latest", "published", 9, 20) == [(True,)]


def test_what_a_complaint_came_to_is_known_when_the_last_of_it_came(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("ComplaintReceived", 1, kind="complaint"),
                told("CaseGraded", 2, source="resolution", grade="red"),
                told("PublicationDrafted", 3, source="publication"),
                told("ResolutionPublished", 5, source="publication", text="Sudah diperbaiki."),
            ]
        )
    )
    assert facts.at("latest", "state, published", 6, 6) == [("graded", True)]
    assert facts.at("latest", "state, published", 6, 4) == []


def test_what_is_at_rest_moved_once_unless_it_was_brought_back(facts: Facts) -> None:
    closed = lifecycle()
    facts.take(deliveries(closed))
    shown = "moved_once, meets IS NOT NULL"
    assert facts.at("latest", shown, 9, 9) == [(True, True)]
    again = [told("CaseReopened", 5), told("CaseGraded", 5.5)]
    facts.clear()
    facts.take(deliveries([*closed, *again]))
    assert facts.at("latest", shown, 9, 9) == [(False, False)]
    done = [told("ResolutionDocumented", 7), told("EvaluationRecorded", 8)]
    facts.clear()
    facts.take(deliveries([*closed, *again, *done]))
    assert facts.at("latest", shown, 9, 9) == [(False, True)]


def test_an_open_case_is_carried_forward_as_its_state_says(facts: Facts) -> None:
    facts.take(
        deliveries(
            [told("ComplaintReceived", 1), told("CaseGraded", 2, source="resolution", grade="red")]
        )
    )
    assert facts.connection.execute("FROM imbalances").fetchall() == []


def due(response: int, settlement: int, version: int = 1) -> list[dict[str, Any]]:
    return [
        {"name": "response", "due_at": hour(response), "rules_version": version},
        {"name": "settlement", "due_at": hour(settlement), "rules_version": version},
    ]


def answered_late() -> list[Told]:
    """Promised answer by 3, settlement by 6; graded at 2, then the answer by 4 and version 2."""
    return [
        told("ComplaintReceived", 0, source="intake"),
        told("CaseOpened", 1, deadlines=due(3, 6)),
        told("CaseGraded", 2, deadlines=due(4, 6, version=2)),
        told("ImmediateAnswerGiven", 5),
        told("ResolutionDocumented", 6),
        told("CaseReopened", 8),
    ]


VERDICT = "promise, rules_version, verdict"


def test_a_promise_is_overdue_from_its_last_moment_until_it_is_kept(facts: Facts) -> None:
    facts.take(deliveries(answered_late()))
    assert facts.at("verdicts", VERDICT, 4, 9) == []
    assert facts.at("verdicts", VERDICT, 4.001, 9) == [("response", 2, "overdue")]
    assert facts.at("verdicts", VERDICT, 5, 9) == [("response", 2, "late")]
    assert sorted(facts.at("verdicts", VERDICT, 6, 9)) == [
        ("response", 2, "late"),
        ("settlement", 2, "on_time"),
    ]
    assert sorted(facts.at("verdicts", VERDICT, 8, 9)) == [
        ("response", 2, "late"),
        ("settlement", 2, "overdue"),
    ]


def test_a_verdict_is_that_of_what_was_known(facts: Facts) -> None:
    facts.take(deliveries(answered_late()))
    # Before the grade was known, the first version's promise had been missed by then.
    assert facts.at("verdicts", VERDICT, 3.5, 1) == [("response", 1, "overdue")]
    assert facts.at("verdicts", VERDICT, 3.5, 2) == []
    assert sorted(facts.at("verdicts", VERDICT, 7, 5)) == [
        ("response", 2, "late"),
        ("settlement", 2, "overdue"),
    ]


def test_an_answer_that_arrives_late_turns_the_verdict_when_it_is_known(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("CaseOpened", 0, deadlines=due(3, 9)),
                told("ImmediateAnswerGiven", 2, recorded=2, arrived=6),
            ]
        )
    )
    assert facts.at("verdicts", VERDICT, 4, 5) == [("response", 1, "overdue")]
    assert facts.at("verdicts", VERDICT, 4, 6) == [("response", 1, "on_time")]


def test_a_promise_that_a_wait_moves_is_not_judged_meanwhile(facts: Facts) -> None:
    facts.take(
        deliveries(
            [
                told("CaseOpened", 0, deadlines=due(2, 4)),
                told("ImmediateAnswerGiven", 1),
                told("CasePaused", 3, deadlines=due(2, 4)[:1]),
                told("CaseResumed", 6, deadlines=due(2, 7)),
            ]
        )
    )
    assert facts.at("verdicts", VERDICT, 5, 9) == [("response", 1, "on_time")]
    assert sorted(facts.at("verdicts", VERDICT, 8, 9)) == [
        ("response", 1, "on_time"),
        ("settlement", 1, "overdue"),
    ]


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


def test_a_text_in_a_further_medium_is_public_since_it_first_was(facts: Facts) -> None:
    board, both = ["notice_board"], ["notice_board", "clinic_tv"]
    facts.take(
        deliveries(
            [
                told("PublicationDrafted", 1, source="publication"),
                told("PublicationReturned", 2, source="publication"),
                told("PublicationApproved", 3, source="publication"),
                told("ResolutionPublished", 4, source="publication", media=board),
                told("ResolutionPublished", 6, source="publication", media=both),
                told("PublicationWithdrawn", 7, source="publication"),
                told("PublicationApproved", 8, source="publication"),
                told("ResolutionPublished", 9, source="publication", media=board),
            ]
        )
    )
    first, again = (hour(n).replace(tzinfo=None) for n in (4, 9))
    columns = "state, media, since"
    assert facts.at("publications", "state", 2, 9) == [("returned",)]
    assert facts.at("publications", columns, 5, 9) == [("released", board, first)]
    assert facts.at("publications", columns, 6, 9) == [("released", both, first)]
    assert facts.at("publications", "state", 7, 9) == [("withdrawn",)]
    assert facts.at("publications", columns, 9, 9) == [("released", board, again)]
