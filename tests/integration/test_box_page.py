"""The page on which a suggestion box is opened, as the officer at the desk uses it."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.running import RunningNode

PAGE = "/catat/kotak"
GIVEN = {
    "puskesmas": "puring",
    "opened_at": "2026-11-02T09:05",
    "officers": "Rini\nBu Yuli\n",
    "counted": "0",
}
SLIPS = {
    "counted": "2",
    "text_0": "Kursi ruang tunggu rusak.",
    "kind_0": "complaint",
    "service_unit_0": "tata-usaha",
    "name_0": "",
    "text_3": "Petugasnya ramah.",
    "kind_3": "praise",
    "name_3": "Bu Warsini",
}


@pytest.fixture(scope="module")
def rini(node: RunningNode) -> httpx.Client:
    return node.as_("rini")


def sent(node: RunningNode, **typed: Any) -> httpx.Response:
    rows = {f"text_{row}": "" for row in range(6)} if "lines" not in typed else {}
    values = GIVEN | rows | {"key": str(uuid4())} | typed
    return node.as_("rini").post(node.address + PAGE, data=values)


def ids(page: str) -> list[str]:
    return re.findall(r'href="/catat/([0-9a-f-]{36})">', page)


def complaint(node: RunningNode, id: str) -> dict[str, Any]:
    found: dict[str, Any] = node.as_("rini").get(f"/complaints/{id}").raise_for_status().json()
    return found


def test_each_slip_becomes_a_complaint_and_leads_to_its_receipt(node: RunningNode) -> None:
    answer = sent(node, **SLIPS)
    assert answer.status_code == 201
    first, second = ids(answer.text)
    assert f'href="/catat/{first}/slip"' in answer.text
    chair = complaint(node, first)
    assert (chair["channel"], chair["kind"]) == ("suggestion_box", "complaint")
    assert (chair["service_unit"], chair["confidentiality"]) == ("tata-usaha", "anonymous")
    kind = complaint(node, second)
    assert (kind["kind"], kind["confidentiality"]) == ("praise", "open")
    assert "Rini, Bu Yuli" in answer.text


def test_a_box_is_typed_one_line_a_slip(node: RunningNode) -> None:
    lines = "Antre lama.\n\n s: Tambah kursi.\nP: Ramah sekali.\nT:  Jam berapa imunisasi?"
    answer = sent(node, lines=lines, counted="4", witnesses="Pak Darto")
    assert answer.status_code == 201
    assert "Pak Darto" in answer.text
    found = [complaint(node, id) for id in ids(answer.text)]
    assert [each["kind"] for each in found] == [
        "complaint",
        "suggestion",
        "praise",
        "information_request",
    ]
    assert {each["confidentiality"] for each in found} == {"anonymous"}


def test_as_many_are_written_down_as_were_counted(node: RunningNode) -> None:
    typed = "Antre lama.\nToilet kotor."
    answer = sent(node, lines=typed, counted="3")
    assert answer.status_code == 422
    assert 'href="#f-counted"' in answer.text
    assert "Jumlah di kotak 3, yang ditulis 2." in answer.text
    assert typed in answer.text.replace("\r", ""), "what was typed stays"
    assert sent(node, lines=typed, counted="2").status_code == 201


def test_lines_become_rows_in_which_more_is_said(node: RunningNode) -> None:
    answer = sent(node, go="rows", lines="Antre lama.\nS: Tambah kursi.", counted="2")
    assert answer.status_code == 200
    assert re.search(r'name="text_0"[^>]*>\s*Antre lama\.', answer.text)
    assert re.search(r'name="text_1"[^>]*>\s*Tambah kursi\.', answer.text)
    assert re.search(r'id="f-kind_1".*?value="suggestion" selected', answer.text, re.DOTALL)
    assert 'name="text_5"' in answer.text and 'name="text_6"' not in answer.text


def test_sent_twice_it_is_written_once(node: RunningNode) -> None:
    key = str(uuid4())
    first, again = (sent(node, key=key, **SLIPS) for _time in range(2))
    assert again.status_code == 201
    assert ids(again.text) == ids(first.text)


def test_an_empty_box_is_an_opening_too(node: RunningNode) -> None:
    answer = sent(node)
    assert answer.status_code == 201
    assert "Kotaknya kosong" in answer.text
    assert ids(answer.text) == []


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"opened_at": ""}, "opened_at", "Isi tanggal dan jamnya."),
        ({"opened_at": "2999-01-01T00:00"}, "opened_at", "Waktu ini belum tiba"),
        ({"opened_at": "kemarin"}, "opened_at", "Tulis waktu seperti"),
        ({"counted": ""}, "counted", "Hitung suratnya dulu"),
        ({"counted": "-2"}, "counted", "Hitung suratnya dulu"),
        ({"counted": "3"}, "counted", "Jumlah di kotak 3, yang ditulis 2."),
        ({"box": "belakang"}, "box", "Kotak ini tidak ada di Puskesmas ini."),
        ({"witnesses": "A\n" * 21}, "witnesses", "Paling banyak 20 nama"),
        ({"officers": " \n"}, "officers", "Tulis sedikitnya satu nama"),
        ({"officers": "A\n" * 21}, "officers", "Paling banyak 20 nama"),
        ({"text_3": "", "name_3": "Bu Warsini"}, "text_3", "Tulis apa yang disampaikan."),
        ({"text_3": "x" * 10_001}, "text_3", "10000"),
        ({"kind_3": "rumour"}, "kind_3", "Jenis ini tidak dikenal."),
        ({"service_unit_3": "atlantis"}, "service_unit_3", "Unit ini tidak ada di Puskesmas ini."),
    ],
)
def test_what_is_wrong_names_its_row_and_nothing_is_written(
    node: RunningNode, typed: dict[str, str], field: str, said: str
) -> None:
    answer = sent(node, **(SLIPS | typed))
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert said in answer.text
    assert SLIPS["text_0"] in answer.text, "what was typed stays"
    # The next number shows that none was used.
    before = complaint(node, ids(sent(node, **SLIPS).text)[0])["number"]
    after = complaint(node, ids(sent(node, **SLIPS).text)[0])["number"]
    assert int(after[-6:]) - int(before[-6:]) == 2


def test_more_lines_keep_what_was_typed(node: RunningNode) -> None:
    answer = sent(node, go="more", **SLIPS)
    assert answer.status_code == 200
    assert 'name="text_11"' in answer.text and 'name="text_12"' not in answer.text
    assert SLIPS["text_3"] in answer.text


def test_the_tile_of_the_day_leads_to_it(node: RunningNode, rini: httpx.Client) -> None:
    page = rini.get(node.address + "/kerja").text
    assert 'href="/catat/kotak?puskesmas=' in page
    assert "Pembukaan kotak saran" in rini.get(node.address + PAGE + "?puskesmas=puring").text
    choose = rini.get(node.address + PAGE).text
    assert 'href="/catat/kotak?puskesmas=lamaru"' in choose
