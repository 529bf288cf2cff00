"""The visits of a month: by call, on the page and from a file; what is wrong names its field."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from openpyxl import Workbook

from tests.running import RunningNode, today_in_jakarta

PAGE = "/kunjungan"
THIS_MONTH = f"{today_in_jakarta():%Y-%m}"
UNITS = [{"unit": "loket", "visits": 850}, {"unit": "kia-kb", "visits": 120}]


def put(node: RunningNode, month: str, body: Any, code: str = "puring") -> httpx.Response:
    return node.as_("rini").put(f"/puskesmas/{code}/visits/{month}", json=body)


def sent(node: RunningNode, **typed: str) -> httpx.Response:
    values = {"puskesmas": "puring", "key": str(uuid4())} | typed
    return node.as_("rini").post(node.address + PAGE, data=values)


def shown(node: RunningNode, month: str) -> str:
    page = node.as_("rini").get(node.address + PAGE, params={"puskesmas": "puring", "month": month})
    assert page.status_code == 200
    return page.text


def take(node: RunningNode, data: bytes, name: str = "kunjungan.csv") -> httpx.Response:
    return node.as_("rini").post(
        node.address + PAGE + "/berkas", data={"puskesmas": "puring"}, files={"file": (name, data)}
    )


def events(node: RunningNode, month: str) -> list[dict[str, Any]]:
    found = node.as_("agus").get("/events", params={"limit": 1000}).raise_for_status().json()
    subject = f"visits:puring:{month}"
    return [each for each in found["items"] if each["subject"] == subject]


def test_what_stands_already_is_recorded_once_and_put_right_when_it_differs(
    node: RunningNode,
) -> None:
    first = put(node, "2026-01", {"visits": 900, "units": UNITS})
    assert first.status_code == 200, first.text
    assert first.json()["version"] == 1
    # The units in another order are the same.
    again = put(node, "2026-01", {"visits": 900, "units": UNITS[::-1]})
    assert again.json()["version"] == 1
    right = put(node, "2026-01", {"visits": 950}).json()
    assert right["version"] == 2
    node.settle(right["position"])
    assert [each["type"] for each in events(node, "2026-01")] == ["tanggap.VisitsRecorded.v1"] * 2


def test_reports_tell_how_many_came_per_thousand(node: RunningNode) -> None:
    answer = node.as_("rini").post(
        "/puskesmas/puring/complaints",
        json={"channel": "phone", "text": "Antre.", "received_at": "2026-02-10T09:00:00+07:00"},
    )
    answer.raise_for_status()
    position = put(node, "2026-02", {"visits": 400}).json()["position"]
    asked = {"from": "2026-02-01", "to": "2026-02-28", "puskesmas": "puring", "after": position}
    found = node.as_("wulan").get("/reports/dashboard", params=asked).raise_for_status().json()
    value = found["figures"]["per_thousand_visits"]
    assert value == {"numerator": 1, "denominator": 400, "value": 2.5}
    page = node.as_("wulan").get(node.address + "/laporan", params=asked)
    assert ">2,5<" in page.text


@pytest.mark.parametrize(
    ("month", "body", "field"),
    [
        ("2026-13", {"visits": 1}, "month"),
        ("maret", {"visits": 1}, "month"),
        ("2099-01", {"visits": 1}, "month"),
        (THIS_MONTH, {"visits": 1}, "month"),
        ("2026-03", {"visits": -1}, "visits"),
        ("2026-03", {"visits": 1_000_001}, "visits"),
        ("2026-03", {"visits": 12.5}, "visits"),
        ("2026-03", {}, "visits"),
        ("2026-03", {"visits": 10, "units": [{"unit": "atlantis", "visits": 1}]}, "units.atlantis"),
        ("2026-03", {"visits": 10, "units": [{"unit": "loket", "visits": 11}]}, "units.loket"),
        (
            "2026-03",
            {"visits": 10, "units": [{"unit": "loket", "visits": 1}] * 2},
            "units[1].unit",
        ),
    ],
)
def test_what_is_wrong_names_its_field(
    node: RunningNode, month: str, body: Any, field: str
) -> None:
    answer = put(node, month, body)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_who_works_elsewhere_records_none_here(node: RunningNode) -> None:
    assert put(node, "2026-03", {"visits": 1}, "sadang").status_code == 403


def test_the_page_keeps_a_month_and_shows_it_again(node: RunningNode) -> None:
    answer = sent(node, month="2026-04", visits="1.250", unit_loket="1200", unit_gigi="")
    assert answer.status_code == 303
    text = shown(node, "2026-04")
    assert 'value="1250"' in text and 'value="1200"' in text
    assert "Bulan ini sudah diisi" in text
    assert "Bulan ini sudah diisi" not in shown(node, "2026-05")


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"month": "2026", "visits": "1"}, "month", "Tulis bulan seperti 2026-03."),
        ({"month": THIS_MONTH, "visits": "1"}, "month", "belum berakhir"),
        ({"month": "2026-05", "visits": "-4"}, "visits", "angka bulat"),
        ({"month": "2026-05", "visits": "12.5"}, "visits", "angka bulat"),
        ({"month": "2026-05", "visits": ""}, "visits", "angka bulat"),
        ({"month": "2026-05", "visits": "5", "unit_loket": "6"}, "unit_loket", "Lebih banyak"),
    ],
)
def test_what_is_wrong_on_the_page_stays_typed_and_is_not_kept(
    node: RunningNode, typed: dict[str, str], field: str, said: str
) -> None:
    answer = sent(node, **typed)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text and said in answer.text
    assert f'value="{typed["visits"]}"' in answer.text
    assert "Bulan ini sudah diisi" not in shown(node, "2026-05")


def test_a_file_brings_all_its_months(node: RunningNode) -> None:
    rows = "Bulan;Unit layanan;Jumlah kunjungan\n2026-06;;1.100\n2026-06;Loket pendaftaran;900\n"
    assert take(node, (rows + "07/2026;;1000\n").encode()).status_code == 303
    june = shown(node, "2026-06")
    assert 'value="1100"' in june and 'value="900"' in june
    assert 'value="1000"' in shown(node, "2026-07")


def test_a_workbook_does_too(node: RunningNode) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Puskesmas Puring"], ["bulan", "kunjungan"], ["2026-08", 700]):
        sheet.append(row)
    data = BytesIO()
    book.save(data)
    assert take(node, data.getvalue(), "kunjungan.xlsx").status_code == 303
    assert 'value="700"' in shown(node, "2026-08")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "kosong"),
        ("bulan,kunjungan\n", "kosong"),
        ("nama,umur\nSari,3\n", "Beri kolomnya judul"),
        ("bulan,kunjungan\n2026-09,900\nseptember,900\n", "Baris 3: Tulis bulan seperti 2026-03."),
        ("bulan,kunjungan\n2026-09,-5\n", "Baris 2: Tulis kunjungannya"),
        ("bulan,kunjungan\n2026-09,5\n2026-09,6\n", "Baris 3: Bulan dan unit ini sudah disebut"),
        ("bulan,unit,kunjungan\n2026-09,atlantis,5\n", "Baris 2: Unit ini tidak ada"),
        ("bulan,unit,kunjungan\n2026-09,loket,5\n", "belum punya baris seluruh Puskesmas"),
        ("bulan,unit,kunjungan\n2026-09,,4\n2026-09,loket,5\n", "2026-09: Lebih banyak"),
        (f"bulan,kunjungan\n2026-09,5\n{THIS_MONTH},5\n", f"Bulan {THIS_MONTH} belum berakhir"),
    ],
)
def test_of_a_file_with_anything_wrong_nothing_is_taken(
    node: RunningNode, rows: str, said: str
) -> None:
    answer = take(node, rows.encode())
    assert answer.status_code == 422
    assert said in answer.text and 'href="#f-file"' in answer.text
    assert "Bulan ini sudah diisi" not in shown(node, "2026-09")
