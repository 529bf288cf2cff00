"""Every call does what /api/v1/openapi.json says, for everybody, whatever is sent."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.clock import system_clock
from services.kernel.proof import Signer, Top
from services.main.demo import PASSWORD
from tests.running import RunningNode, day_in_jakarta
from tests.waiting import looks

pytestmark = pytest.mark.timeout(900)
"""Hundreds of calls each."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BASE = "/api/v1"
SOON = str(system_clock().date() + timedelta(days=30))
NOBODY = "nobody"
USERS = {
    "officer": "rini",
    "complaint_team": "sari",
    "quality_lead": "bayu",
    "head": "kukuh",
    "publisher": "dewi",
    "coordinator": "koko",
    "district": "wulan",
    "auditor": "agus",
    "admin": "admin",
}
# Cases for each call and role: with ids of what there is (well made, badly made), and with any.
REAL, WRONG, ANY = 3, 2, 1
# These cost a second each (all facts made anew; passwords hashed; the caller's own session ended).
COSTLY = {"POST /rebuild": 1, "POST /session": 1, "DELETE /session": 0}
# No event of this node waits to be tried again; test_operations.py makes such a queue. Nor has it
# signed a checkpoint yet, under which an event would lie; test_verify.py has one. Nor does
# anything fall due here of which somebody is reminded; test_reminders.py reads a digest.
ELSEWHERE = {
    "GET /digests/{slot}",
    *("POST /operations/queues/{subject}/replay", "GET /proofs/inclusion", "POST /receipts/proof"),
    # There are none without a peer that carries them: tests/integration/test_messages.py.
    *("POST /publications/{id}/messages", "POST /publications/{id}/messages/{message}/decision"),
    # Nobody writes by themselves here: tests/integration/test_incoming.py.
    "POST /puskesmas/{code}/incoming/confirmation",
    "POST /puskesmas/{code}/incoming/dismissal",
    # Nor does e-mail go out here: tests/integration/test_reminder_letters.py.
    *("PUT /reminder-letters", "POST /reminder-letters/code"),
}
ENOUGH = 200
ANSWERS_SECONDS = 120
GRADED = 3


@dataclass
class Asker:
    """Asks one call after another, and keeps what was answered and what was not as documented."""

    address: str
    schema: Any
    sessions: dict[str, requests.Session]
    answered: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def ask(self, role: str, case: Any) -> Any:
        """Send a case; its answer is held against the document."""
        response = case.call(
            base_url=self.address, session=self.sessions[role], timeout=ANSWERS_SECONDS
        )
        label = case.operation.label.replace(BASE, "")
        self.answered.setdefault(role, Counter())[f"{label} {response.status_code}"] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as found:
            said = str(getattr(found, "exceptions", [found])[0])
            self.wrong.setdefault(role, []).append(f"{label} {response.status_code}: {said}")
        return response

    def well(self, role: str, label: str, body: Any = None, **path: Any) -> Any:
        """Send what must be answered well; give the answer."""
        method, _space, template = label.partition(" ")
        case = self.schema[BASE + template][method].Case(
            query=path.pop("query", None),
            media_type=path.pop("media_type", None if body is None else "application/json"),
            path_parameters=path or None,
            body=NOT_SET if body is None else body,
        )
        response = self.ask(role, case)
        assert 200 <= response.status_code < 300, (label, response.text)
        said = response.headers["content-type"][0] if response.content else ""
        if said == "application/json":
            return response.json()
        # A file is bytes, of which nothing is asked here.
        return response.text if said.startswith("text/") or "json" in said else response.content


@dataclass
class Things:
    """What there is to ask about."""

    complaints: list[str] = field(default_factory=list)
    publications: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    positions: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    surveys: list[str] = field(default_factory=list)
    meetings: list[str] = field(default_factory=list)
    webhooks: list[str] = field(default_factory=list)

    def path(self, template: str) -> dict[str, list[Any]]:
        """Return what may stand in each place of a path."""
        ids = self.publications if "/publications/" in template else self.complaints
        ids = self.surveys if "/surveys/" in template else ids
        if "/meetings/" in template:
            ids = self.meetings
        if "/webhooks/" in template:
            ids = self.webhooks
        found: dict[str, list[Any]] = {}
        if "{id}" in template:
            found["id"] = ids
        if "{message}" in template:
            found["message"] = self.complaints
        if "{other}" in template:
            found["other"] = ids
        if "{attachment}" in template:
            found["attachment"] = self.attachments
        if "{code}" in template:
            found["code"] = ["puring", "lamaru", "sempor-1"]
        if "{number}" in template:
            found["number"] = [*self.numbers, *self.complaints]
        if "{month}" in template:
            found["month"] = ["2025-12", "2030-01", "bulan"]
        if "{n}" in template:
            found["n"] = [1, 2]
        if "{place}" in template:
            found["place"] = [1, 2]
        return found


