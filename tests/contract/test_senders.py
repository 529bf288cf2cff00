"""Every peer that carries messages keeps the promises of the port, a fake one and the real ones."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.kernel.carriers.port import (
    Later,
    Letter,
    Queued,
    Refused,
    Sent,
    Unknown,
    Why,
    Words,
)
from services.kernel.carriers.smtp import Server, SmtpSender
from services.kernel.clock import system_clock
from services.publication.messages.wording import link_of, worded
from tests.peers import Peer
from tests.peers.fake import FakePeer
from tests.peers.gammu import GammuPeer, gammu
from tests.peers.mail import MailPeer, mail_server, silent_server
from tests.peers.whatsapp import whatsapp

LINK = link_of("https://tanggap.example.go.id", "K7Q2-9MFX-TR4W")


@pytest.fixture(params=["fake", "mail", "whatsapp"])
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    if request.param == "fake":
        yield FakePeer()
    elif request.param == "whatsapp":
        with whatsapp() as found:
            yield found
    else:
        with mail_server() as server:
            yield MailPeer(server)


def letter(peer: Peer | GammuPeer, channel: str = "email", attempt: int = 1) -> Letter:
    words = worded(
        channel,
        "id",
        number="PRG-2026-A-000417",
        place="Puskesmas Puring",
        state="published",
        link=LINK,
    )
    return Letter(str(uuid4()), attempt, peer.address, "id", words)


def test_what_it_takes_arrives_once_with_the_link_whole(peer: Peer) -> None:
    assert peer.sender.send(letter(peer)) == Sent()
    (said,) = peer.came()
    assert LINK in said and "PRG-2026-A-000417" in said


def test_an_address_that_it_does_not_know_is_refused_for_good(peer: Peer) -> None:
    peer.refuses_addresses()
    assert peer.sender.send(letter(peer)) == Refused(Why.ADDRESS_REFUSED)
    assert peer.came() == []


def test_what_it_puts_off_did_certainly_not_go_out(peer: Peer) -> None:
    peer.is_busy()
    assert peer.sender.send(letter(peer)) == Later(Why.BUSY)
    assert peer.came() == []


def test_a_peer_that_is_away_took_nothing(peer: Peer) -> None:
    peer.is_away()
    assert peer.sender.send(letter(peer)) == Later(Why.UNREACHABLE)
    assert peer.came() == []


def test_an_answer_that_was_lost_leaves_a_doubt_and_no_promise(peer: Peer) -> None:
    peer.loses_its_answer()
    mine = letter(peer)
    assert peer.sender.send(mine) == Unknown()
    assert len(peer.came()) == 1
    assert peer.sender.ask(mine.id, 1) == Unknown()


def test_a_server_that_hangs_up_before_the_text_took_nothing() -> None:
    with mail_server() as server:
        server.box.hangs_up_before_the_text = True
        peer = MailPeer(server)
        assert peer.sender.send(letter(peer)) == Later(Why.UNREACHABLE)
        assert peer.came() == []


def test_a_server_that_does_not_let_us_in_says_nothing_of_the_address() -> None:
    with mail_server() as server:
        server.box.answer_to_address = "550 5.7.1 relaying denied"
        peer = MailPeer(server)
        assert peer.sender.send(letter(peer)) == Refused(Why.REFUSED)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("554 5.7.1 not wanted", Refused(Why.REFUSED)),
        ("452 4.2.2 mailbox full", Later(Why.BUSY)),
    ],
)
def test_a_server_may_still_refuse_when_it_has_read_the_text(
    answer: str, outcome: Refused | Later
) -> None:
    with mail_server() as server:
        server.box.answer_to_text = answer
        peer = MailPeer(server)
        assert peer.sender.send(letter(peer)) == outcome


def test_nothing_is_said_in_clear_to_a_server_outside_that_offers_no_tls() -> None:
    with mail_server() as server:
        where = Server("127.0.0.1", server.port, "starttls", "a@b.example", "u", "secret")
        outside = SmtpSender(where, system_clock)
        assert outside.send(letter(MailPeer(server))) == Later(Why.NOT_ACCEPTED)
        assert server.box.letters == []


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kernel.carriers.smtp.SECONDS", 0.3)
    with silent_server() as port:
        sender = SmtpSender(Server("127.0.0.1", port, "", "a@b.example"), system_clock)
        assert sender.send(letter(FakePeer())) == Later(Why.UNREACHABLE)


def test_a_letter_has_the_same_id_at_each_attempt_and_no_name() -> None:
    with mail_server() as server:
        peer = MailPeer(server)
        first = letter(peer)
        for attempt in (1, 2):
            peer.sender.send(Letter(first.id, attempt, first.address, "id", first.words))
        ids = {each["Message-ID"] for each in server.box.letters}
        assert ids == {f"<{first.id}@puskesmas.example>"}
        assert {each["Auto-Submitted"] for each in server.box.letters} == {"auto-generated"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((401, 190), Later(Why.NOT_ACCEPTED)),
        ((400, 132001), Later(Why.NOT_ACCEPTED)),
        ((429, 4), Later(Why.BUSY)),
        ((400, 131009), Refused(Why.REFUSED)),
        ((500, 131000), Unknown()),
        ((503, 131016), Unknown()),
    ],
)
def test_what_whatsapp_answers_is_taken_for_no_more_than_it_says(
    answer: tuple[int, int], outcome: Later | Refused | Unknown
) -> None:
    with whatsapp() as peer:
        peer.refusal = answer
        assert peer.sender.send(letter(peer, "whatsapp")) == outcome


def test_whatsapp_is_asked_by_its_own_rules_and_keeps_our_id() -> None:
    with whatsapp() as peer:
        mine = letter(peer, "whatsapp", attempt=2)
        assert peer.sender.send(mine) == Sent()
        (body,) = peer.bodies
        assert body["biz_opaque_callback_data"] == f"{mine.id}:2" and body["to"] == "6281200007777"


def test_whatsapp_has_a_code_once_more_for_the_button_that_copies_it() -> None:
    with whatsapp() as peer:
        words = Words("", "", ("1234-5678",), "code")
        assert peer.sender.send(Letter(str(uuid4()), 1, peer.address, "id", words)) == Sent()
        assert peer.bodies[0]["template"]["name"] == "tanggap_code"


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[GammuPeer]:
    with gammu(tmp_path / "spool") as peer:
        yield peer


def test_a_modem_sends_what_lies_in_its_outbox_once_and_tells_so(modem: GammuPeer) -> None:
    mine = letter(modem, "sms")
    assert modem.sender.send(mine) == Queued()
    modem.has_worked()
    assert modem.sender.ask(mine.id, 1) == Sent()
    assert modem.came() == [mine.words.body]
    # Another process that knows the id alone can ask as well; of another attempt nothing is known.
    assert modem.sender.ask(mine.id, 2) == Unknown()
    modem.sender.settled(mine.id)
    assert modem.came() == [] and modem.sender.ask(mine.id, 1) == Unknown()


def test_a_daemon_that_is_away_is_waited_for_and_can_be_asked_after_a_crash(
    modem: GammuPeer,
) -> None:
    modem.stop()
    mine = letter(modem, "sms")
    assert modem.sender.send(mine) == Queued()
    assert modem.sender.ask(mine.id, 1) == Queued()
    modem.start()
    modem.has_worked()
    assert modem.sender.ask(mine.id, 1) == Sent() and len(modem.came()) == 1


def test_what_the_daemon_gave_up_failed_and_is_cleared_away(modem: GammuPeer) -> None:
    modem.stop()
    mine = letter(modem, "sms")
    modem.sender.send(mine)
    (file,) = (modem.folder / "outbox").glob("OUT*")
    file.rename(modem.folder / "error" / file.name)  # as the daemon does
    assert modem.sender.ask(mine.id, 1) == Refused(Why.REFUSED)
    modem.sender.settled(mine.id)
    assert not list((modem.folder / "error").iterdir())


def test_without_its_folders_nothing_was_handed_over(modem: GammuPeer) -> None:
    modem.stop()
    modem.is_away()
    assert modem.sender.send(letter(modem, "sms")) == Later(Why.UNREACHABLE)
