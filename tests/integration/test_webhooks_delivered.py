"""Deliveries in a real store, to a real receiver, on a clock that is set by hand: in order, tried
again, none forgotten whatever ends in between, and what fails holds up only itself."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from services.kernel.contracts import Message, types
from services.kernel.contracts.samples import samples
from services.kernel.errors import Conflict, InvalidInput, NotFound, StaleVersion
from services.kernel.jobs import BACKOFF, Jobs, celery_app
from services.kernel.keyring import Keyring
from services.kernel.store import Once
from services.kernel.store.database import Database
from services.kernel.stream import Delivery as OnStream
from services.kernel.stream import EmbeddedStream
from services.publication.application import Publishing
from services.publication.webhooks.application import Wanted, Webhooks
from services.publication.webhooks.following import WebhookFollower
from services.publication.webhooks.jobs import LONG, tasks
from services.publication.webhooks.sending import Outcome, send
from services.publication.webhooks.tables import DISABLED, ON
from tests.messages import START, subject
from tests.receiver import Received, Receiver, receiving

ID, WHO = UUID(int=7), "acc-admin"
A, B, C = subject(1), subject(2), subject(3)
NETWORKS = (ip_network("127.0.0.0/8"),)
GRADED, RECEIVED = "tanggap.CaseGraded.v1", "tanggap.ComplaintReceived.v1"
PUBLISHED, WITHDRAWN = "tanggap.ResolutionPublished.v1", "tanggap.PublicationWithdrawn.v1"


class Place:
    """Publication's store with its webhooks, what follows for them and what delivers."""

    def __init__(self, database: Database, stream: EmbeddedStream, keyring: Keyring) -> None:
        self.now = START
        self.answers: dict[str, int] = {}
        self.stream = stream
        self.publishing = Publishing(database, "node-a", lambda: self.now, keyring, True)
        self.webhooks = Webhooks(self.publishing, b"root", NETWORKS, ["puring", "lamaru"])
        self.sent = 0
        self.begin_anew()

    def begin_anew(self) -> None:
        """As a process does that was killed: what follows and delivers begins with the store."""
        self.follower = WebhookFollower(self.webhooks, self.stream)
        self.jobs = Jobs(self.publishing, tasks(self.webhooks, self.post), celery_app())

    def post(self, *given: Any) -> Outcome:
        return send(*given, seconds=0.3)

    def register(self, receiver: Receiver, **wanted: Sequence[str]) -> None:
        by = Wanted("Dasbor", receiver.address, **wanted)
        self.webhooks.register(ID, WHO, by, None).result()

    def tell(self, *events: tuple[str, str], puskesmas: str = "puring", **values: Any) -> None:
        """Have the stream bring events, each a type and its complaint."""
        for type, about in events:
            message = self.message(type, about, puskesmas, values)
            self.follower.handle([OnStream(message, 0, message.id, self.now)])

    def message(self, type: str, about: str, puskesmas: str, values: Any) -> Message:
        sample, id = samples(types()[type])["full"], self.sent + 1
        value = msgspec.json.encode(json.loads(sample.value) | values)
        where = {"source": "/node-b/resolution", "subject": about, "puskesmas": puskesmas}
        self.sent = id
        return msgspec.structs.replace(
            sample, **where, id=id, previous=id - 1, value=value, time=self.now
        )

    def run(self, after: timedelta = timedelta(0)) -> None:
        """Do what is due, once, `after` so long."""
        self.now += after
        self.jobs.step()

    @property
    def state(self) -> str:
        return self.webhooks.get(ID).state


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as closes:
        stream = EmbeddedStream(tmp_path / "stream.sqlite", lambda: START)
        closes.callback(stream.close)
        place = Place(database, stream, None)  # type: ignore[arg-type]  # nothing is opened here
        closes.callback(place.publishing.close)
        yield place


@pytest.fixture
def receiver(place: Place) -> Iterator[Receiver]:
    """A receiver that answers by complaint, 200 where nothing is said; 0 hangs."""
    with receiving(lambda received: place.answers.get(received.subject, 200)) as receiver:
        yield receiver


def told(taken: Sequence[Received]) -> list[tuple[str, str]]:
    return [(each.subject, each.name) for each in taken]


