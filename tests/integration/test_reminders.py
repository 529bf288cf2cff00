"""What falls due reaches each person in one digest, the most urgent first: on a node in this
process, whose clock is set. `TANGGAP_STORM` says how many cases fall due on one morning."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from services.intake.application import Form, Person
from services.intake.incoming.application import Incoming
from services.intake.incoming.came import Came, Sender
from services.kernel.access.principal import Principal
from services.kernel.access.store import AccessStore
from services.kernel.access.store.told import Digest
from services.kernel.aggregate import Intent
from services.kernel.district import SHIPPED, District, load_district, read_district
from services.main.demo import PASSWORD, add_accounts
from services.main.node import Node
from services.main.settings import Settings
from services.resolution.accompanying import Accompanying
from services.resolution.application import Action
from services.resolution.jobs import REMIND
from services.resolution.reminders.digests import Digests
from services.resolution.reminders.reminding import Reminding, begin_reminding

STORM = int(os.environ.get("TANGGAP_STORM", "60"))
SECONDS = 60.0
PAGE = 50
WIB = ZoneInfo("Asia/Jakarta")
OFFICER, TEAM = Intent("acc-1", "officer"), Intent("acc-2", "complaint_team")
WORDS, NAME = "Obat jantung kosong sejak subuh", "Bu Darminah"
MORNING = "2026-08-21T0730"
"""After the day by which what came in on Monday 3 August is to be settled: 14 working days of a
week of six, without Monday the 17th."""


def at(day: str, clock: str = "07:30") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=WIB)


class Place:
    """A node whose workers stand still, and its clock."""

    def __init__(self, folder: Path, district: District) -> None:
        self.now = at("2026-08-03", "09:00")
        self.node = Node(Settings(data=folder), district, lambda: self.now)
        self.node.record_district()
        begin_reminding(self.node.resolution, {"puring"})
        self.jobs = next(each for each in self.node.jobs if each.service is self.node.resolution)
        self.carry()

    def receive(self, count: int = 1) -> list[UUID]:
        forms = [Form("phone", WORDS, person=Person(name=NAME)) for _n in range(count)]
        found = [self.node.intake.receive("puring", form, OFFICER) for form in forms]
        ids = [UUID(each.result().ids["id"]) for each in found]
        self.carry()
        return ids

    def carry(self) -> None:
        """Let what was recorded be relayed, followed, and made facts of."""
        for _round in range(2):
            for relay in self.node.relays.values():
                while relay.lag():
                    relay.step()
            for follower in self.node.followers.values():
                while follower.lag():
                    follower.step()
        while self.node.reporting.log.lag():
            self.node.reporting.log.step()

    def come(self, day: str, clock: str = "07:30") -> None:
        """Let it become then, and do what is due."""
        self.now = at(day, clock)
        while self.jobs.due():
            self.jobs.step()
        assert not self.node.resolution.select("SELECT * FROM due WHERE failure IS NOT NULL")
        self.carry()

    def who(self, username: str) -> Principal:
        account = self.node.access.get_account(username)
        assert account is not None
        return Principal(account.id, account.username, account.display_name, account.grants)

    def digests(self, username: str) -> list[Digest]:
        return self.node.access.digests(self.who(username).account_id)

    def lines(self, username: str, slot: str, after: int = 0) -> list[tuple[str, str, bool]]:
        """Return a page of a digest: the case's number, of what, and whether it is still owed."""
        digests = Digests(self.node.resolution, self.node.lists)
        among = digests.of(self.who(username), slot)
        found = digests.lines(among, slot, after)
        assert [each.owed.due_at for each in found] == sorted(each.owed.due_at for each in found)
        return [(each.owed.name, each.owed.about, each.open) for each in found]

    @cached_property
    def app(self) -> FastAPI:
        return self.node.app()

    def client(self, username: str) -> TestClient:
        client = TestClient(self.app, base_url="http://testserver")
        body = {"username": username, "password": PASSWORD}
        token = client.post("/api/v1/session", json=body).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        return client


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The accounts, made once: hashing passwords costs what it should."""
    folder = tmp_path_factory.mktemp("accounts")
    found = AccessStore(folder / "access.sqlite", lambda: at("2026-08-01"))
    add_accounts(found)
    found.close()
    return folder / "access.sqlite"


@pytest.fixture
def folder(tmp_path: Path, accounts: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(accounts, data)
    return data


@pytest.fixture
def place(folder: Path) -> Iterator[Place]:
    found = Place(folder, load_district(SHIPPED))
    yield found
    found.node.close()


def test_what_falls_due_on_one_morning_is_one_digest_each(place: Place) -> None:
    place.receive(STORM)
    place.now = at("2026-08-21")
    began, worked = time.monotonic(), time.process_time()
    # As a worker's message does it; what else fell due in the night is not waited for.
    place.jobs.run_due(REMIND, "Asia/Jakarta")
    took, worked = time.monotonic() - began, time.process_time() - worked
    print(f"{STORM} cases: digests after {took:.1f} s, {worked:.1f} s of processor time")
    assert took < SECONDS

    for username in ("sari", "bayu", "kukuh"):
        (digest,) = place.digests(username)
        assert (digest.slot, digest.late) == (MORNING, digest.things)
        about = [("response", "settlement"), ("settlement",)][username == "bayu"]
        assert digest.things == STORM * len(about)
        told = [
            line
            for after in range(0, digest.things, PAGE)
            for line in place.lines(username, MORNING, after)
        ]
        assert len(set(told)) == digest.things, "each once"
        assert [what for _number, what, _open in told] == [
            each for each in about for _n in range(STORM)
        ], "what was due first stands first"
    assert not place.digests("wulan") and not place.digests("rini")


def test_nobody_is_told_of_what_is_done_withdrawn_or_paused(place: Place) -> None:
    late, settled, referred, paused = place.receive(4)
    resolution = place.node.resolution
    place.come("2026-08-20", "17:00")
    resolution.grade(settled, TEAM, "green", None).result()
    resolution.answer(settled, TEAM, "Sudah ada.").result()
    place.carry()
    # What is done just before the digest counts, though the reports do not know of it yet.
    resolution.document(settled, TEAM, "Obat sudah ada.", None).result()
    beside = Accompanying(resolution)
    beside.refer(referred, TEAM, "RSUD", "Bukan wewenang kami.", None).result()
    beside.pause(paused, TEAM, "Menunggu.").result()
    place.come("2026-08-21")
    number = resolution.get(late).number
    assert set(place.lines("bayu", MORNING)) == {(number, "settlement", True)}
    resolution.grade(late, TEAM, "green", None).result()
    resolution.answer(late, TEAM, "Sudah ada.").result()
    resolution.document(late, TEAM, "Obat sudah ada.", None).result()
    assert place.lines("bayu", MORNING) == [(number, "settlement", False)], "shown as done"
    escalated = [resolution.get(id).escalated for id in (late, settled, referred, paused)]
    assert escalated == [True, False, False, False], "the same rules put it before the district"


def test_once_at_each_stage_on_working_days_outside_the_quiet_hours(place: Place) -> None:
    place.receive()
    for day, clock in (("2026-08-16", "07:30"), ("2026-08-17", "07:30"), ("2026-08-18", "07:29")):
        place.come(day, clock)
    assert not place.digests("bayu") and not settlement(place, "sari"), "a Sunday, a holiday, early"
    place.come("2026-08-18")
    assert settlement(place, "sari") == ["2026-08-18T0730"]
    for day, clock in (("2026-08-18", "12:30"), ("2026-08-19", "07:30"), ("2026-08-20", "07:30")):
        place.come(day, clock)
    assert settlement(place, "sari") == ["2026-08-20T0730", "2026-08-18T0730"]
    # The node was off in the morning: it is told when it is on again, and once however often.
    place.come("2026-08-21", "10:00")
    begin_reminding(place.node.resolution, {"puring"})
    node = place.node
    remind = Reminding(node.resolution, lambda: node.lists, node.access, {"puring"}, node.posting)
    assert remind("Asia/Jakarta") == at("2026-08-21", "12:30")
    assert [each.slot for each in place.digests("bayu")] == [MORNING]
    place.come("2026-08-25")
    assert not place.digests("wulan"), "a holiday, and not three whole working days late"
    place.come("2026-08-26")
    assert [each.slot for each in place.digests("wulan")] == ["2026-08-26T0730"]


def test_who_is_named_on_the_case_or_its_plan_is_reminded_of_it_alone(place: Place) -> None:
    mine, _other = place.receive(2)
    resolution = place.node.resolution
    Accompanying(resolution).assign(mine, TEAM, " rini", None).result()
    resolution.grade(mine, TEAM, "green", None).result()
    resolution.analyse(mine, TEAM, "Kiriman terlambat.", "upheld").result()
    due = at("2026-08-11").date()
    actions = [Action("Pesan obat.", "Yuli", due), Action("Lapor.", "Pak Budi", due)]
    resolution.plan(mine, TEAM, actions).result()
    place.carry()
    place.come("2026-08-11")
    number = resolution.get(mine).number
    assert place.lines("yuli", "2026-08-11T0730") == [(number, "action/1", True)]
    place.come("2026-08-12")
    resolution.carry_out(mine, TEAM, 1, due, "Sudah.").result()
    assert place.lines("bayu", "2026-08-12T0730") == [
        (number, "action/1", False),
        (number, "action/2", True),
    ]
    place.come("2026-08-21")
    assert place.lines("rini", MORNING) == [(number, "settlement", True)]


def test_dates_of_the_agenda_are_in_the_digest_until_they_are_done(place: Place) -> None:
    place.come("2026-08-24", "12:30")
    assert not place.digests("sari")
    # The box is due on the 25th, a holiday: on the next working day.
    place.come("2026-08-26")
    (line,) = place.lines("sari", "2026-08-26T0730")
    assert line == ("Kotak saran utama", "box_opening/utama/2026-08-01", True)
    place.come("2026-09-03")
    assert place.lines("sari", "2026-09-03T0730") == [
        ("Penutupan rekap bulanan", "recap_closing//2026-08-01", True)
    ]


def test_messages_that_wait_are_in_the_digest_a_working_day_later_until_they_are_dealt_with(
    place: Place,
) -> None:
    incoming, now = Incoming(place.node.intake), at("2026-08-04", "10:00")
    place.now = now
    sent = [Came(f"{n}", "sms", now + n * timedelta(minutes=5), Sender(), WORDS) for n in range(2)]
    incoming.take("puring", sent)
    place.come("2026-08-05")
    assert place.digests("sari") == []
    place.come("2026-08-06")
    (line,) = place.lines("sari", "2026-08-06T0730")
    assert line == ("Pesan masuk dicatat pada hari datangnya", "incoming//2026-08-04", True)
    page = place.client("sari").get("/pemberitahuan/ringkasan/2026-08-06T0730").text
    assert "/catat/pesan" in page and WORDS not in page
    assert place.digests("kukuh") == []
    place.come("2026-08-07")
    assert len(place.digests("sari")) == 1, "once at each stage"
    ids = [incoming.id_of(each) for each in sent]
    incoming.dismiss("puring", ids, "answered", None, TEAM).result()
    ((_name, _about, is_open),) = place.lines("sari", "2026-08-06T0730")
    assert not is_open
    place.come("2026-08-11")
    assert place.digests("kukuh") == []


def test_without_rules_nobody_is_reminded_and_an_older_file_still_escalates(folder: Path) -> None:
    text = load_district(SHIPPED).text
    older = text[: text.index("reminders:\n  - version")] + "escalate_overdue: [settlement]\n"
    place = Place(folder, read_district(older, "lama.yaml"))
    try:
        (id,) = place.receive()
        place.come("2026-08-21")
        assert not place.digests("sari") and place.node.resolution.get(id).escalated
    finally:
        place.node.close()


def test_the_bell_lists_digests_and_says_how_many_are_new_without_a_script(place: Place) -> None:
    place.receive(PAGE // 2 + 1)
    place.come("2026-08-21")
    sari, bayu = place.client("sari"), place.client("bayu")
    assert figure(sari.get("/kerja").text) == "1"
    bell = sari.get("/pemberitahuan").text
    assert "/pemberitahuan/ringkasan/" + MORNING in bell and "21 Agustus, 07.30" in bell
    assert bell.count("lewat batas") == 1, "a digest, and not a line for each case"
    shown = sari.get("/pemberitahuan/ringkasan/" + MORNING)
    assert shown.text.count('href="/kasus/') == PAGE and f"after={PAGE}" in shown.text
    rest = sari.get(f"/pemberitahuan/ringkasan/{MORNING}?after={PAGE}")
    assert rest.text.count('href="/kasus/') == 2, "a response and a settlement each"
    assert place.client("wulan").get("/pemberitahuan/ringkasan/" + MORNING).status_code == 404
    assert bayu.get("/pemberitahuan/ringkasan/2026-99-99T9999").status_code == 404
    assert bayu.get("/api/v1/digests/kemarin").status_code == 404

    (row,) = sari.get("/api/v1/digests").json()["items"]
    assert not row["seen"]
    page = sari.get("/api/v1/digests/" + MORNING, params={"cursor": PAGE}).json()
    assert page["things"] == row["things"] and page["items"][0]["step"] == "grade"
    for text in (shown.text, bell, str(page)):
        assert WORDS not in text and NAME not in text
    assert sari.put("/api/v1/digests/seen", json={"until": row["made_at"]}).status_code == 204
    assert sari.get("/api/v1/digests").json()["items"][0]["seen"]
    assert figure(sari.get("/kerja").text) == "" and figure(bayu.get("/kerja").text) == "1"


def settlement(place: Place, username: str) -> list[str]:
    """Return the digests in which somebody was told of a settlement."""
    return [
        each.slot
        for each in place.digests(username)
        if any(what == "settlement" for _n, what, _o in place.lines(username, each.slot))
    ]


def figure(page: str) -> str:
    found = re.search(r'<b data-new="0 baru"([^>]*)>(\d*)</b>', page)
    assert found is not None
    assert ("hidden" in found[1]) == (found[2] == "")
    return found[2]
