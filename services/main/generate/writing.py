"""Generated histories are lived through on a node's own services, by a clock that is set.

A stretch of time is written at once, a transaction a service; then the node's own relays and
followers carry it to the others, as they do every day. So no rule of the domain, no policy and no
bookkeeping is written twice, and what lies in the stores is what a node would have written.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.intake.amending import Amending
from services.intake.application import Slip
from services.intake.receipts import Receipts
from services.kernel.aggregate import Intent
from services.main.generate.arrivals import BOX
from services.main.generate.dates.hands import Secretary, service_of
from services.main.generate.lives import OF_A_RESULT, STRETCH, Life, Planned
from services.main.node import Node
from services.publication.domain import Publication
from services.resolution.accompanying import Accompanying
from services.resolution.application import Action

_SECONDS = STRETCH.total_seconds()
_HALF_A_DAY = timedelta(hours=12)
_MEDIA = ("notice_board", "clinic_tv", "social_media")
Command = tuple[datetime, Callable[[], object]]
Step = tuple[datetime, str, Callable[[], object]]
"""When something is done, at which service, and what does it."""
Opening = tuple[str, datetime]
Dated = Mapping[str, Sequence[Planned]]
"""By Puskesmas, what it does by date."""


class SetClock:
    """A clock that shows what it was set to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the instant that it shows."""
        return self.now


class Crew:
    """Who works at each Puskesmas: the accounts that there are, else somebody without one."""

    def __init__(self, known: dict[tuple[str, str], str]) -> None:
        self._known = known

    def intent(self, role: str, puskesmas: str, at: datetime) -> Intent:
        """Return the intent of whoever has a role at a Puskesmas."""
        account = self._known.get((puskesmas, role))
        return Intent(account or str(uuid5(NAMESPACE_URL, f"{puskesmas}/{role}")), role, at)


class Hands:
    """Takes the planned steps; each method is one of their names."""

    def __init__(self, node: Node, crew: Crew) -> None:
        self._intake, self._resolution = node.intake, node.resolution
        self._publishing, self._crew = node.publication, crew
        self._amending, self._receipts = Amending(node.intake), Receipts(node.intake)
        self._beside = Accompanying(node.resolution)
        self._ids: dict[int, UUID] = {}

    def take(self, life: Life, step: Planned) -> None:
        """Take one step of a history."""
        getattr(self, step.name)(life, step.at, **step.facts)

    def come_in(self, life: Life) -> None:
        """Write a complaint down."""
        arrival = life.arrival
        role = "public" if arrival.channel == "web" else "officer"
        who = (
            Intent("public", "public")
            if role == "public"
            else self._crew.intent(role, life.puskesmas, arrival.heard_at)
        )
        answer = self._intake.receive(life.puskesmas, life.form, who).result()
        self._ids[life.number] = UUID(answer.ids["id"])

    def open_box(self, puskesmas: str, at: datetime, slips: Sequence[Life]) -> None:
        """Open the suggestion box of a Puskesmas."""
        answer = self._intake.open_box(
            puskesmas,
            ["Petugas loket", "Kepala tata usaha"],
            [Slip(life.form) for life in slips],
            self._crew.intent("officer", puskesmas, at),
        ).result()
        for life, each in zip(slips, answer.ids["complaints"], strict=True):
            self._ids[life.number] = UUID(each["id"])

    def correct(self, life: Life, at: datetime, reason: str, unit: str) -> None:
        """Put the unit right, or add what the complaint is also about."""
        changes: dict[str, Any] = {"service_unit": unit}
        if life.form.service_unit == unit:
            changes = {"categories": [*life.form.categories, "lain-lain"]}
        self._amending.correct(self._id(life), self._by("officer", life, at), changes, reason)

    def link(self, life: Life, at: datetime, original: int) -> None:
        """Link it to the complaint that said the same."""
        who = self._by("complaint_team", life, at)
        self._amending.link(self._id(life), who, self._ids[original])

    def withdraw(self, life: Life, at: datetime, reason: str) -> None:
        """Take it back, as the complainant asked."""
        who = self._by("officer", life, at)
        self._amending.withdraw(self._id(life), who, "officer", reason)

    def rate(self, life: Life, _at: datetime, rating: int, remark: str | None) -> None:
        """Rate the handling."""
        self._receipts.rate(self._intake.get(self._id(life)), rating, remark)

    def ask_to_reopen(self, life: Life, _at: datetime, reason: str) -> None:
        """Ask for more."""
        self._receipts.request_reopening(self._intake.get(self._id(life)), reason)

    def call_team(self, life: Life, at: datetime, how: str) -> None:
        """Call the team by hand."""
        self._resolution.call_team(*self._team(life, at), ["complaint_team"], how)

    def acknowledge(self, life: Life, at: datetime) -> None:
        """Say that the call was heard."""
        self._beside.acknowledge(*self._team(life, at), "Ketua tim keluhan")

    def assign(self, life: Life, at: datetime, unit: str) -> None:
        """Give it to the unit."""
        self._beside.assign(*self._team(life, at), "Kepala ruangan", unit)

    def comment(self, life: Life, at: datetime, comment: str) -> None:
        """Remark on it."""
        self._beside.comment(*self._team(life, at), comment)

    def grade(self, life: Life, at: datetime, grade: str) -> None:
        """Grade it."""
        self._resolution.grade(*self._team(life, at), grade, None)

    def refer(self, life: Life, at: datetime, to: str, reason: str, told_by: str) -> None:
        """Hand it to whoever can settle it."""
        anonymous = life.form.confidentiality == "anonymous"
        self._beside.refer(*self._team(life, at), to, reason, None if anonymous else told_by)

    def escalate(self, life: Life, at: datetime, reason: str) -> None:
        """Put it before the district."""
        id, _who = self._team(life, at)
        # Its settlement may have been missed long before, which did so too.
        if not self._resolution.get(id).escalated:
            self._beside.escalate(id, self._by("head", life, at), reason)

    def meet(self, life: Life, at: datetime) -> None:
        """Meet the complainant."""
        self._resolution.meet(*self._team(life, at), ["Ketua tim keluhan", "Kepala ruangan"], None)

    def pause(self, life: Life, at: datetime, reason: str) -> None:
        """Wait for the complainant."""
        self._beside.pause(*self._team(life, at), reason)

    def resume(self, life: Life, at: datetime) -> None:
        """Go on."""
        self._beside.resume(*self._team(life, at), None)

    def answer(self, life: Life, at: datetime, answer: str) -> None:
        """Answer at once."""
        self._resolution.answer(*self._team(life, at), answer)

    def analyse(self, life: Life, at: datetime, cause: str, finding: str) -> None:
        """Find the cause."""
        self._resolution.analyse(*self._team(life, at), cause, finding)

    def plan(self, life: Life, at: datetime, actions: Sequence[str]) -> None:
        """Make the plan."""
        planned = [
            Action(action, "Kepala ruangan", at.date() + timedelta(days=7 * number))
            for number, action in enumerate(actions, start=1)
        ]
        self._resolution.plan(*self._team(life, at), planned)

    def carry_out(self, life: Life, at: datetime, number: int) -> None:
        """Do one thing of the plan."""
        self._resolution.carry_out(*self._team(life, at), number, at.date(), "Sudah dilaksanakan.")

    def document(self, life: Life, at: datetime, summary: str) -> None:
        """Write the result down."""
        self._resolution.document(*self._team(life, at), summary, None)

    def evaluate(self, life: Life, at: datetime, effective: bool) -> None:
        """Judge the handling."""
        who = self._by("quality_lead", life, at)
        self._resolution.evaluate(self._id(life), who, effective, None)

    def inform(self, life: Life, at: datetime, which: int, channel: str) -> None:
        """Tell the complainant."""
        who = self._by("complaint_team", life, at)
        self._publishing.inform(self._publication(life, which).id, who, channel)

    def approve(self, life: Life, at: datetime, which: int) -> None:
        """Approve the text, which names nobody."""
        self._approve(life, at, which, confirm=False)

    def confirm(self, life: Life, at: datetime, which: int) -> None:
        """Approve the text of a confidential one again."""
        self._approve(life, at, which, confirm=True)

    def release(self, life: Life, at: datetime, which: int) -> None:
        """Make it public."""
        who = self._by("publisher", life, at)
        self._publishing.release(self._publication(life, which).id, who, None)

    def take_back(self, life: Life, at: datetime, which: int) -> None:
        """Take the release back."""
        who = self._by("publisher", life, at)
        self._publishing.withdraw(self._publication(life, which).id, who, "Perlu diperbaiki.")

    def case_of(self, number: int) -> UUID:
        """Return the complaint of a history, by its number."""
        return self._ids[number]

    def _approve(self, life: Life, at: datetime, which: int, *, confirm: bool) -> None:
        text = next(
            step.facts["summary"]
            for number, step in enumerate(s for s in life.steps if s.name == "document")
            if number == which
        )
        who = self._by("head", life, at)
        self._publishing.approve(self._publication(life, which).id, who, text, _MEDIA, confirm)

    def _publication(self, life: Life, which: int) -> Publication:
        return self._publishing.of_complaint(self._id(life))[which]

    def _id(self, life: Life) -> UUID:
        return self._ids[life.number]

    def _by(self, role: str, life: Life, at: datetime) -> Intent:
        return self._crew.intent(role, life.puskesmas, at)

    def _team(self, life: Life, at: datetime) -> tuple[UUID, Intent]:
        return self._id(life), self._by("complaint_team", life, at)


_INTAKE = frozenset({"correct", "link", "withdraw", "rate", "ask_to_reopen"})
_FOLLOWING = ("resolution", "publication")
_IN_ORDER = ("intake", *_FOLLOWING)
"""What one stretch's steps of a service may need is there when those before it are carried."""


