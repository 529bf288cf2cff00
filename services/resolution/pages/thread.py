"""A case as a line through time: what is known of it, its words opened by role, what is ahead."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.kernel.contracts import Event, Message, SealedBox, intake, publication, read
from services.kernel.contracts import resolution as told
from services.kernel.keyring.standing import ESCALATED
from services.kernel.text import Text, _
from services.kernel.web import words as glossary
from services.kernel.web.pages import Entry, Promised
from services.resolution.domain import Case, State
from services.resolution.domain.steps import HANDLED
from services.resolution.pages import released
from services.resolution.pages.corrected import Form, Names, changes
from services.resolution.words import (
    BY_RULE,
    EFFECTIVE,
    ENDED_BY,
    EVENTS,
    HOW,
    NOT_TOLD,
    OUTCOMES,
    REQUESTS,
)

APART: Final = timedelta(minutes=5)
"""Written down this soon after it happened, a step shows one time only."""

_DIRECT = (State.RECEIVED, State.GRADED, State.ANSWERED, State.DOCUMENTED, State.EVALUATED)
_ANALYSED = (
    State.RECEIVED,
    State.GRADED,
    State.ANALYSED,
    State.PLANNED,
    State.ACTED,
    State.DOCUMENTED,
    State.EVALUATED,
)


_ESCALATION: Final = ("CaseEscalated", "EscalationAnswered")


@dataclass(frozen=True)
class Step:
    """One event of the thread, with its boxes."""

    message: Message
    event: Event
    boxes: tuple[SealedBox | None, ...]
    early: bool = False
    """Whether it came before there was a result."""
    before: Form | None = None
    """The complaint's form as it stood until then, of what changes it."""


def steps_of(thread: list[Message]) -> list[Step]:
    """Return the events of a thread, read, with the boxes that hold their words."""
    steps: list[Step] = []
    stood, early = None, True
    for message in thread:
        event = read(message)
        early = early and not isinstance(event, told.ResolutionDocumentedV1)
        if isinstance(event, Form):
            steps.append(Step(message, event, _form_boxes(event, stood), early, stood))
            stood = event
        else:
            steps.append(Step(message, event, _boxes(event), early))
    return steps


def _form_boxes(event: Form, stood: Form | None) -> tuple[SealedBox | None, ...]:
    """Return what is said on a form, the person, and why it was corrected; words that stand there
    as before are not said again."""
    text = event.text if stood is None or event.text != stood.text else None
    reason = event.reason if isinstance(event, intake.ComplaintCorrectedV1) else None
    return (text, event.complainant, reason)


def _boxes(event: Event) -> tuple[SealedBox | None, ...]:
    match event:
        case told.ResponsePlannedV1():
            return tuple(each.action for each in event.actions)
        case told.CaseGradedV1():
            return (event.reason,)
        case publication.PublicationReturnedV1() | publication.PublicationWithdrawnV1():
            return (event.reason,)
        case publication.PublicationEvidencedV1():
            return (event.link,)
        case told.ComplainantMetV1() | told.FollowUpCarriedOutV1() | told.EvaluationRecordedV1():
            return (event.note,)
        case told.ImmediateAnswerGivenV1():
            return (event.answer,)
        case told.ComplaintAnalysedV1():
            return (event.root_cause,)
        case told.ResolutionDocumentedV1():
            return (event.summary,)
        case told.CaseCommentedV1():
            return (event.comment,)
        case told.CaseResumedV1():
            return (event.note,)
        case told.EscalationAnsweredV1():
            return (event.decision,)
        case told.CasePausedV1() | told.CaseEscalatedV1() | told.CaseReferredV1():
            return (event.reason,)
        case intake.ComplaintWithdrawnV1() | intake.ReopenRequestedV1():
            return (event.reason,)
        case intake.ComplainantRatedV1():
            return (event.remark,)
        case intake.AttachmentAddedV1():
            return (event.file_name,)
    return ()


def entries(
    case: Case,
    steps: list[Step],
    opened: list[tuple[str | None, ...]],
    who: Callable[[Message], Text | str],
    names: Names,
) -> list[Entry]:
    """Return the thread with what is ahead; `opened` are the words of each step's boxes (None:
    stays sealed)."""
    found = so_far(steps, opened, who, names, case.id)
    return [*found, *_ahead(case, _told_of_result(steps))]


def so_far(
    steps: list[Step],
    opened: list[tuple[str | None, ...]],
    who: Callable[[Message], Text | str],
    names: Names,
    files_of: UUID | None = None,
) -> list[Entry]:
    """Return the thread without what is ahead; `files_of` is the complaint whose files are here."""
    done = _carried_out(steps)
    return [
        _entry(step, said, who, names, done[place], files_of)
        for place, (step, said) in enumerate(zip(steps, opened, strict=True))
    ]


