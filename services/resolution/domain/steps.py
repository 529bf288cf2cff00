"""The states of a case and the steps that each allows (SOP Lamaru 1-2, SOP Puring 2-3).

Team call, meeting and assignment are recorded steps, never conditions of another one. Grading
comes before answer or analysis. A plan is a must only for an upheld complaint.
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


ANY_TIME = (Step.TEAM_CALL, Step.MEETING)

_MAIN_PATH: dict[State, tuple[Step, ...]] = {
    State.RECEIVED: (Step.GRADE,),
    State.GRADED: (Step.IMMEDIATE_ANSWER, Step.ANALYSIS, Step.GRADE),
    State.ANSWERED: (Step.DOCUMENTATION,),
    State.ANALYSED: (Step.PLAN,),
    State.PLANNED: (Step.ACTION,),
    State.ACTED: (Step.DOCUMENTATION,),
    State.DOCUMENTED: (Step.EVALUATION,),
    State.EVALUATED: (),
    State.REOPENED: (Step.ANALYSIS, Step.GRADE),
}


def allowed_steps(state: State, finding: str | None) -> tuple[Step, ...]:
    """Return the steps that a case in this state allows, the expected one first."""
    steps = _MAIN_PATH[state]
    if state is State.ANALYSED and finding != "upheld":
        steps = (Step.DOCUMENTATION, Step.PLAN)
    if state is State.EVALUATED:
        return steps
    return (*steps, *ANY_TIME)