PDF = b"%PDF-1.7\n%%EOF\n"
CASE, PUBLICATION = "POST /cases/{id}", "POST /publications/{id}"
ANNOUNCED = 5
"""Steps of a case after which it has a plan."""
STEPS: list[tuple[str, str, Any]] = [
    ("complaint_team", f"{CASE}/team-call", {"who": ["Sari"], "how": "telepon"}),
    ("complaint_team", f"{CASE}/grade", {"grade": "yellow", "reason": "Lama."}),
    ("complaint_team", f"{CASE}/meeting-with-complainant", {"who": ["Sari"]}),
    ("complaint_team", f"{CASE}/analysis", {"root_cause": "Satu loket.", "finding": "upheld"}),
    (
        "complaint_team",
        f"{CASE}/plan",
        {"actions": [{"action": "Loket", "person_responsible": "KTU", "due_on": SOON}]},
    ),
    ("complaint_team", f"{CASE}/actions/{{n}}", {"done_on": "", "note": "Dibuka."}),
    ("complaint_team", f"{CASE}/documentation", {"summary": "Loket kedua dibuka."}),
    ("publisher", f"{PUBLICATION}/draft", {"text": "Loket kedua dibuka."}),
    ("head", f"{PUBLICATION}/return", {"reason": "Sebut unitnya."}),
    ("publisher", f"{PUBLICATION}/draft", {"text": "Loket kedua pendaftaran dibuka."}),
    ("head", f"{PUBLICATION}/approval", {"text": "Loket kedua dibuka."}),
    ("publisher", f"{PUBLICATION}/release", {}),
    ("publisher", f"{PUBLICATION}/informed", {"channel": "in_person"}),
    ("publisher", f"{PUBLICATION}/withdrawal", {"reason": "Salah foto."}),
    ("quality_lead", f"{CASE}/evaluation", {"effective": True}),
]


def walk(node: RunningNode, asker: Asker, things: Things, steps: int) -> None:
    """Write a complaint down and take it `steps` steps on."""
    body = {"channel": "in_person", "text": "Antre lama.", "complainant": {"name": "Siti"}}
    label = "POST /puskesmas/{code}/complaints"
    given = asker.well("officer", label, body, code="puring")
    id = given["id"]
    case = node.until("sari", f"/cases/{id}", lambda found: True)
    things.complaints.append(id)
    things.numbers.append(given["number"])
    things.receipts.append(given["receipt"])
    things.positions.append(given["position"])
    publication = ""
    for role, label, body in STEPS[:steps]:
        path: dict[str, Any] = {"id": id}
        if "/actions/" in label:
            path["n"], body = 1, body | {"done_on": day_in_jakarta(case["received_at"])}
        if label.startswith(PUBLICATION):
            if not publication:
                found = node.until("kukuh", "/publications", lambda it: it["items"], complaint=id)
                publication = found["items"][0]["id"]
                things.publications.append(publication)
            path["id"] = publication
        things.positions.append(asker.well(role, label, body, **path)["position"])
    node.settle(things.positions[-1])


@pytest.fixture(scope="module")
def asker(node: RunningNode) -> Iterator[Asker]:
    """Asks a node in which each step of a case has just been taken by one."""
    access = AccessStore(node.data / "access.sqlite", system_clock)
    access.add_account("koko", PASSWORD, [Grant("coordinator", frozenset({"puring", "lamaru"}))])
    access.close()
    sessions = {NOBODY: requests.Session()}
    for role, user in USERS.items():
        sessions[role] = requests.Session()
        sessions[role].headers["Authorization"] = f"Bearer {node.token(user)}"
    for session in sessions.values():
        session.trust_env = False
    document = requests.get(f"{node.address}{BASE}/openapi.json", timeout=120).json()
    yield Asker(node.address, schemathesis.openapi.from_dict(document), sessions)
    for session in sessions.values():
        session.close()


