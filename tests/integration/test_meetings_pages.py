"""The pages and papers of meetings, as the quality chair and the desk use them."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.kernel.clock import system_clock
from tests.drills.pdf import text_of
from tests.running import RunningNode, today_in_jakarta

TODAY = today_in_jakarta()
BEGAN = (system_clock() - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M")
PLAN = {
    "puskesmas": "puring",
    "kind": "mmd",
    "starts_at": BEGAN,
    "venue": "Balai Desa Sitiadi",
    "invitees": "Kepala desa\nKader posyandu",
    "agenda": "Hasil SMD\nMasukan warga",
    "months": TODAY.strftime("%Y-%m"),
}
SAID = "Warga meminta jadwal posyandu ditempel di balai desa."
HELD = {
    "held_at": BEGAN,
    "chair": "dr. Kukuh",
    "note_taker": "Siti Aminah",
    "attendance": "dr. Kukuh, kepala\nBu Lurah",
    "minutes": SAID,
    "outcome": "Jadwal posyandu ditempel.",
    "decision_1": "Menempel jadwal posyandu",
    "person_1": "Bidan desa",
    "due_1": str(TODAY + timedelta(days=7)),
}


def post(node: RunningNode, who: str, path: str, **values: Any) -> httpx.Response:
    sent = {"key": str(uuid4()), **values}
    return node.as_(who).post(node.address + path, data=sent)


def page(node: RunningNode, who: str, path: str) -> httpx.Response:
    return node.as_(who).get(node.address + path)


def called(node: RunningNode, **more: Any) -> str:
    answer = post(node, "bayu", "/rapat/baru", **PLAN | more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/rapat/")


@pytest.fixture(scope="module")
def held(node: RunningNode) -> str:
    """A village's assembly that was held, with one decision."""
    id = called(node)
    answer = post(node, "bayu", f"/rapat/{id}/laksana", **HELD)
    assert answer.status_code == 303, answer.text
    return id


def test_a_meeting_is_found_in_the_lists(node: RunningNode, held: str) -> None:
    coming = called(node, starts_at=str(TODAY + timedelta(days=3)) + "T09:00")
    assert f"/rapat/{coming}" in page(node, "bayu", "/rapat").text
    past = page(node, "bayu", "/rapat?lihat=lalu").text
    assert f"/rapat/{held}" in past
    assert "0 dari 1 selesai" in past
    decided = page(node, "bayu", "/rapat?lihat=keputusan").text
    assert "Menempel jadwal posyandu" in decided
    # Who reads cases, but no words, sees that something was decided and by when.
    closed = page(node, "rini", "/rapat?lihat=keputusan").text
    assert "Bidan desa" in closed
    assert "Menempel jadwal posyandu" not in closed


def test_words_are_opened_by_role_with_one_entry(node: RunningNode, held: str) -> None:
    assert SAID in page(node, "bayu", f"/rapat/{held}").text
    for reader in ("rini", "wulan"):
        answer = page(node, reader, f"/rapat/{held}")
        assert answer.status_code == 200
        assert SAID not in answer.text
    entries = page(node, "bayu", "/pembukaan").text
    assert "membaca rapat" in entries


