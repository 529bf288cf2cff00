"""Every route, asked by every role about its own Puskesmas and another one, and by nobody.

Who may what stands in tests/who_may.py once more, as the description of the roles has it and not as
the product's own table does: what differs between the two is what this test is for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from services.intake.incoming.application import Incoming
from services.intake.incoming.came import Came, Sender
from services.kernel.access.principal import Grant
from services.kernel.access.web import declared_routes
from services.kernel.clock import system_clock
from services.kernel.district import SHIPPED, load_district
from services.main.demo import PASSWORD
from services.main.node import Node
from services.main.settings import Settings
from tests.waiting import looks
from tests.who_may import (
    ALL,
    API,
    DESK,
    ENDS_THE_SESSION,
    EVERYWHERE,
    GIVEN,
    HEAD,
    HELD,
    MEETING,
    NOBODY,
    OTHER,
    OWN,
    PUBLISHER,
    READS,
    REPORTS,
    TABLE,
    TERMS,
    Row,
)

LONG_AGO = (system_clock() - timedelta(days=60)).isoformat()


@dataclass
class Place:
    """What there is at one Puskesmas."""

    code: str
    complaint: str
    number: str
    receipt: str
    publication: str
    imported: str
    attachment: str
    account_id: str
    event: str
    survey: str
    answer: str
    meeting: str
    came: str

    def filled(self, route: str, text: str) -> str:
        """Return a path, query or body with this Puskesmas' things in its places."""
        id = self.complaint
        if "/publications/" in route or "/terbitkan/" in route:
            id = self.publication
        elif route.partition(" ")[2].startswith("/catat/pesan/"):
            id = self.came
        if "/surveys/" in route or "/survei/" in route:
            id = self.survey
        elif "/meetings/" in route or "/rapat/" in route:
            id = self.meeting
        elif "/imports/" in route or "/impor/" in route:
            id = self.imported
        found = text.replace("{name:path}", "style.css").replace("{id}", id)
        found = found.replace("{rest:path}", "apa")
        source, _colon, position = self.event.rpartition(":")
        _root, origin, service = source.split("/")
        return found.format(
            **vars(self),
            figure="received",
            shape="square",
            evidence=self.complaint,
            session="0" * 16,
            message=UUID(int=0),
            origin=origin,
            service=service,
            index=position,
            subject=self.complaint,
            file=self.survey,
            other=self.complaint,
            n=1,
            place=1,
            form="json",
            month="2026-01",
            slot="2026-01-05T0730",
            version="0",
            name="style.css",
        )


