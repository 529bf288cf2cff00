"""A complainant is written to by WhatsApp, which says later what became of it."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest

from services.publication.messages.hook import PATH
from tests.peers.whatsapp import VERIFY, WhatsAppPeer, call_of, signed, whatsapp
from tests.telling import Desk, desk

__all__ = ["desk"]


@pytest.fixture
def chat(desk: Desk) -> Iterator[WhatsAppPeer]:
    with whatsapp() as peer:
        desk.peers.clear()
        desk.peers["whatsapp"] = peer.sender
        yield peer


def called(desk: Desk, body: bytes, headers: dict[str, str]) -> int:
    async def call() -> int:
        transport = httpx.ASGITransport(desk.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
            return (await client.post(PATH, content=body, headers=headers)).status_code

    status = asyncio.run(call())
    desk.settle()
    return status


def test_whatsapp_says_that_it_arrived_and_only_then_the_person_was_told(
    desk: Desk, chat: WhatsAppPeer
) -> None:
    id, draft = desk.documented()
    message = desk.write(draft, "whatsapp")
    desk.work()
    assert len(chat.bodies) == 1 and desk.message(draft)["state"] == "sent"
    assert desk.informed(id) == [False]
    for status in ("sent", "delivered", "delivered", "read", "sent"):
        body = call_of(status, f"{message}:1")
        assert called(desk, body, signed(body)) == 200
    assert desk.message(draft)["state"] == "delivered" and desk.informed(id) == [True]
    assert desk.events(message)[2:] == ["MessageSent", "MessageDelivered"]
    thread = desk.ask("sari", "GET", f"/kasus/{id}").text
    assert "Pesan sampai kepada pelapor" in thread
    # Its id for a message, from which the number can be read, lies nowhere.
    for file in desk.hand.node.folder.path.rglob("*"):
        assert not file.is_file() or b"wamid." not in file.read_bytes(), file


def test_a_forged_call_changes_nothing_and_a_malformed_one_is_refused(
    desk: Desk, chat: WhatsAppPeer
) -> None:
    _id, draft = desk.documented()
    message = desk.write(draft, "whatsapp")
    desk.work()
    body = call_of("failed", f"{message}:1", 131026)
    assert called(desk, body, {}) == 403
    assert called(desk, body, signed(body, "another secret")) == 403
    assert called(desk, body + b" ", signed(body)) == 403
    assert called(desk, b"[]", signed(b"[]")) == 422
    for tag in ("", "x", f"{UUID(int=1)}:1", f"{message}:-1", f"{message}:\u0661", f"{message}:7"):
        other = call_of("failed", tag)
        assert called(desk, other, signed(other)) == 200
    assert desk.message(draft)["state"] == "sent"
    assert called(desk, body, signed(body)) == 200
    failed = desk.message(draft)
    assert (failed["state"], failed["reason"]) == ("failed", "address_refused")
    page = desk.ask("sari", "GET", f"/terbitkan/{draft}/pesan").text
    assert "Nomor atau surel ini tidak dikenal" in page


def test_a_doubt_ends_when_whatsapp_speaks_and_an_old_call_says_nothing_of_a_new_attempt(
    desk: Desk, chat: WhatsAppPeer
) -> None:
    _id, draft = desk.documented()
    message = desk.write(draft, "whatsapp")
    chat.hangs_up = True
    desk.work()
    assert desk.message(draft)["state"] == "unknown"
    chat.hangs_up = False
    path = f"/publications/{draft}/messages/{message}/decision"
    desk.post("sari", path, decision="send_again")
    # The first attempt arrived after all: nothing is sent again.
    body = call_of("delivered", f"{message}:1")
    assert called(desk, body, signed(body)) == 200
    desk.work()
    assert desk.message(draft)["state"] == "delivered" and len(chat.bodies) == 1


@pytest.mark.parametrize(("word", "status"), [(VERIFY, 200), ("guess", 403)])
def test_the_address_of_calls_is_set_up_with_our_word_only(
    desk: Desk, chat: WhatsAppPeer, word: str, status: int
) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": "1158201444"}
    answer = desk.ask("sari", "GET", PATH, params=asked)
    assert answer.status_code == status and (status != 200 or answer.text == "1158201444")
