"""The folds on histories by hand: what each of them says, as of when and as known when."""

import os
import subprocess
import sys
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


def test_every_process_makes_facts_by_the_same_statements() -> None:
    # Else a restart would take the facts for another version's and make all of them anew.
    asked = "from services.reporting.version import digest; print(digest())"
    said = {
        subprocess.check_output(
            [sys.executable, "-c", asked], env={**os.environ, "PYTHONHASHSEED": str(seed)}
        )
        for seed in range(4)
    }
    assert len(said) == 1
