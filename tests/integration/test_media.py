"""One release on every medium: sheet, screen, feed, pictures and slip; gone everywhere when it is
withdrawn. What was not approved, or is not released yet, is on none of them."""

from typing import Any
from xml.etree import ElementTree as Xml

import httpx
import pytest

from services.reporting.boards.feed import ATOM
from tests.codes import picture, read, sheets, words
from tests.integration.test_citizen_pages import HANDLED, receive, take
from tests.integration.test_corrected_to_confidential import draft_of
from tests.integration.test_publication_returned import done
from tests.running import RunningNode

TEXT = "Loket kedua dibuka pada jam sibuk. Nomor antrean kini dipanggil lewat pengeras suara."
WAITING = "kenari-menunggu-terbang"
PUBLIC = ("", "/papan", "/papan.atom", "/papan.pdf", "/tv")


def ask(node: RunningNode, who: str | None, path: str) -> httpx.Response:
    client = node.public if who is None else node.as_(who)
    return client.get(node.address + path)


def draft(node: RunningNode, **form: Any) -> str:
    given = receive(node, **form)
    take(node, given["id"], *HANDLED)
    found: str = draft_of(node, given["id"])["id"]
    return found


@pytest.fixture(scope="module")
def released(node: RunningNode) -> str:
    """A result that is public in every medium."""
    id = draft(node)
    done(node, "dewi", id, "draft", text=TEXT)
    done(node, "kukuh", id, "approval", text=TEXT)
    done(node, "dewi", id, "release")
    return id


def everywhere(node: RunningNode) -> str:
    """Return all that anybody may read of Puring, the sheet as it is read."""
    said = []
    for path in PUBLIC:
        answer = ask(node, None, "/p/puring" + path).raise_for_status()
        said.append(words(answer.content) if path.endswith(".pdf") else answer.text)
    return "\n".join((*said, ask(node, None, "/api/v1/puskesmas/puring/board").text))


