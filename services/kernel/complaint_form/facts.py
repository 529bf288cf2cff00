"""What the events of one complaint put on its form: whoever wrote them, in their order. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from services.kernel.contracts import Message, SealedBox, intake, publication, read
from services.kernel.contracts import resolution as told

_FORM: Final = (intake.ComplaintReceivedV1, intake.ComplaintCorrectedV1)


@dataclass
class Planned:
    """A line of the follow-up plan, and when it was done (None: not yet)."""

    number: int
    action: SealedBox
    person_responsible: str
    due_on: date
    done_on: date | None = None
    note: SealedBox | None = None


@dataclass
class OnForm:
    """A complaint's form: as it was filled in, and what was done since; words are still sealed."""

    number: str = ""
    received_at: datetime | None = None
    received_by: str | None = None
    written: intake.ComplaintReceivedV1 | intake.ComplaintCorrectedV1 | None = None
    grade: str | None = None
    met_at: datetime | None = None
    answer: SealedBox | None = None
    answered_at: datetime | None = None
    finding: str | None = None
    cause: SealedBox | None = None
    plan: list[Planned] = field(default_factory=list)
    summary: SealedBox | None = None
    documented_at: datetime | None = None
    informed_by: str | None = None
    informed_at: datetime | None = None
    publication: str | None = None
    media: tuple[str, ...] = ()
    published_at: datetime | None = None
    effective: bool | None = None
    evaluation: SealedBox | None = None
    evaluated_at: datetime | None = None

    def boxes(self, *, identity: bool) -> dict[str, SealedBox]:
        """Return what is sealed by the name under which it is printed; who the complainant is only
        with `identity`."""
        written = self.written
        found: dict[str, SealedBox | None] = {
            "text": written.text if written else None,
            "answer": self.answer,
            "cause": self.cause,
            "summary": self.summary,
            "evaluation": self.evaluation,
        }
        if identity:
            found["complainant"] = written.complainant if written else None
        for each in self.plan:
            found[f"action_{each.number}"] = each.action
            found[f"note_{each.number}"] = each.note
        return {name: box for name, box in found.items() if box is not None}


def on_form(messages: Iterable[Message]) -> OnForm:
    """Return what these messages of one complaint, in order, put on its form.

    A result that was taken back (the case was reopened) does not stand there any more.
    """
    form = OnForm()
    for message in messages:
        event = read(message)
        if isinstance(event, _FORM):
            form.written = event
            if isinstance(event, intake.ComplaintReceivedV1):
                form.number, form.received_at = event.number, event.occurred_at
                form.received_by = message.actor
        else:
            _step(form, event)
    return form


def _step(form: OnForm, event: object) -> None:
    match event:
        case told.CaseGradedV1():
            form.grade = event.grade
        case told.ComplainantMetV1():
            form.met_at = event.occurred_at
        case told.ImmediateAnswerGivenV1():
            form.answer, form.answered_at = event.answer, event.occurred_at
        case told.ComplaintAnalysedV1():
            form.finding, form.cause = event.finding, event.root_cause
        case told.ResponsePlannedV1():
            form.plan = [
                Planned(each.number, each.action, each.person_responsible, each.due_on)
                for each in event.actions
            ]
        case told.FollowUpCarriedOutV1():
            for each in form.plan:
                if each.number == event.action_number:
                    each.done_on, each.note = event.done_on, event.note
        case told.ResolutionDocumentedV1():
            form.summary, form.documented_at = event.summary, event.occurred_at
        case told.EvaluationRecordedV1():
            form.effective, form.evaluation = event.effective, event.note
            form.evaluated_at = event.occurred_at
        case told.CaseReopenedV1():
            _taken_back(form)
        case publication.ComplainantInformedV1():
            form.informed_by, form.informed_at = event.channel, event.occurred_at
        case publication.ResolutionPublishedV1():
            form.media = tuple(event.media)
            form.published_at = form.published_at or event.occurred_at
            form.publication = event.publication
        case publication.PublicationWithdrawnV1() if event.publication == form.publication:
            form.media, form.published_at = (), None


def _taken_back(form: OnForm) -> None:
    form.answer = form.answered_at = form.summary = form.documented_at = None
    form.informed_by = form.informed_at = None