@pytest.fixture(scope="module")
def things(node: RunningNode, asker: Asker) -> Things:
    """Cases that stand at every step."""
    found = Things()
    webhooks(asker, found)
    for steps in (0, *range(len(STEPS) - 2), len(STEPS)):
        walk(node, asker, found, steps)
    direct, label = found.complaints[GRADED], f"{CASE}/immediate-answer"
    asker.well("complaint_team", label, {"answer": "Loket kedua dibuka."}, id=direct)
    return found


def of_one(asker: Asker, things: Things, at: str, one: str, other: str, **path: str) -> None:
    """What is read of one complaint, and done to it; the other is withdrawn."""
    here = {"id": one, **path}
    asker.well("officer", f"GET {at}", **here)
    unit = "loket" if path else "farmasi"
    fixed = {"reason": "Salah unit.", "service_unit": unit}
    asker.well("officer", f"POST {at}/corrections", fixed, **here)
    for method in ("PUT", "DELETE"):
        label = f"{method} {at}/duplicate-of/{{other}}"
        asker.well("complaint_team", label, **here, other=other)
    reason = {"reason": "Sudah beres."}
    asker.well("officer", f"POST {at}/withdrawal", reason, **{**here, "id": other})
    file, form = {"file": PDF}, "multipart/form-data"
    added = asker.well("officer", f"POST {at}/attachments", file, **here, media_type=form)
    things.attachments.append(added["attachment"])
    asker.well("head", f"POST {at}/opening-reason", {"reason": "report"}, **here)
    asker.well(
        "head", f"GET {at}/attachments/{{attachment}}", **here, attachment=added["attachment"]
    )


def announced(node: RunningNode, asker: Asker, things: Things) -> None:
    """Announce what a plan will change: set a time, call it off, release it and prove that."""
    walk(node, asker, things, ANNOUNCED)
    words = {"complaint": things.complaints[-1], "text": "Loket kedua dibuka bulan depan."}
    for _look in looks():  # until the plan has come to publication
        answer = node.as_("dewi").post("/publications", json=words)
        if answer.status_code != 404:
            break
    asker.answered["publisher"]["POST /publications 201"] += 1
    id = {"id": answer.raise_for_status().json()["id"]}
    things.publications.append(id["id"])
    asker.well("head", f"{PUBLICATION}/approval", {"text": words["text"]}, **id)
    due = {"release_at": f"{SOON}T01:00:00Z"}
    asker.well("publisher", f"{PUBLICATION}/schedule", due, **id)
    asker.well("publisher", f"{PUBLICATION}/cancellation", {}, **id)
    asker.well("publisher", f"{PUBLICATION}/release", {}, **id)
    proof = {"medium": "social_media", "link": "https://contoh.id/p/1"}
    form = "multipart/form-data"
    asker.well("complaint_team", f"{PUBLICATION}/evidence", proof, **id, media_type=form)


def later(asker: Asker, things: Things) -> None:
    """What is done later to complaints that stand at the beginning."""
    one, other = things.complaints[:2]
    receipt = {"receipt": things.receipts[0]}
    label, body = "POST /puskesmas/{code}/complaints", {"channel": "in_person", "text": "Antre."}
    another = asker.well("officer", label, body, code="puring")["id"]
    of_one(asker, things, "/complaints/{id}", one, other)
    of_one(asker, things, "/puskesmas/{code}/complaints/{id}", one, another, code="puring")
    box = {"opened_at": "2026-01-02T08:00:00+07:00", "officers": ["Sari"], "slips": [{"text": "a"}]}
    asker.well("officer", "POST /puskesmas/{code}/box-openings", box, code="puring")
    visits = {"visits": 900, "units": [{"unit": "loket", "visits": 850}]}
    at = {"code": "puring", "month": "2026-01"}
    asker.well("officer", "PUT /puskesmas/{code}/visits/{month}", visits, **at)
    for label, more in (
        ("rating", {"rating": 3, "remark": "Cepat."}),
        ("reopen-request", {"reason": "Masih lama."}),
        ("withdrawal", {}),
    ):
        asker.well(NOBODY, f"POST /receipts/{label}", receipt | more)