def _carried_out(steps: list[Step]) -> list[dict[int, date] | None]:
    """Return, beside each step, when the actions after it were done, up to the next plan; None
    where another plan came first."""
    found: list[dict[int, date] | None] = []
    done: dict[int, date] | None = {}
    for step in reversed(steps):
        found.append(done)
        if isinstance(step.event, told.FollowUpCarriedOutV1):
            done = {**(done or {}), step.event.action_number: step.event.done_on}
        elif isinstance(step.event, told.ResponsePlannedV1):
            done = None
    return found[::-1]


def _ahead(case: Case, happened: set[str]) -> list[Entry]:
    """Return what will still come: the states of the path, and what is told of the result."""
    entries = []
    for state in ahead(case):
        if state is State.EVALUATED:
            entries += [
                Entry(title, state="ahead", notes=notes)
                for event, title, notes in _told_later(case)
                if event not in happened
            ]
        entries.append(Entry(glossary.word("state", state), state="ahead"))
    return entries


def _told_of_result(steps: list[Step]) -> set[str]:
    """Return what was done to tell of the result as it stands; reopening takes a result back, and
    with it what was told of it."""
    reopened = (
        place for place, step in enumerate(steps) if isinstance(step.event, told.CaseReopenedV1)
    )
    steps = steps[max(reopened, default=0) :]
    result = {
        step.event.publication
        for step in steps
        if isinstance(step.event, publication.PublicationDrafted)
    }
    return {
        step.message.name
        for step in steps
        if isinstance(
            step.event, publication.ComplainantInformedV1 | publication.ResolutionPublishedV1
        )
        and step.event.publication in result
    }


def _told_later(case: Case) -> Iterator[tuple[str, Text, tuple[Text | str, ...]]]:
    if case.confidentiality != "anonymous":
        yield "ComplainantInformed", _("Pelapor diberi tahu"), ()
    yield "ResolutionPublished", _("Hasil dipublikasikan"), ()


def _entry(
    step: Step,
    said: tuple[str | None, ...],
    who: Callable[[Message], Text | str],
    names: Names,
    done: Mapping[int, date] | None,
    files_of: UUID | None,
) -> Entry:
    message, event = step.message, step.event
    happened: date | datetime = event.occurred_at
    late = message.time - event.occurred_at > APART
    if isinstance(event, told.FollowUpCarriedOutV1):
        happened, late = event.done_on, True
    name, role = who(message), glossary.word("role", message.role)
    return Entry(
        EVENTS.get(message.name, message.name),
        happened=happened,
        recorded=message.time if late else None,
        who=name,
        role=role if role != name else None,
        said=_said(step, said),
        notes=(*_notes(step, names), *_reason(step, said), *_too_early(step)),
        sealed=any(
            box is not None and words is None
            for box, words in zip(_spoken(step), said, strict=False)
        ),
        links=_links(files_of, step, said),
        promised=_promised(step, said, done),
    )


def _spoken(step: Step) -> tuple[SealedBox | None, ...]:
    """Return the boxes of what was said; who the complainant is stands elsewhere on the page."""
    if isinstance(step.event, Form):
        return step.boxes[:1]
    return () if isinstance(step.event, told.ResponsePlannedV1) else step.boxes


def _said(step: Step, said: tuple[str | None, ...]) -> str | None:
    if isinstance(step.event, told.ResponsePlannedV1 | intake.AttachmentAddedV1):
        return None
    return said[0] if said else None


def _reason(step: Step, said: tuple[str | None, ...]) -> tuple[str, ...]:
    """Return why a form was corrected, as far as it is open to the reader."""
    if isinstance(step.event, intake.ComplaintCorrectedV1):
        return tuple(words for words in said[2:] if words)
    return ()


def _too_early(step: Step) -> tuple[Text, ...]:
    """Say of a rating that there was nothing to rate yet; intake, which took it, cannot know."""
    if step.early and isinstance(step.event, intake.ComplainantRatedV1):
        return (_("sebelum ada hasilnya, jadi tidak dihitung"),)
    return ()


def _links(
    files_of: UUID | None, step: Step, said: tuple[str | None, ...]
) -> tuple[tuple[str, Text | str], ...]:
    """Return the way to a file that came along; who may not read its name may not open it."""
    event = step.event
    if files_of and isinstance(event, intake.AttachmentAddedV1) and said[0] is not None:
        return ((f"/api/v1/complaints/{files_of}/attachments/{event.attachment}", said[0]),)
    return released.links(event) if files_of else ()


def _promised(
    step: Step, said: tuple[str | None, ...], done: Mapping[int, date] | None
) -> tuple[Promised, ...]:
    if not isinstance(step.event, told.ResponsePlannedV1):
        return ()
    return tuple(
        Promised(
            words,
            each.person_responsible,
            each.due_on,
            (done or {}).get(each.number),
            replaced=done is None,
        )
        for each, words in zip(step.event.actions, said, strict=True)
    )


