"""What somebody typed outlives the end of their session and another's step in between."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.main.demo import PASSWORD
from tests.running import RunningNode

TYPED = 'Loket "2" tutup.\r\nAntre <dua> jam & lebih.'
GRADE = {"grade": "yellow", "reason": TYPED, "key": "kunci-1", "version": "2"}
INPUT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


class Browser:
    """Signs in by the page, keeps its cookie, and sends the hidden inputs that a page holds."""

    def __init__(self, node: RunningNode, username: str) -> None:
        self.client = httpx.Client(base_url=node.address, timeout=60, trust_env=False)
        self.username = username
        self.sign_in()

    def sign_in(self, password: str = PASSWORD, **hidden: str) -> httpx.Response:
        sent = {"username": self.username, "password": password} | hidden
        return self.client.post("/masuk", data=sent)

    def end_the_session(self) -> None:
        """Elsewhere; this browser still holds the cookie."""
        address, cookies = f"{self.client.base_url}/keluar", dict(self.client.cookies)
        with httpx.Client(cookies=cookies, trust_env=False) as elsewhere:
            assert elsewhere.post(address).status_code == 303


def hidden(page: httpx.Response, action: str) -> dict[str, str]:
    """Return the hidden inputs of the form that a page sends to `action`."""
    (form,) = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page.text, re.S)
    return {name: unescape(value) for name, value in INPUT.findall(form)}


def received(node: RunningNode, **facts: Any) -> str:
    body = {"channel": "in_person", "text": "Antre lama.", "service_unit": "loket"} | facts
    answer = node.as_("rini").post("/puskesmas/puring/complaints", json=body)
    id: str = answer.json()["id"]
    node.until("sari", f"/cases/{id}", lambda case: True)
    return id


@pytest.fixture
def sari(node: RunningNode) -> Iterator[Browser]:
    browser = Browser(node, "sari")
    yield browser
    browser.client.close()


def test_a_form_outlives_its_session(node: RunningNode, sari: Browser) -> None:
    path = f"/kasus/{received(node)}/grade"
    sari.end_the_session()
    late = sari.client.post(path, data=GRADE)
    assert late.status_code == 401
    assert "tidak hilang" in late.text
    assert late.headers["cache-control"] == "no-store"
    carried = hidden(late, "/masuk")
    wrong = sari.sign_in("salah-sekali-1", **carried)
    assert (wrong.status_code, hidden(wrong, "/masuk")) == (401, carried)
    again = sari.sign_in(**carried)
    assert again.status_code == 200
    fields = hidden(again, path)
    assert fields == {**GRADE, "shown_again": "1"}
    shown = sari.client.post(path, data=fields)
    assert shown.status_code == 200
    assert "isian Anda masih ada" in shown.text
    assert unescape(shown.text).replace("\r", "").count(TYPED.replace("\r", "")) == 1
    assert node.as_("sari").get(path.replace("/kasus", "/cases")[:-6]).json().get("grade") is None
    key = hidden(shown, path)
    sent = sari.client.post(path, data={**GRADE, **key})
    assert sent.status_code == 303, sent.text


def test_the_desk_and_the_corrections_show_what_was_typed(node: RunningNode, sari: Browser) -> None:
    id = received(node)
    form = {
        "channel": "phone",
        "kind": "complaint",
        "text": TYPED,
        "confidentiality": "open",
        "categories": ["wait", "staff"],
        "puskesmas": "puring",
        "reason": "Salah tulis.",
    }
    for path in ("/catat", f"/catat/{id}/betulkan"):
        sari.end_the_session()
        carried = hidden(sari.client.post(path, data=form), "/masuk")
        again = sari.sign_in(**carried)
        inputs = [(name, unescape(value)) for name, value in INPUT.findall(again.text)]
        assert [value for name, value in inputs if name == "categories"] == ["wait", "staff"]
        shown = sari.client.post(path, data=dict(inputs) | {"categories": ["wait", "staff"]})
        assert shown.status_code == 200
        assert "Loket &#34;2&#34; tutup." in shown.text
        assert 'value="phone" checked' in shown.text


def test_a_file_is_asked_for_again_and_a_password_never_carried(
    node: RunningNode, sari: Browser
) -> None:
    path = f"/catat/{received(node)}/lampiran"
    sari.end_the_session()
    late = sari.client.post(path, data={"key": "k"}, files={"file": ("a.pdf", b"%PDF-1.7 %%EOF")})
    assert "berkasnya perlu dipilih lagi" in late.text
    sari.sign_in(**(carried := hidden(late, "/masuk")))
    again = sari.sign_in(**carried)
    shown = sari.client.post(path, data=hidden(again, path))
    assert shown.status_code == 200 and 'type="file"' in shown.text
    sari.end_the_session()
    late = sari.client.post("/akun/sandi", data={"current": PASSWORD, "password": "lain-sekali-9"})
    assert late.status_code == 401
    assert PASSWORD not in late.text and "lain-sekali-9" not in late.text


def test_a_button_alone_is_pressed_again_by_who_sees_what_it_does(
    node: RunningNode, sari: Browser
) -> None:
    path = f"/catat/{received(node)}/duplikat/lepas"
    sari.end_the_session()
    late = sari.client.post(path, data={"key": "k", "version": "1"})
    assert late.status_code == 401
    assert 'href="/masuk"' in late.text and "tidak hilang" not in late.text


def test_an_account_that_was_being_added_is_shown_again(node: RunningNode) -> None:
    admin, path = Browser(node, "admin"), "/pengguna"
    admin.end_the_session()
    late = admin.client.post(path, data={"username": "tuti-baru", "display_name": "Bu Tuti"})
    again = admin.sign_in(**hidden(late, "/masuk"))
    shown = admin.client.post(path, data=hidden(again, path))
    assert shown.status_code == 200
    assert "isian Anda masih ada" in shown.text and 'value="tuti-baru"' in shown.text
    assert "tuti-baru" not in admin.client.get(path).text
    admin.client.close()


@pytest.mark.parametrize(
    "carried",
    [
        {"target": "https://jahat.example/", "kept": '[["a","b"]]'},
        {"target": "//jahat.example/", "kept": '[["a","b"]]'},
        {"target": "/kasus/1/grade", "kept": "[["},
        {"target": "/kasus/1/grade", "kept": '[["a",1]]'},
        {"target": "/kasus/1/grade", "kept": "3"},
        {"target": "/api/v1/session", "kept": '[["a","b"]]'},
    ],
)
def test_what_no_page_of_ours_carried_leads_to_the_front(
    sari: Browser, carried: dict[str, str]
) -> None:
    answer = sari.sign_in(**carried)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_words_lie_in_no_store_log_or_cookie(node: RunningNode, sari: Browser) -> None:
    path, words = f"/kasus/{received(node)}/comments", "kenari-yang-hampir-hilang"
    sari.end_the_session()
    late = sari.client.post(path, data={"comment": words})
    again = sari.sign_in(**hidden(late, "/masuk"))
    assert words in again.text
    sari.client.post(path, data=hidden(again, path))
    for answer in (late, again):
        assert words not in str(answer.headers)
    kept = [*Path(node.data).rglob("*"), node.data.parent / "node.log"]
    for file in kept:
        assert not file.is_file() or words.encode() not in file.read_bytes(), file


def test_two_tabs_on_one_case_say_what_the_other_one_did(node: RunningNode, sari: Browser) -> None:
    id = received(node)
    page = sari.client.get(f"/kasus/{id}")
    grade = hidden(page, f"/kasus/{id}/grade")
    answer = {"grade": "red", "reason": "Mendesak."}
    assert sari.client.post(f"/kasus/{id}/grade", data=grade | answer).status_code == 303
    other = sari.client.post(f"/kasus/{id}/grade", data=grade | {"key": "b", "reason": TYPED})
    assert other.status_code in (412, 422)
    stale = {**grade, "key": "c", "grade": "green", "reason": TYPED}
    clash = sari.client.post(f"/kasus/{id}/grade", data=stale)
    assert clash.status_code == 412
    assert "Berubah sementara Anda menulis" in clash.text
    assert "Tingkat keluhan dinilai" in clash.text.split("Berubah sementara")[1].split("</ul>")[0]
    assert "Loket &#34;2&#34; tutup." in clash.text


def test_what_was_typed_for_a_step_that_is_over_is_shown(node: RunningNode, sari: Browser) -> None:
    id = received(node)
    team = node.as_("sari")
    assert team.post(f"/cases/{id}/grade", json={"grade": "red"}).status_code == 200
    page = sari.client.get(f"/kasus/{id}")
    form = hidden(page, f"/kasus/{id}/immediate-answer")
    for step, body in (
        ("immediate-answer", {"answer": "Sudah."}),
        ("documentation", {"summary": "Beres."}),
    ):
        assert team.post(f"/cases/{id}/{step}", json=body).status_code == 200
    late = sari.client.post(f"/kasus/{id}/immediate-answer", data={**form, "answer": TYPED})
    assert late.status_code in (409, 412)
    assert "Langkah ini tidak terbuka lagi" in late.text
    assert "Loket &#34;2&#34; tutup." in late.text
    assert "Hasil didokumentasikan" in late.text.split("Berubah sementara")[1].split("</ul>")[0]


def test_what_was_chosen_for_a_step_that_is_over_is_said_in_its_words(
    node: RunningNode, sari: Browser
) -> None:
    id = received(node)
    team = node.as_("sari")
    assert team.post(f"/cases/{id}/grade", json={"grade": "red"}).status_code == 200
    form = hidden(sari.client.get(f"/kasus/{id}"), f"/kasus/{id}/analysis")
    body = {"root_cause": "Satu loket.", "finding": "not_upheld"}
    assert team.post(f"/cases/{id}/analysis", json=body).status_code == 200
    assert team.post(f"/cases/{id}/documentation", json={"summary": "Beres."}).status_code == 200
    typed = {**form, "root_cause": TYPED, "finding": "upheld"}
    late = sari.client.post(f"/kasus/{id}/analysis", data=typed)
    kept = late.text.split("Yang Anda ketik</h2>")[1].split("</section>")[0]
    assert "Terbukti" in kept and "upheld" not in kept
    gone = {**form, "called_head": "true", "how": "WhatsApp", "told_by": "phone"}
    late = sari.client.post(f"/kasus/{id}/immediate-answer", data=gone)
    kept = late.text.split("Yang Anda ketik</h2>")[1].split("</section>")[0]
    assert "kepala Puskesmas" in kept and "Telepon" in kept
    assert ">true<" not in kept and ">phone<" not in kept


def test_a_correction_says_which_fields_another_one_changed(
    node: RunningNode, sari: Browser
) -> None:
    id = received(node)
    changes = {"service_unit": "farmasi", "barrier": "habit", "reason": "Salah unit."}
    done = node.as_("rini").post(f"/complaints/{id}/corrections", json=changes)
    assert done.status_code == 200, done.text
    form = {"channel": "phone", "kind": "complaint", "text": TYPED, "confidentiality": "open"}
    sent = form | {"reason": "Lewat telepon.", "version": "1"}
    clash = sari.client.post(f"/catat/{id}/betulkan", data=sent)
    assert clash.status_code == 412
    told = clash.text.split("Berubah sementara")[1].split("</ul>")[0]
    assert "Formulir keluhan diperbaiki" in told
    assert "Unit layanan" in told and "Hambatan saat menyampaikan" in told
    assert "Nama" not in told
    assert "Loket &#34;2&#34; tutup." in clash.text


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("/kasus/{id}", "/grade"),
        ("/kasus/{id}", "/actions/1"),
        ("/kasus/{id}", "/team-call/acknowledgement"),
        ("/catat/{id}", "/betulkan"),
        ("/catat/{id}", "/duplikat/lepas"),
        ("/terbitkan/{id}", "/draft"),
    ],
)
def test_the_address_after_a_refusal_opens_the_page_again(
    node: RunningNode, sari: Browser, page: str, form: str
) -> None:
    page = page.format(id=received(node))
    led = sari.client.get(page + form)
    assert (led.status_code, led.headers["location"]) == (303, page)
