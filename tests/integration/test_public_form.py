"""The public's form, step by step, as a browser without scripts sends it; and the posters."""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Any

import httpx
import pytest

from tests.running import RunningNode
from tests.unit.test_attachments import JPEG, telling_jpeg

FORM = "/p/puring/lapor"
SAID = "Antre lama sekali, kipas angin mati. \U0001f614 <b>tolong</b>"
_INPUT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture(scope="module")
def browser(node: RunningNode) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=node.address, timeout=60, trust_env=False) as client:
        yield client


def hidden(page: httpx.Response) -> dict[str, str]:
    return {name: unescape(value) for name, value in _INPUT.findall(page.text)}


def step(page: httpx.Response) -> str:
    return hidden(page)["step"]


def go_on(
    browser: httpx.Client, page: httpx.Response, files: Any = None, **typed: str
) -> httpx.Response:
    return browser.post(FORM, data=hidden(page) | typed, files=files)


def last_step(browser: httpx.Client, **typed: str) -> httpx.Response:
    page = go_on(browser, browser.get(FORM), kind="complaint", text=typed.pop("text", SAID))
    return go_on(browser, page, **typed)


def test_three_steps_lead_to_a_receipt_and_an_officer_reads_what_was_said(
    node: RunningNode, browser: httpx.Client
) -> None:
    second = go_on(browser, browser.get(FORM), kind="suggestion", text=SAID)
    assert (second.status_code, step(second)) == (200, "2")
    third = go_on(browser, second, service_unit="loket", incident_date="2026-01-05")
    assert (third.status_code, step(third)) == (200, "3")
    assert "&lt;b&gt;tolong" in third.text
    photo = {"file": ("tempat.jpg", telling_jpeg())}
    thanks = go_on(browser, third, photo, name="Bu Warsini", phone="0812-0000-7777")
    assert thanks.status_code == 201
    assert thanks.headers["cache-control"] == "private, no-cache"
    code = re.search(r'class="code">([-0-9A-Z]+)<', thanks.text)
    assert code
    number = re.search(r"PRG-\d{4}-\w-\d{6}", thanks.text)
    assert number
    listed = node.until(
        "sari", "/reports/complaints", lambda found: found["items"], puskesmas="puring"
    )
    (id,) = [each["id"] for each in listed["items"] if each["number"] == number[0]]
    view = node.as_("sari").get(f"/complaints/{id}").json()
    assert (view["kind"], view["service_unit"]) == ("suggestion", "loket")
    shown = node.as_("sari").get(f"{node.address}/catat/{id}").text
    assert escape(SAID) in shown and "Bu Warsini" in shown
    assert 'value="2026-01-05"' in shown
    assert [each["media_type"] for each in view["attachments"]] == ["image/jpeg"]


def test_going_back_keeps_what_was_typed(browser: httpx.Client) -> None:
    second = go_on(browser, browser.get(FORM), kind="praise", text=SAID)
    third = go_on(browser, second, service_unit="loket")
    again = go_on(browser, third, name="Bu Warsini", go="back")
    assert step(again) == "2"
    assert hidden(again)["name"] == "Bu Warsini"
    first = go_on(browser, again, service_unit="loket", go="back")
    assert step(first) == "1"
    assert "&lt;b&gt;tolong" in first.text
    assert re.search(r'value="praise" checked', first.text)


def test_a_step_with_something_wrong_is_shown_again_with_what_was_typed(
    browser: httpx.Client,
) -> None:
    empty = go_on(browser, browser.get(FORM), kind="complaint", text="  ")
    assert (empty.status_code, step(empty)) == (422, "1")
    assert "Tulis apa yang disampaikan." in empty.text
    long = go_on(browser, browser.get(FORM), kind="complaint", text="a" * 10_001)
    assert (long.status_code, step(long)) == (422, "1")
    second = go_on(browser, browser.get(FORM), kind="complaint", text=SAID)
    for day, message in (("2999-01-01", "belum tiba"), ("kemarin", "Tulis tanggal seperti")):
        page = go_on(browser, second, incident_date=day)
        assert (page.status_code, step(page)) == (422, "2")
        assert message in page.text
        assert hidden(page)["text"] == SAID


def test_an_error_of_an_earlier_step_leads_back_to_it(browser: httpx.Client) -> None:
    third = last_step(browser)
    page = go_on(browser, third, service_unit="tidak-ada", name="Bu Warsini")
    assert (page.status_code, step(page)) == (422, "2")
    assert hidden(page)["name"] == "Bu Warsini"
    page = go_on(browser, third, anonymous="true", name="Bu Warsini")
    assert (page.status_code, step(page)) == (422, "3")
    assert "Kosongkan nama dan nomor telepon" in page.text


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("surat.jpg", b"hanya tulisan", "Isi berkas ini bukan itu"),
        ("foto.jpg", JPEG[: len(JPEG) // 2], "tidak utuh"),
        ("besar.jpg", b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "lebih dari 10 MB"),
    ],
)
def test_a_photo_that_cannot_be_taken_is_refused_before_anything_is_written(
    node: RunningNode, browser: httpx.Client, name: str, data: bytes, message: str
) -> None:
    before = len(node.as_("sari").get("/reports/complaints").json()["items"])
    page = go_on(browser, last_step(browser), {"file": (name, data)}, name="Bu Warsini")
    assert (page.status_code, step(page)) == (422, "3")
    assert message in page.text
    assert hidden(page)["text"] == SAID
    assert 'value="Bu Warsini"' in page.text
    after = len(node.as_("sari").get("/reports/complaints").json()["items"])
    assert after == before


def test_the_button_pressed_twice_is_one_complaint(browser: httpx.Client) -> None:
    third = last_step(browser)
    photo = {"file": ("tempat.jpg", telling_jpeg())}
    numbers = set()
    for _time in range(2):
        thanks = go_on(browser, third, photo, anonymous="true")
        assert thanks.status_code == 201
        numbers |= set(re.findall(r"PRG-\d{4}-\w-\d{6}", thanks.text))
    assert len(numbers) == 1


def test_the_picture_of_a_unit_fills_it_in_and_one_that_is_gone_does_no_harm(
    browser: httpx.Client,
) -> None:
    first = browser.get(FORM, params={"unit": "loket"})
    assert hidden(first)["service_unit"] == "loket"
    second = go_on(browser, first, kind="complaint", text=SAID)
    assert re.search(r'value="loket" selected', second.text)
    gone = browser.get(FORM, params={"unit": "sudah-tutup"})
    assert gone.status_code == 200
    assert "service_unit" not in hidden(gone)


def test_posters_are_for_each_unit_of_a_puskesmas_of_ones_own(node: RunningNode) -> None:
    def get(**query: str) -> httpx.Response:
        return node.as_("rini").get(f"{node.address}/catat/poster", params=query)

    every = get(puskesmas="puring")
    assert every.status_code == 200
    shown = every.text.partition("<main")[2]
    assert shown.count("<svg") > 3
    assert shown.count("/p/puring/lapor</b>") == shown.count("<svg")
    one = get(puskesmas="puring", unit="loket").text.partition("<main")[2]
    assert one.count("<svg") == 1
    assert "Tidak ada unit dengan kode ini." in get(puskesmas="puring", unit="x").text
    assert get(puskesmas="tidak-ada").status_code == 404
