"""Published results by GeoReport v2: what is on the boards with its dates, in the specification's
shapes; nothing that nobody approved, and whatever is asked wrongly is told in its own form."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as Xml

import httpx
import pytest

from services.kernel.clock import system_clock
from tests.integration.test_media import TEXT, draft
from tests.integration.test_publication_returned import done
from tests.running import RunningNode

AT = "/open311/v2"
NOBODYS = "853654f9-ec99-4630-ac16-4772f0d115b8"
CANARY, WAITING = "kenari-asli-terbang", "kenari-menunggu-terbang"
FIELDS = (
    *("service_request_id", "status", "status_notes", "service_name", "service_code"),
    *("description", "agency_responsible", "service_notice", "requested_datetime"),
    *("updated_datetime", "expected_datetime", "address", "address_id", "zipcode"),
    *("lat", "long", "media_url"),
)
Released = Mapping[str, str]


def ask(node: RunningNode, path: str, **params: Any) -> httpx.Response:
    return node.public.get(f"{node.address}{AT}/{path}", params=params)


def rows(node: RunningNode, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(node, "requests.json", **params).raise_for_status().json()
    return found


def release(node: RunningNode, text: str = TEXT, **form: Any) -> str:
    id = draft(node, text=CANARY, **form)
    done(node, "dewi", id, "draft", text=text)
    done(node, "kukuh", id, "approval", text=text)
    done(node, "dewi", id, "release")
    return id


@pytest.fixture(scope="module")
def released(node: RunningNode) -> Released:
    """A result of a category, one of none, a confidential one, and one that is not approved."""
    found = {
        "waiting": release(node, "Kursi ditambah.", categories=["waktu-tunggu", "obat"]),
        "plain": release(node),
        "waits": draft(node, text=CANARY),
    }
    done(node, "dewi", found["waits"], "draft", text=WAITING)
    secret = draft(node, text=CANARY, confidentiality="confidential")
    for confirm in (False, True):
        done(node, "kukuh", secret, "approval", text="Rahasia diumumkan.", confirm=confirm)
    done(node, "dewi", secret, "release")
    return found | {"secret": secret}


def test_the_services_are_the_categories(node: RunningNode) -> None:
    listed = ask(node, "services.json").raise_for_status().json()
    assert {"service_code": "obat", "service_name": "Obat dan farmasi"}.items() <= next(
        each for each in listed if each["service_code"] == "obat"
    ).items()
    assert all(each["metadata"] is False for each in listed)
    made = Xml.fromstring(ask(node, "services.xml").content)
    assert made.tag == "services" and made[0].tag == "service"
    assert [each.findtext("service_code") for each in made] == [
        each["service_code"] for each in listed
    ]


def test_discovery_tells_where_what_is_and_in_which_formats(node: RunningNode) -> None:
    told = ask(node, "discovery.json").raise_for_status().json()
    (endpoint,) = told["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert endpoint["type"] == "production" and told["key_service"]
    assert "Dinas" in told["contact"]
    assert datetime.fromisoformat(told["changeset"]).utcoffset() == timedelta(0)
    listed = node.public.get(endpoint["url"] + "/services.json").raise_for_status().json()
    answer = ask(node, "discovery.xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    made = Xml.fromstring(answer.content)
    assert made.tag == "discovery" and [each.tag for each in made] == list(told)
    assert made.findtext("endpoints/endpoint/url") == endpoint["url"]
    formats = [each.text for each in made.findall("endpoints/endpoint/formats/format")]
    assert formats == endpoint["formats"] and listed


def test_each_service_has_a_definition_without_attributes(node: RunningNode) -> None:
    for each in ask(node, "services.json").json()[:2]:
        code = each["service_code"]
        told = ask(node, f"services/{code}.json", jurisdiction_id="puring").raise_for_status()
        assert told.json() == {"service_code": code, "attributes": []}
        made = Xml.fromstring(ask(node, f"services/{code}.xml").content)
        assert made.tag == "service_definition" and made.findtext("service_code") == code
        attributes = made.find("attributes")
        assert attributes is not None and len(attributes) == 0


def test_a_published_result_is_a_request(node: RunningNode, released: Released) -> None:
    found = {each["service_request_id"]: each for each in rows(node)}
    assert set(found) == {released["waiting"], released["plain"]}, "no confidential, no draft"
    one = found[released["waiting"]]
    assert tuple(one) == FIELDS
    assert (one["status"], one["service_code"]) == ("closed", "waktu-tunggu")
    assert one["description"] == "Kursi ditambah." and one["lat"] is None is one["long"]
    assert "Puring" in one["agency_responsible"]
    assert datetime.fromisoformat(one["requested_datetime"]).utcoffset() == timedelta(hours=7)
    assert found[released["plain"]]["service_code"] == "none"
    for form in ("json", "xml"):
        path = f"requests/{released['waiting']}.{form}"
        assert "Kursi ditambah." in ask(node, path).raise_for_status().text
    made = Xml.fromstring(ask(node, "requests.xml").content)
    assert made.tag == "service_requests" and [each.tag for each in made[0]] == list(FIELDS)


def test_requests_are_filtered_and_paged(node: RunningNode, released: Released) -> None:
    def ids(**params: Any) -> list[str]:
        return [each["service_request_id"] for each in rows(node, **params)]

    waiting, plain = released["waiting"], released["plain"]
    assert ids(service_code="waktu-tunggu") == [waiting]
    assert ids(service_code="obat") == [], "a request is of one service"
    assert ids(service_code="none,obat") == [plain]
    assert ids(status="open") == []
    assert ids(status="open,closed") == ids() == ids(jurisdiction_id="puring")
    assert ids(jurisdiction_id="lamaru") == []
    assert ids(service_request_id=f"{plain},{uuid4()},bukan-nomor") == [plain]
    assert ids(service_request_id="bukan-nomor") == ids(service_request_id=",") == []
    pages = [ids(page=n, page_size=1) for n in (1, 2, 3)]
    assert pages == [[each] for each in ids()] + [[]]
    now = system_clock()
    assert ids(end_date=(now - timedelta(days=1)).isoformat()) == []
    assert ids(start_date=(now - timedelta(days=1)).isoformat()) == ids()


@pytest.mark.parametrize(
    ("path", "params", "status", "said"),
    [
        ("requests.yaml", {}, 404, ".json"),
        ("requests", {}, 404, "services"),
        ("apa/saja.xml", {}, 404, "services"),
        ("requests.json", {"start_date": "kemarin"}, 400, "start_date"),
        ("requests.xml", {"start_date": "kemarin"}, 400, "start_date"),
        ("requests.json", {"end_date": "9999-12-31T23:59:59-12:00"}, 400, "end_date"),
        ("requests.json", {"start_date": "2026-05-02", "end_date": "2026-05-01"}, 400, "end_date"),
        ("requests.json", {"start_date": "2026-01-01", "end_date": "2026-06-01"}, 400, "90"),
        ("requests.json", {"status": "buka"}, 400, "status"),
        ("requests.json", {"page": "0"}, 400, "page"),
        ("requests.json", {"page_size": "1001"}, 400, "page_size"),
        ("requests.json", {"page": "²"}, 400, "page"),
        ("requests.json", {"service_code": "tidak-ada"}, 404, "service_code"),
        ("requests.json", {"jurisdiction_id": "tidak-ada"}, 404, "jurisdiction_id"),
        ("services.json", {"jurisdiction_id": "tidak-ada"}, 404, "jurisdiction_id"),
        ("services/tidak-ada.json", {}, 404, "service_code"),
        ("services/tidak-ada.xml", {}, 404, "service_code"),
        ("services/obat.json", {"jurisdiction_id": "tidak-ada"}, 404, "jurisdiction_id"),
        ("discovery.yaml", {}, 404, ".json"),
        ("requests.json", {"service_request_id": "x," * 101}, 400, "service_request_id"),
        ("requests/bukan-nomor.json", {}, 404, "service_request_id"),
        (f"requests/{NOBODYS}.xml", {}, 404, "service_request_id"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_the_specifications_form(
    node: RunningNode, path: str, params: dict[str, str], status: int, said: str
) -> None:
    answer = ask(node, path, **params)
    assert answer.status_code == status
    if path.endswith(".xml"):
        made = Xml.fromstring(answer.content)
        assert made.tag == "errors" and made[0].findtext("code") == str(status)
        assert said in (made[0].findtext("description") or "")
    else:
        (error,) = answer.json()
        assert error["code"] == status and said in error["description"]


def test_nothing_that_nobody_approved_is_in_any_answer(
    node: RunningNode, released: Released
) -> None:
    answers = [
        ask(node, path).text
        for path in ("services.json", "services.xml", "requests.json", "requests.xml")
    ]
    answers += [
        ask(node, f"requests/{id}.{form}").text
        for id in released.values()
        for form in ("json", "xml")
    ]
    for canary in (CANARY, WAITING, "Rahasia diumumkan", "Siti"):
        assert not any(canary in each for each in answers), canary


def test_what_is_withdrawn_is_gone(node: RunningNode, released: Released) -> None:
    id = release(node, "Ditarik nanti.")
    assert any(each["service_request_id"] == id for each in rows(node))
    done(node, "dewi", id, "withdrawal", reason="Keliru.")
    assert not any(each["service_request_id"] == id for each in rows(node))


def test_a_program_that_copies_everything_at_once_is_told_to_wait(node: RunningNode) -> None:
    """Last of this file: from then on this network waits."""
    for _read in range(121):
        answer = ask(node, "services.json")
        if answer.status_code == 429:
            break
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
    assert answer.json()[0]["code"] == 429
