"""E-mails that come back are read by the machine, out of a real mailbox: each once, and what it
cannot tell is left to people."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.kernel.carriers.mailbox import Box, Mailbox
from services.publication.messages import bounces
from services.publication.messages.bounces import READ
from tests.peers.dovecot import PASSWORD, USER, DovecotPeer, dovecot
from tests.peers.fake import FakePeer
from tests.peers.reports import report
from tests.telling import MAIL, Desk

OTHER = b"From: tarsih@example.com\r\nSubject: Terima kasih\r\n\r\nSudah saya baca.\r\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.peers["email"] = FakePeer()
    yield desk
    desk.end()


@pytest.fixture(scope="module")
def server() -> Iterator[DovecotPeer]:
    with dovecot() as peer:
        yield peer


@pytest.fixture
def box(desk: Desk, server: DovecotPeer) -> DovecotPeer:
    server.is_read_by_somebody()
    listen(desk, server.box)
    return server


def listen(desk: Desk, box: Box) -> None:
    desk.hand.node.bounces._mailbox = Mailbox(box)
    desk.hand.node.bounces.begin()
    look(desk)


def look(desk: Desk) -> None:
    """Have the mailbox looked into."""
    desk.clock.wait(timedelta(minutes=2))
    desk.work()


def written(desk: Desk) -> tuple[str, str]:
    """Have an e-mail sent; return its draft's id and its own."""
    _id, draft = desk.documented()
    message = desk.write(draft)
    desk.work()
    assert desk.message(draft)["state"] == "sent"
    return draft, message


def mailbox(desk: Desk) -> Any:
    (found,) = desk.get("wulan", "/operations")["mailboxes"]
    return found


def test_an_e_mail_that_failed_for_good_is_recorded_once_as_a_person_would(
    desk: Desk, box: DovecotPeer
) -> None:
    draft, message = written(desk)
    box.receives(report(UUID(message), action="delayed", status="4.4.1"))
    look(desk)
    assert desk.message(draft)["state"] == "sent", "a delay is no bounce"
    assert box.unread() == [] and mailbox(desk)["left"] == 0
    box.receives(report(UUID(message)))
    for _twice in range(2):
        box.receives(report(UUID(message), kind="exchange"))
        look(desk)
    assert desk.events(message)[-2:] == ["MessageSent", "MessageFailed"]
    assert (desk.message(draft)["state"], desk.message(draft)["reason"]) == ("failed", "bounced")
    assert "Pesan ini dikembalikan" in desk.ask("sari", "GET", f"/terbitkan/{draft}/pesan").text
    assert box.unread() == [], "what was understood nobody needs to look at"
    # Its mailbox is numbered anew, as after a move: all is read again, and says nothing new.
    forgotten = "UPDATE message_bounces SET validity = 1"
    desk.hand.node.publication.transact(lambda uow: uow.connection.execute(forgotten)).result()
    look(desk)
    assert desk.events(message)[-2:] == ["MessageSent", "MessageFailed"]


def test_what_cannot_be_told_is_left_and_counted_until_somebody_reads_it(
    desk: Desk, box: DovecotPeer
) -> None:
    unknown = report(uuid4())
    for mail in (OTHER, unknown):
        box.receives(mail)
    look(desk)
    assert box.unread() == [OTHER, unknown]
    assert mailbox(desk)["left"] == 2 and mailbox(desk)["failure"] is None
    assert "Surel yang kembali" in desk.ask("wulan", "GET", "/operasi").text
    box.is_read_by_somebody()
    look(desk)
    assert mailbox(desk)["left"] == 0


def test_forged_and_huge_mails_harm_nothing_and_hold_nothing_up(
    desk: Desk, box: DovecotPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounces, "PORTION", 2)
    draft, message = written(desk)
    huge = OTHER + b"isi besar\r\n" * 700_000
    for mail in (b"\xff\x00" * 5000, b"", huge, b"Content-Type: message/rfc822\r\n\r\n" * 3000):
        box.receives(mail)
    box.receives(report(UUID(message), returned="isi besar " * 700_000))
    for _portion in range(3):
        look(desk)
    assert desk.message(draft)["reason"] == "bounced"
    assert MAIL not in str(desk.hand.node.publication.select("SELECT * FROM message_bounces"))


def test_who_died_between_two_mails_goes_on_with_the_next(
    desk: Desk, box: DovecotPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, first), (two, second) = written(desk), written(desk)
    for each in (first, second):
        box.receives(report(UUID(each)))

    def die(*_given: object) -> None:
        raise SystemExit

    with monkeypatch.context() as once:
        once.setattr("services.kernel.carriers.mailbox.Opened.mark_read", die)
        desk.clock.wait(timedelta(minutes=2))
        with pytest.raises(SystemExit):
            desk.hand.node.bounces.read("mailbox")
    assert desk.message(one)["reason"] == "bounced" and desk.message(two)["state"] == "sent"
    look(desk)
    assert desk.message(two)["reason"] == "bounced"
    assert [desk.events(each).count("MessageFailed") for each in (first, second)] == [1, 1]


def test_a_server_that_is_away_or_does_not_let_us_in_is_shown_and_tried_again(
    desk: Desk, box: DovecotPeer
) -> None:
    listen(desk, Box("127.0.0.1", box.port, "", "INBOX", USER, "bukan itu"))
    assert mailbox(desk)["failure"] == "error"
    box.stop()
    listen(desk, box.box)
    assert mailbox(desk)["failure"] == "ConnectionRefusedError"
    assert not desk.hand.node.publication.select(
        "SELECT * FROM due WHERE task = ? AND failure IS NOT NULL", (READ,)
    )
    box.start()
    look(desk)
    assert mailbox(desk)["failure"] is None
    assert PASSWORD not in str(mailbox(desk)) and USER not in str(mailbox(desk))