class Writing:
    """Writes histories stretch by stretch; `clock` is the one that the node was given."""

    def __init__(self, node: Node, clock: SetClock, crew: Crew) -> None:
        self._node, self._clock = node, clock
        self._hands = Hands(node, crew)
        self._secretary = Secretary(node, crew.intent, self._hands.case_of)

    def write(
        self, found: Sequence[Life], openings: Sequence[Opening], dated: Dated
    ) -> Iterator[datetime]:
        """Take all steps in the order of time, but reporting's own (`report`); yield how far it is
        after each stretch.

        `openings` of suggestion boxes are written though no slip was found. What is done by date
        is written with the stretch of complaints that comes next that day, and nothing is swept
        for it: what becomes of complaints, and when, is the same with and without.
        """
        own: dict[int, list[Step]] = defaultdict(list)
        beside: dict[int, list[Step]] = defaultdict(list)
        for each in self._steps(found, openings):
            own[_stretch(each)].append(each)
        times = sorted(own)
        for each in self._by_date(dated):
            if each[1] in _IN_ORDER:
                beside[_next(times, _stretch(each))].append(each)
        for number in sorted({*own, *beside}):
            end = datetime.fromtimestamp((number + 1) * _SECONDS, UTC)
            self._take(own[number], beside[number], end)
            yield end

    def report(self, dated: Dated) -> None:
        """Take reporting's own steps, once it has folded all else: each recap states what stood and
        was known at its time. That it was stated is known from now on."""
        end, by_date = self._clock.now, sorted(self._by_date(dated), key=_when)
        own = [(at, self._at(at, do)) for at, service, do in by_date if service not in _IN_ORDER]
        if own:
            # Nothing is recorded before the time at which a transaction begins.
            self._clock.now = own[0][0]
            self._node.recaps.together(own)
            self._clock.now = end
            self._carry(self._node.recaps.name)

    def _take(self, own: Sequence[Step], beside: Sequence[Step], end: datetime) -> None:
        """Write one stretch: the steps of complaints, and what is done beside them."""
        steps = sorted([*own, *beside], key=_when)
        for name in _IN_ORDER:
            if commands := [(at, self._at(at, do)) for at, service, do in steps if service == name]:
                self._node.service(name).together(commands)
                self._clock.now = end
                self._carry(name)
        self._clock.now = end
        if own:
            self._sweep()

    def _steps(self, found: Sequence[Life], openings: Sequence[Opening]) -> Iterator[Step]:
        slips: dict[tuple[str, datetime], list[Life]] = {each: [] for each in openings}
        for life in found:
            if life.arrival.channel == BOX:
                slips.setdefault((life.puskesmas, life.arrival.at), []).append(life)
            else:
                yield life.arrival.at, "intake", partial(self._hands.come_in, life)
            for step in life.steps:
                yield step.at, _service(step), partial(self._hands.take, life, step)
        for (puskesmas, at), among in slips.items():
            yield at, "intake", partial(self._hands.open_box, puskesmas, at, among)

    def _by_date(self, dated: Dated) -> Iterator[Step]:
        for puskesmas, steps in dated.items():
            for step in steps:
                yield step.at, service_of(step), partial(self._secretary.take, puskesmas, step)

    def _at(self, at: datetime, command: Callable[[], object]) -> Callable[[], object]:
        def run() -> None:
            self._clock.now = at
            command()

        return run

    def _carry(self, name: str) -> None:
        """Let what a service recorded be relayed, and followed by the others."""
        relay = self._node.relays[name]
        while relay.lag():
            relay.step()
        for follower in self._node.followers.values():
            while follower.lag():
                follower.step()

    def _sweep(self) -> None:
        """See to what fell due, as a running node does."""
        for jobs in self._node.jobs:
            while jobs.due():
                jobs.service.together([(self._clock.now, jobs.step)])
        for name in _FOLLOWING:
            self._carry(name)


def _when(step: Step) -> datetime:
    return step[0]


def _stretch(step: Step) -> int:
    return int(step[0].timestamp() // _SECONDS)


def _next(times: Sequence[int], stretch: int) -> int:
    """Return the next of these stretches that is no more than half a day later, else the stretch
    itself: what is done on one day may be one transaction, what builds on it may not."""
    place = bisect_left(times, stretch)
    found = times[place] if place < len(times) else stretch
    return found if (found - stretch) * STRETCH < _HALF_A_DAY else stretch


def _service(step: Planned) -> str:
    if step.name in _INTAKE:
        return "intake"
    return "publication" if step.name in OF_A_RESULT else "resolution"
