"""The cases of a month's recap with their words: order and figures come from the lists, words are
opened here, by role, with one entry in the access log for a page or document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from services.kernel.access.principal import Principal
from services.kernel.contracts import SealedBox, in_order, intake, read
from services.kernel.contracts import resolution as told
from services.kernel.errors import NotFound
from services.kernel.follower import arrived
from services.kernel.keyring import Page, Words
from services.kernel.keyring.words import About
from services.resolution.application import Resolution
from services.resolution.domain import Meeting, RecapForm
from services.resolution.pages.meeting_words import about_meeting

BRIEF: Final = 280
"""A summary on the recap is so long at most; the whole of it stands on the case's own page."""
Wanted = list[tuple[About, SealedBox | None]]


@dataclass
class Told:
    """What was said and done in one case: boxes as they are kept, then the words that opened (None:
    sealed, or nothing was said)."""

    text: Any = None
    cause: Any = None
    result: Any = None
    actions: list[tuple[Any, str, date]] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A line of the recap: what the lists say of a case (`item`), and its words."""

    number: int
    item: dict[str, Any]
    said: Told
    has: Told
    """The same as boxes: what was said, whether it opened or not."""
    erased: bool


@dataclass(frozen=True)
class Discussed:
    """A meeting that discussed the month, and what it made of it (None: sealed, or not written);
    the outcome goes into the recap (SOP Puring 3d)."""

    meeting: Meeting
    outcome: str | None

    @property
    def kept(self) -> SealedBox | None:
        """The outcome as a box, whether it opened or not."""
        return _outcome(self.meeting)


def rows(
    resolution: Resolution,
    words: Words,
    principal: Principal,
    items: Sequence[dict[str, Any]],
    page: Page,
    form: RecapForm | None,
    meetings: Sequence[Meeting],
    first: int = 1,
) -> tuple[list[Row], dict[str, str | None], list[Discussed]]:
    """Return the lines of these cases, counted from `first`, the words of the form by name, and
    what these meetings made of the month."""
    kept = [(item, *_kept(resolution, item)) for item in items]
    wanted: Wanted = [(about, box) for _item, about, said in kept for box in _boxes(said)]
    notes = {} if form is None else notes_of(form)
    about_form = about(form) if form is not None else None
    if about_form is not None:
        wanted += [(about_form, box) for box in notes.values()]
    wanted += [(about_meeting(each), _outcome(each)) for each in meetings]
    opened = iter(words.open(principal, page, wanted))
    erased = words.erased([str(item["id"]) for item in items])
    found = [
        Row(number, item, _opened(said, opened), said, str(item["id"]) in erased)
        for number, (item, _about, said) in enumerate(kept, first)
    ]
    written = {name: next(opened) for name in notes}
    return found, written, [Discussed(each, next(opened)) for each in meetings]


def notes_of(form: RecapForm) -> dict[str, SealedBox | None]:
    """Return the boxes of a form by field."""
    names = ("effectiveness_note", "barriers_note", "meeting_note")
    return {name: getattr(form, name) for name in names}


def about(form: RecapForm) -> About:
    """Return what decides who may open the words of a recap form."""
    return About(str(form.id), form.puskesmas, "open", None, None)


def brief(said: str | None) -> str | None:
    """Return words on one line, cut where they are long."""
    if said is None:
        return None
    line = " ".join(said.split())
    return line if len(line) <= BRIEF else line[: BRIEF - 1].rstrip() + "…"


def _kept(resolution: Resolution, item: dict[str, Any]) -> tuple[About, Told]:
    said, entered_by, recorded_at = Told(), None, None
    for message in sorted(arrived(resolution, str(item["id"])), key=in_order):
        event = read(message)
        if isinstance(event, intake.ComplaintReceivedV1):
            entered_by, said.text, recorded_at = message.actor, event.text, message.time
        elif isinstance(event, intake.ComplaintCorrectedV1):
            said.text = event.text
    for message in resolution.history(item["id"]):
        step = read(message)
        if isinstance(step, told.ComplaintAnalysedV1):
            said.cause = step.root_cause
        elif isinstance(step, told.ResponsePlannedV1):
            said.actions = [(a.action, a.person_responsible, a.due_on) for a in step.actions]
        elif isinstance(step, told.ImmediateAnswerGivenV1):
            said.result = step.answer
        elif isinstance(step, told.ResolutionDocumentedV1):
            said.result = step.summary
    who = About(
        str(item["id"]),
        item["puskesmas"],
        item["confidentiality"],
        entered_by,
        resolution.district.area_of(item["service_unit"]),
        escalated=item["escalated"],
        settled_at=_settled_at(resolution, item, recorded_at),
    )
    return who, said


def _settled_at(
    resolution: Resolution, item: dict[str, Any], recorded_at: datetime | None
) -> datetime | None:
    """Return since when it is on record that nothing is left to do: of praise, which opens no
    case, since it was written down."""
    try:
        return resolution.get(item["id"]).end_recorded_at
    except NotFound:
        return recorded_at


def _outcome(meeting: Meeting) -> SealedBox | None:
    return meeting.minutes.outcome if meeting.minutes else None


def _boxes(said: Told) -> list[SealedBox | None]:
    return [said.text, said.cause, said.result, *(box for box, _who, _due in said.actions)]


def _opened(said: Told, opened: Iterator[str | None]) -> Told:
    text, cause, result = (brief(next(opened)) for _box in range(3))
    actions = [(brief(next(opened)), who, due) for _box, who, due in said.actions]
    return Told(text, cause, result, actions)
