"""Reporting's calls over HTTP, on a real stream and with real accounts."""

import asyncio
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from services.kernel.access.principal import Grant
from services.kernel.access.reach import Reach
from services.kernel.access.store import AccessStore
from services.kernel.access.web import undeclared_routes
from services.kernel.clock import system_clock
from services.kernel.district import SHIPPED, load_district
from services.kernel.proof import Signer, Top, leaf_of, root_of
from services.kernel.receipts import receipt_hash
from services.kernel.web.app import create_app
from services.reporting import api, rebuild_api
from services.reporting.proof import api as proof_api
from services.reporting.queries import Filters, When
from services.reporting.queries.work import FIGURES
from tests.histories import Told, deliveries, hour, told
from tests.integration.test_reporting_log_copy import Bench
from tests.messages import subject

PASSWORD = "rahasia-besar-7"
RESOLUTION = "/node-a/resolution"
CODE = "K7Q2-9MFX-TR4W"


def due(days: int) -> list[dict[str, Any]]:
    return [
        {"name": name, "due_at": hour(24 * days), "rules_version": 3}
        for name in ("response", "settlement")
    ]


def case(about: int, start: float, **form: Any) -> list[Told]:
    """A complaint that goes all the way, an hour a step."""
    puskesmas = form.pop("puskesmas", "puring")
    number = {"number": f"PRG-2026-A-{about:06d}"}
    steps = [
        told("ComplaintReceived", start, source="intake", **number, **form),
        told("CaseOpened", start, recorded=start + 0.1, deadlines=due(2), **number),
        told("CaseGraded", start + 1, grade="red", deadlines=due(1)),
        told("ImmediateAnswerGiven", start + 2),
        told("ResolutionDocumented", start + 3),
        told(
            "PublicationDrafted",
            start + 3.1,
            source="publication",
            publication=subject(about + 500),
        ),
        told("EvaluationRecorded", start + 4),
    ]
    return [_about(each, about, puskesmas) for each in steps]


def _about(event: Told, about: int, puskesmas: str) -> Told:
    return dataclasses.replace(event, about=about, puskesmas=puskesmas)


HISTORY = [
    *case(1, 0, receipt_hash=receipt_hash(CODE), categories=["waiting_time", "attitude"]),
    *case(2, 30, channel="whatsapp", service_unit="farmasi")[:3],
    *case(3, 40, puskesmas="sadang")[:1],
    _about(
        told(
            "ComplaintReceived",
            50,
            source="intake",
            kind="praise",
            number="PRG-2026-A-000004",
            categories=[],
        ),
        4,
        "puring",
    ),
    _about(
        told(
            "ResolutionPublished",
            6,
            source="publication",
            publication=subject(501),
            text="Antrean kini bernomor.",
        ),
        1,
        "puring",
    ),
]


class Site(Bench):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.access = AccessStore(folder / "access.sqlite", system_clock)
        puring = frozenset({"puring"})
        for name, grant in {
            "tim": Grant("complaint_team", puring),
            "dinas": Grant("district"),
            "auditor": Grant("auditor"),
            "admin": Grant("admin"),
        }.items():
            self.access.add_account(name, PASSWORD, [grant])
        self.app = make_app(self)
        self.tokens: dict[str, str] = {}

    def tell(self, history: list[Told]) -> None:
        for each in deliveries(history):
            self.send(each.message, source=each.message.source)
        self.follow()

    def call(
        self, name: str | None, path: str, *, body: Any = None, **query: Any
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
                headers = {}
                if name is not None:
                    headers["authorization"] = f"Bearer {await self._token(client, name)}"
                method = "GET" if body is None else "POST"
                return await client.request(
                    method, f"/api/v1{path}", json=body, params=query, headers=headers
                )

        return asyncio.run(ask())

    async def _token(self, client: httpx.AsyncClient, name: str) -> str:
        if name not in self.tokens:
            answer = await client.post(
                "/api/v1/session", json={"username": name, "password": PASSWORD}
            )
            self.tokens[name] = answer.json()["token"]
        return self.tokens[name]

    def items(self, name: str, path: str, **query: Any) -> list[dict[str, Any]]:
        answer = self.call(name, path, **query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


def make_app(site: Site) -> FastAPI:
    calls = api.router(site.reporting, load_district(SHIPPED))
    more = [rebuild_api.router(site.reporting), proof_api.router(site.reporting)]
    app = create_app("Uji", routers=[calls, *more])
    app.state.access = site.access
    return app


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    made.tell(HISTORY)
    yield made
    made.reporting.close()
    made.stream.close()
    made.access.close()


def test_every_call_says_who_may_make_it(site: Site) -> None:
    assert undeclared_routes(site.app) == []


def test_the_list_says_where_each_complaint_stands(site: Site) -> None:
    items = site.items("dinas", "/reports/complaints")
    assert [(each["number"][-1], each["state"], each["closed"]) for each in items] == [
        ("4", None, None),
        ("3", "received", False),
        ("2", "graded", False),
        ("1", "evaluated", True),
    ]
    first = items[-1]
    assert first["categories"] == ["waiting_time", "attitude"]
    assert first["rules_version"] == 3
    assert first["published"] is True
    assert first["responded_at"] == hour(2).isoformat().replace("+00:00", "Z")


def test_one_sees_the_cases_of_ones_own_puskesmas_only(site: Site) -> None:
    assert {each["puskesmas"] for each in site.items("tim", "/reports/complaints")} == {"puring"}
    assert site.call("tim", "/reports/complaints", puskesmas="sadang").status_code == 403
    assert site.call("admin", "/reports/complaints").status_code == 403
    assert site.call(None, "/reports/complaints").status_code == 401


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"channel": "whatsapp"}, [2]),
        ({"unit": "farmasi"}, [2]),
        ({"category": "attitude"}, [1]),
        ({"state": "graded"}, [2]),
        ({"state": "open"}, [3, 2]),
        ({"state": "closed"}, [1]),
        ({"puskesmas": "sadang"}, [3]),
        # Days are those of Jakarta: hour 40 is the 3rd, 23.00 there; hour 50 the 4th.
        ({"from": "2026-11-03", "to": "2026-11-03", "state": "open"}, [3, 2]),
        ({"to": "2026-11-02"}, [1]),
        ({"from": "2026-11-04", "state": "open"}, []),
    ],
)
def test_the_list_is_filtered(site: Site, query: dict[str, str], expected: list[int]) -> None:
    items = site.items("dinas", "/reports/complaints", **query)
    assert [int(each["number"][-1]) for each in items] == expected


