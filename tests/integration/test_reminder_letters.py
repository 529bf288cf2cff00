"""A digest goes out by e-mail or WhatsApp to those who want it: to an address that is proven,
what is owed as it is sent, at most once. On a node in this process, whose clock is set, by a real
mail server and in the shapes that WhatsApp documents.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from services.kernel.access.store import AccessStore
from services.kernel.carriers.bounces import Report
from services.kernel.carriers.port import Refused, Why
from services.kernel.district import SHIPPED, load_district
from services.kernel.errors import InvalidInput
from services.kernel.jobs import BACKOFF
from services.main.demo import add_accounts
from services.resolution.jobs import MAIL, REMIND
from services.resolution.reminders.letters.application import BETWEEN, HOLDS, TRIES, Posting
from services.resolution.reminders.letters.sending import Sending
from services.resolution.reminders.letters.table import Posted, letter
from tests.integration.test_reminders import MORNING, NAME, TEAM, WORDS, Place, at
from tests.peers.fake import FakePeer
from tests.peers.mail import MailServer, mail_server
from tests.peers.whatsapp import whatsapp

ABOUT: Final = f"{MORNING}/Asia/Jakarta"
ADDRESS: Final = "sari@puskesmas.example"
WANTED: Final = {"address": ADDRESS, "kinds": ["promise"], "agreed": True}
PUBLIC: Final = "https://tanggap.example.go.id"
CALL: Final = "/api/v1/reminder-letters"
PAGE: Final = "/pemberitahuan/kirim"


class Died(BaseException):
    """The process ended here."""


class Scene:
    """A morning on which three cases are late, with a peer that carries e-mail."""

    def __init__(self, place: Place) -> None:
        self.place, self.cases = place, place.receive(3)
        place.node.posting.public_url = PUBLIC
        place.come("2026-08-21")
        self.now = place.now
        self.clients: dict[str, TestClient] = {}

    @property
    def posting(self) -> Posting:
        return self.place.node.posting

    def anew(self, peer: Any, *ways: str) -> None:
        """Let it be that morning, before anybody wanted a letter."""
        self.place.now = self.now
        self.posting.senders = dict.fromkeys(ways or ("email",), peer)
        resolution = self.place.node.resolution

        def forget(uow: Any) -> None:
            for table in ("reminder_addresses", "reminder_letters"):
                uow.connection.execute(f"DELETE FROM {table}")

        resolution.transact(forget).result()

    def account(self, username: str) -> str:
        return self.place.who(username).account_id

    def client(self, username: str) -> TestClient:
        if username not in self.clients:
            self.clients[username] = self.place.client(username)
        return self.clients[username]

    def pass_by(self, time: timedelta) -> None:
        self.place.now += time

    def work(self) -> None:
        """Send what is due."""
        rows = [each for each in self.place.jobs.due() if each["task"] == MAIL]
        for each in rows:
            self.place.jobs.run_due(MAIL, each["argument"])
        failed = "SELECT * FROM due WHERE failure IS NOT NULL"
        assert not self.place.node.resolution.select(failed)

    def proven(self, username: str, *kinds: str, address: str = ADDRESS) -> None:
        """Have an account want letters at an address that is theirs."""
        posting, account = self.posting, self.account(username)
        posting.ask(account, address, kinds or ("promise",), agreed=True)
        wish = posting.wish(account)
        assert wish is not None
        posting.prove(account, posting.code(wish))

    def told(self, username: str = "sari", address: str = ADDRESS) -> str:
        """Have an account's digest announced to it by a letter; return the letter's key."""
        self.proven(username, address=address)
        self.announce(username)
        return f"{self.account(username)}/{ABOUT}"

    def announce(self, username: str) -> None:
        self.posting.announce({self.account(username)}, ABOUT, at("2026-08-21", "16:00"))

    def posted(self, key: str) -> Posted:
        found = letter(self.place.node.resolution, key)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("node")
    accounts = AccessStore(folder / "access.sqlite", lambda: at("2026-08-01"))
    add_accounts(accounts)
    accounts.close()
    place = Place(folder, load_district(SHIPPED))
    yield Scene(place)
    place.node.close()


@pytest.fixture
def peer(scene: Scene) -> FakePeer:
    peer = FakePeer()
    scene.anew(peer)
    return peer


@pytest.fixture
def mail(scene: Scene) -> Iterator[MailServer]:
    with mail_server() as server:
        scene.anew(server.sender)
        yield server


def test_who_proves_an_address_gets_each_digest_there_once_and_nobody_else(
    scene: Scene, mail: MailServer
) -> None:
    sari, key = scene.client("sari"), {"idempotency-key": "satu"}
    for _twice in range(2):
        asked = sari.put(CALL, json=WANTED, headers=key)
        assert (asked.status_code, asked.json()) == (200, {"verified": False})
    scene.work()
    (code,) = mail.box.letters
    assert code["To"] == ADDRESS and PUBLIC + PAGE in code.get_content()
    typed = re.search(r"\d{4}-\d{4}", code.get_content())
    assert typed is not None and typed[0] not in str(code["Subject"])
    scene.announce("sari")
    scene.work()
    assert len(mail.box.letters) == 1, "not before the address is proven"
    assert sari.post(CALL + "/code", json={"code": typed[0]}).json() == {"verified": True}

    # The same digest, as the task of the reminders itself announces it.
    scene.place.jobs.run_due(REMIND, "Asia/Jakarta")
    remind_again(scene)
    scene.work()
    scene.work()
    _code, digest = mail.box.letters
    text, page = digest.get_content(), f"{PUBLIC}/pemberitahuan/ringkasan/{MORNING}"
    assert digest["Subject"] == "Tanggap: 6 hal jatuh tempo, 6 lewat batas"
    assert page in text and ": penyelesaian, lewat batas Kam 20 Agu" in text
    for id in scene.cases:
        assert scene.place.node.resolution.get(id).number in text
    for word in (WORDS, NAME, "Darminah", "jantung"):
        assert word not in text and word not in str(digest["Subject"])
    letters = sari.get(CALL).json()["letters"]
    assert [(each["about"], each["state"]) for each in letters] == [
        (ABOUT, "sent"),
        ("code/1", "sent"),
    ]
    assert scene.client("bayu").get(CALL).json()["letters"] == []
    assert scene.place.digests("bayu"), "the bell is for all"


def test_by_whatsapp_a_proven_number_gets_how_much_is_due_and_where_it_stands(
    scene: Scene, peer: FakePeer
) -> None:
    sari = scene.client("sari")
    with whatsapp() as meta:
        scene.posting.senders = {"email": peer, "whatsapp": meta.sender}
        wanted = WANTED | {"address": "0812 0000-7777"}
        assert sari.put(CALL, json=wanted).json() == {"verified": False}
        scene.work()
        (code,) = meta.came()
        assert sari.post(CALL + "/code", json={"code": code}).json() == {"verified": True}
        scene.announce("sari")
        scene.work()
        scene.work()
        _code, digest = meta.bodies
    assert digest["to"] == "6281200007777" and digest["template"]["name"] == "tanggap_digest"
    said = [each["text"] for each in digest["template"]["components"][0]["parameters"]]
    assert said == ["6", "6", f"{PUBLIC}/pemberitahuan/ringkasan/{MORNING}"]
    assert peer.letters == []
    shown = sari.get(CALL).json()
    assert (shown["channel"], shown["address"]) == ("whatsapp", "+6281200007777")
    assert [each["state"] for each in shown["letters"]] == ["sent", "sent"]


def test_who_died_while_sending_by_whatsapp_leaves_a_doubt(scene: Scene, peer: FakePeer) -> None:
    scene.anew(peer, "whatsapp")
    key = scene.told("sari", "+6281200007777")
    peer.loses_its_answer()
    scene.work()
    scene.work()
    assert scene.posted(key).state == "unknown" and len(peer.letters) == 1


def remind_again(scene: Scene) -> None:
    """Have the digest made again, as after a lost queue, for those who want letters by now."""
    resolution = scene.place.node.resolution
    forgotten = "DELETE FROM reminder_letters WHERE about NOT LIKE 'code/%'"
    resolution.transact(lambda uow: uow.connection.execute(forgotten)).result()
    soon = {"Asia/Jakarta": scene.place.now}
    for _twice in range(2):
        resolution.transact(lambda uow: uow.schedule(REMIND, soon)).result()
        scene.place.jobs.run_due(REMIND, "Asia/Jakarta")


def test_who_died_while_sending_leaves_a_doubt_and_never_a_second_letter(
    scene: Scene, peer: FakePeer
) -> None:
    key = scene.told()

    def die(_letter: object) -> None:
        assert scene.posted(key).state == "attempted", "recorded before anybody hears of it"
        raise Died

    peer.on_sending = die
    node = scene.place.node
    sending = Sending(scene.posting, lambda: node.lists, node.access)
    with pytest.raises(Died):
        sending(key)
    peer.on_sending = lambda _letter: None
    assert sending(key) is None and sending(key) is None
    assert scene.posted(key).state == "unknown" and peer.letters == []
    shown = scene.client("sari").get(PAGE).text
    assert "Tidak pasti" in shown and "Tidak dikirim lagi" in shown


def test_a_peer_that_is_away_is_tried_again_until_the_quiet_hours(
    scene: Scene, peer: FakePeer
) -> None:
    key = scene.told()
    peer.is_away()
    scene.work()
    assert (scene.posted(key).state, scene.posted(key).reason) == ("waiting", "unreachable")
    scene.pass_by(BACKOFF[1])
    scene.work()
    assert scene.posted(key).attempts == 2
    scene.place.now = at("2026-08-21", "16:01")
    scene.work()
    assert (scene.posted(key).state, scene.posted(key).reason) == ("failed", "too_late")
    assert peer.letters == []


def test_an_address_that_the_server_refuses_is_shown_with_what_to_do(
    scene: Scene, peer: FakePeer
) -> None:
    key = scene.told()
    peer.answer = Refused(Why.ADDRESS_REFUSED)
    scene.work()
    assert scene.posted(key).state == "failed"
    assert "tidak dikenal di sana. Betulkan." in scene.client("sari").get(PAGE).text


def test_a_letter_that_came_back_is_shown_and_no_other_is_taken_for_one(
    scene: Scene, peer: FakePeer
) -> None:
    key = scene.told()
    scene.work()
    id = UUID(scene.posted(key).id)
    assert scene.posting.came_back(Report(id, failed=False))
    assert scene.posted(key).state == "sent", "a delay is no bounce"
    assert not scene.posting.came_back(Report(scene.cases[0], failed=True))
    for _twice in range(2):
        assert scene.posting.came_back(Report(id, failed=True))
    assert (scene.posted(key).state, scene.posted(key).reason) == ("failed", "bounced")
    assert "Surel ini kembali" in scene.client("sari").get(PAGE).text


def test_who_wants_no_more_letters_gets_none_that_waits_and_is_forgotten(
    scene: Scene, peer: FakePeer
) -> None:
    key = scene.told()
    sari = scene.client("sari")
    answer = sari.post(PAGE + "/hentikan", data={"key": "h"}, follow_redirects=False)
    assert answer.status_code == 303
    scene.work()
    assert (scene.posted(key).reason, peer.letters) == ("ended", [])
    rows = scene.place.node.resolution.select("SELECT * FROM reminder_addresses")
    assert ADDRESS not in str([tuple(row) for row in rows])
    assert sari.get(CALL).json()["address"] is None


def test_a_letter_is_about_the_kinds_that_were_chosen_only(scene: Scene, peer: FakePeer) -> None:
    scene.proven("sari", "duty")
    scene.announce("sari")
    scene.work()
    key = f"{scene.account('sari')}/{ABOUT}"
    assert (scene.posted(key).reason, peer.letters) == ("nothing_left", [])


def test_a_code_holds_for_a_day_and_for_five_tries_and_comes_not_in_a_row(
    scene: Scene, peer: FakePeer
) -> None:
    posting, account, sari = scene.posting, scene.account("sari"), scene.client("sari")
    posting.ask(account, ADDRESS, ["promise"], agreed=True)
    again = sari.put(CALL, json=WANTED)
    assert again.status_code == 429 and again.headers["retry-after"] == "120"
    first = posting.wish(account)
    assert first is not None
    for _try in range(TRIES):
        refused = sari.post(CALL + "/code", json={"code": "0000-0000"})
        assert refused.json()["errors"][0]["field"] == "code", "counted, though refused"
    with pytest.raises(InvalidInput):
        posting.prove(account, posting.code(first))
    scene.pass_by(BETWEEN)
    posting.ask(account, ADDRESS, ["promise"], agreed=True)
    second = posting.wish(account)
    assert second is not None and posting.code(second) != posting.code(first)
    scene.pass_by(HOLDS + timedelta(seconds=1))
    with pytest.raises(InvalidInput):
        posting.prove(account, posting.code(second))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "bukan surel"),
        ("address", "a@b, c@d"),
        ("address", "0812-0000-7777"),  # a way that is not set up
        ("kinds", []),
        ("agreed", False),
    ],
)
def test_what_is_asked_wrongly_is_named(
    scene: Scene, peer: FakePeer, field: str, value: object
) -> None:
    refused = scene.client("sari").put(CALL, json=WANTED | {field: value})
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == [field]


def test_without_a_server_nothing_is_offered(scene: Scene, peer: FakePeer) -> None:
    scene.posting.senders = {}
    sari = scene.client("sari")
    assert sari.put(CALL, json=WANTED).status_code == 409
    assert "Surel dan WhatsApp belum disiapkan di sini" in sari.get(PAGE).text
    assert PAGE in sari.get("/akun").text and PAGE not in scene.client("admin").get("/akun").text


def test_what_is_settled_before_the_letter_goes_is_not_in_it(scene: Scene, peer: FakePeer) -> None:
    key, resolution = scene.told(), scene.place.node.resolution
    settled, *others = scene.cases
    finish(scene, settled)
    scene.work()
    numbers = [resolution.get(id).number for id in (settled, *others)]
    (digest,) = peer.letters
    assert [number in digest.words.body for number in numbers] == [False, True, True]
    assert scene.posted(key).state == "sent"
    for id in others:
        finish(scene, id)
    late = scene.told("kukuh")
    scene.work()
    assert (scene.posted(late).state, scene.posted(late).reason) == ("void", "nothing_left")
    assert len(peer.letters) == 1


def finish(scene: Scene, id: UUID) -> None:
    """Take a case to its result, as the team does a moment before the letter goes."""
    resolution = scene.place.node.resolution
    resolution.grade(id, TEAM, "green", None).result()
    resolution.answer(id, TEAM, "Sudah ada.").result()
    resolution.document(id, TEAM, "Obat sudah ada.", None).result()