def _notes(step: Step, names: Names) -> tuple[Text | str, ...]:
    match event := step.event:
        case intake.ComplaintCorrectedV1() if step.before:
            return tuple(changes(step.before, event, names))
        case intake.ComplaintReceivedV1():
            return (glossary.word("channel", event.channel),)
        case told.CaseGradedV1():
            return (glossary.word("grade", event.grade),)
        case told.TeamNotifiedV1():
            roles = tuple(glossary.word("role", role) for role in event.roles)
            return roles if event.how == "in_product" else (*roles, HOW.get(event.how, event.how))
        case told.ComplainantMetV1():
            return (", ".join(event.people),)
        case told.ComplaintAnalysedV1():
            return (glossary.word("finding", event.finding),)
        case told.FollowUpCarriedOutV1():
            return (_("Tindakan {n}", n=event.action_number),)
        case told.ResolutionDocumentedV1():
            return (outcome(event.outcome),)
        case told.EvaluationRecordedV1():
            return (EFFECTIVE[event.effective],)
    return _notes_beside(event, names)


def _notes_beside(event: Event, names: Names) -> tuple[Text | str, ...]:
    match event:
        case told.TeamCallAcknowledgedV1():
            return (event.who,)
        case told.CaseAssignedV1():
            unit = names.unit(event.assigned_unit)
            return (event.assignee, unit) if unit else (event.assignee,)
        case told.CaseEscalatedV1() if event.by_rule:
            return (BY_RULE,)
        case told.CaseReferredV1():
            return (event.referred_to, told_by(event.told_by) if event.told_by else NOT_TOLD)
        case told.CaseWithdrawnV1():
            return (ENDED_BY.get(event.by, event.by),)
        case told.CaseRestoredV1():
            return (glossary.word("state", event.state),)
        case told.KeySharedV1():
            return (_key_went(event),)
        case told.CaseRequestRefusedV1():
            return (REQUESTS.get(event.request, event.request),)
        case intake.ComplainantRatedV1():
            return (_("{rating} dari 4", rating=event.rating),)
    return released.notes(event, names)


def _key_went(event: told.KeySharedV1) -> Text:
    ways = {"sender": event.sender, "receiver": event.receiver}
    if event.purpose == ESCALATED:
        return _("dari {sender} ke {receiver}: dinas kini dapat membaca isinya", **ways)
    return _("dari {sender} ke {receiver}, tempat kasusnya ditangani", **ways)


def told_by(code: str) -> Text | str:
    """Return the words for the way in which somebody was told."""
    return _("Tanda terima") if code == "receipt" else glossary.word("channel", code)


def outcome(code: str) -> Text | str:
    """Return the words for an outcome: a finding, or resolved."""
    return OUTCOMES.get(code) or glossary.word("finding", code)


def ahead(case: Case) -> tuple[State, ...]:
    """Return the states that the case will still go through."""
    if case.closed:
        return ()
    if case.state is State.REOPENED:
        return _ANALYSED[2:]
    if case.state is State.DOCUMENTED:
        return (State.EVALUATED,)
    path = _DIRECT if case.state is State.ANSWERED else _ANALYSED
    rest = path[path.index(case.state) + 1 :]
    if case.state is State.ANALYSED and case.finding != "upheld":
        return tuple(each for each in rest if each not in (State.PLANNED, State.ACTED))
    return rest


def milestone(steps: list[Step]) -> Text | None:
    """Return how far publication is, which is no state of the case."""
    marks: Mapping[str, Text] = {
        "PublicationDrafted": _("Rancangan publikasi ada"),
        "PublicationApproved": _("Publikasi disetujui"),
        "PublicationReturned": _("Rancangan publikasi dikembalikan"),
        "ResolutionPublished": _("Dipublikasikan"),
        "PlannedChangeDrafted": _("Rancangan publikasi ada"),
        "PlannedChangePublished": _("Rencana dipublikasikan"),
        "PublicationWithdrawn": _("Publikasi ditarik"),
    }
    names = [step.message.name for step in steps if step.message.name in marks]
    return marks[names[-1]] if names else None


def before_district(steps: list[Step]) -> bool:
    """Say whether the case was put before the district office, which has not answered yet."""
    found = [step for step in steps if step.message.name in _ESCALATION]
    return bool(found) and isinstance(found[-1].event, told.CaseEscalatedV1)


def to_inform(case: Case, steps: list[Step]) -> bool:
    """Say whether there is a result of which the complainant, who is known, was not told yet."""
    if case.confidentiality == "anonymous" or case.state not in HANDLED:
        return False
    return "ComplainantInformed" not in _told_of_result(steps)


def person(said: str | None) -> dict[str, Any]:
    """Return what is known of the complainant, by kind of fact."""
    return dict(json.loads(said)) if said else {}