def test_the_list_pages_by_cursor(site: Site) -> None:
    for order in ("received", "deadline"):
        whole = [each["id"] for each in site.items("dinas", "/reports/complaints", order=order)]
        paged: list[str] = []
        cursor: dict[str, str] = {}
        for _page in whole:
            answer = site.call("dinas", "/reports/complaints", order=order, limit=1, **cursor)
            paged += [each["id"] for each in answer.json()["items"]]
            cursor = {"cursor": answer.json()["next"]}
        assert answer.json()["next"] is None
        assert paged == whole
    assert site.call("dinas", "/reports/complaints", cursor="x").status_code == 422


def test_what_is_due_first_comes_first(site: Site) -> None:
    items = site.items("dinas", "/reports/complaints", order="deadline")
    assert [int(each["number"][-1]) for each in items][:1] == [2]


def test_the_past_is_as_it_was(site: Site) -> None:
    then = hour(1.5).isoformat()
    (only,) = site.items("dinas", "/reports/complaints", as_of=then)
    assert (only["state"], only["published"], only["overdue"]) == ("graded", False, False)
    assert (
        site.items("dinas", "/reports/complaints", as_of=hour(25).isoformat(), state="open") == []
    )


def test_an_instant_that_is_none_is_refused_by_its_field(site: Site) -> None:
    answer = site.call("dinas", "/reports/complaints", as_of="kemarin")
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["as_of"]


def test_the_totals_add_up(site: Site) -> None:
    (row,) = site.items("dinas", "/reports/totals", **{"from": "2026-11-03", "to": "2026-11-03"})
    assert row == {
        "part": None,
        "brought_forward": 0,
        "received": 2,
        "brought_back": 0,
        "closed": 0,
        "carried_forward": 2,
        "praise": 0,
    }
    rows = site.items("dinas", "/reports/totals", by="category")
    assert [(row["part"], row["received"], row["closed"]) for row in rows] == [
        ("attitude", 1, 1),
        ("waiting_time", 3, 1),
        (None, 0, 0),
    ]
    assert rows[-1]["praise"] == 1


def test_the_dashboard_counts(site: Site) -> None:
    board = site.call("dinas", "/reports/dashboard", as_of=hour(60).isoformat()).json()
    assert (board["received"], board["praise"], board["open"], board["overdue"]) == (3, 1, 2, 1)
    assert (board["responded_on_time"], board["response_judged"]) == (1, 2)
    assert board["states"] == [
        {"part": "graded", "cases": 1},
        {"part": "received", "cases": 1},
    ]
    assert [each["part"] for each in board["puskesmas"]] == ["puring", "sadang"]


def test_the_audit_shows_the_events_behind_a_complaint(site: Site) -> None:
    answer = site.call("auditor", f"/audit/complaints/{subject(1)}").json()
    assert [each["type"].split(".")[1] for each in answer["items"]] == [
        "ComplaintReceived",
        "CaseOpened",
        "CaseGraded",
        "ImmediateAnswerGiven",
        "ResolutionDocumented",
        "PublicationDrafted",
        "EvaluationRecorded",
        "ResolutionPublished",
    ]
    assert answer["rules_version"] == 3
    assert len({each["hash"] for each in answer["items"]}) == 8
    assert site.call("auditor", f"/audit/complaints/{subject(99)}").status_code == 404