@pytest.mark.parametrize(
    ("wrong", "field", "mend"),
    [
        ({"attendance": ""}, "attendance", "Wajib diisi."),
        ({"person_1": ""}, "person_1", "Wajib diisi."),
        ({"due_1": ""}, "due_1", "Wajib diisi."),
        ({"case_1": "PRG-2026-A-999999"}, "case_1", "Nomor ini tidak ditemukan."),
        ({"held_at": "2099-01-01T08:00"}, "held_at", "Waktu ini belum tiba."),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    node: RunningNode, wrong: dict[str, str], field: str, mend: str
) -> None:
    id = called(node)
    answer = post(node, "bayu", f"/rapat/{id}/laksana", **HELD | wrong)
    assert answer.status_code == 422
    assert f'id="s-{field}"' in answer.text
    assert mend in answer.text
    assert SAID in answer.text
    kept = {name: each for name, each in HELD.items() if name not in wrong}
    assert all(each in unescape(answer.text) for each in kept.values())


def test_more_rows_lose_nothing(node: RunningNode) -> None:
    id = called(node)
    rows = {f"decision_{n}": "" for n in range(2, 7)}
    answer = post(node, "bayu", f"/rapat/{id}/laksana", **HELD, **rows, go="more")
    assert 'name="decision_12"' in answer.text
    assert SAID in answer.text
    assert "Menempel jadwal posyandu" in answer.text


def test_minutes_of_what_another_wrote_down_first_can_be_copied(
    node: RunningNode, held: str
) -> None:
    again = post(node, "bayu", f"/rapat/{held}/laksana", **HELD | {"minutes": "Catatan kedua."})
    assert again.status_code == 409
    assert "Yang Anda ketik" in again.text
    assert "Catatan kedua." in again.text


def test_what_was_raised_is_entered_on_one_page(node: RunningNode, held: str) -> None:
    at = f"/catat/pertemuan?puskesmas=puring&rapat={held}"
    node.until("bayu", f"/meetings/{held}", lambda found: found["state"] == "held")
    form = page(node, "rini", at)
    assert form.status_code == 200, form.text
    told = {"puskesmas": "puring", "rapat": held, "heard_at": BEGAN}
    rows = {f"text_{row}": "" for row in range(6)}
    empty = post(node, "rini", "/catat/pertemuan", **told, **rows)
    assert (empty.status_code, "Tulis sedikitnya satu masukan." in empty.text) == (422, True)
    said = {"text_0": "Posyandu buka terlalu siang.", "kind_0": "suggestion", "name_0": "Bu Rt"}
    more = {"text_2": "Ambulans desa lama datang.", "kind_2": "complaint"}
    done = post(node, "rini", "/catat/pertemuan", **told, **rows | said | more)
    assert done.status_code == 201, done.text
    ids = re.findall(r'href="/catat/([0-9a-f-]{36})">', done.text)
    assert len(ids) == 2
    node.until("bayu", f"/meetings/{held}", lambda found: set(ids) <= set(found["heard"]))
    shown = page(node, "bayu", f"/rapat/{held}").text
    assert "Posyandu buka terlalu siang." in shown
    assert f'href="/rapat/{held}"' in page(node, "bayu", f"/kasus/{ids[0]}").text
    stranger = page(node, "rini", f"/catat/pertemuan?puskesmas=puring&rapat={uuid4()}")
    assert stranger.status_code == 422


def test_papers_say_what_the_page_says(node: RunningNode, held: str) -> None:
    for name, expected in (
        ("notulen", [SAID, "Bu Lurah", "Menempel jadwal posyandu", "Notulis"]),
        ("undangan", ["Hasil SMD", "Kader posyandu", "Balai Desa Sitiadi"]),
    ):
        answer = page(node, "bayu", f"/rapat/{held}/{name}.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        text = " ".join(text_of(answer.content).split())
        assert all(each in text for each in expected), text
        sealed = " ".join(text_of(page(node, "rini", f"/rapat/{held}/{name}.pdf").content).split())
        assert expected[0] not in sealed
    decided = page(node, "bayu", "/rapat/keputusan.pdf?puskesmas=puring")
    assert "Bidan desa" in " ".join(text_of(decided.content).split())
    coming = called(node, starts_at=str(TODAY + timedelta(days=3)) + "T09:00")
    assert page(node, "bayu", f"/rapat/{coming}/notulen.pdf").status_code == 409


def test_a_meeting_is_cancelled_on_its_page(node: RunningNode) -> None:
    id = called(node)
    none = post(node, "bayu", f"/rapat/{id}/batal", reason="")
    assert none.status_code == 422
    assert post(node, "bayu", f"/rapat/{id}/batal", reason="Banjir.").status_code == 303
    assert "Banjir." in page(node, "bayu", f"/rapat/{id}").text
    again = post(node, "bayu", f"/rapat/{id}/batal", reason="Banjir lagi.")
    assert again.status_code == 409
    assert "Banjir lagi." in again.text