def test_the_sheet_has_the_text_and_a_code_that_leads_to_the_receipts(
    node: RunningNode, released: str
) -> None:
    answer = ask(node, None, "/p/puring/papan.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert TEXT in words(answer.content)
    assert f"{node.address}/r" in read(*sheets(answer.content))


def test_the_feed_has_an_entry_that_readers_of_feeds_understand(
    node: RunningNode, released: str
) -> None:
    answer = ask(node, None, "/p/puring/papan.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    entries = Xml.fromstring(answer.content).findall("a:entry", {"a": ATOM})
    texts = [each.findtext("a:content", "", {"a": ATOM}) for each in entries]
    assert any(TEXT in each for each in texts)
    assert 'href="/p/puring/papan.atom"' in ask(node, None, "/p/puring/papan").text


def test_the_screen_has_the_text_and_the_way_to_the_form(node: RunningNode, released: str) -> None:
    page = ask(node, None, "/p/puring/tv").text
    assert TEXT in page and f"{node.address}/p/puring/lapor" in page
    assert ask(node, None, "/p/tidak-ada/tv").status_code == 404


@pytest.mark.parametrize("shape", ["square", "upright"])
def test_pictures_are_drawn_of_what_is_on_social_media(
    node: RunningNode, released: str, shape: str
) -> None:
    answer = ask(node, "dewi", f"/terbitkan/{released}/gambar/{shape}.png").raise_for_status()
    assert read(picture(answer.content)) == [f"{node.address}/p/puring/papan"]
    page = ask(node, "dewi", f"/terbitkan/{released}").text
    assert f"/terbitkan/{released}/gambar/{shape}.png" in page
    assert "Keluhan Anda, tindakan kami" in page and "Gambar bertulisan dari" in page
    assert ask(node, "dewi", f"/terbitkan/{released}/gambar/bulat.png").status_code == 404
    assert ask(node, None, f"/terbitkan/{released}/gambar/{shape}.png").status_code in (303, 401)


def test_a_draft_may_begin_with_the_words_of_its_category(node: RunningNode) -> None:
    id = draft(node, categories=["waktu-tunggu", "pujian"])
    at = f"/terbitkan/{id}"
    page = ask(node, "dewi", at).text
    # Praise has no such words.
    assert f'href="{at}?awal=waktu-tunggu#f-draft_text"' in page and "awal=pujian" not in page
    begins = "Warga menyampaikan bahwa waktu tunggunya terlalu lama."
    assert begins not in page
    field = ask(node, "dewi", f"{at}?awal=waktu-tunggu").text.split('name="draft_text"')[1]
    assert field.index(begins) < field.index("Obat sudah ada.") < field.index("</textarea>")
    # Nothing is saved by looking, and what is in no list changes nothing.
    assert begins not in ask(node, "dewi", f"{at}?awal=tidak-ada").text


def test_what_is_not_released_is_on_no_medium(node: RunningNode, released: str) -> None:
    id = draft(node)
    for step, who, body in (
        ("draft", "dewi", {"text": WAITING}),
        ("approval", "kukuh", {"text": WAITING}),
    ):
        done(node, who, id, step, **body)
        assert WAITING not in everywhere(node)
        picture = ask(node, "dewi", f"/terbitkan/{id}/gambar/square.png")
        assert picture.status_code == 404
    # One medium only: the others do not have it, nor is a picture drawn of it.
    done(node, "dewi", id, "release", media=["notice_board"])
    assert WAITING in ask(node, None, "/p/puring/papan.atom").text
    assert WAITING not in ask(node, None, "/p/puring/tv").text
    assert ask(node, "dewi", f"/terbitkan/{id}/gambar/square.png").status_code == 404
    done(node, "dewi", id, "withdrawal", reason="Perlu disusun ulang.")
    assert WAITING not in everywhere(node)


def test_what_is_withdrawn_is_gone_from_every_medium(node: RunningNode) -> None:
    gone = "Kursi tunggu ditambah sepuluh."
    id = draft(node)
    done(node, "dewi", id, "draft", text=gone)
    done(node, "kukuh", id, "approval", text=gone)
    done(node, "dewi", id, "release")
    assert everywhere(node).count(gone) >= len(PUBLIC)
    done(node, "dewi", id, "withdrawal", reason="Belum benar.")
    assert gone not in everywhere(node)
    assert ask(node, "dewi", f"/terbitkan/{id}/gambar/square.png").status_code == 404
    # The record stays, with the reason, for those who may read it.
    assert "Ditarik" in ask(node, "dewi", f"/terbitkan/{id}").text


def test_a_confidential_one_says_neither_unit_nor_day_on_any_medium(node: RunningNode) -> None:
    said = "Ruang konseling kini tertutup rapat."
    id = draft(node, confidentiality="confidential", service_unit="farmasi")
    done(node, "dewi", id, "draft", text=said)
    done(node, "kukuh", id, "approval", text=said)
    done(node, "kukuh", id, "approval", text=said, confirm=True)
    done(node, "dewi", id, "release")
    assert said in words(ask(node, None, "/p/puring/papan.pdf").content)
    assert said not in ask(node, None, "/p/puring/papan.atom").text
    assert "Farmasi" not in everywhere(node)
    page = ask(node, "dewi", f"/terbitkan/{id}").text
    described = page[page.index('id="f-described"') :].split("</textarea>")[0]
    assert said in described and "2026" not in described and "Farmasi" not in described


@pytest.mark.parametrize("paper", ["80mm", "a6"])
def test_the_slip_leads_to_its_receipt_and_is_for_who_wrote_it_down(
    node: RunningNode, paper: str
) -> None:
    given = receive(node)
    path = f"/catat/{given['id']}/slip.pdf?puskesmas=puring&paper={paper}"
    answer = ask(node, "rini", path).raise_for_status()
    assert read(*sheets(answer.content)) == [f"{node.address}/r#{given['receipt']}"]
    assert given["receipt"] in words(answer.content)
    assert given["receipt"] not in str(answer.headers)
    assert answer.headers["cache-control"] == "no-store"
    other = ask(node, "sari", path)
    assert other.status_code == 303 and given["receipt"] not in other.text
    assert ask(node, "rini", path.replace(paper, "a5")).status_code == 422