def test_a_replay_gives_the_state_after_each_step(site: Site) -> None:
    steps = site.items("tim", "/replay/PRG-2026-A-000001")
    assert [each["state"] for each in steps] == [
        "received",
        "received",
        "graded",
        "answered",
        "documented",
        "documented",
        "evaluated",
        "evaluated",
    ]
    assert site.call("tim", f"/replay/{subject(3)}").status_code == 403


def test_a_receipt_says_how_far_it_is_and_nothing_else(site: Site) -> None:
    answer = site.call(None, "/receipts/status", body={"receipt": CODE.lower().replace("-", " ")})
    found = answer.json()
    assert (found["number"], found["state"]) == ("PRG-2026-A-000001", "evaluated")
    assert [each["answer"] for each in found["answers"]] == ["Antrean kini bernomor."]
    assert [each["step"] for each in found["steps"]][:2] == ["ComplaintReceived", "CaseGraded"]
    assert not {"channel", "service_unit", "categories"} & found.keys()
    wrong = site.call(None, "/receipts/status", body={"receipt": "AAAA-BBBB-CCCC"})
    assert wrong.status_code == 404


def test_the_board_shows_what_is_published(site: Site) -> None:
    (item,) = site.call(None, "/puskesmas/puring/board").json()["items"]
    assert item["text"] == "Antrean kini bernomor."
    assert item["service_unit"] == "kia-kb"
    assert site.call(None, "/puskesmas/puring/board", medium="clinic_tv").json()["items"] == []


def test_a_report_waits_for_the_position_of_a_command(site: Site) -> None:
    assert site.call("dinas", "/reports/complaints", after="/node-a/intake:1").status_code == 200
    late = site.call("dinas", "/reports/complaints", after="/node-a/intake:999")
    assert (late.status_code, late.headers["retry-after"]) == (503, "1")
    assert site.call("dinas", "/reports/complaints", after="nonsense").status_code == 422


def test_the_log_copy_is_listed_whole_and_page_by_page(site: Site) -> None:
    whole = site.items("auditor", "/events")
    assert len(whole) == len(HISTORY)
    first = site.call("auditor", "/events", limit=5).json()
    rest = site.items("auditor", "/events", since=first["next"])
    assert [each["position"] for each in first["items"] + rest] == [
        each["position"] for each in whole
    ]


def test_operations_and_verify_say_that_all_is_well(site: Site) -> None:
    operations = site.call("admin", "/operations").json()
    assert (operations["lag"], operations["late"], operations["forks"]) == (0, [], [])
    verified = site.call("auditor", "/verify").json()
    assert verified["whole"] is True
    assert sum(each["events"] for each in verified["sources"]) == len(HISTORY)


def test_checkpoints_that_are_none_or_of_others_are_refused_with_the_line(site: Site) -> None:
    note = Signer.of("dinas", bytes(32)).sign((Top("/dinas/intake", 1, bytes(32)),), hour(1)).text
    for given, said in ((note[:-9], "Baris 7"), ("", "Baris 1"), (note, "dinas")):
        answer = site.call("auditor", "/verify", body={"checkpoints": given})
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["field"] == "checkpoints" and said in error["message"]


def test_a_history_is_held_to_a_checkpoint_that_was_kept(site: Site) -> None:
    sent = [each.message for each in deliveries(HISTORY) if each.message.source == RESOLUTION]
    for leaves, findings in ((sent[:3], 0), (sent[1:4], 1)):
        top = Top(RESOLUTION, 3, root_of([leaf_of(each) for each in leaves]))
        note = Signer.of("node-a", bytes(32)).sign((top,), hour(1)).text
        found = site.call("auditor", "/verify", body={"checkpoints": note}).json()
        assert (found["whole"], len(found["findings"])) == (not findings, findings), found
        assert found["given"] == 1
    assert site.call("auditor", "/checkpoints").text == ""


def test_a_rebuild_tells_how_far_it_is(site: Site) -> None:
    answer = site.call("admin", "/rebuild", body={"check": True})
    lines = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert lines[-2]["progress"]["done"] == len(HISTORY)
    assert lines[-1]["outcome"]["differences"] == []
    assert site.call("tim", "/rebuild", body={}).status_code == 403


def test_a_figure_of_the_days_work_counts_just_its_list(site: Site) -> None:
    """What is joined for the figures says the same as the condition of each list."""
    for scope in (None, frozenset({"puring"}), frozenset({"sadang"})):
        figures = site.reporting.work(Filters(scope), list(FIGURES))
        for name, figure in figures.items():
            listed = site.reporting.complaints(Filters(scope, state=name), When()).items
            assert figure["count"] == len(listed), (scope, name)
    everywhere = site.reporting.work(Filters(None), list(FIGURES))
    assert everywhere["open"]["count"] == 2 and everywhere["open"]["median"] == 1
    assert everywhere["inform"]["count"] == 1 and everywhere["overdue"]["count"] == 1
    bound = Filters(None, reach=(Reach(None, frozenset({"farmasi"})),))
    assert site.reporting.work(bound, ["open"])["open"]["count"] == 1
