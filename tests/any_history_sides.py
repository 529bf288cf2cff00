"""The product and the model side by side: each is asked the same, and they are compared."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.kernel import errors, failpoints
from services.kernel.store import Answer, Once
from services.reporting.queries import Filters, When
from services.reporting.queries.totals import By
from services.reporting.rebuild import Source
from tests import any_history as model
from tests import any_history_asked as asked
from tests.any_history import Complaint, OnItsWay, Publication, Reopening, Step
from tests.any_history_asked import Call, Choice, Received
from tests.any_history_node import FOLLOWING, WRITING, NodeByHand

EVERYBODY = Filters(scope=None)
SOURCES: tuple[Source, ...] = ("log", "stream", "stores")
BY: tuple[By, ...] = ("unit", "puskesmas", "channel", "category")
SHORT = {"puring": "PRG", "lamaru": "LMR"}
ERRORS: dict[str, type[errors.Problem]] = {
    model.FUTURE: errors.InvalidInput,
    model.BEFORE: errors.InvalidInput,
    model.WRONG: errors.InvalidInput,
    model.NOT_ALLOWED: errors.StepNotAllowed,
    model.UNKNOWN: errors.NotFound,
    model.STALE: errors.StaleVersion,
    model.NOBODY: errors.Forbidden,
    model.REUSED: errors.KeyReused,
}


@dataclass(frozen=True)
class Asked:
    """A command that was answered, to be asked again."""

    service: str
    call: Call
    once: Once
    answer: Answer


class Sides:
    """The real applications on the one side, the model on the other."""

    def __init__(self, at: NodeByHand) -> None:
        self.at = at
        self.clock = at.clock
        self.events = Counter({name: self.at.count(name) for name in WRITING})
        self.complaints: list[Complaint] = []
        self.way = OnItsWay()
        self.answered: list[Asked] = []
        self.numbers: Counter[tuple[str, int]] = Counter()
        self.keys = 0

    def ask(
        self, service: str, actor: str, call: Call, refusal: str | None, allowed: Any = None
    ) -> Answer | None:
        """Ask once; after a crash ask again under the same key. None where it must be refused."""
        self.keys += 1
        once = Once(actor, service, f"key-{self.keys}", "body")
        if refusal is not None:
            self.refuse(call, once, refusal, allowed)
            self.at.crashed()
            return None
        before = self.at.count(service)
        answer = call(self.at.node, once).result()
        if crash := self.at.crashed():
            first, answer = answer, call(self.at.node, once).result()
            assert answer.repeated == (crash == failpoints.EVENTS_SAVED)
            if answer.repeated:
                assert (answer.ids, answer.position) == (first.ids, first.position)
            assert self.at.crashed() is None
        assert answer.position == self.at.count(service) > before
        self.answered.append(Asked(service, call, once, answer))
        return answer

    def refuse(self, call: Call, once: Once | None, refusal: str, allowed: Any = None) -> None:
        with pytest.raises(errors.Problem) as refused:
            call(self.at.node, once).result()
        assert type(refused.value) is ERRORS[refusal], (refusal, refused.value)
        if refusal == model.NOT_ALLOWED and allowed is not None:
            stated = refused.value.extra["allowed"]
            assert isinstance(stated, list) and set(stated) == allowed

    def ask_again(self, which: int, *, other_body: bool) -> None:
        """Ask what was answered before once more, or another thing under its key."""
        again = self.answered[-1 - which % len(self.answered)]
        if other_body:
            self.refuse(again.call, replace(again.once, body="other"), model.REUSED)
        else:
            answer = again.call(self.at.node, again.once).result()
            assert answer == replace(again.answer, repeated=True)
        self.at.crashed()

    def receive(self, drawn: Received) -> None:
        text, now = f"kata {self.keys}", self.clock.now
        command = asked.receiving(drawn, text, now)
        answer = self.ask("intake", "rini", command.call, command.refusal)
        if answer is None:
            return
        puskesmas = drawn.puskesmas
        year = now.astimezone(model.ZONES[puskesmas]).year
        self.numbers[puskesmas, year] += 1
        number = f"{SHORT[puskesmas]}-{year}-A-{self.numbers[puskesmas, year]:06d}"
        assert answer.ids["number"] == number
        id = UUID(answer.ids["id"])
        assert id not in [each.id for each in self.complaints]
        step = Step("ComplaintReceived", command.stated.occurred_at, now, "rini")
        complaint = Complaint(
            id,
            number,
            self.at.node.intake.receipt(id),
            puskesmas,
            drawn.kind,
            drawn.confidentiality,
            text,
            step,
        )
        self.complaints.append(complaint)
        self.way.outbox["intake"].append(complaint)
        self.events["intake"] += 1
        assert self.at.steps("intake", id) == _plain([step])

    def take_step(self, case: Complaint, name: str, choice: Choice) -> None:
        words, now = f"kata {self.keys}", self.clock.now
        command = asked.step(case, name, choice, words, now)
        allowed = case.allowed
        answer = self.ask("resolution", choice.actor, command.call, command.refusal, allowed)
        if answer is not None:
            before = len(case.steps)
            case.take(name, choice.actor, command.stated, **command.facts)
            self.events["resolution"] += len(case.steps) - before
            wanted = {"id": str(case.id), "state": case.state, "version": case.version}
            assert answer.ids == wanted
            if name == "grade":
                case.promise(self.promised(case))
            if name == "documentation":
                result = Publication(choice.actor, case.confidentiality, words)
                self.way.outbox["resolution"].append((case, result))
            if name == "evaluation" and not command.facts["effective"]:
                self.way.outbox["resolution"].append(Reopening(case))
        self.check_case(case)

    def take_publishing_step(
        self, case: Complaint, it: Publication, name: str, choice: Choice
    ) -> None:
        words, now = f"kata {self.keys}", self.clock.now
        command = asked.publishing_step(case, it, name, choice, words, now)
        allowed = it.allowed
        answer = self.ask("publication", choice.actor, command.call, command.refusal, allowed)
        if answer is not None:
            it.take(name, choice.actor, command.stated, **command.facts)
            self.events["publication"] += 1
            assert answer.ids == {"id": str(it.id), "state": it.state, "version": it.version}
            if name == "informed":
                self.way.outbox["publication"].append((case, None))
        self.check_publication(it)

    # What goes on behind

    def relay(self, service: str) -> None:
        self.at.relay(service)
        crash = self.at.crashed()
        lost = crash in (failpoints.STREAM_STORED, failpoints.PAGE_SENT)
        self.way.relay(service, recorded=not lost)

    def follow(self, name: str) -> None:
        # What follows from an event comes later, however little.
        self.clock.wait(timedelta.resolution)
        self.at.follow(name)
        if self.at.crashed():
            self.at.follow(name)
        self.arrived(name)

    def run_due(self) -> None:
        self.at.run_due()
        if self.at.crashed():
            self.at.run_due()
        for case in self.complaints:
            self.events["resolution"] += case.remind(self.clock.now)
            self.check_case(case)

    def deliver_again(self, name: str, offset: int) -> None:
        self.clock.wait(timedelta.resolution)
        self.at.deliver_again(name, offset)
        if self.at.crashed():
            self.at.follow(name)
        self.arrived(name)

    def arrived(self, name: str) -> None:
        """Let the model take in what a follower has been given, and compare."""
        if name == "reporting":
            return
        for each in self.way.follow(name, self.clock.now):
            if name == "resolution":
                self.events["resolution"] += 2
                each.promise(self.promised(each))
                self.check_case(each)
            else:
                case, publication = each
                self.events["publication"] += 1
                found = self.at.node.publication.of_complaint(case.id)
                assert len(found) == len(case.publications)
                publication.id = found[case.publications.index(publication)].id
                self.check_publication(publication)

    def promised(self, case: Complaint) -> dict[str, datetime]:
        return {due.name: due.due_at for due in self.at.node.resolution.get(case.id).deadlines}

    def drain(self) -> None:
        """Let everything that is on its way arrive."""
        for service in WRITING:
            while self.way.outbox[service] or self.at.node.relays[service].lag():
                self.relay(service)
            for name in FOLLOWING:
                self.follow(name)

    # Comparing

    def check_counts(self) -> None:
        """Nothing is recorded but what was accepted."""
        assert {name: self.at.count(name) for name in WRITING} == self.events

    def check_all(self) -> None:
        """Compare everything that there is (at rest)."""
        self.check_counts()
        self.check_complaints()
        self.check_facts()
        assert self.at.faults() == []
        for source in SOURCES:
            assert self.at.differences(source) == (), source

    def check_complaints(self) -> None:
        for case in self.complaints:
            node = self.at.node
            complaint = node.intake.get(case.id)
            assert (complaint.number, complaint.received_at) == (
                case.number,
                case.received.occurred_at,
            )
            assert node.keyring.open([complaint.text], "sari", "complaint_team", "test") == [
                case.text
            ]
            self.check_case(case)
            for publication in case.publications:
                self.check_publication(publication)

    def check_case(self, case: Complaint) -> None:
        resolution = self.at.node.resolution
        if not case.opened:
            with pytest.raises(errors.NotFound):
                resolution.get(case.id)
            return
        found = resolution.get(case.id)
        assert (found.state.value, {each.value for each in found.allowed}, found.version) == (
            case.state,
            case.allowed,
            case.version,
        )
        assert self.at.steps("resolution", case.id) == _plain(case.steps)

    def check_publication(self, publication: Publication) -> None:
        publishing = self.at.node.publication
        found = publishing.get(publication.id)
        assert (
            found.state,
            set(publishing.allowed(found)),
            found.version,
            found.informed,
        ) == (
            publication.state,
            publication.allowed,
            publication.version,
            publication.informed,
        )
        assert self.at.steps("publication", publication.id) == _plain(publication.steps)

    def check_facts(self) -> None:
        """Reporting says of every case, and of all, what the model says (at rest)."""
        for case in self.complaints:
            self.check_facts_of(case)
        reporting = self.at.node.reporting
        days = sorted({at.date() for each in self.complaints for _move, at in each.moves()})
        spans = [(None, None), *((day, days[-1]) for day in days), *((None, day) for day in days)]
        for since, until in spans:
            filters = replace(EVERYBODY, since=since, until=until)
            (row,) = reporting.totals(filters, When())
            assert {**row, "part": None} == {
                "part": None,
                **model.totals(self.complaints, since, until),
            }
            for by in BY:
                rows = reporting.totals(filters, When(), by)
                heard = [row for row in rows if row["received"] is not None]
                for row in heard:
                    brought = row["brought_forward"] + row["received"] + row["brought_back"]
                    assert brought - row["closed"] == row["carried_forward"]
                if by != "category":  # a complaint may be of several
                    whole = model.totals(self.complaints, since, until)
                    assert {name: sum(row[name] for row in heard) for name in whole} == whole
        for puskesmas in model.ZONES:
            shown = [
                (each.text, each.shown)
                for case in self.complaints
                if case.puskesmas == puskesmas
                for each in case.publications
                if each.state == "released"
            ]
            board = [(each["text"], each["media"]) for each in reporting.board(puskesmas)]
            assert sorted(board) == sorted(shown)

    def check_facts_of(self, case: Complaint) -> None:
        reporting = self.at.node.reporting
        assert reporting.facts(case.id)["state"] == (case.state if case.is_case else None)
        receipt = reporting.receipt(case.receipt)
        assert (receipt["number"], receipt["kind"]) == (case.number, case.kind)
        steps = [case.received, *case.steps]
        told = [step for each in case.publications for step in each.steps]
        replayed = [
            (each.name, each.occurred_at, each.recorded_at, each.actor)
            for each in reporting.replay(case.id)
        ]
        assert sorted(replayed) == sorted(_plain([*steps, *told]))
        for instant in {each.occurred_at for each in steps}:
            for at in (instant, instant - timedelta(microseconds=1)):
                when = When(as_of=at)
                if at < case.received.occurred_at:
                    with pytest.raises(errors.NotFound):
                        reporting.facts(case.id, when)
                else:
                    assert reporting.facts(case.id, when)["state"] == case.state_at(at)
            found = reporting.totals(EVERYBODY, When(as_of=instant))
            (row,) = found
            wanted = model.totals(self.complaints, None, None, instant)
            assert {name: row[name] for name in wanted} == wanted


def _plain(steps: list[Step]) -> list[tuple[str, datetime, datetime, str]]:
    return [(each.name, each.occurred_at, each.recorded_at, each.actor) for each in steps]