def test_what_fails_holds_up_its_own_complaint_only_and_keeps_its_order(
    place: Place, receiver: Receiver
) -> None:
    place.register(receiver)
    place.answers = {A: 500, B: 0}
    place.tell((RECEIVED, A), (RECEIVED, B), (RECEIVED, C), (GRADED, A), (GRADED, B), (GRADED, C))
    place.run()
    assert told(receiver.taken) == [(C, "ComplaintReceived"), (C, "CaseGraded")]
    assert {each.subject for each in receiver.got if each.status != 200} == {A, B}
    standing = place.webhooks.standing(ID)
    assert (standing.waiting, standing.held) == (4, 2)
    failed = {each.failure or each.status for each in place.webhooks.deliveries(ID, waiting=True)}
    assert failed == {None, 500, "silent"}
    first = len(receiver.got)
    place.run()
    assert len(receiver.got) == first, "not before its time"
    place.answers = {}
    place.run(BACKOFF[0])
    assert told(receiver.taken)[2:] in (
        [(A, "ComplaintReceived"), (A, "CaseGraded"), (B, "ComplaintReceived"), (B, "CaseGraded")],
        [(B, "ComplaintReceived"), (B, "CaseGraded"), (A, "ComplaintReceived"), (A, "CaseGraded")],
    )
    assert place.webhooks.standing(ID).waiting == 0
    assert all(each.signed_by(place.webhooks.secret(ID, 1)) for each in receiver.got)


def test_a_receiver_that_never_answers_costs_one_try_and_not_one_a_complaint(
    place: Place, receiver: Receiver
) -> None:
    place.register(receiver)
    place.answers = {subject(n): 0 for n in range(20)}
    place.tell(*((RECEIVED, subject(n)) for n in range(20)))
    place.run()
    assert len(receiver.got) == 2
    place.run(BACKOFF[0])
    assert len(receiver.got) == 2, "it is left alone"
    place.run(BACKOFF[1])
    assert len(receiver.got) == 3
    place.answers = {}
    place.run(BACKOFF[2])
    assert len(receiver.taken) == 20


def test_whoever_is_killed_in_between_forgets_nothing_and_repeats_under_the_same_id(
    place: Place, receiver: Receiver
) -> None:
    place.register(receiver)
    message = place.message(RECEIVED, A, "puring", {})
    place.follower.handle([OnStream(message, 0, message.id, place.now)])
    place.begin_anew()  # killed after the batch: it is read again and is known
    place.follower.handle([OnStream(message, 0, message.id, place.now)])
    place.tell((GRADED, A))

    class Killed(BaseException):
        """The process ends after the receiver has answered, before that is written down."""

    def answered_and_killed(*given: Any) -> Outcome:
        send(*given)
        raise Killed

    deliver = tasks(place.webhooks, answered_and_killed)["publication.webhook"]
    with pytest.raises(Killed):
        deliver(f"{ID}/{A}")
    place.begin_anew()
    place.run()
    assert told(receiver.taken) == [
        *[(A, "ComplaintReceived")] * 2,
        (A, "CaseGraded"),
    ]
    first, again, graded = receiver.taken
    assert first.id == again.id != graded.id and first.raw == again.raw
    assert [each["task"] for each in place.publishing.select("SELECT * FROM due")] == []


def test_one_that_takes_nothing_for_days_is_switched_off_and_loses_nothing(
    place: Place, receiver: Receiver
) -> None:
    place.register(receiver)
    place.answers = {A: 503}
    place.tell((RECEIVED, A))
    place.run()
    place.run(LONG - timedelta(seconds=1))
    assert place.state == ON
    place.run(timedelta(hours=2))
    assert place.state == DISABLED
    assert place.webhooks.history(ID)[0].what == DISABLED
    tries = len(receiver.got)
    place.tell((GRADED, A), (RECEIVED, B))
    place.run(timedelta(days=1))
    assert len(receiver.got) == tries, "nothing is sent"
    with pytest.raises(Conflict):
        place.webhooks.send_again(ID, 1, WHO, None).result()
    place.answers = {}
    place.webhooks.switch_on(ID, WHO, None).result()
    place.run()
    assert len(receiver.taken) == 3 and place.webhooks.get(ID).failing_since is None


def test_one_that_is_gone_is_told_nothing_more(place: Place, receiver: Receiver) -> None:
    place.register(receiver)
    place.answers = {A: 410}
    place.tell((RECEIVED, A))
    place.run()
    assert place.state == DISABLED


def test_only_what_is_wanted_and_only_from_now_on(place: Place, receiver: Receiver) -> None:
    place.tell((RECEIVED, A))
    place.now += timedelta(minutes=1)
    place.register(receiver, events=["CaseGraded"], puskesmas=["lamaru"])
    late = place.message(GRADED, A, "lamaru", {})
    before = START  # it came before there was anybody to be told
    place.follower.handle([OnStream(late, 0, late.id, before)])
    place.tell((RECEIVED, B), (GRADED, B), puskesmas="lamaru")
    place.tell((GRADED, C))
    place.run()
    assert told(receiver.taken) == [(B, "CaseGraded")]