class House:
    """A node's app with an account for each role; those of a Puskesmas belong to OWN."""

    def __init__(self, node: Node, app: FastAPI) -> None:
        self.node, self.app = node, app
        self.client = TestClient(app, follow_redirects=False)
        self.accounts: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        for role in ALL:
            place = None if role in EVERYWHERE else frozenset({OWN})
            self.add(role, Grant(role, place))
        self.add("officer2", Grant("officer", frozenset({OWN})))
        both = frozenset({OWN, OTHER})
        self.add("walker", *(Grant(role, both) for role in DESK | PUBLISHER | HEAD))
        self.add("approver", Grant("head", both))
        node.access.add_account("tuti", PASSWORD, [Grant("officer", frozenset({OWN}))])
        self.places = {code: self._furnish(code) for code in (OWN, OTHER)}

    def add(self, name: str, *grants: Grant) -> None:
        account = self.node.access.add_account(name, PASSWORD, list(grants))
        self.accounts[name] = account.id
        self._tokens[name] = self.node.access.open_token(account.id)

    def ask(self, who: str, method: str, path: str, **sent: Any) -> Any:
        headers = {} if who == NOBODY else {"Authorization": f"Bearer {self._tokens[who]}"}
        return self.client.request(method, path, headers=headers, **sent)

    def call(self, who: str, route: str, row: Row, place: Place) -> Any:
        """Send what the table says; a session that it ends is a new one."""
        method, path = route.split(" ")
        sent: dict[str, Any] = {
            "params": {name: place.filled(route, value) for name, value in row.query.items()}
        }
        if row.body is not None:
            body = {
                name: place.filled(route, value) if isinstance(value, str) else value
                for name, value in row.body.items()
            }
            sent["json" if path.startswith(API) and not row.file else "data"] = body
        if row.file:
            sent["files"] = {"file": ("a.csv", b"channel,text\nphone,Antre\n")}
        if route in ENDS_THE_SESSION and who != NOBODY:
            kept = self._tokens[who]
            self._tokens[who] = self.node.access.open_session(self.accounts[who])
            try:
                return self.ask(who, method, place.filled(route, path), **sent)
            finally:
                ended = self.node.access.principal_of(kept) is None
                again = self.node.access.open_token
                self._tokens[who] = again(self.accounts[who]) if ended else kept
        return self.ask(who, method, place.filled(route, path), **sent)

    def well(self, who: str, path: str, /, **body: Any) -> Any:
        answer = self.ask(who, "POST", API + path, json=body)
        assert answer.status_code in (200, 201), (path, answer.text)
        return answer.json()

    def until(self, path: str, **asked: str) -> Any:
        """Ask until something is there: what others do with an event takes a moment."""
        for _look in looks():
            answer = self.ask("walker", "GET", API + path, params=asked)
            if answer.status_code == 200 and answer.json().get("items", True):
                return answer.json()
        raise AssertionError(f"{path}: {answer.text}")

    def documented(self, who: str, code: str, **facts: Any) -> tuple[Any, str]:
        """Write a complaint down and take it to its draft; give its answer and the draft's id."""
        given = self.well(who, f"/puskesmas/{code}/complaints", **(GIVEN | facts))
        case = f"/cases/{given['id']}"
        self.until(case)
        self.well("walker", f"{case}/grade", grade="red", reason=WORDS["reason"])
        self.well("walker", f"{case}/immediate-answer", answer=WORDS["answer"])
        done = self.well("walker", f"{case}/documentation", summary=WORDS["summary"])
        found = self.until("/publications", complaint=given["id"])
        # Reporting, too, holds all of it by now.
        self.until("/reports/totals", after=done["position"])
        return given, found["items"][0]["id"]

    def _furnish(self, code: str) -> Place:
        given, publication = self.documented("walker", code)
        file = {"file": ("a.csv", b"channel,text\nphone,Antre\n")}
        path = f"{API}/puskesmas/{code}/imports"
        taken = self.ask("walker", "POST", path, files=file, params={"wait": "5"})
        path = f"{API}/complaints/{given['id']}/attachments"
        attached = self.ask("walker", "POST", path, files={"file": ("a.pdf", b"%PDF-1.7 %%EOF")})
        return Place(
            code,
            given["id"],
            given["number"],
            given["receipt"],
            publication,
            taken.json()["import"],
            attached.json()["attachment"],
            self.node.access.add_account(f"spare-{code}", PASSWORD, []).id,
            given["position"],
            *self._surveyed(code),
            self._meeting(code),
            self._came(code),
        )

    def _came(self, code: str) -> str:
        """Let somebody write to a Puskesmas; give the message's id."""
        incoming, said = Incoming(self.node.intake), WORDS["text"]
        came = Came(code, "sms", system_clock(), Sender(phone="+6281200007777"), said)
        incoming.take(code, [came])
        return str(incoming.id_of(came))

    def _surveyed(self, code: str) -> tuple[str, str]:
        """Open a survey and answer it with a remark; give the ids of both."""
        id = self.well("walker", f"/puskesmas/{code}/surveys", **TERMS)["id"]
        self.well("approver", f"/surveys/{id}/approval")
        self.well("walker", f"/surveys/{id}/coordination", units=["loket"], who=["Sari"])
        self.well("walker", f"/surveys/{id}/opening")
        answers = [{"scores": {"time": 4}, "remark": WORDS["text"]}]
        given = self.well("walker", f"/surveys/{id}/answers", answers=answers)
        return id, given["answers"][0]

    def _meeting(self, code: str) -> str:
        """Hold a meeting at a Puskesmas, as its quality chair, of which reporting knows."""
        grant = Grant("quality_lead", frozenset({code}))
        self.add(f"chair-{code}", grant)
        body = {**MEETING, "starts_at": LONG_AGO, "held": {**HELD, "held_at": LONG_AGO}}
        done = self.well(f"chair-{code}", f"/puskesmas/{code}/meetings", **body)
        self.until("/reports/totals", after=done["position"])
        id: str = done["id"]
        return id


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    node = Node(Settings(data=folder), load_district(SHIPPED))
    node.start()
    with TestClient(node.app()):
        yield House(node, node.app())
    node.stop()


