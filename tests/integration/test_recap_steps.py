"""Recaps of one Puskesmas: closed in time and late, corrected, known to the head, added up.

Every figure is counted again here from the events themselves, by nothing that reporting uses.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.by_hand import Office, on
from tests.drills.pdf import text_of

PURING = "/api/v1/puskesmas/puring/recaps"
FIGURES = ("brought_forward", "received", "brought_back", "closed", "carried_forward", "praise")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"))
    yield office
    office.end()


def settle(office: Office, case: dict[str, Any], *, effective: bool = True) -> None:
    office.post("sari", f"/cases/{case['id']}/grade", grade="green")
    office.post("sari", f"/cases/{case['id']}/immediate-answer", answer="Maaf.")
    office.post("sari", f"/cases/{case['id']}/documentation", summary="Loket ditambah.")
    office.post("bayu", f"/cases/{case['id']}/evaluation", effective=effective)


def do(office: Office, who: str, path: str, **body: Any) -> dict[str, Any]:
    answer = office.ask(who, "POST", f"{PURING}/{path}", json=body or None)
    assert answer.status_code == 201, answer.text
    office.settle()
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def told(office: Office) -> dict[str, Any]:
    """Live through the first months of the year; return what was answered on the way."""
    found: dict[str, Any] = {}
    office.at("2026-01-06")
    settle(office, office.receive(service_unit="loket", barrier="language"))
    office.at("2026-01-20")
    open_one = office.receive(service_unit="imunisasi", categories=["waktu-tunggu"])
    office.receive(kind="praise", service_unit="loket")
    office.at("2026-02-03")
    do(office, "sari", "2026-01/closing")
    office.at("2026-02-10")
    settle(office, open_one, effective=False)
    office.at("2026-02-20")
    found["wrong"] = office.receive(service_unit="farmasi")
    # Five working days of a six-day week end on Friday 6 March.
    office.at("2026-03-10")
    found["february"] = do(office, "sari", "2026-02/closing")
    found["known"] = do(office, "kukuh", "2026-02/acknowledgement", statement=0)
    office.at("2026-03-12")
    found["paper"] = office.receive(
        channel="meeting", received_at=on("2026-02-25").isoformat(), service_unit="loket"
    )
    wrong, reason = found["wrong"]["id"], "Salah pilih unit."
    office.post("sari", f"/complaints/{wrong}/corrections", service_unit="loket", reason=reason)
    found["corrected"] = do(office, "sari", "2026-02/corrections", reason="late_entry")
    office.at("2026-04-02")
    do(office, "sari", "2026-03/closing")
    office.at("2026-04-20")
    return found


def recap(office: Office, month: str, **more: str) -> dict[str, Any]:
    asked = {"puskesmas": "puring", "month": month, **more}
    found: dict[str, Any] = office.get("agus", "/reports/recap", **asked)
    return found


def whole(report: dict[str, Any]) -> dict[str, Any]:
    (line,) = (each for each in report["lines"] if each["group"] == "all")
    return dict(line)


def counted(office: Office, first: str, last: str, known_at: datetime) -> Counter[str]:
    """Count a month anew from the events that had arrived: a case comes in when it is received, and
    is closed by an evaluation that did not reopen it (nothing here is brought back later)."""
    events = [
        {**each, "name": each["type"].split(".")[1], "at": read(each["occurred_at"])}
        for each in office.get("agus", "/events", limit=10_000)["items"]
        if read(each["arrived_at"]) <= known_at and read(each["occurred_at"]) <= known_at
    ]
    cases = {each["subject"] for each in events if each["name"] == "CaseOpened"}
    reopened = {each["subject"] for each in events if each["name"] == "CaseReopened"}
    figures: Counter[str] = Counter()
    for each in events:
        within, before = on(first, 0) <= each["at"] < on(last, 0), each["at"] < on(first, 0)
        if each["name"] == "ComplaintReceived" and each["subject"] in cases:
            figures["received"] += within
            figures["brought_forward"] += before
        elif each["name"] == "ComplaintReceived":
            figures["praise"] += within
        elif each["name"] == "EvaluationRecorded" and each["subject"] not in reopened:
            figures["closed"] += within
            figures["brought_forward"] -= before
    moved = figures["received"] - figures["closed"]
    figures["carried_forward"] = figures["brought_forward"] + moved
    return figures


def read(written: str) -> datetime:
    return datetime.fromisoformat(written)


@pytest.mark.parametrize(
    ("month", "first", "last", "closed_at"),
    [
        ("2026-01", "2026-01-01", "2026-02-01", on("2026-02-03", 10)),
        ("2026-02", "2026-02-01", "2026-03-01", on("2026-03-10", 10)),
        ("2026-03", "2026-03-01", "2026-04-01", on("2026-04-02", 10)),
    ],
)
def test_what_was_reported_is_counted_again_from_the_events(
    office: Office, told: dict[str, Any], month: str, first: str, last: str, closed_at: datetime
) -> None:
    report = recap(office, month)
    expected = counted(office, first, last, closed_at)
    reported = whole(report)["as_reported"]
    assert {name: reported[name] for name in FIGURES} == {n: expected[n] for n in FIGURES}
    now = counted(office, first, last, on("2026-04-20", 10))
    assert {name: whole(report)["as_now"][name] for name in FIGURES} == {n: now[n] for n in FIGURES}
    assert report["closing"]["reproduced"]


def test_a_correction_keeps_both(office: Office, told: dict[str, Any]) -> None:
    report = recap(office, "2026-02")
    line = whole(report)
    assert (line["as_reported"]["received"], line["as_corrected"]["received"]) == (1, 2)
    assert line["as_corrected"] == line["as_now"]
    (correction,) = report["corrections"]
    assert (correction["number"], correction["reason"]) == (1, "late_entry")
    assert correction["position"] == told["corrected"]["position"] and correction["reproduced"]
    assert report["settled"]
    assert {each["number"] for each in report["cases"]} == {
        told["wrong"]["number"],
        told["paper"]["number"],
    }
    before = recap(office, "2026-02", known_at=on("2026-03-11").isoformat())
    assert (before["corrections"], before["acknowledged"]["current"]) == ([], True)


def test_who_knew_the_recap_is_asked_again_after_a_correction(
    office: Office, told: dict[str, Any]
) -> None:
    acknowledged = recap(office, "2026-02")["acknowledged"]
    assert (acknowledged["statement"], acknowledged["current"]) == (0, False)
    stale = office.ask("kukuh", "POST", f"{PURING}/2026-02/acknowledgement", json={"statement": 0})
    assert (stale.status_code, stale.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("who", "path", "body", "status", "code"),
    [
        ("sari", "2026-02/corrections", {"reason": "late_entry"}, 409, "conflict"),
        ("sari", "2026-02/corrections", {"reason": "karena"}, 422, "invalid_input"),
        ("sari", "2026-02/corrections", {}, 422, "invalid_input"),
        ("sari", "2025-12/corrections", {"reason": "late_entry"}, 409, "not_yet"),
        ("kukuh", "2025-12/acknowledgement", None, 409, "not_yet"),
        ("kukuh", "2026-02/corrections", {"reason": "late_entry"}, 403, "forbidden"),
        ("sari", "2026-02/acknowledgement", None, 403, "forbidden"),
        ("wulan", "2026-02/acknowledgement", None, 403, "forbidden"),
        ("sari", "2026-04/closing", None, 409, "not_yet"),
        ("sari", "2026-03/closing", None, 409, "already_done"),
    ],
)
def test_a_step_that_cannot_be_taken_says_why(
    office: Office,
    told: dict[str, Any],
    who: str,
    path: str,
    body: dict[str, str] | None,
    status: int,
    code: str,
) -> None:
    before = office.hand.node.recaps.recorder.max_notification_id()
    answer = office.ask(who, "POST", f"{PURING}/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"] or answer.json()["errors"]
    assert office.hand.node.recaps.recorder.max_notification_id() == before


def test_who_closed_who_is_late_and_who_reported_zero(office: Office, told: dict[str, Any]) -> None:
    places = {
        each["puskesmas"]: each
        for each in office.get("wulan", "/reports/recaps", month="2026-02")["items"]
    }
    assert len(places) == 36
    puring, sadang = places["puring"], places["sadang"]
    assert (puring["state"], puring["due_on"], puring["zero"]) == (
        "closed_late",
        "2026-03-06",
        False,
    )
    assert (puring["received"], puring["corrections"], puring["acknowledged_at"]) == (2, 1, None)
    # Nothing reported is not zero.
    assert (sadang["state"], sadang["zero"], sadang["received"]) == ("overdue", False, None)
    march = office.get("sari", "/reports/recaps", month="2026-03")["items"]
    assert {each["puskesmas"] for each in march} == {"puring", "lamaru"}
    (zero,) = (each for each in march if each["puskesmas"] == "puring")
    assert (zero["state"], zero["zero"], zero["received"]) == ("closed", True, 0)


def test_areas_and_clusters_are_the_sums_of_their_units(
    office: Office, told: dict[str, Any]
) -> None:
    lines = {(each["group"], each["part"]): each for each in recap(office, "2026-01")["lines"]}
    assert lines["area", "UKPP"]["as_now"]["received"] == 1
    assert lines["area", "UKM"]["as_reported"]["received"] == 1
    assert lines["cluster", "mother-child"]["as_now"] == lines["unit", "imunisasi"]["as_now"]
    found = recap(office, "2026-01")["effectiveness"]
    assert (found["effective"], found["ineffective"]) == (1, 0)
    assert found["barriers"] == {"language": 1}
    assert recap(office, "2026-02")["effectiveness"]["ineffective"] == 1


def test_a_quarter_is_the_sum_of_its_months(office: Office, told: dict[str, Any]) -> None:
    asked = {"puskesmas": "puring", "period": "2026-Q1"}
    found = office.get("sari", "/reports/recap/rollup", **asked)
    (line,) = (each for each in found["lines"] if each["group"] == "all")
    months = [whole(recap(office, f"2026-{month:02}")) for month in (1, 2, 3)]
    stated = [each["as_corrected"] or each["as_reported"] for each in months]
    for name in ("received", "brought_back", "closed", "praise", "responses_due"):
        assert line["as_reported"][name] == sum(each[name] for each in stated)
    assert line["as_reported"]["brought_forward"] == stated[0]["brought_forward"]
    assert line["as_reported"]["carried_forward"] == stated[2]["carried_forward"]
    for name in ("received", "closed", "responses_on_time", "settlements_due"):
        assert line["as_now"][name] == sum(each["as_now"][name] for each in months)
    due, kept = line["as_reported"]["responses_due"], line["as_reported"]["responses_on_time"]
    assert line["reported_shares"]["responses"] == pytest.approx(kept / due)
    assert (found["reported"], found["zero"], found["missing"]) == (3, 1, [])
    assert (found["effectiveness"]["effective"], found["effectiveness"]["ineffective"]) == (1, 1)


def test_a_district_is_the_sum_of_who_reported(office: Office, told: dict[str, Any]) -> None:
    found = office.get("wulan", "/reports/recap/rollup", period="2026-Q1")
    lines = {(each["group"], each["part"]): each for each in found["lines"]}
    assert lines["all", None]["as_reported"] == lines["puskesmas", "puring"]["as_reported"]
    assert ("puskesmas", "sadang") not in lines
    assert len(found["missing"]) == 35 * 3
    refused = office.ask("wulan", "GET", "/api/v1/reports/recap/rollup", params={"period": "Q1"})
    assert refused.status_code == 422 and "2026-Q1" in refused.text


def table_of(answer: httpx.Response) -> list[dict[str, str]]:
    text = io.StringIO(answer.content.decode("utf-8-sig"))
    return list(csv.DictReader(text, delimiter=";"))


def test_the_files_hold_what_the_pages_show(office: Office, told: dict[str, Any]) -> None:
    asked = {"puskesmas": "puring", "month": "2026-02"}
    answer = office.ask("wulan", "GET", "/api/v1/exports/recap.csv", params=asked)
    assert answer.status_code == 200, answer.text
    rows = table_of(answer)
    lines = recap(office, "2026-02")["lines"]
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines, strict=True):
        for side, word in (
            ("as_reported", "dilaporkan"),
            ("as_corrected", "sesudah koreksi"),
            ("as_now", "kini"),
        ):
            assert row[f"Keluhan masuk, {word}"] == str(line[side]["received"])
            assert row[f"Sisa baru, {word}"] == str(line[side]["carried_forward"])
    asked = {"period": "2026-Q1"}
    whole_file = office.ask("wulan", "GET", "/laporan/unduh/rekap-gabungan.csv", params=asked)
    first = table_of(whole_file)[0]
    assert (first["Keluhan masuk, dilaporkan"], first["Keluhan masuk, kini"]) == ("4", "")
    book = office.ask("wulan", "GET", "/laporan/unduh/rekap-gabungan.xlsx", params=asked)
    assert book.content[:2] == b"PK"
    assert office.ask("rini", "GET", "/laporan/unduh/rekap.csv", params=asked).status_code == 403


def test_the_pages_say_the_same(office: Office, told: dict[str, Any]) -> None:
    def page(who: str, path: str, **asked: str) -> str:
        answer = office.ask(who, "GET", path, params=asked)
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    shown = page("kukuh", "/laporan/rekap", puskesmas="puring", month="2026-02")
    for said in (
        "Sesudah koreksi",
        "Data datang terlambat",
        "ditutup terlambat",
        "sebelum dikoreksi",
    ):
        assert said in shown
    assert "Saya mengetahui rekap ini" in shown and "Tutup bulan ini" not in shown
    months = page("sari", "/laporan/rekap/daftar", puskesmas="puring", year="2026")
    for said in (
        "ditutup terlambat",
        "1 koreksi",
        "nihil",
        "masih berjalan",
        "belum sejak koreksi",
    ):
        assert said in months
    places = page("wulan", "/laporan/rekap/puskesmas", month="2026-02")
    assert "belum ditutup, terlambat" in places and "Puskesmas Sadang" in places
    quarter = page("sari", "/laporan/rekap/gabungan", puskesmas="puring", period="2026-Q1")
    assert "Triwulan 1 2026" in quarter and "Ditanggapi tepat waktu" in quarter


# The form with words, at home.

FORM = f"{PURING}/2026-02/completion"
WRITTEN = {
    "effectiveness": "partly",
    "effectiveness_note": "Loket kedua dibuka, antrean masih lama.",
    "barriers_note": "Lansia berbahasa Jawa halus.",
    "meeting_note": "Lokmin 12 Maret: jadwal imunisasi ditempel di balai desa.",
}
NOTES = [words for name, words in WRITTEN.items() if name != "effectiveness"]
SHEET = "/rekap/puring/2026-02"


@pytest.fixture(scope="module")
def written(office: Office, told: dict[str, Any]) -> dict[str, Any]:
    answer = office.ask("sari", "POST", FORM, json=WRITTEN, headers={"if-match": '"0"'})
    assert answer.status_code == 201, answer.text
    office.settle()
    found: dict[str, Any] = answer.json()
    return found


def test_the_form_shows_each_case_with_its_words_by_role(
    office: Office, told: dict[str, Any], written: dict[str, Any]
) -> None:
    team = office.ask("sari", "GET", SHEET).text
    for said in ("Antre lama.", told["wrong"]["number"], told["paper"]["number"], *NOTES):
        assert said in team
    district = office.ask("wulan", "GET", SHEET).text
    assert told["wrong"]["number"] in district and "tersegel" in district
    assert not any(note in district for note in (*NOTES, "Antre lama."))
    assert office.ask("agus", "GET", SHEET).status_code == 403
    assert recap(office, "2026-02")["effectiveness"]["found"] == "partly"


def test_the_document_says_what_the_page_does_and_leaves_an_entry(
    office: Office, told: dict[str, Any], written: dict[str, Any]
) -> None:
    answer = office.ask("kukuh", "GET", f"{SHEET}/lembar.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(text_of(answer.content).split())
    for said in ("REKAP/PRG/02/2026", "Loket kedua dibuka", "Mengetahui, Kepala Puskesmas Puring"):
        assert said in text
    log = office.ask("bayu", "GET", "/pembukaan").text
    assert "mencetak rekap bulanan" in log and "lembar rekap bulanan" in log


OUTCOME = "Lokmin memutuskan loket ketiga dibuka tiap Senin."


def test_what_a_meeting_made_of_the_month_stands_on_the_form_by_itself(
    office: Office, told: dict[str, Any], written: dict[str, Any]
) -> None:
    assert "Belum ada rapat yang dicatat" in office.ask("sari", "GET", SHEET).text
    held = {
        "held_at": on("2026-04-20", 8).isoformat(),
        "chair": "dr. Kukuh",
        "note_taker": "Siti",
        "attendance": [{"name": "dr. Kukuh"}],
        "minutes": "Dibahas panjang.",
        "outcome": OUTCOME,
    }
    plan = {"kind": "monthly_lokmin", "starts_at": held["held_at"], "venue": "Aula"}
    body = {**plan, "months": ["2026-02"], "held": held}
    office.post("bayu", "/puskesmas/puring/meetings", **body)
    team = office.ask("sari", "GET", SHEET).text
    assert OUTCOME in team and "Lokmin bulanan" in team and WRITTEN["meeting_note"] in team
    assert OUTCOME not in office.ask("sari", "GET", "/rekap/puring/2026-03").text
    for path in ("", "/lembar.pdf"):  # of a month that has not come there are no noughts to print
        ahead = office.ask("sari", "GET", f"/rekap/puring/2099-01{path}")
        assert ahead.status_code == 409 and "Bulan ini belum mulai" in ahead.text
    district = office.ask("wulan", "GET", SHEET).text
    assert "Lokmin bulanan" in district and OUTCOME not in district
    paper = " ".join(text_of(office.ask("kukuh", "GET", f"{SHEET}/lembar.pdf").content).split())
    assert OUTCOME in paper and "Lokmin 12 Maret" in paper


def test_no_word_of_the_form_leaves_its_home(office: Office, written: dict[str, Any]) -> None:
    (event,) = (
        each
        for each in office.get("agus", "/events", limit=10_000)["items"]
        if each["type"] == "tanggap.RecapCompleted.v1"
    )
    assert event["subject"] == "recap:puring:2026-02"
    for file in office.hand.node.folder.path.rglob("*"):
        assert not file.is_file() or b"Lokmin 12 Maret" not in file.read_bytes(), file


@pytest.mark.parametrize(
    ("who", "month", "body", "status", "code"),
    [
        ("sari", "2026-02", {**WRITTEN, "effectiveness": "bagus"}, 422, "invalid_input"),
        ("sari", "2026-02", {"meeting_note": "Ya."}, 422, "invalid_input"),
        ("sari", "2026-05", WRITTEN, 409, "not_yet"),
        ("sari", "2026-13", WRITTEN, 422, "invalid_input"),
        ("rini", "2026-02", WRITTEN, 403, "forbidden"),
        ("kukuh", "2026-02", WRITTEN, 403, "forbidden"),
    ],
)
def test_a_form_that_cannot_be_written_says_why(
    office: Office,
    written: dict[str, Any],
    who: str,
    month: str,
    body: dict[str, str],
    status: int,
    code: str,
) -> None:
    answer = office.ask(who, "POST", f"{PURING}/{month}/completion", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_of_two_who_write_at_once_the_second_is_told(
    office: Office, written: dict[str, Any]
) -> None:
    stale = office.ask("bayu", "POST", FORM, json=WRITTEN, headers={"if-match": '"0"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    page = office.ask("bayu", "POST", SHEET, data={**WRITTEN, "version": "0", "key": "dua"})
    assert page.status_code == 412 and WRITTEN["meeting_note"] in page.text
