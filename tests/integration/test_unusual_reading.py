"""What was read otherwise than usual shows to the quality chair, who notes what came of it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest

from services.kernel.access.principal import Grant, Principal
from services.kernel.calendar import WorkCalendar
from services.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.kernel.keyring import About, Keyring, Words
from services.kernel.keyring.reviewing import Reviewing
from services.kernel.store.database import Database
from tests.running import RunningNode

ROOM = "/pembukaan/tak-biasa"
NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)


def principal(role: str, place: str = "puring") -> Principal:
    return Principal(f"the-{role}", role, role, (Grant(role, frozenset({place})),))


def browser(node: RunningNode, who: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {node.token(who)}"}
    return httpx.Client(base_url=node.address, headers=headers, trust_env=False, timeout=60)


def sheets(page: str) -> list[str]:
    found = re.findall(r"<section.*?</section>", page, re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in found]


class Moved:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_what_was_looked_into_stays_so_until_there_is_more(database: Database) -> None:
    clock = Moved()
    keyring = Keyring(database, bytes(32), clock, lambda n: bytes(range(n)))
    words, chair, team = Words(keyring), principal("quality_lead"), principal("complaint_team")
    reviewing = Reviewing(keyring, lambda _code: WorkCalendar("Asia/Jakarta", 6, (), version=0))

    def read(*names: str) -> None:
        for name in names:
            key = keyring.key(name) or keyring.new_key(name)
            keyring.store([keyring.wrapped(key)])
            box = key.seal("{}", "ComplaintReceived.complainant", keyring.entropy)
            about = About(name, "puring", "confidential", None, None)
            assert words.open(team, "case", [(about, box)]) == ["{}"]

    read("a", "b")
    assert reviewing.shown(None) == [] and reviewing.waiting(chair) == 0
    read("c")
    (shown,) = reviewing.shown({"puring"})
    assert (shown.finding.rule, shown.finding.count, shown.looked) == ("confidential", 3, None)
    assert shown.finding.complaints == ("a", "b", "c")
    assert reviewing.shown({"lamaru"}) == [] and reviewing.waiting(chair) == 1

    day = shown.finding.day
    wanted = "puring", team.account_id, day
    with pytest.raises(InvalidInput):
        reviewing.look(chair, "confidential", *wanted, note=" ")
    with pytest.raises(NotFound):
        reviewing.look(chair, "many", *wanted, note="Piket.")
    with pytest.raises(Forbidden):
        reviewing.look(principal("quality_lead", "lamaru"), "confidential", *wanted, note="Piket.")
    reviewing.look(chair, "confidential", *wanted, note="Ditanyakan: rapat tim keluhan.")
    (shown,) = reviewing.shown(None)
    assert shown.looked is not None and shown.looked.by == chair.account_id
    assert shown.looked.note == "Ditanyakan: rapat tim keluhan."
    assert reviewing.waiting(chair) == 0
    read("d")
    assert reviewing.waiting(chair) == 1
    clock.now += timedelta(days=31)
    assert reviewing.shown(None) == []
    keyring.close()


def test_nobody_looks_into_their_own_reading(database: Database) -> None:
    keyring = Keyring(database, bytes(32), Moved(), lambda n: bytes(range(n)))
    chair = principal("quality_lead")
    reviewing = Reviewing(keyring, lambda _code: WorkCalendar("Asia/Jakarta", 6, (), version=0))
    for name in map(str, range(5)):
        key = keyring.new_key(name)
        keyring.store([keyring.wrapped(key)])
        box = key.seal("Antre.", "ComplaintReceived.text", keyring.entropy)
        about = About(name, "puring", "open", None, None, settled_at=NOON - timedelta(days=40))
        words = Words(keyring)
        assert words.open(chair, "case", [(about, box)]) == [None]
        words.give_reason(chair, about, [box], "quality_review", "")
        assert words.open(chair, "case", [(about, box)]) == ["Antre."]
    (shown,) = reviewing.shown(None)
    assert (shown.finding.rule, reviewing.waiting(chair)) == ("long_past", 0)
    with pytest.raises(Conflict):
        reviewing.look(
            chair, "long_past", "puring", chair.account_id, shown.finding.day, note="Akreditasi."
        )
    keyring.close()


def test_the_chair_sees_it_with_what_is_behind_and_says_what_came_of_it(node: RunningNode) -> None:
    for _n in range(3):
        body = {
            "channel": "phone",
            "text": "Antre.",
            "complainant": {"name": "Bu Warsini"},
            "confidentiality": "confidential",
        }
        answer = node.as_("rini").post("/puskesmas/puring/complaints", json=body).json()
        node.until("sari", f"/cases/{answer['id']}", lambda case: True)
        with browser(node, "sari") as sari:
            assert "Warsini" in sari.get(f"/kasus/{answer['id']}").text
    with browser(node, "bayu") as bayu:
        assert f'href="{ROOM}"' in bayu.get("/kerja").text
        page = bayu.get(ROOM).text
        assert "Warsini" not in page
        (sheet,) = [each for each in sheets(page) if "Sari" in each and "dirahasiakan" in each]
        assert "3 keluhan" in sheet
        behind = unescape(re.findall(r'href="(/pembukaan\?account=[^"]+)"', page)[0])
        log = bayu.get(behind).text
        assert log.count("Sari<br>") >= 3 and "Bayu<br>" not in log
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
        # One form a finding; the fields of the last one stand.
        again = bayu.post(ROOM, data=hidden | {"rule": "confidential", "note": ""})
        assert again.status_code == 422 and "Isi 1 sampai 300 huruf." in unescape(again.text)
        done = bayu.post(ROOM, data=hidden | {"rule": "confidential", "note": "Rapat tim."})
        assert (done.status_code, done.headers["location"].split("?")[0]) == (303, ROOM)
        assert any("sudah ditinjau" in s and "Rapat tim." in s for s in sheets(bayu.get(ROOM).text))
    with browser(node, "agus") as agus:
        assert "Rapat tim." in agus.get(ROOM).text
        assert agus.post(ROOM, data=hidden).status_code == 403