def test_every_route_is_in_the_table(house: House) -> None:
    there = {f"{method} {path}" for method, path, _permission in declared_routes(house.app)}
    assert sorted(there - TABLE.keys()) == [], "add these to TABLE, with the roles that may"
    assert sorted(TABLE.keys() - there) == [], "these are gone: take them out of TABLE"


@pytest.mark.parametrize("role", sorted(ALL))
def test_lists_hold_only_what_the_reader_may_see(house: House, role: str) -> None:
    """Asked without a filter, and the number of another place's complaint is looked for."""
    own, other = house.places[OWN].number, house.places[OTHER].number
    for route in ("/laporan/keluhan", "/kasus?state=all", f"{API}/reports/complaints?limit=500"):
        answer = house.ask(role, "GET", route)
        roles = READS if route.startswith("/kasus") else REPORTS
        assert (answer.status_code == 200) == (role in roles)
        assert (own in answer.text) == (role in roles)
        assert (other in answer.text) == (role in roles & EVERYWHERE)
    for route in TABLE:
        if route.startswith("GET ") and "{" not in route and role not in EVERYWHERE:
            answer = house.ask(role, "GET", route.removeprefix("GET "))
            assert other not in answer.text, route


@pytest.mark.parametrize("route", TABLE)
def test_nobody_gets_past_the_door(house: House, route: str) -> None:
    row = TABLE[route]
    answer = house.call(NOBODY, route, row, house.places[OWN])
    if NOBODY in row.roles:
        assert answer.status_code not in (401, 403) and answer.status_code < 500, answer.text
    elif API in route or not route.startswith("GET "):
        assert answer.status_code == 401, answer.text
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/masuk?next=/")


@pytest.mark.parametrize(("route", "role"), [*product(TABLE, sorted(ALL))])
def test_a_role_may_what_it_may_and_only_at_its_own_place(
    house: House, route: str, role: str
) -> None:
    row = TABLE[route]
    for code in (OWN, OTHER):
        answer = house.call(role, route, row, house.places[code])
        within = code == OWN or role in EVERYWHERE or not row.placed or NOBODY in row.roles
        if role in row.roles and within:
            assert answer.status_code not in (401, 403), (code, answer.text)
            assert answer.status_code < 500, (code, answer.text)
        else:
            # Another place's things may also not be there for those who cannot reach them.
            refused = (403,) if code == OWN else (403, 404)
            assert answer.status_code in refused, (code, answer.status_code)


# Words and identity

WORDS = {
    name: f"kenari-{name}"
    for name in ("text", "reason", "answer", "summary", "name", "phone", "address")
}
SPOKEN = ("text", "reason", "answer", "summary")
WHOSE = ("name", "phone", "address")
PERSON = {"name": WORDS["name"], "phone": "0812-0000-7777", "address": WORDS["address"]}
WORDS["phone"] = PERSON["phone"]
OPENS_WORDS = {"complaint_team", "quality_lead", "head", "publisher", "coordinator"}
OPENS_IDENTITY = {
    "open": {"complaint_team", "quality_lead", "head"},
    "confidential": {"complaint_team"},
}
READERS = [*sorted(ALL), "officer2"]


@pytest.fixture(scope="module", params=["open", "confidential"])
def spoken(house: House, request: pytest.FixtureRequest) -> tuple[str, Place]:
    """A complaint that the officer wrote down, and officer2 did not."""
    kind: str = request.param
    facts = {"text": WORDS["text"], "complainant": PERSON, "confidentiality": kind}
    given, publication = house.documented("officer", OWN, **facts)
    own = house.places[OWN]
    place = replace(
        own,
        complaint=given["id"],
        number=given["number"],
        receipt=given["receipt"],
        publication=publication,
    )
    return kind, place


