"""What every call is asked well, and by whom: the things that there are to ask about, and the steps
by which they come about."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.kernel.clock import system_clock
from services.kernel.proof import Signer, Top
from tests.asker import NOBODY, Asker
from tests.running import RunningNode, day_in_jakarta
from tests.waiting import looks

SOON = str(system_clock().date() + timedelta(days=30))
GRADED = 3


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
