"""The form of each step of a case: its permission, its fields, and the call that it makes.

Fields of different steps have different names, since several forms stand on one page; `named`
leads from the names that the application uses in its refusals to those of the form.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.kernel.aggregate import Intent
from services.kernel.errors import FieldError, InvalidInput, Problem
from services.kernel.store import Answer
from services.kernel.text import _
from services.resolution.accompanying import Accompanying
from services.resolution.application import Action, Resolution
from services.resolution.pages.typed import LINE, Typed
from services.resolution.words import CALLED, PLAN_ROWS

Repeat = Mapping[str, Any]
Call = Callable[[Intent, Repeat], "Future[Answer]"]
Read = Callable[[Resolution, UUID, Typed, int], Call]


@dataclass(frozen=True)
class StepForm:
    """One step's form; `read` takes what was typed and returns the call that records it."""

    permission: str
    read: Read
    at: str | None = None

    def named(self, problem: Problem, typed: Typed, number: int) -> tuple[FieldError, ...]:
        """Return a refusal's errors at the names of the form's fields."""
        names: dict[str, str] = {}
        if self.at is not None:
            names |= dict.fromkeys(("occurred_at", "when", "answered_at"), self.at)
        for index, row in enumerate(_rows(typed)):
            names[f"actions[{index}].due_on"] = f"due_{row}"
        if self.permission == "case.act":
            names |= {"done_on": f"done_on_{number}", "n": f"note_{number}"}
        return tuple(
            FieldError(names.get(each.field, each.field), each.message) for each in problem.errors
        )


def _team_call(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    roles = [role for role in CALLED if typed.maybe(f"called_{role}", LINE)]
    names = typed.people("called", needed=not roles)
    who, how = [*roles, *names], typed.must("how", LINE)
    return lambda intent, repeat: resolution.call_team(id, intent, who, how, **repeat)


def _meeting(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    people, note = typed.people("met_by"), typed.maybe("meeting_note")
    return lambda intent, repeat: resolution.meet(id, intent, people, note, **repeat)


def _grade(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    grade, reason = typed.must("grade", LINE), typed.maybe("reason")
    return lambda intent, repeat: resolution.grade(id, intent, grade, reason, **repeat)


def _answer(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    answer = typed.must("answer")
    return lambda intent, repeat: resolution.answer(id, intent, answer, **repeat)


def _analysis(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    cause, finding = typed.must("root_cause"), typed.must("finding", LINE)
    return lambda intent, repeat: resolution.analyse(id, intent, cause, finding, **repeat)


def _plan(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    actions = [
        Action(typed.must(f"action_{n}"), typed.must(f"person_{n}", LINE), typed.day(f"due_{n}"))
        for n in _rows(typed)
    ]
    if not actions:
        typed.wrong("action_1", _("Tulis paling sedikit satu tindakan."))
    return lambda intent, repeat: resolution.plan(id, intent, actions, **repeat)


def _rows(typed: Typed) -> list[int]:
    """Return the rows of the plan in which anything was typed."""
    return [
        row
        for row in range(1, PLAN_ROWS + 1)
        if any(
            typed.values.get(f"{name}_{row}", "").strip() for name in ("action", "person", "due")
        )
    ]


def _action(resolution: Resolution, id: UUID, typed: Typed, number: int) -> Call:
    done_on, note = typed.day(f"done_on_{number}"), typed.must(f"note_{number}")
    return lambda intent, repeat: resolution.carry_out(id, intent, number, done_on, note, **repeat)


def _documentation(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    summary, outcome = typed.must("summary"), typed.maybe("outcome", LINE)
    return lambda intent, repeat: resolution.document(id, intent, summary, outcome, **repeat)


def _evaluation(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    effective = typed.values.get("effective")
    if effective not in ("true", "false"):
        raise InvalidInput(FieldError("effective", _("Pilih efektif atau tidak efektif.")))
    kept = effective == "true"
    note = typed.maybe("evaluation_note") if kept else typed.must("evaluation_note")
    return lambda intent, repeat: resolution.evaluate(id, intent, kept, note, **repeat)


def _acknowledgement(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    who, use = typed.must("reached", LINE), Accompanying(resolution)
    return lambda intent, repeat: use.acknowledge(id, intent, who, **repeat)


def _assignment(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    assignee, unit = typed.must("assignee", LINE), typed.maybe("unit", LINE)
    use = Accompanying(resolution)
    return lambda intent, repeat: use.assign(id, intent, assignee, unit, **repeat)


def _comment(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    comment, use = typed.must("comment"), Accompanying(resolution)
    return lambda intent, repeat: use.comment(id, intent, comment, **repeat)


def _pause(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    reason, use = typed.must("pause_reason"), Accompanying(resolution)
    return lambda intent, repeat: use.pause(id, intent, reason, **repeat)


def _resumption(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    note, use = typed.maybe("resumption_note"), Accompanying(resolution)
    return lambda intent, repeat: use.resume(id, intent, note, **repeat)


def _escalation(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    reason, use = typed.must("escalation_reason"), Accompanying(resolution)
    return lambda intent, repeat: use.escalate(id, intent, reason, **repeat)


def _advice(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    decision, use = typed.must("decision"), Accompanying(resolution)
    return lambda intent, repeat: use.advise(id, intent, decision, **repeat)


def _referral(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    to, reason = typed.must("referred_to", LINE), typed.must("referral_reason")
    told_by, use = typed.maybe("told_by", LINE), Accompanying(resolution)
    if told_by is None and resolution.get(id).confidentiality != "anonymous":
        typed.wrong("told_by", _("Kabari dahulu pelapornya, lalu pilih lewat apa."))
    return lambda intent, repeat: use.refer(id, intent, to, reason, told_by, **repeat)


def _reopening(resolution: Resolution, id: UUID, typed: Typed, _number: int) -> Call:
    reason, use = typed.must("reopening_reason"), Accompanying(resolution)
    return lambda intent, repeat: use.reopen(id, intent, reason, **repeat)


FORMS: Final[Mapping[str, StepForm]] = {
    "team-call": StepForm("case.team_call", _team_call, "called_at"),
    "meeting-with-complainant": StepForm("case.meet", _meeting, "met_at"),
    "grade": StepForm("case.grade", _grade, "graded_at"),
    "immediate-answer": StepForm("case.answer", _answer, "answered_at"),
    "analysis": StepForm("case.analyse", _analysis, "analysed_at"),
    "plan": StepForm("case.plan", _plan, "planned_at"),
    "actions": StepForm("case.act", _action),
    "documentation": StepForm("case.document", _documentation, "documented_at"),
    "evaluation": StepForm("case.evaluate", _evaluation, "evaluated_at"),
    "team-call/acknowledgement": StepForm("case.acknowledge", _acknowledgement, "reached_at"),
    "assignment": StepForm("case.assign", _assignment, "assigned_at"),
    "comments": StepForm("case.comment", _comment),
    "pause": StepForm("case.pause", _pause, "paused_at"),
    "resumption": StepForm("case.pause", _resumption, "resumed_at"),
    "escalation": StepForm("case.escalate", _escalation, "escalated_at"),
    "escalation/answer": StepForm("case.advise", _advice, "advised_at"),
    "referral": StepForm("case.refer", _referral, "referred_at"),
    "reopening": StepForm("case.reopen", _reopening, "reopened_at"),
}