TERMS = {
    "period": "2026-Q4",
    "opens_on": "2026-11-02",
    "closes_on": "2026-11-30",
    "agenda": "Sebar tautan.",
    "target": "Pengguna loket.",
    "units": ["loket"],
    "ways": ["link"],
    "population": 400,
}
SURVEY: list[tuple[str, str, Any]] = [
    ("head", "return", {"remarks": "Tambah unit."}),
    ("complaint_team", "proposal", TERMS),
    ("head", "approval", {}),
    ("complaint_team", "coordination", {"units": ["loket"], "who": ["Sari"]}),
    ("complaint_team", "opening", {}),
    ("officer", "answers", {"answers": [{"scores": {"time": 4}}]}),
    ("complaint_team", "closing", {}),
    (
        "publisher",
        "publication",
        {"media": ["clinic_tv"], "analysis": "Baik.", "follow_up": "Diteruskan."},
    ),
]

WHOLE = ("requirements", "procedure", "time", "cost", "product", "competence", "behaviour")
MEANS = dict.fromkeys((*WHOLE, "complaint_handling", "facilities"), "3.25")
COMES_TO_A_TABLE = ("approval", "coordination", "opening")


def surveyed(asker: Asker, things: Things) -> None:
    """Two surveys, one by its own address and one below its Puskesmas; a third waits."""
    for within in ({}, {"code": "puring"}, None):
        given = asker.well("complaint_team", "POST /puskesmas/{code}/surveys", TERMS, code="puring")
        things.surveys.append(given["id"])
        if within is None:
            continue
        at = "/puskesmas/{code}/surveys/{id}" if within else "/surveys/{id}"
        here = {"id": given["id"], **within}
        scores = dict.fromkeys(MEANS, 4)
        for role, step, body in SURVEY:
            sent = {"answers": [{"scores": scores}]} if step == "answers" else body
            asker.well(role, f"POST {at}/{step}", sent, **here)
        asker.well("head", f"GET {at}/result", **here)
        tabulated(asker, things, at, within)


def tabulated(asker: Asker, things: Things, at: str, within: dict[str, str]) -> None:
    """A survey of which there is only a table."""
    given = asker.well("complaint_team", "POST /puskesmas/{code}/surveys", TERMS, code="puring")
    here = {"id": given["id"], **within}
    for role, step, body in (each for each in SURVEY if each[1] in COMES_TO_A_TABLE):
        asker.well(role, f"POST {at}/{step}", body, **here)
    table = {"source": "skm.go.id", "units": [{"respondents": 9, "means": MEANS}]}
    asker.well("officer", f"POST {at}/table", table, **here)
    asker.well("head", f"GET {at}/result", **here)
    things.surveys.append(given["id"])


MEETING = {"kind": "linsek", "starts_at": f"{SOON}T09:00:00+07:00", "venue": "Aula"}
MINUTES = {"attendance": [{"name": "Sari"}], "minutes": "Dibahas."}


def meetings(asker: Asker, things: Things, closed: str) -> None:
    """Meetings that are called, changed, cancelled and held, with what comes of them."""
    at = "/meetings/{id}"
    for label, body in (("plan", MEETING), ("cancellation", {"reason": "Banjir."})):
        id = asker.well("quality_lead", CALL_MEETING, MEETING, code="puring")["id"]
        asker.well("quality_lead", f"POST {at}/{label}", body, id=id)
        things.meetings.append(id)
    now = datetime.now(UTC).isoformat()
    who = {"person_responsible": "KTU", "due_on": SOON, "decision": "Loket kedua."}
    held = {"held_at": now, "chair": "dr. Kukuh", "note_taker": "Sari", "decisions": [who]}
    asker.well("quality_lead", f"POST {at}/holding", {**held, **MINUTES}, id=things.meetings[0])
    path = {"id": things.meetings[0]}
    asker.well("quality_lead", f"POST {at}/minutes", {**MINUTES, "reason": "Salah."}, **path)
    today = day_in_jakarta(now)
    told = {"done_on": today, "note": "Dibuka."}
    asker.well("complaint_team", f"POST {at}/decisions/{{n}}", told, n=1, **path)
    asker.well("complaint_team", f"POST {at}/forum-answers", {"complaints": [closed]}, **path)
    asker.well("officer", f"GET {at}", **path)
    for which in ("upcoming", "past"):
        listed = {"query": {"which": which}, "code": "puring"}
        asker.well("district", "GET /puskesmas/{code}/meetings", **listed)


