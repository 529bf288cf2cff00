"""A complainant is written to: at most once, never unknowingly, by a real mail server."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import UUID

import pytest

from services.intake.receipts import Receipts
from services.kernel.aggregate import Intent
from services.kernel.carriers.port import Later, Sent, Unknown, Why
from services.kernel.errors import Conflict
from services.kernel.receipts import receipt_code
from tests.peers.fake import FakePeer
from tests.peers.gammu import gammu
from tests.peers.mail import MailServer, mail_server
from tests.telling import DONE, MAIL, PERSON, PUBLIC, SAID, Desk, desk

__all__ = ["desk"]


@pytest.fixture
def mail(desk: Desk) -> Iterator[MailServer]:
    with mail_server() as server:
        desk.peers.clear()
        desk.peers["email"] = server.sender
        yield server


@pytest.fixture
def fake(desk: Desk) -> FakePeer:
    peer = FakePeer()
    desk.peers.clear()
    desk.peers["email"] = peer
    return peer


def test_a_letter_arrives_with_the_receipts_link_and_nothing_of_what_was_said(
    desk: Desk, mail: MailServer
) -> None:
    id, draft = desk.documented()
    message = desk.write(draft)
    assert desk.message(draft)["state"] == "waiting" and desk.informed(id) == [False]
    desk.work()
    (letter,) = mail.box.letters
    code = receipt_code(desk.hand.node.folder.receipt_secret, UUID(id))
    text = letter.get_content()
    assert letter["To"] == MAIL and f"{PUBLIC}/r#{code}" in text
    desk.report()
    status = desk.ask("sari", "POST", "/api/v1/receipts/status", json={"receipt": code}).json()
    assert status["number"] in text and status["number"] in letter["Subject"]
    for word in ("Tarsih", SAID, DONE, "gigi", code):
        assert word not in str(letter["Subject"]) and (word == code or word not in text)
    assert desk.events(message) == ["MessageRequested", "MessageAttempted", "MessageSent"]
    assert desk.message(draft)["state"] == "sent" and desk.informed(id) == [True]
    desk.work()
    assert len(mail.box.letters) == 1


def test_neither_address_nor_code_is_kept_or_logged(
    desk: Desk, mail: MailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    id, draft = desk.documented()
    desk.write(draft)
    desk.work()
    code = receipt_code(desk.hand.node.folder.receipt_secret, UUID(id))
    said = "".join(capfd.readouterr())
    for file in desk.hand.node.folder.path.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        for word in (MAIL, "81200007777", code, code.replace("-", "")):
            assert word.encode() not in content and word not in said, file


def test_the_opening_of_the_address_is_in_the_log_under_who_asked(
    desk: Desk, mail: MailServer
) -> None:
    id, draft = desk.documented()
    desk.write(draft)
    desk.work()
    *_others, last = desk.hand.node.keyring.log.of(id)
    assert last.page == "message" and last.role == "complaint_team"
    assert json.dumps(last.boxes).count(".complainant") == 1


def test_a_process_that_died_before_it_handed_over_leaves_a_doubt_not_a_second_letter(
    desk: Desk, fake: FakePeer
) -> None:
    _id, draft = desk.documented()
    message = desk.write(draft)
    desk.dies_at("message-attempted")
    assert fake.letters == []
    desk.work()
    assert desk.message(draft)["state"] == "unknown" and fake.letters == []
    desk.clock.wait(timedelta(days=3))
    desk.work()
    assert fake.letters == []
    # A person says what is done: it is sent again, once.
    path = f"/publications/{draft}/messages/{message}/decision"
    desk.post("sari", path, decision="send_again")
    desk.work()
    assert [each.attempt for each in fake.letters] == [2]
    assert desk.message(draft)["state"] == "sent"
    assert desk.events(message)[1:] == [
        "MessageAttempted",
        "MessageOutcomeUnknown",
        "MessageDecided",
        "MessageAttempted",
        "MessageSent",
    ]


@pytest.mark.parametrize("peer_knows", [True, False])
def test_a_process_that_died_before_it_noted_the_answer_asks_the_peer(
    desk: Desk, fake: FakePeer, peer_knows: bool
) -> None:
    id, draft = desk.documented()
    message = desk.write(draft)
    desk.dies_at("message-handed-over")
    fake.answer_when_asked = Sent() if peer_knows else Unknown()
    desk.work()
    assert len(fake.letters) == 1
    assert desk.message(draft)["state"] == ("sent" if peer_knows else "unknown")
    if not peer_knows:
        assert desk.informed(id) == [False]
        path = f"/publications/{draft}/messages/{message}/decision"
        desk.post("sari", path, decision="consider_sent")
        desk.work()
    assert desk.informed(id) == [True] and len(fake.letters) == 1


def test_what_the_peer_did_not_take_is_sent_later_and_once(desk: Desk, fake: FakePeer) -> None:
    _id, draft = desk.documented()
    desk.write(draft)
    fake.answer = Later(Why.BUSY)
    desk.work()
    waiting = desk.message(draft)
    assert (waiting["state"], waiting["reason"]) == ("waiting", "busy")
    fake.answer = Sent()
    desk.work()
    assert fake.letters == []
    desk.clock.wait(timedelta(minutes=2))
    desk.work()
    assert len(fake.letters) == 1 and desk.message(draft)["state"] == "sent"


def test_nobody_is_written_to_at_night(desk: Desk, fake: FakePeer) -> None:
    _id, draft = desk.documented()
    now = desk.clock.now
    desk.clock.now = now.replace(hour=21)
    page = desk.ask("sari", "GET", f"/terbitkan/{draft}/pesan").text
    assert "di luar jam dan hari kerja" in page
    desk.write(draft)
    desk.work()
    assert fake.letters == [] and desk.message(draft)["state"] == "waiting"
    page = desk.ask("sari", "GET", f"/terbitkan/{draft}/pesan").text
    assert "Pesan sebelumnya belum selesai" in page and "08.00" in page
    desk.clock.now = (now + timedelta(days=1)).replace(hour=9)
    while desk.clock.now.weekday() == 6:
        desk.clock.wait(timedelta(days=1))
    desk.work()
    assert len(fake.letters) == 1


def test_who_withdrew_between_the_wish_and_the_sending_hears_nothing(
    desk: Desk, fake: FakePeer
) -> None:
    id, draft = desk.documented()
    message = desk.write(draft)
    code = receipt_code(desk.hand.node.folder.receipt_secret, UUID(id))
    receipts = Receipts(desk.hand.node.intake)
    receipts.withdraw(receipts.find(code), None).result()
    desk.settle()
    desk.work()
    assert fake.letters == []
    assert desk.events(message) == ["MessageRequested", "MessageFailed"]
    assert desk.message(draft)["reason"] == "withdrawn"
    body = {"channel": "email", "agreed": True}
    again = desk.ask("sari", "POST", f"/api/v1/publications/{draft}/messages", json=body)
    assert again.status_code == 409


def test_who_was_erased_meanwhile_hears_nothing(desk: Desk, fake: FakePeer) -> None:
    id, draft = desk.documented()
    desk.write(draft)
    desk.hand.node.keyring.erased.close(id, [])
    desk.work()
    assert fake.letters == [] and desk.message(draft)["reason"] == "erased"


def test_a_way_that_the_person_did_not_choose_needs_their_word(desk: Desk, fake: FakePeer) -> None:
    wanted = {**PERSON, "wants_answer_by": "email"}
    _id, asked = desk.documented(complainant=wanted)
    desk.write(asked, agreed=False)
    _id, draft = desk.documented()
    for body, field in (
        ({"channel": "email"}, "agreed"),
        ({"channel": "sms", "agreed": True}, "channel"),
        ({"channel": "fax"}, "channel"),
    ):
        path = f"/api/v1/publications/{draft}/messages"
        refused = desk.ask("sari", "POST", path, json=body)
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json()["errors"]] == [field]
    desk.work()


def test_one_message_is_under_way_at_a_time_and_may_be_called_off(
    desk: Desk, fake: FakePeer
) -> None:
    _id, draft = desk.documented()
    message = desk.write(draft)
    path = f"/publications/{draft}/messages"
    body = {"channel": "email", "agreed": True}
    assert desk.ask("sari", "POST", f"/api/v1{path}", json=body).status_code == 409
    desk.post("sari", f"{path}/{message}/decision", decision="call_off")
    desk.work()
    assert fake.letters == [] and desk.message(draft)["reason"] == "called_off"
    desk.write(draft)
    desk.work()
    assert len(fake.letters) == 1


def test_of_two_who_ask_at_the_same_moment_one_is_refused(desk: Desk, fake: FakePeer) -> None:
    _id, draft = desk.documented()
    node, gate = desk.hand.node, Event()
    # What waits behind this is written in one transaction.
    node.publication.transact(lambda _uow: gate.wait(60))
    by = Intent("somebody", "complaint_team")
    asked = [node.messaging.request(UUID(draft), by, "email", "id", True) for _time in range(2)]
    gate.set()
    assert [type(each.exception()) for each in asked] == [type(None), Conflict]
    desk.settle()
    desk.work()
    assert len(fake.letters) == 1


def test_an_e_mail_that_came_back_is_said_to_by_a_person(desk: Desk, fake: FakePeer) -> None:
    _id, draft = desk.documented()
    message = desk.write(draft)
    desk.work()
    assert desk.message(draft)["decisions"] == ["came_back"]
    desk.post("sari", f"/publications/{draft}/messages/{message}/decision", decision="came_back")
    assert desk.message(draft)["reason"] == "bounced"
    page = desk.ask("sari", "GET", f"/terbitkan/{draft}/pesan").text
    assert "Pesan ini dikembalikan" in page
    assert "Gagal" in desk.ask("sari", "GET", f"/terbitkan/{draft}").text


def test_a_button_pressed_twice_asks_once(desk: Desk, fake: FakePeer) -> None:
    _id, draft = desk.documented()
    form = {"channel": "email", "language": "en", "agreed": "true", "key": f"k-{draft}"}
    path = f"/terbitkan/{draft}/pesan"
    for _press in range(2):
        assert desk.ask("sari", "POST", path, data=form).status_code == 303
    desk.settle()
    desk.work()
    (letter,) = fake.letters
    assert letter.language == "en" and "has been dealt with" in letter.words.body


def test_the_page_shows_what_goes_out_but_for_the_code(desk: Desk, fake: FakePeer) -> None:
    id, draft = desk.documented()
    page = desk.ask("sari", "GET", f"/terbitkan/{draft}/pesan").text
    code = receipt_code(desk.hand.node.folder.receipt_secret, UUID(id))
    desk.write(draft)
    desk.work()
    (letter,) = fake.letters
    for line in letter.words.body.replace(code, "••••-••••-••••").splitlines():
        assert line in page
    assert (
        code not in page and "Terkirim" in desk.ask("sari", "GET", f"/terbitkan/{draft}/pesan").text
    )


def test_without_any_peer_the_page_says_what_there_is(desk: Desk) -> None:
    desk.peers.clear()
    _id, draft = desk.documented()
    page = desk.ask("sari", "GET", f"/terbitkan/{draft}/pesan").text
    assert "belum ada cara mengirim pesan" in page


def test_an_sms_goes_by_the_modem_and_its_file_is_cleared_away(desk: Desk, tmp_path: Path) -> None:
    id, draft = desk.documented()
    with gammu(tmp_path / "spool") as modem:
        desk.peers.clear()
        desk.peers["sms"] = modem.sender
        desk.write(draft, "sms")
        desk.work()
        assert desk.message(draft)["state"] == "attempted" and desk.informed(id) == [False]
        modem.has_worked()
        (said,) = modem.came()
        desk.clock.wait(timedelta(minutes=1))
        desk.work()
        assert desk.message(draft)["state"] == "sent" and desk.informed(id) == [True]
        assert modem.came() == []
    code = receipt_code(desk.hand.node.folder.receipt_secret, UUID(id))
    assert said.endswith(f"{PUBLIC}/r#{code}")