def test_the_first_webhook_begins_where_publication_stands(
    place: Place, receiver: Receiver
) -> None:
    """What came before it is not read again, and the chain holds all the same."""

    def stands_at(uow: Any) -> None:
        uow.connection.execute("INSERT INTO tracking VALUES (?, ?)", ("/node-b/resolution/0", 41))
        uow.connection.execute("INSERT INTO followed VALUES (?, ?)", (0, 90))

    place.publishing.transact(stands_at).result()
    place.register(receiver)
    place.begin_anew()
    place.sent = 41
    place.tell((RECEIVED, A))
    place.run()
    assert told(receiver.taken) == [(A, "ComplaintReceived")]


def test_words_that_were_taken_back_leave_no_more(place: Place, receiver: Receiver) -> None:
    place.register(receiver)
    place.answers = {A: 500}
    place.tell((PUBLISHED, A), publication="p-1", text="Loket kedua dibuka.")
    place.tell((PUBLISHED, A), publication="p-2", text="Kipas dipasang.")
    place.run()
    place.tell((WITHDRAWN, A), publication="p-1")
    place.answers = {}
    place.run(BACKOFF[1])
    words = [each.body["data"]["fields"].get("text") for each in receiver.taken]
    assert words == [None, "Kipas dipasang.", None]
    corrected = "tanggap.ComplaintCorrected.v1"
    place.tell((corrected, A), confidentiality="confidential")
    second = place.webhooks.deliveries(ID)[2]
    place.webhooks.send_again(ID, second.place, WHO, None).result()
    place.run(timedelta(seconds=1))
    assert b"Kipas" not in receiver.taken[-1].raw


def test_a_person_sends_one_again(place: Place, receiver: Receiver) -> None:
    place.register(receiver)
    place.tell((RECEIVED, A), (GRADED, A))
    place.run()
    first = place.webhooks.deliveries(ID)[-1]
    once = Once(WHO, "POST /x", "k", "b")
    for _press in range(2):
        place.webhooks.send_again(ID, first.place, WHO, once).result()
        place.run(timedelta(seconds=1))
    assert [each.name for each in receiver.taken] == [
        "ComplaintReceived",
        "CaseGraded",
        "ComplaintReceived",
    ]
    assert receiver.taken[0].id == receiver.taken[2].id
    assert receiver.taken[2].timestamp > receiver.taken[0].timestamp
    with pytest.raises(NotFound):
        place.webhooks.send_again(ID, 999, WHO, None).result()


def test_a_secret_is_rotated_without_a_gap(place: Place, receiver: Receiver) -> None:
    place.register(receiver)
    old, new = (place.webhooks.secret(ID, each) for each in (1, 2))
    place.webhooks.rotate(ID, WHO, None).result()
    place.tell((RECEIVED, A))
    place.run()
    place.tell((RECEIVED, B))
    place.run(timedelta(days=1))
    during, after = receiver.taken
    assert during.signed_by(old) and during.signed_by(new)
    assert after.signed_by(new) and not after.signed_by(old)


def test_a_log_is_kept_for_a_month(place: Place, receiver: Receiver) -> None:
    place.register(receiver)
    place.tell((RECEIVED, A))
    place.run()
    place.now += timedelta(days=31)
    place.tell((RECEIVED, B))
    place.run()
    assert [each.subject for each in place.webhooks.deliveries(ID)] == [B]


def test_who_is_removed_is_forgotten(place: Place, receiver: Receiver) -> None:
    place.register(receiver)
    place.answers = {A: 500}
    place.tell((RECEIVED, A))
    place.run()
    tries = len(receiver.got)
    with pytest.raises(StaleVersion):
        place.webhooks.remove(ID, WHO, None, expected=9).result()
    place.webhooks.remove(ID, WHO, None, expected=1).result()
    place.run(timedelta(days=1))
    assert len(receiver.got) == tries and place.webhooks.listed() == []
    assert place.webhooks.deliveries(ID) == []
    with pytest.raises(NotFound):
        place.webhooks.switch_on(ID, WHO, None).result()


def test_what_cannot_be_wanted_is_refused_by_field(place: Place) -> None:
    wanted = Wanted("x", "http://10.0.0.1/", ["PersonErased"], ["tidak-ada"])
    with pytest.raises(InvalidInput) as refused:
        place.webhooks.register(ID, WHO, wanted, None).result()
    assert [each.field for each in refused.value.errors] == ["address", "events", "puskesmas"]
    assert place.webhooks.listed() == []
