"""Who may what, route by route, as the description of the roles has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from services.kernel.clock import system_clock
from services.main.demo import PASSWORD

OWN, OTHER = "puring", "lamaru"
SCOPED: Final = frozenset({"officer", "complaint_team", "quality_lead", "head", "publisher"})
EVERYWHERE: Final = frozenset({"district", "auditor", "admin"})
ALL: Final = SCOPED | {"coordinator"} | EVERYWHERE
NOBODY = "nobody"

# The description of the roles, right by right.
ANYBODY: Final = ALL | {NOBODY}
DESK: Final = frozenset({"officer", "complaint_team"})
TEAM: Final = frozenset({"complaint_team"})
CHAIR: Final = frozenset({"quality_lead"})
HEAD: Final = frozenset({"head"})
PUBLISHER: Final = frozenset({"publisher"})
TELLS: Final = TEAM | PUBLISHER
DISTRICT: Final = frozenset({"district"})
AUDIT: Final = frozenset({"auditor", "district"})
AUDITOR: Final = frozenset({"auditor"})
ADMIN: Final = frozenset({"admin"})
# Where things stand, without words: those who work on complaints; reports also the auditor.
READS: Final = ALL - {"auditor", "admin"}
REPORTS: Final = ALL - {"admin"}
PUBLICATIONS: Final = READS - {"officer"}
# What was said, of any complaint of the own place.
OPENS: Final = READS - {"officer", "district"}
# Who opened it: those who answer for it.
ANSWERS: Final = TEAM | CHAIR | HEAD | AUDIT
# Who lays the evidence for an accreditation on the table, and who examines it.
BUNDLES: Final = CHAIR | HEAD | frozenset({"auditor"})
# Who looks through all of it.
SEARCHES: Final = CHAIR | AUDIT
# What leaves as files, without words.
EXPORTS: Final = TEAM | CHAIR | HEAD | AUDIT
# A person is erased by who works with them and who answers for it; kept from it by who answers.
ERASES: Final = TEAM | HEAD | DISTRICT
HOLDS: Final = HEAD | DISTRICT
SEES_ERASURES: Final = TEAM | CHAIR | HEAD | AUDIT
# Who writes a survey's terms of reference, and who tells its result.
PROPOSES: Final = TEAM | CHAIR
# Whether all is well: who mends it, and the district, whose stream it is.
WATCHES: Final = ADMIN | DISTRICT


@dataclass(frozen=True)
class Row:
    """Who may call a route, and what is sent. `{complaint}` and the like stand for the things of
    the Puskesmas that is asked about; `placed` is false where a route belongs to none."""

    roles: frozenset[str]
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    placed: bool = True
    file: bool = False


TABLES: Final = {
    "call": [f"{name}.{kind}" for name in ("complaints", "open-data") for kind in ("csv", "xlsx")],
    "page": [f"{name}.{kind}" for name in ("keluhan", "data-terbuka") for kind in ("csv", "xlsx")],
}

SOON = str(system_clock().date() + timedelta(days=30))
WHO, SAID = ["Sari"], "Loket kedua dibuka."
PLAN = {"actions": [{"action": SAID, "person_responsible": "KTU", "due_on": SOON}]}
NOBODYS = "00000000-0000-4000-8000-000000000000"
GIVEN = {"channel": "in_person", "text": SAID}
WEBHOOK = {"name": SAID, "address": "https://192.0.2.1/"}
BOX = {"opened_at": "2026-01-02T08:00:00+07:00", "officers": WHO, "slips": []}
FILTER = {"puskesmas": "{code}"}
FOLLOWS = TEAM | CHAIR
STARTS = f"{SOON}T09:00:00+07:00"
MEETING = {"kind": "linsek", "starts_at": STARTS, "venue": "Aula"}
MINUTES = {"attendance": [{"name": "Sari"}], "minutes": SAID}
HELD = {**MINUTES, "chair": "dr. Kukuh", "note_taker": "Sari"}
MEETING_STEPS: Final[Mapping[str, tuple[frozenset[str], dict[str, Any]]]] = {
    "plan": (CHAIR, MEETING),
    "cancellation": (CHAIR, {"reason": SAID}),
    "holding": (CHAIR, HELD),
    "minutes": (CHAIR, {**MINUTES, "reason": SAID}),
    "decisions/{n}": (FOLLOWS, {"done_on": "2026-01-02", "note": SAID}),
    "forum-answers": (FOLLOWS, {"complaints": ["00000000-0000-0000-0000-000000000000"]}),
}
BUNDLE = {"from": "2026-01-01", "to": "2026-01-31"}
VERSIONS = {"a": "1", "b": "1"}
API, CASE, PUBLICATION = "/api/v1", "/api/v1/cases/{id}", "/api/v1/publications/{id}"
STEPS: dict[str, tuple[frozenset[str], dict[str, Any]]] = {
    "team-call": (TEAM, {"who": WHO, "how": "telepon"}),
    "meeting-with-complainant": (TEAM, {"who": WHO}),
    "grade": (TEAM, {"grade": "red"}),
    "immediate-answer": (TEAM, {"answer": SAID}),
    "analysis": (TEAM, {"root_cause": SAID, "finding": "upheld"}),
    "plan": (TEAM, PLAN),
    "actions/{n}": (TEAM, {"done_on": "2026-01-02", "note": SAID}),
    "documentation": (TEAM, {"summary": SAID}),
    "evaluation": (CHAIR, {"effective": True}),
    "team-call/acknowledgement": (TEAM, {"who": "Bu Yuli"}),
    "assignment": (TEAM, {"assignee": "Bu Yuli"}),
    "comments": (PUBLICATIONS, {"comment": SAID}),
    "pause": (TEAM, {"reason": SAID}),
    "resumption": (TEAM, {}),
    "escalation": (TEAM, {"reason": SAID}),
    "escalation/answer": (DISTRICT, {"decision": SAID}),
    "referral": (TEAM | HEAD, {"referred_to": "RSUD", "reason": SAID}),
    "reopening": (CHAIR | HEAD, {"reason": SAID}),
}
OF_ONE: dict[str, Row] = {
    "GET ": Row(READS),
    "POST /corrections": Row(DESK, {"reason": SAID, "barrier": "habit"}),
    "POST /withdrawal": Row(DESK, {}),
    "POST /attachments": Row(DESK, file=True),
    # The walker wrote it down, so that the officer may not open it.
    "GET /attachments/{attachment}": Row(OPENS),
    "POST /opening-reason": Row(OPENS, {"reason": "report"}),
    "PUT /duplicate-of/{other}": Row(TEAM),
    "DELETE /duplicate-of/{other}": Row(TEAM),
}
PERSON: dict[str, Row] = {
    "GET ": Row(SEES_ERASURES),
    # The case is under way, so that it is refused: to who may ask for it.
    "POST /erasure": Row(ERASES, {"reason": "subject_request"}),
    "POST /erasure/recall": Row(ERASES, {}),
    "POST /legal-hold": Row(HOLDS, {"reason": "legal_case", "until": SOON}),
    "DELETE /legal-hold": Row(HOLDS),
}
OUTGOING: dict[str, tuple[frozenset[str], dict[str, Any]]] = {
    "draft": (PUBLISHER, {"text": SAID}),
    "approval": (HEAD, {"text": SAID}),
    "return": (HEAD, {"reason": SAID}),
    "release": (PUBLISHER, {}),
    "schedule": (PUBLISHER, {"release_at": f"{SOON}T01:00:00Z"}),
    "cancellation": (PUBLISHER, {}),
    "withdrawal": (PUBLISHER, {"reason": SAID}),
    "informed": (TELLS, {"channel": "in_person"}),
}
TERMS = {
    "period": "2026-Q4",
    "opens_on": "2026-11-02",
    "closes_on": "2026-11-30",
    "agenda": SAID,
    "target": SAID,
    "units": ["loket"],
    "ways": ["link", "paper"],
    "population": 1000,
}
# By the call's name: who may, what is sent, and where its page is.
SURVEYING: dict[str, tuple[frozenset[str], dict[str, Any], str]] = {
    "proposal": (PROPOSES, TERMS, "kerangka"),
    "return": (HEAD, {"remarks": SAID}, "kembalikan"),
    "approval": (HEAD, {}, "setujui"),
    "coordination": (TEAM, {"units": ["loket"], "who": WHO}, "koordinasi"),
    "opening": (TEAM, {}, "buka"),
    "closing": (TEAM, {}, "tutup"),
    "publication": (
        TELLS,
        {"media": ["notice_board"], "analysis": SAID, "follow_up": SAID},
        "terbitkan",
    ),
}
SURVEY: dict[str, Row] = {
    **{f"POST /{step}": Row(who, body) for step, (who, body, _page) in SURVEYING.items()},
    "POST /answers": Row(DESK, {"answers": [{"scores": {"time": 4}}]}),
    "POST /table": Row(DESK, {"source": SAID, "units": [{"respondents": 1}]}),
    "GET /result": Row(READS),
}
MESSAGES: Final = TELLS | ADMIN
FREE = Row(ANYBODY, placed=False)
TABLE: dict[str, Row] = {
    # Calls
    f"GET {API}/openapi.json": FREE,
    f"HEAD {API}/openapi.json": FREE,
    f"POST {API}/session": Row(ANYBODY, {"username": "tuti", "password": PASSWORD}, placed=False),
    f"DELETE {API}/session": Row(ALL, placed=False),
    f"POST {API}/puskesmas/{{code}}/complaints": Row(DESK, GIVEN),
    f"POST {API}/puskesmas/{{code}}/imports": Row(DESK, file=True),
    f"GET {API}/puskesmas/{{code}}/imports/{{id}}": Row(DESK),
    f"POST {API}/puskesmas/{{code}}/imports/{{id}}/stop": Row(DESK),
    **{
        route.replace(" ", f" {API}{within}/complaints/{{id}}"): row
        for route, row in OF_ONE.items()
        for within in ("", "/puskesmas/{code}")
    },
    **{
        route.replace(" ", f" {API}{within}/persons/{{id}}"): row
        for route, row in PERSON.items()
        for within in ("", "/puskesmas/{code}")
    },
    f"POST {API}/puskesmas/{{code}}/surveys": Row(PROPOSES, TERMS),
    **{
        route.replace(" ", f" {API}{within}/surveys/{{id}}"): row
        for route, row in SURVEY.items()
        for within in ("", "/puskesmas/{code}")
    },
    f"GET {API}/persons": Row(SEES_ERASURES, query={"number": "{number}"}),
    f"POST {API}/puskesmas/{{code}}/box-openings": Row(DESK, BOX),
    f"PUT {API}/puskesmas/{{code}}/visits/{{month}}": Row(DESK, {"visits": 900}),
    f"GET {API}/puskesmas/{{code}}/incoming": Row(DESK),
    f"POST {API}/puskesmas/{{code}}/incoming/confirmation": Row(
        DESK, {"messages": [NOBODYS], "complaint": GIVEN}
    ),
    f"POST {API}/puskesmas/{{code}}/incoming/dismissal": Row(
        DESK, {"messages": [NOBODYS], "reason": "spam"}
    ),
    f"POST {API}/receipts/rating": Row(ANYBODY, {"receipt": "{receipt}", "rating": 4}),
    f"POST {API}/receipts/reopen-request": Row(ANYBODY, {"receipt": "{receipt}", "reason": SAID}),
    f"POST {API}/receipts/withdrawal": Row(ANYBODY, {"receipt": "{receipt}"}),
    f"GET {CASE}": Row(READS),
    f"POST {API}/puskesmas/{{code}}/calendar": Row(
        DISTRICT, {"day": "2030-01-01", "working": False, "why": "Banjir"}
    ),
    **{f"POST {CASE}/{step}": Row(*given) for step, given in STEPS.items()},
    f"POST {API}/puskesmas/{{code}}/meetings": Row(CHAIR, MEETING),
    f"GET {API}/puskesmas/{{code}}/meetings": Row(READS),
    f"GET {API}/meetings/{{id}}": Row(READS),
    f"GET {API}/digests": Row(READS, placed=False),
    f"GET {API}/digests/{{slot}}": Row(READS, placed=False),
    f"GET {API}/reminder-letters": Row(READS, placed=False),
    f"PUT {API}/reminder-letters": Row(READS, {}, placed=False),
    f"POST {API}/reminder-letters/code": Row(READS, {}, placed=False),
    f"DELETE {API}/reminder-letters": Row(READS, placed=False),
    f"PUT {API}/digests/seen": Row(READS, {"until": "2026-01-02T08:00:00+07:00"}, placed=False),
    **{f"POST {API}/meetings/{{id}}/{step}": Row(*given) for step, given in MEETING_STEPS.items()},
    f"GET {API}/publications": Row(PUBLICATIONS, query={"complaint": "{complaint}"}),
    # Which Puskesmas it is for, a plan says; the complaint here has none.
    f"POST {API}/publications": Row(
        PUBLISHER, {"complaint": "{complaint}", "text": SAID}, placed=False
    ),
    **{f"POST {PUBLICATION}/{step}": Row(*given) for step, given in OUTGOING.items()},
    f"POST {PUBLICATION}/evidence": Row(TELLS, {"medium": "notice_board"}, file=True),
    f"GET {API}/webhooks": Row(WATCHES, placed=False),
    f"POST {API}/webhooks": Row(ADMIN, WEBHOOK, placed=False),
    f"GET {API}/webhooks/{{id}}": Row(WATCHES, placed=False),
    f"GET {API}/webhooks/{{id}}/deliveries": Row(WATCHES, placed=False),
    f"PUT {API}/webhooks/{{id}}": Row(ADMIN, WEBHOOK, placed=False),
    f"DELETE {API}/webhooks/{{id}}": Row(ADMIN, placed=False),
    **{
        f"POST {API}/webhooks/{{id}}/{step}": Row(ADMIN, placed=False)
        for step in ("rotation", "off", "on", "deliveries/{place}/redelivery")
    },
    f"GET {PUBLICATION}/messages": Row(MESSAGES),
    f"POST {PUBLICATION}/messages": Row(TELLS, {"channel": "email"}),
    f"POST {PUBLICATION}/messages/{{message}}/decision": Row(TELLS, {"decision": "send_again"}),
    f"GET {API}/whatsapp": FREE,
    f"POST {API}/whatsapp": FREE,
    f"GET {API}/reports/complaints": Row(REPORTS, query=FILTER),
    f"GET {API}/reports/totals": Row(REPORTS, query=FILTER),
    f"GET {API}/reports/dashboard": Row(REPORTS, query=FILTER),
    f"GET {API}/reports/figures": Row(REPORTS, placed=False),
    f"GET {API}/audit/figures/{{figure}}": Row(AUDIT, query=FILTER),
    f"GET {API}/reports/agenda": Row(REPORTS, query=FILTER),
    f"GET {API}/reports/recap": Row(REPORTS, query=FILTER),
    f"GET {API}/reports/rules": Row(REPORTS, placed=False),
    f"GET {API}/reports/rules/diff": Row(REPORTS, query=FILTER | VERSIONS),
    f"GET {API}/reports/recaps": Row(REPORTS, query={"month": "2026-01"}, placed=False),
    f"GET {API}/reports/recap/rollup": Row(REPORTS, query=FILTER | {"period": "2026"}),
    f"POST {API}/puskesmas/{{code}}/recaps/{{month}}/closing": Row(TEAM),
    f"POST {API}/puskesmas/{{code}}/recaps/{{month}}/corrections": Row(
        TEAM, {"reason": "late_entry"}
    ),
    f"POST {API}/puskesmas/{{code}}/recaps/{{month}}/acknowledgement": Row(HEAD, {}),
    f"POST {API}/puskesmas/{{code}}/recaps/{{month}}/completion": Row(
        TEAM | CHAIR, {"effectiveness": "effective"}
    ),
    "GET /rekap/{code}/{month}": Row(READS),
    "POST /rekap/{code}/{month}": Row(TEAM | CHAIR, {}),
    "GET /rekap/{code}/{month}/lembar.pdf": Row(READS),
    f"GET {API}/puskesmas/{{code}}/accreditation": Row(BUNDLES, query=BUNDLE),
    f"GET {API}/puskesmas/{{code}}/accreditation/bundle": Row(BUNDLES, query=BUNDLE),
    "GET /akreditasi": Row(BUNDLES, query=FILTER | BUNDLE),
    "GET /akreditasi/berkas.zip": Row(BUNDLES, query=FILTER | BUNDLE),
    f"GET {API}/audit/complaints/{{id}}": Row(AUDIT),
    f"GET {API}/events": Row(AUDITOR, query={"complaint": "{complaint}"}),
    f"GET {API}/replay/{{number}}": Row(REPORTS),
    f"GET {API}/exports/cases/{{number}}": Row(EXPORTS),
    **{f"GET {API}/exports/{name}": Row(EXPORTS, query=FILTER) for name in TABLES["call"]},
    **{
        f"GET {room}/{month}.{kind}": Row(EXPORTS, query=FILTER | {"period": "2026"})
        for room, names in (
            (f"{API}/exports", ("recap", "recap-rollup")),
            ("/laporan/unduh", ("rekap", "rekap-gabungan")),
        )
        for month in names
        for kind in ("csv", "xlsx")
    },
    f"GET {API}/exports/log.tar": Row(AUDITOR, query=FILTER),
    f"POST {API}/receipts/status": Row(ANYBODY, {"receipt": "{receipt}"}),
    f"GET {API}/puskesmas/{{code}}/board": Row(ANYBODY),
    f"GET {API}/operations": Row(WATCHES, placed=False),
    f"POST {API}/operations/queues/{{subject}}/replay": Row(ADMIN, placed=False),
    f"GET {API}/verify": Row(AUDITOR, placed=False),
    f"POST {API}/verify": Row(AUDITOR, {"checkpoints": SAID}, placed=False),
    f"GET {API}/checkpoints": Row(AUDITOR, placed=False),
    f"GET {API}/proofs/inclusion": Row(AUDITOR, query={"position": "/a/intake:1"}, placed=False),
    f"GET {API}/proofs/consistency": Row(
        AUDITOR, query={"source": "/a/intake", "earlier": "1", "size": "1"}, placed=False
    ),
    f"POST {API}/receipts/proof": Row(ANYBODY, {"receipt": "{receipt}"}),
    f"POST {API}/rebuild": Row(ADMIN, {"check": True}, placed=False),
    f"POST {API}/rebuild/stop": Row(ADMIN, placed=False),
    # Pages
    "GET /": FREE,
    "GET /masuk": FREE,
    "POST /masuk": FREE,
    "POST /keluar": FREE,
    "GET /akun": Row(ALL, placed=False),
    "POST /akun/akhiri/{session}": Row(ALL, placed=False),
    "POST /akun/sandi": Row(ALL, {}, placed=False),
    "POST /akun/akhiri": Row(ALL, placed=False),
    "GET /catat": Row(DESK, query=FILTER),
    "POST /catat": Row(DESK, {"puskesmas": "{code}", **GIVEN}),
    "GET /catat/impor": Row(DESK, placed=False),
    "POST /catat/impor": Row(DESK, {"puskesmas": "{code}"}, file=True),
    "GET /catat/impor/{code}/{id}": Row(DESK),
    "POST /catat/impor/{code}/{id}": Row(DESK, {}),
    "POST /catat/impor/{code}/{id}/henti": Row(DESK, {}),
    "GET /catat/impor/{code}/{id}/perbaikan.csv": Row(DESK),
    "GET /catat/luring": Row(DESK, query=FILTER),
    "POST /catat/luring": Row(DESK, {"puskesmas": "{code}", **GIVEN}),
    "GET /catat/luring/jauh": Row(DESK, placed=False),
    "GET /catat/luring.js": FREE,
    "GET /catat/poster": Row(DESK, query=FILTER),
    "GET /catat/kotak": Row(DESK, query=FILTER),
    "POST /catat/kotak": Row(DESK, {"puskesmas": "{code}"}),
    "GET /kunjungan": Row(DESK, query=FILTER),
    "POST /kunjungan": Row(DESK, {"puskesmas": "{code}"}),
    "POST /kunjungan/berkas": Row(DESK, {"puskesmas": "{code}"}),
    "GET /agenda": Row(REPORTS, query=FILTER),
    "GET /p/{code}/agenda.ics": Row(ANYBODY),
    "GET /catat/pertemuan": Row(DESK, query={"puskesmas": "{code}", "rapat": "{meeting}"}),
    "POST /catat/pertemuan": Row(DESK, {"puskesmas": "{code}", "rapat": "{meeting}"}),
    "GET /catat/pesan": Row(DESK, placed=False),
    "GET /catat/pesan/{id}": Row(DESK),
    "GET /catat/pesan/{id}/berkas": Row(DESK),
    "POST /catat/pesan/{id}": Row(DESK, {"text": SAID}),
    "POST /catat/pesan/{id}/sisihkan": Row(DESK, {"reason": "spam"}),
    "GET /catat/formulir.pdf": Row(DESK, query=FILTER),
    "GET /catat/{id}/formulir.pdf": Row(READS),
    "GET /catat/{id}/slip": Row(DESK),
    "GET /catat/{id}/slip.pdf": Row(DESK),
    "GET /catat/{id}": Row(DESK),
    "POST /catat/{id}/alasan": Row(OPENS, {"why": "report"}),
    "POST /catat/{id}/betulkan": Row(DESK, {}),
    "POST /catat/{id}/cabut": Row(DESK, {}),
    "POST /catat/{id}/duplikat": Row(TEAM, {}),
    "POST /catat/{id}/duplikat/lepas": Row(TEAM, {}),
    "POST /catat/{id}/lampiran": Row(DESK, file=True),
    "GET /survei": Row(READS, placed=False),
    "GET /survei/baru": Row(PROPOSES, placed=False),
    "POST /survei/baru": Row(PROPOSES, {"puskesmas": "{code}"}),
    "GET /survei/{id}": Row(READS),
    "GET /survei/{id}/kerangka": Row(PROPOSES),
    **{f"POST /survei/{{id}}/{page}": Row(who, {}) for who, _body, page in SURVEYING.values()},
    **{
        f"GET /survei/{{id}}/{page}": Row(READS)
        for page in ("poster", "hasil", "kerangka.pdf", "lembar.pdf", "laporan.pdf", "masukan")
    },
    # Only who may open a remark writes it down; the officer opens what they entered.
    "POST /survei/{id}/masukan/{answer}": Row(TEAM, {"kind": "suggestion"}),
    "GET /survei/{id}/kertas": Row(DESK),
    "POST /survei/{id}/kertas": Row(DESK, {}),
    "GET /survei/{id}/impor": Row(DESK),
    "POST /survei/{id}/impor": Row(DESK, file=True),
    "GET /survei/{id}/impor/{file}": Row(DESK),
    "POST /survei/{id}/impor/{file}": Row(DESK, {}),
    "POST /survei/{id}/impor/{file}/tabel": Row(DESK, {}),
    "POST /survei/{id}/impor/{file}/henti": Row(DESK, {}),
    "GET /s/{survey}": Row(ANYBODY),
    "POST /s/{survey}": Row(ANYBODY, {}),
    "GET /penghapusan": Row(SEES_ERASURES, placed=False),
    "GET /penghapusan/{id}": Row(SEES_ERASURES),
    "POST /penghapusan/{id}/hapus": Row(ERASES, {}),
    "POST /penghapusan/{id}/batalkan": Row(ERASES, {}),
    "POST /penghapusan/{id}/tahan": Row(HOLDS, {}),
    "POST /penghapusan/{id}/lepas": Row(HOLDS, {}),
    "GET /data-induk": Row(ALL, placed=False),
    "GET /pengguna": Row(ADMIN, placed=False),
    "GET /pengguna/baru": Row(ADMIN, placed=False),
    "POST /pengguna/{account_id}/hubungkan": Row(ADMIN, {}, placed=False),
    "POST /pengguna/{account_id}/lepaskan": Row(ADMIN, placed=False),
    "GET /masuk/luar": FREE,
    "GET /masuk/luar/kembali": FREE,
    "GET /masuk/luar/keluar": FREE,
    "GET /pengguna/masuk": Row(ADMIN, placed=False),
    "POST /pengguna/{account_id}/akhiri/{session}": Row(ADMIN, placed=False),
    "POST /pengguna": Row(ADMIN, {}, placed=False),
    "GET /pengguna/{account_id}": Row(ADMIN, placed=False),
    **{
        f"POST /pengguna/{{account_id}}/{what}": Row(ADMIN, {}, placed=False)
        for what in ("peran", "sandi", "token", "akhiri", "tutup", "buka")
    },
    "GET /kerja": Row(READS, placed=False),
    "GET /kerja/berita": Row(READS, query={"since": "0"}, placed=False),
    "GET /pemberitahuan": Row(READS, placed=False),
    "GET /pemberitahuan/baru": Row(READS, placed=False),
    "POST /pemberitahuan/dibaca": Row(READS, {}, placed=False),
    "GET /pemberitahuan/ringkasan/{slot}": Row(READS, placed=False),
    "GET /pemberitahuan/kirim": Row(READS, placed=False),
    "POST /pemberitahuan/kirim": Row(READS, {}, placed=False),
    "POST /pemberitahuan/kirim/kode": Row(READS, {}, placed=False),
    "POST /pemberitahuan/kirim/hentikan": Row(READS, {}, placed=False),
    "GET /kasus": Row(READS, query=FILTER),
    "GET /evaluasi": Row(CHAIR, placed=False),
    "GET /rapat": Row(READS, query=FILTER),
    "GET /rapat/baru": Row(CHAIR, query=FILTER),
    "POST /rapat/baru": Row(CHAIR, {"puskesmas": "{code}"}),
    "GET /rapat/keputusan.pdf": Row(READS, query=FILTER),
    "GET /rapat/{id}": Row(READS),
    "GET /rapat/{id}/undangan.pdf": Row(READS),
    "GET /rapat/{id}/notulen.pdf": Row(READS),
    **{f"POST /rapat/{{id}}/{step}": Row(CHAIR, {}) for step in ("rencana", "batal", "laksana")},
    "POST /rapat/{id}/notulen": Row(CHAIR, {}),
    "POST /rapat/{id}/keputusan/{n}": Row(FOLLOWS, {}),
    "POST /rapat/{id}/jawaban": Row(FOLLOWS, {}),
    "GET /bidang": Row(READS, placed=False),
    "GET /kasus/{id}/berita": Row(READS, query={"since": "0"}),
    "GET /kasus/{id}": Row(READS),
    "GET /kasus/{id}/pembukaan": Row(ANSWERS),
    **{f"GET /pembukaan{kind}": Row(SEARCHES, placed=False) for kind in ("", ".csv", ".xlsx")},
    "GET /pembukaan/tak-biasa": Row(SEARCHES, placed=False),
    "POST /pembukaan/tak-biasa": Row(CHAIR, {}, placed=False),
    "POST /kasus/{id}/alasan": Row(OPENS, {"why": "report"}),
    "GET /kasus/{id}/berkas.pdf": Row(READS),
    **{f"POST /kasus/{{id}}/{step}": Row(given[0], {}) for step, given in STEPS.items()},
    "GET /terbitkan": Row(PUBLICATIONS, placed=False),
    "GET /terbitkan/rencana": Row(PUBLISHER, query={"complaint": "{complaint}"}, placed=False),
    "POST /terbitkan/rencana": Row(
        PUBLISHER, {"text": SAID}, query={"complaint": "{complaint}"}, placed=False
    ),
    "GET /terbitkan/{id}/bukti/{evidence}": Row(OPENS),
    "POST /terbitkan/{id}/evidence": Row(TELLS, {}, file=True),
    "GET /terbitkan/{id}": Row(PUBLICATIONS),
    "GET /terbitkan/{id}/gambar/{shape}.png": Row(PUBLICATIONS),
    "GET /publikasi": Row(PUBLICATIONS, query={"complaint": "{complaint}"}),
    **{f"POST /terbitkan/{{id}}/{step}": Row(given[0], {}) for step, given in OUTGOING.items()},
    "GET /webhook": Row(WATCHES, placed=False),
    "POST /webhook": Row(ADMIN, {}, placed=False),
    "GET /webhook/baru": Row(ADMIN, placed=False),
    "GET /webhook/{id}": Row(WATCHES, placed=False),
    "GET /webhook/{id}/ubah": Row(ADMIN, placed=False),
    **{
        f"POST /webhook/{{id}}/{step}": Row(ADMIN, {}, placed=False)
        for step in ("ubah", "rahasia", "mati", "hidup", "hapus", "kiriman/{place}")
    },
    **{
        f"GET /open311/v2/{path}": Row(ANYBODY, placed=False)
        for path in (
            *("discovery.{form}", "services.{form}", "services/{code}.{form}"),
            *("requests.{form}", "requests/{id}.{form}", "{rest:path}"),
        )
    },
    "GET /terbitkan/{id}/pesan": Row(MESSAGES),
    "POST /terbitkan/{id}/pesan": Row(TELLS, {}),
    "POST /terbitkan/{id}/pesan/{message}": Row(TELLS, {}),
    "GET /laporan": Row(REPORTS, query=FILTER),
    "GET /laporan/keluhan": Row(REPORTS, query=FILTER),
    "GET /laporan/kendali": Row(REPORTS, query=FILTER),
    "GET /laporan/berita": Row(REPORTS, query=FILTER | {"place": "0"}),
    "GET /laporan/angka": Row(REPORTS, placed=False),
    "GET /laporan/angka/{figure}": Row(REPORTS, query=FILTER),
    "GET /laporan/survei/{id}": Row(REPORTS),
    "GET /laporan/kejadian/{origin}/{service}/{index}": Row(AUDIT),
    "GET /laporan/rekap": Row(REPORTS, query=FILTER),
    "GET /laporan/rekap/daftar": Row(REPORTS, query=FILTER),
    "GET /laporan/rekap/puskesmas": Row(REPORTS, placed=False),
    "GET /laporan/rekap/gabungan": Row(REPORTS, query=FILTER),
    "POST /laporan/rekap/{code}/{month}/tutup": Row(TEAM, {}),
    "POST /laporan/rekap/{code}/{month}/koreksi": Row(TEAM, {}),
    "POST /laporan/rekap/{code}/{month}/diketahui": Row(HEAD, {}),
    "GET /laporan/aturan": Row(REPORTS, query=FILTER | VERSIONS),
    "GET /laporan/keluhan/{number}": Row(REPORTS),
    "GET /laporan/keluhan/{number}/berkas.pdf": Row(EXPORTS),
    "GET /laporan/unduh": Row(EXPORTS, query=FILTER),
    **{f"GET /laporan/unduh/{name}": Row(EXPORTS, query=FILTER) for name in TABLES["page"]},
    "GET /laporan/unduh/log.tar": Row(AUDITOR, query=FILTER),
    "GET /operasi": Row(WATCHES, placed=False),
    "POST /operasi/antrean/{subject}": Row(ADMIN, {}, placed=False),
    # The public's
    "GET /p/{code}": Row(ANYBODY),
    "GET /p/{code}/papan": Row(ANYBODY),
    "GET /p/{code}/papan.pdf": Row(ANYBODY),
    "GET /p/{code}/papan.atom": Row(ANYBODY),
    "GET /p/{code}/tv": Row(ANYBODY),
    "GET /p/{code}/lapor": Row(ANYBODY),
    "POST /p/{code}/lapor": Row(ANYBODY, GIVEN),
    "GET /r": FREE,
    "GET /r/tanggapi": FREE,
    "POST /r/tanggapi": FREE,
    "POST /r": Row(ANYBODY, {"receipt": "{receipt}"}),
    "GET /static/{version}/{name:path}": FREE,
    "GET /favicon.ico": FREE,
    "GET /health/live": FREE,
    "GET /health/ready": FREE,
    "GET /metrics": FREE,
}
ENDS_THE_SESSION = (f"DELETE {API}/session", "POST /keluar", "POST /akun/akhiri")