CALL_MEETING = "POST /puskesmas/{code}/meetings"


def erased(asker: Asker) -> None:
    """A person is held back from erasure, erased, and that is called back."""
    label, body = "POST /puskesmas/{code}/complaints", {"channel": "in_person", "text": "Antre."}
    for at, more in (("/persons/{id}", {}), ("/puskesmas/{code}/persons/{id}", {"code": "puring"})):
        given = asker.well("officer", label, body, code="puring")
        here = {"id": given["id"], **more}
        held = {"reason": "legal_case", "until": SOON}
        asker.well("head", f"POST {at}/legal-hold", held, **here)
        asker.well("head", f"DELETE {at}/legal-hold", **here)
        asked = {"reason": "subject_request", "ends_open_cases": True}
        asker.well("complaint_team", f"POST {at}/erasure", asked, **here)
        asker.well("complaint_team", f"POST {at}/erasure/recall", **here)
        asker.well("auditor", f"GET {at}", **here)
        asker.well("auditor", "GET /persons", query={"number": given["number"]})


WEBHOOK = {"name": "Dasbor", "address": "https://contoh.invalid/terima"}


def webhooks(asker: Asker, things: Things) -> None:
    """A webhook whose receiver is not there: registered before anything else is told."""
    id = asker.well("admin", "POST /webhooks", WEBHOOK)["id"]
    things.webhooks.append(id)
    asker.well("district", "GET /webhooks")
    asker.well("admin", "PUT /webhooks/{id}", WEBHOOK | {"events": ["CaseGraded"]}, id=id)
    for step in ("rotation", "off", "on"):
        asker.well("admin", f"POST /webhooks/{{id}}/{step}", id=id)


def told(node: RunningNode, asker: Asker, things: Things) -> None:
    """What waits for it is sent again by hand, and another one is removed."""
    (id,) = things.webhooks
    asker.well("district", "GET /webhooks/{id}", id=id)
    node.until("admin", f"/webhooks/{id}/deliveries", lambda found: found["items"])
    log = asker.well("admin", "GET /webhooks/{id}/deliveries", id=id)
    place = {"id": id, "place": log["items"][0]["place"]}
    asker.well("admin", "POST /webhooks/{id}/deliveries/{place}/redelivery", **place)
    other = asker.well("admin", "POST /webhooks", WEBHOOK)["id"]
    asker.well("admin", "DELETE /webhooks/{id}", id=other)


BESIDE: list[tuple[str, str, Any]] = [
    ("complaint_team", "team-call/acknowledgement", {"who": "Sari"}),
    ("complaint_team", "assignment", {"assignee": "Sari", "unit": "loket"}),
    ("head", "comments", {"comment": "Tolong dipercepat."}),
    ("complaint_team", "pause", {"reason": "Menunggu nomor rekam medis."}),
    ("complaint_team", "resumption", {"note": "Sudah dikirim."}),
    ("complaint_team", "escalation", {"reason": "Perlu keputusan dinas."}),
    ("district", "escalation/answer", {"decision": "Tambah satu petugas."}),
    ("head", "referral", {"referred_to": "RSUD", "reason": "Rujukan.", "told_by": "phone"}),
]


def beside(asker: Asker, things: Things, closed: str) -> None:
    """What happens beside the path of a case that stands at its beginning, and to a closed one."""
    for role, name, body in BESIDE:
        asker.well(role, f"{CASE}/{name}", body, id=things.complaints[2])
    asker.well("quality_lead", f"{CASE}/reopening", {"reason": "Datang lagi."}, id=closed)
    asker.well("head", "GET /digests")
    asker.well("head", "PUT /digests/seen", {"until": datetime.now(UTC).isoformat()})
    asker.well("head", "GET /reminder-letters")
    asker.well("head", "DELETE /reminder-letters")


def kept_of(first: dict[str, Any]) -> str:
    """A checkpoint of a log as it was with its first event."""
    assert first["id"] == 1
    top = Top(first["source"], 1, bytes.fromhex(first["hash"]))
    return Signer.of("kept", bytes(32)).sign((top,), system_clock()).text


