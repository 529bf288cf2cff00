"""A screen's parts, the feed, and sheets, slips and pictures with short and long texts."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.paper.board import BoardSheet, Code, Posted, board_sheet
from services.kernel.paper.picture import SIZES, Picture, Shape, picture
from services.kernel.paper.slip import FORMATS, Format, Slip, slip
from services.kernel.web.pictures import squares
from services.reporting.boards.feed import ATOM, feed
from services.reporting.boards.screens import LEAST_SECONDS, LETTERS, WORDS, screens
from tests.codes import edge_is_bare, read, sheets, words
from tests.codes import picture as opened

SHORT = "Loket kedua dibuka."
SENTENCE = (
    "Antrean loket pada pagi hari dikeluhkan terlalu lama. Kami menambah satu loket mulai pukul "
    "07.30, memasang nomor antrean, dan menempel jadwal petugas di papan informasi. "
)
LONG = (SENTENCE * 60)[:9_900].strip()
ENDLESS = "x" * 3_000
RECEIPT = "https://tanggap.contoh.id/r#K7Q2-9MFX-TR4W"
BOARD = "https://tanggap.contoh.id/p/puring/papan"
PLACE = "UPTD Puskesmas Karanggayam II di Kecamatan Karanggayam, Kabupaten Kebumen"


@pytest.mark.parametrize("text", [SHORT, LONG, ENDLESS, "Satu dua. " * 300, "kata " * 200])
def test_a_screen_holds_no_more_than_can_be_read_and_nothing_is_left_out(text: str) -> None:
    parts = screens(text)
    assert all(len(each.text.split()) <= WORDS and len(each.text) <= LETTERS for each in parts)
    assert all(each.seconds >= LEAST_SECONDS for each in parts)
    assert [(each.part, each.parts) for each in parts] == [
        (n, len(parts)) for n in range(1, len(parts) + 1)
    ]
    assert "".join(each.text for each in parts).replace(" ", "") == "".join(text.split())


@given(st.text())
def test_any_text_is_shown_whole(text: str) -> None:
    assert "".join("".join(each.text.split()) for each in screens(text)) == "".join(text.split())


def test_a_part_ends_with_a_sentence_where_one_does() -> None:
    assert [each.text[-1] for each in screens(SENTENCE * 4)] == ["."] * len(screens(SENTENCE * 4))


def item(text: str, published_at: datetime | None) -> dict[str, object]:
    id = UUID(int=len(text))
    return {"id": id, "text": text, "published_at": published_at, "notes": ("Loket",)}


def test_a_feed_has_what_has_a_date_and_nothing_that_is_no_xml() -> None:
    when = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
    items = [item("<b>Loket</b> & antrean\x07", when), item("Rahasia.", None)]
    made = feed(
        language="id", title=PLACE, author=PLACE, address=BOARD + ".atom", page=BOARD, items=items
    )
    root = Xml.fromstring(made)
    at = {"a": ATOM}
    (entry,) = root.findall("a:entry", at)
    assert entry.findtext("a:content", namespaces=at) == "<b>Loket</b> & antrean\n\nLoket"
    assert entry.findtext("a:updated", namespaces=at) == "2026-11-27T01:30:00Z"
    assert root.findtext("a:updated", namespaces=at) == "2026-11-27T01:30:00Z"
    assert b"Rahasia" not in made
    empty = feed(language="id", title="", author="", address=BOARD, page=BOARD, items=[])
    assert Xml.fromstring(empty).findall("a:entry", at) == []


SHEET = BoardSheet(
    language="id",
    place=PLACE,
    title="Papan informasi",
    lead="Keluhan dan saran yang sudah ditindaklanjuti, dan hasilnya.",
    as_of="Keadaan per Jum 27 Nov 2026",
    page="Halaman {page} dari {pages}",
    empty="Belum ada hasil yang diumumkan.",
    posted=(),
    codes=(
        Code(squares(RECEIPT), "Kode QR", "Sampai di mana keluhan saya?", "Pindai gambar ini."),
        Code(squares("titik periksa\n" + "a" * 700), "Kode QR", "Titik periksa", "K7Q2-9MFX-TR4W"),
    ),
)


@pytest.mark.parametrize(
    ("texts", "pages"),
    [((), 1), ((SHORT,), 1), ((SHORT + " 😡",) * 30, None), ((LONG, SHORT), None)],
)
def test_a_sheet_holds_every_text_and_its_codes_can_be_read(
    texts: tuple[str, ...], pages: int | None
) -> None:
    made = board_sheet(replace(SHEET, posted=tuple(Posted(each, ("Loket",)) for each in texts)))
    drawn = sheets(made)
    assert pages in (None, len(drawn))
    assert all(edge_is_bare(each) for each in drawn)
    assert sorted(read(drawn[-1])) == [RECEIPT, "titik periksa\n" + "a" * 700]
    said = words(made)
    assert all(each.split()[0] in said for each in texts)
    assert said.count("dari") >= len(drawn)


SLIP = Slip(
    language="id",
    place=PLACE,
    title="Tanda terima",
    number="PRG-2026-A-000417",
    received="Jum 27 Nov 2026 08.30",
    code_title="Kode tanda terima",
    code="K7Q2-9MFX-TR4W",
    squares=squares(RECEIPT),
    squares_alt="Kode QR",
    how="Pindai gambar ini, atau buka alamat berikut lalu ketik kodenya:",
    address="https://tanggap.contoh.id/r",
    next_title="Yang terjadi selanjutnya",
    next=("Terima kasih.",),
)


@pytest.mark.parametrize("paper", FORMATS)
@pytest.mark.parametrize("next", [SLIP.next, (SENTENCE, SENTENCE, SENTENCE)])
def test_a_slip_is_one_page_whose_code_leads_to_the_receipt(
    paper: Format, next: tuple[str, ...]
) -> None:
    made = slip(replace(SLIP, next=next), paper)
    (drawn,) = sheets(made)
    assert read(drawn) == [RECEIPT]
    assert edge_is_bare(drawn, margin=5)
    assert SLIP.code in words(made) and SLIP.number in words(made)
    assert round(drawn.width / drawn.height, 2) < 1


SHOWN = Picture(
    language="id",
    place=PLACE,
    title="Keluhan Anda, tindakan kami",
    text=SHORT,
    notes=("Loket pendaftaran", "Jum 27 Nov 2026"),
    more="Selengkapnya di papan informasi.",
    squares=squares(BOARD),
    squares_said=BOARD,
)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("text", [SHORT, SENTENCE * 2, LONG, ENDLESS, "Antre 😡 李"])
def test_a_picture_has_its_size_and_its_code_can_be_read(shape: Shape, text: str) -> None:
    drawn = opened(picture(replace(SHOWN, text=text), shape))
    assert drawn.size == SIZES[shape]
    assert read(drawn) == [BOARD]
    assert edge_is_bare(drawn, margin=40)
