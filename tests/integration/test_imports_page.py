"""The page of an import: how far it is, without JavaScript, and which rows need mending."""

import re

import httpx

from tests.integration.test_imports_job import file_of
from tests.running import RunningNode

PATH = "/catat/impor"


def browser(node: RunningNode, username: str = "rini") -> httpx.Client:
    """Return what a browser without JavaScript does: it follows where it is sent."""
    return httpx.Client(
        base_url=node.address,
        headers={"Authorization": f"Bearer {node.token(username)}"},
        follow_redirects=True,
        timeout=60,
        trust_env=False,
    )


def test_a_long_import_shows_how_far_it_is_and_then_its_rows(node: RunningNode) -> None:
    with browser(node) as client:
        form = client.get(PATH, params={"puskesmas": "puring"})
        assert 'enctype="multipart/form-data"' in form.text
        sent = {"puskesmas": "puring", "key": "satu"}
        first = client.post(PATH, data=sent, files=file_of(2000, ["merpati", "x"]))
        page = first
        for _attempt in range(2000):
            if 'http-equiv="refresh"' not in page.text:
                break
            assert "Muat ulang" in page.text and "dari 2.001 baris" in page.text
            page = client.get(str(first.url))
        assert 'http-equiv="refresh"' in first.text, "it was long enough to be watched"
        assert "sebagian baris perlu diperbaiki" in page.text
        assert re.search(r"2\.002</th><td>channel</td><td>Pilih salah satu", page.text)
        again = client.post(PATH, data=sent, files=file_of(2000, ["merpati", "x"]))
        assert again.url == first.url, "a second press of the button is the same import"


def test_the_form_says_what_is_wrong(node: RunningNode) -> None:
    with browser(node) as client:
        empty = client.post(PATH, data={"puskesmas": "puring"}, files={"file": ("", b"")})
        assert empty.status_code == 422 and "Pilih berkas yang akan diimpor." in empty.text
        unread = client.post(
            PATH, data={"puskesmas": "puring"}, files={"file": ("x.csv", b"nama\nSiti\n")}
        )
        assert unread.status_code == 422 and "Kolom" in unread.text
        nowhere = client.post(PATH, data={"puskesmas": "entah"}, files=file_of(1))
        assert nowhere.status_code in (403, 404)


def test_who_may_not_import_sees_no_page(node: RunningNode) -> None:
    with browser(node, "agus") as client:
        assert client.get(PATH).status_code == 403
        assert client.post(PATH, data={"puskesmas": "puring"}, files=file_of(1)).status_code == 403