def test_every_call_answers_well_what_is_well_asked(
    node: RunningNode, asker: Asker, things: Things
) -> None:
    """The steps have been taken; what is left is read, written or asked here."""
    case, number, after = things.complaints[-1], things.numbers[-1], {"after": things.positions[-1]}
    bundle = {"from": "2026-01-01", "to": "2026-01-31"}
    day = {"day": "2030-01-01", "working": False, "why": "Banjir"}
    asker.well("district", "POST /puskesmas/{code}/calendar", day, code="puring")
    for role, label, path in (
        ("officer", "GET /cases/{id}", {"id": case}),
        ("head", "GET /publications", {"query": {"complaint": case}}),
        ("complaint_team", "GET /publications/{id}/messages", {"id": things.publications[-1]}),
        ("officer", "GET /puskesmas/{code}/incoming", {"code": "puring"}),
        ("district", "GET /reports/complaints", {"query": {"limit": 3, **after}}),
        ("district", "GET /reports/totals", {"query": {"by": "unit", **after}}),
        ("district", "GET /reports/dashboard", {"query": {"puskesmas": "puring"}}),
        ("district", "GET /reports/recap", {"query": {"puskesmas": "puring", **after}}),
        ("district", "GET /reports/agenda", {"query": {"puskesmas": "puring", **after}}),
        ("district", "GET /reports/recaps", {"query": {"month": "2026-01"}}),
        ("head", "GET /puskesmas/{code}/accreditation", {"code": "puring", "query": bundle}),
        (
            "auditor",
            "GET /puskesmas/{code}/accreditation/bundle",
            {"code": "puring", "query": bundle},
        ),
        ("district", "GET /reports/recap/rollup", {"query": {"period": "2026-Q1"}}),
        ("district", "GET /exports/recap.csv", {"query": {"puskesmas": "puring"}}),
        ("head", "GET /exports/recap.xlsx", {"query": {"puskesmas": "puring"}}),
        ("district", "GET /exports/recap-rollup.csv", {"query": {"period": "2026"}}),
        ("district", "GET /exports/recap-rollup.xlsx", {"query": {"period": "2026-S1"}}),
        ("district", "GET /reports/rules", {}),
        ("district", "GET /reports/rules/diff", {"query": {"a": 1, "b": 1}}),
        ("auditor", "GET /audit/complaints/{id}", {"id": case}),
        ("district", "GET /reports/figures", {}),
        ("auditor", "GET /audit/figures/{figure}", {"figure": "received"}),
        ("auditor", "GET /events", {"query": {"complaint": number}}),
        ("auditor", "GET /events", {"query": {"limit": 5}}),
        ("officer", "GET /replay/{number}", {"number": number}),
        ("head", "GET /exports/cases/{number}", {"number": number}),
        ("district", "GET /exports/complaints.csv", {"query": {"puskesmas": "puring", **after}}),
        ("head", "GET /exports/complaints.xlsx", {"query": {"puskesmas": "puring"}}),
        ("auditor", "GET /exports/open-data.csv", {"query": {"from": "2026-01-01"}}),
        ("district", "GET /exports/open-data.xlsx", {"query": {"channel": "phone"}}),
        ("auditor", "GET /exports/log.tar", {"query": {"puskesmas": "puring"}}),
        (NOBODY, "GET /puskesmas/{code}/board", {"code": "puring"}),
        ("admin", "GET /operations", {}),
        ("auditor", "GET /verify", {}),
        ("auditor", "GET /checkpoints", {"query": {"limit": 5}}),
    ):
        asker.well(role, label, **path)
    asker.well(NOBODY, "POST /receipts/status", {"receipt": things.receipts[-1]})
    given_in = {"username": "rini", "password": PASSWORD}
    asker.well(NOBODY, "POST /session", given_in)
    closing = "POST /puskesmas/{code}/recaps/{month}/closing"
    month = {"code": "puring", "month": "2026-01"}
    asker.well("complaint_team", closing, **month)
    asker.well("head", "POST /puskesmas/{code}/recaps/{month}/acknowledgement", {}, **month)
    late = {"channel": "meeting", "text": "Antre.", "received_at": "2026-01-15T09:00:00+07:00"}
    came = asker.well("officer", "POST /puskesmas/{code}/complaints", late, code="puring")
    node.settle(came["position"])
    known = {"puskesmas": "puring", "month": "2026-01", "after": came["position"]}
    asker.well("district", "GET /reports/recap", query=known)
    reason = {"reason": "late_entry"}
    asker.well(
        "complaint_team", "POST /puskesmas/{code}/recaps/{month}/corrections", reason, **month
    )
    written = {"effectiveness": "effective", "meeting_note": "Jadwal ditempel."}
    asker.well("quality_lead", "POST /puskesmas/{code}/recaps/{month}/completion", written, **month)
    first = asker.well("auditor", "GET /events", query={"limit": 1})["items"][0]
    asker.well("auditor", "POST /verify", {"checkpoints": kept_of(first)})
    of_one = {"source": first["source"], "earlier": 1, "size": 1}
    asker.well("auditor", "GET /proofs/consistency", query=of_one)
    asker.well("admin", "POST /rebuild/stop")
    lines = asker.well("admin", "POST /rebuild", {"check": True})
    assert "outcome" in json.loads(lines.splitlines()[-1])
    file = {"file": b"channel,text\nin_person,Antre lama\nphone,\n"}
    label = "POST /puskesmas/{code}/imports"
    taken = asker.well("officer", label, file, code="puring", media_type="multipart/form-data")
    assert (taken["accepted"], len(taken["rejected"])) == (1, 1)
    path = {"code": "puring", "id": taken["import"]}
    asker.well("officer", "GET /puskesmas/{code}/imports/{id}", **path)
    asker.well("officer", "POST /puskesmas/{code}/imports/{id}/stop", **path)
    announced(node, asker, things)
    later(asker, things)
    told(node, asker, things)
    meetings(asker, things, things.complaints[-2])
    beside(asker, things, case)
    surveyed(asker, things)
    erased(asker)
    asker.sessions["gone"] = requests.Session()
    asker.sessions["gone"].headers["Authorization"] = f"Bearer {node.token('rini')}"
    asker.well("gone", "DELETE /session")
    assert asker.wrong == {}
    described = {each.ok().label.replace(BASE, "") for each in asker.schema.get_all_operations()}
    answered = {said.rpartition(" ")[0] for each in asker.answered.values() for said in each}
    assert described - answered == ELSEWHERE, (
        "ask these here, so that their answers are looked at too"
    )


