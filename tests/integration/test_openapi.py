"""Every call does what /api/v1/openapi.json says, for everybody, whatever is sent."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from services.kernel.access.principal import Grant
from services.kernel.access.store import AccessStore
from services.kernel.clock import system_clock
from services.main.demo import PASSWORD
from tests.asked_well import (
    CASE,
    GRADED,
    STEPS,
    Things,
    announced,
    beside,
    erased,
    kept_of,
    later,
    meetings,
    surveyed,
    told,
    walk,
    webhooks,
)
from tests.asker import BASE, NOBODY, USERS, Asker
from tests.running import RunningNode

pytestmark = pytest.mark.timeout(900)
"""Hundreds of calls each."""
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
