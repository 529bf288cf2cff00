"""Generated histories are lived through on a node's own services, by a clock that is set.

A stretch of time is written at once, a transaction a service; then the node's own relays and
followers carry it to the others, as they do every day. So no rule of the domain, no policy and no
bookkeeping is written twice, and what lies in the stores is what a node would have written.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.intake.amending import Amending
from services.intake.application import Slip
from services.intake.receipts import Receipts
from services.kernel.aggregate import Intent
from services.main.generate.arrivals import BOX
from services.main.generate.lives import OF_A_RESULT, STRETCH, Life, Planned
from services.main.node import Node
from services.publication.domain import Publication
from services.resolution.accompanying import Accompanying
from services.resolution.application import Action

_SECONDS = STRETCH.total_seconds()
_MEDIA = ("notice_board", "clinic_tv", "social_media")
Command = tuple[datetime, Callable[[], object]]
Opening = tuple[str, datetime]


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
_IN_ORDER = ("intake", "resolution", "publication")
"""What one stretch's steps of a service may need is there when those before it are carried."""


class Writing:
    """Writes histories stretch by stretch; `clock` is the one that the node was given."""

    def __init__(self, node: Node, clock: SetClock, crew: Crew) -> None:
        self._node, self._clock = node, clock
        self._hands = Hands(node, crew)

    def write(self, found: Sequence[Life], openings: Sequence[Opening]) -> Iterator[datetime]:
        """Take all steps in the order of time; yield how far it is after each stretch.

        `openings` of suggestion boxes are written though no slip was found.
        """
        steps = sorted(self._steps(found, openings), key=lambda each: each[0])
        for number, of_stretch in groupby(steps, key=lambda each: each[0].timestamp() // _SECONDS):
            commands: dict[str, list[Command]] = {name: [] for name in _IN_ORDER}
            for at, service, command in of_stretch:
                commands[service].append((at, self._at(at, command)))
            end = datetime.fromtimestamp((number + 1) * _SECONDS, UTC)
            for service in _IN_ORDER:
                if commands[service]:
                    getattr(self._node, service).together(commands[service])
                    self._clock.now = end
                    self._carry(service)
            self._clock.now = end
            self._sweep()
            yield end

    def _steps(
        self, found: Sequence[Life], openings: Sequence[Opening]
    ) -> Iterator[tuple[datetime, str, Callable[[], object]]]:
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

    def _at(self, at: datetime, command: Callable[[], object]) -> Callable[[], object]:
        def run() -> None:
            self._clock.now = at
            command()

        return run

    def _carry(self, name: str) -> None:
        """Let what a service recorded be relayed, and followed by the others."""
        relay = self._node.relays[getattr(self._node, name).name]
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
        for name in _IN_ORDER[1:]:
            self._carry(name)


def _service(step: Planned) -> str:
    if step.name in _INTAKE:
        return "intake"
    return "publication" if step.name in OF_A_RESULT else "resolution"