def cases_of(operation: Any, things: Things) -> Iterator[tuple[int, st.SearchStrategy[Any]]]:
    """Yield how many cases of each sort a call is tried with, and what makes them."""
    label = operation.label.replace(BASE, "")
    most = COSTLY.get(label, REAL)
    fixed: dict[str, Any] = {}
    if label == "POST /receipts/status":
        fixed["body"] = st.sampled_from([{"receipt": each} for each in things.receipts])
    if label == "GET /publications":
        fixed["query"] = st.sampled_from([{"complaint": each} for each in things.complaints])
    path = things.path(operation.path)
    if path:
        places = {name: st.sampled_from(values) for name, values in path.items()}
        fixed["path_parameters"] = st.fixed_dictionaries(places)

    def about(mode: GenerationMode, parts: dict[str, Any]) -> st.SearchStrategy[Any]:
        chosen = st.fixed_dictionaries(parts)
        return chosen.flatmap(lambda chosen: operation.as_strategy(mode, **chosen))

    yield most, about(GenerationMode.POSITIVE, fixed)
    yield min(most, ANY), operation.as_strategy()
    # What may be wrong beside the path; a call with nothing in it cannot be asked wrongly.
    if operation.body or operation.query:
        kept = {name: value for name, value in fixed.items() if name == "path_parameters"}
        yield min(most, WRONG), about(GenerationMode.NEGATIVE, kept)
    elif path:
        yield min(most, WRONG), operation.as_strategy(GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def tried(asker: Asker, things: Things) -> list[Any]:
    """The cases that everybody sends. What makes them is costly, and would make the same for each
    role."""
    return [
        case
        for result in asker.schema.get_all_operations()
        for count, cases in cases_of(result.ok(), things)
        if count
        for case in drawn(cases, count)
    ]


def drawn(cases: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Make `count` cases, the same ones in every run."""
    found = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def each(case: Any) -> None:
        found.append(case)

    each()
    return found


@pytest.mark.parametrize("role", [*USERS, NOBODY])
def test_nothing_that_is_sent_gets_an_undocumented_answer(
    asker: Asker, tried: list[Any], role: str
) -> None:
    for case in tried:
        asker.ask(role, case)
    assert asker.answered[role].total() > ENOUGH
    assert asker.wrong.get(role, []) == []
