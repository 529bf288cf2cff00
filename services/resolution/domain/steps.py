"""The states of a case and the steps that each allows (SOP Lamaru 1-2, SOP Puring 2-3).

Team call, meeting and assignment are recorded steps, never conditions of another one. Grading
comes before answer or analysis. A plan is a must only for an upheld complaint; while none of it was
carried out it may be made anew. While a case waits for the complainant its path stands still.
"""

from enum import StrEnum

FINDINGS = ("upheld", "not_upheld", "by_rule", "out_of_jurisdiction")
OUTCOMES = ("resolved", *FINDINGS)


class State(StrEnum):
    """Where a case stands on its main path."""

    RECEIVED = "received"
    GRADED = "graded"
    ANSWERED = "answered"
    ANALYSED = "analysed"
    PLANNED = "planned"
    ACTED = "acted"
    DOCUMENTED = "documented"
    EVALUATED = "evaluated"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    REFERRED = "referred"


class Step(StrEnum):
    """What may be done to a case; the names are those of the calls in the API."""

    TEAM_CALL = "team-call"
    MEETING = "meeting-with-complainant"
    GRADE = "grade"
    IMMEDIATE_ANSWER = "immediate-answer"
    ANALYSIS = "analysis"
    PLAN = "plan"
    ACTION = "actions"
    DOCUMENTATION = "documentation"
    EVALUATION = "evaluation"
    ACKNOWLEDGEMENT = "team-call/acknowledgement"
    ASSIGNMENT = "assignment"
    COMMENT = "comments"
    PAUSE = "pause"
    RESUMPTION = "resumption"
    REFERRAL = "referral"
    ESCALATION = "escalation"
    ESCALATION_ANSWER = "escalation/answer"
    REOPENING = "reopening"


ENDS = (State.WITHDRAWN, State.DUPLICATE, State.REFERRED)
"""Ends other than the quality chair's: a case that came to one is closed."""

HANDLED = (State.DOCUMENTED, State.EVALUATED)
"""The result is written down: what the complaint asked for was done."""

BESIDE = (Step.TEAM_CALL, Step.ACKNOWLEDGEMENT, Step.MEETING, Step.ASSIGNMENT, Step.COMMENT)
"""Steps beside the path: they may be taken at any time, and put nothing off."""

_MAIN_PATH: dict[State, tuple[Step, ...]] = {
    State.RECEIVED: (Step.GRADE,),
    State.GRADED: (Step.IMMEDIATE_ANSWER, Step.ANALYSIS, Step.GRADE),
    State.ANSWERED: (Step.DOCUMENTATION,),
    State.ANALYSED: (Step.PLAN,),
    State.PLANNED: (Step.ACTION,),
    State.ACTED: (Step.DOCUMENTATION,),
    State.DOCUMENTED: (Step.EVALUATION,),
    State.REOPENED: (Step.ANALYSIS, Step.GRADE),
}


def allowed_steps(
    state: State,
    finding: str | None,
    *,
    begun: bool = False,
    paused: bool = False,
    before_district: bool = False,
) -> tuple[Step, ...]:
    """Return the steps that a case in this state allows, the expected one first.

    `begun`: an action of its plan was carried out. `before_district`: it was put before the
    district office, which has not answered yet.
    """
    if state in ENDS:
        return (Step.COMMENT,)
    if state is State.EVALUATED:
        return (Step.REOPENING, Step.COMMENT)
    steps = _MAIN_PATH[state]
    if state is State.ANALYSED and finding != "upheld":
        steps = (Step.DOCUMENTATION, Step.PLAN)
    elif state is State.PLANNED and not begun:
        steps = (Step.ACTION, Step.PLAN)
    aside: tuple[Step, ...] = (Step.ESCALATION_ANSWER if before_district else Step.ESCALATION,)
    if state not in HANDLED:
        aside = (Step.PAUSE, Step.REFERRAL, *aside)
    if paused:
        steps, aside = (Step.RESUMPTION,), tuple(each for each in aside if each is not Step.PAUSE)
    return (*steps, *aside, *BESIDE)
