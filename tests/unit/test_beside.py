"""What a case's page asks beside it, of histories by hand."""

from datetime import datetime
from uuid import UUID

from services.reporting.queries.beside import standing_of
from tests.folding import Facts, facts, opened
from tests.histories import Told, deliveries, hour, told

__all__ = ["facts", "opened"]

HANDLED = [
    told("ComplaintReceived", 0, source="intake"),
    told("CaseGraded", 1),
    told("ImmediateAnswerGiven", 2),
    told("ResolutionDocumented", 3),
]
WITHDRAWN = told("ComplaintWithdrawn", 4, source="intake")
REFUSED = told("CaseRequestRefused", 4)


def standing(facts: Facts, *history: Told) -> tuple[str, bool, datetime | None] | None:
    heard = deliveries(list(history))
    facts.take(heard)
    (subject,) = {each.message.subject for each in heard}
    return standing_of(facts.connection, UUID(subject))


def test_a_withdrawal_that_its_case_refused_was_in_vain(facts: Facts) -> None:
    assert standing(facts, *HANDLED, WITHDRAWN, REFUSED) == ("documented", True, None)


def test_one_that_the_case_has_yet_to_answer_was_not(facts: Facts) -> None:
    reopened = told("CaseReopened", 5)
    again = told("ComplaintWithdrawn", 6, source="intake")
    history = [*HANDLED, WITHDRAWN, REFUSED, reopened, again]
    assert standing(facts, *history) == ("reopened", False, None)


def test_a_case_that_ended_by_it_stands_withdrawn(facts: Facts) -> None:
    ended = told("CaseWithdrawn", 1, by="complainant")
    early = told("ComplaintWithdrawn", 1, source="intake")
    assert standing(facts, HANDLED[0], early, ended) == ("withdrawn", False, hour(1))


def test_of_praise_no_case_is_known(facts: Facts) -> None:
    praise = told("ComplaintReceived", 0, source="intake", kind="praise")
    assert standing(facts, praise) is None