@pytest.mark.parametrize("who", READERS)
def test_words_and_identity_are_opened_by_those_who_may(
    house: House, spoken: tuple[str, Place], who: str
) -> None:
    kind, place = spoken
    wrote = who == "officer"
    page = house.ask(who, "GET", f"/kasus/{place.complaint}").text
    texts = {
        route: house.call(who, route, row, place).text
        for route, row in TABLE.items()
        if route.startswith("GET ") and route != f"GET {API}/openapi.json"
    }
    may = {
        **dict.fromkeys(SPOKEN, wrote or who in OPENS_WORDS),
        **dict.fromkeys(WHOSE, wrote or who in OPENS_IDENTITY[kind]),
    }
    for name, opened in may.items():
        if opened:
            assert WORDS[name] in page, name
        else:
            assert [route for route, text in texts.items() if WORDS[name] in text] == [], name
    # Only pages open words, and every opening is on record.
    for route, text in texts.items():
        if API in route:
            assert not any(word in text for word in WORDS.values()), route
    opened_by = {each.account for each in house.node.keyring.log.of(place.complaint)}
    assert (house.accounts[who] in opened_by) == any(may.values())


def test_a_coordinator_opens_the_words_of_the_own_area(house: House) -> None:
    given, publication = house.documented(
        "officer", OWN, text=WORDS["text"], service_unit="imunisasi"
    )
    for area in ("UKM", "UKPP"):
        house.add(area, Grant("coordinator", frozenset({OWN}), frozenset({area})))
        case = house.ask(area, "GET", f"/kasus/{given['id']}")
        queue = house.ask(area, "GET", "/kasus", params={"state": "all"})
        draft = house.ask(area, "GET", f"/terbitkan/{publication}")
        assert given["number"] in case.text
        # Nor does a list hold another area's cases, whoever asks and by which call.
        for path in ("/laporan/keluhan", f"{API}/reports/complaints?limit=500", "/kasus?state=all"):
            listed = house.ask(area, "GET", path)
            assert (given["number"] in listed.text) == (area == "UKM"), (area, path)
        for path in (f"/laporan/keluhan/{given['number']}", f"{API}/replay/{given['number']}"):
            assert house.ask(area, "GET", path).status_code == (200 if area == "UKM" else 403)
        assert house.ask(area, "GET", "/bidang").status_code == 200
        for page, word in ((case, "answer"), (queue, "text"), (draft, "summary")):
            assert (WORDS[word] in page.text) == (area == "UKM"), (area, page.url)
        # Nor does anybody remark on another area's case.
        assert (f"/kasus/{given['id']}/comments" in case.text) == (area == "UKM")
        said = {"comment": "Sudah dibahas."}
        for path, typed in (
            (f"{API}/cases/{given['id']}/comments", {"json": said}),
            (f"/kasus/{given['id']}/comments", {"data": said | {"key": area}}),
        ):
            answer = house.ask(area, "POST", path, **typed)
            assert (answer.status_code == 403) == (area == "UKPP"), (area, path, answer.text)
    opened_by = {each.account for each in house.node.keyring.log.of(given["id"])}
    assert house.accounts["UKM"] in opened_by and house.accounts["UKPP"] not in opened_by


def test_each_opening_says_in_which_role(house: House) -> None:
    """A list over two places, by somebody who is one thing here and another there."""
    house.add("mixed", Grant("head", frozenset({OWN})), Grant("publisher", frozenset({OTHER})))
    assert house.ask("mixed", "GET", "/kasus", params={"state": "all"}).status_code == 200
    for code, role in ((OWN, "head"), (OTHER, "publisher")):
        openings = house.node.keyring.log.of(house.places[code].complaint)
        roles = {each.role for each in openings if each.account == house.accounts["mixed"]}
        assert roles == {role}


def test_a_slip_shows_the_way_to_its_receipt_as_a_picture(house: House) -> None:
    slip = house.ask("walker", "GET", f"/catat/{house.places[OWN].complaint}/slip")
    assert "<svg xmlns" in slip.text or '<svg width="' in slip.text
    assert "&lt;svg" not in slip.text and house.places[OWN].receipt in slip.text


def test_the_code_of_a_receipt_is_shown_to_whoever_wrote_it_down_alone(house: House) -> None:
    for who in ("officer", "complaint_team"):
        slip = house.ask(who, "GET", f"/catat/{house.places[OWN].complaint}/slip")
        assert house.places[OWN].number in slip.text
        assert house.places[OWN].receipt not in slip.text, who
        assert "/r#" not in slip.text and 'class="code"' not in slip.text, who
