"""What may point to a person is marked, and the text stays whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.publication.hints import WHAT, pieces


@pytest.mark.parametrize(
    ("text", "marked", "what"),
    [
        ("Pak Slamet menunggu lama.", "Pak Slamet", "name"),
        ("Ditolak oleh dr. Ani Wulandari kemarin", "dr. Ani Wulandari", "name"),
        ("Hubungi 0812-3456-7890 saja", "0812-3456-7890", "phone"),
        ("Nomor +62 812 3456 789.", "+62 812 3456 789", "phone"),
        ("NIK 3305010101800001 salah", "3305010101800001", "number"),
        ("tulis ke tuti.m@contoh.id ya", "tuti.m@contoh.id", "email"),
        ("rumah di RT 03 Dusun Krajan", "RT 03", "address"),
    ],
)
def test_what_has_a_shape_is_marked(text: str, marked: str, what: str) -> None:
    found = [each for each in pieces(text) if each.what]
    assert (found[0].text, found[0].what) == (marked, WHAT[what])


@pytest.mark.parametrize(
    "text",
    [
        "Antrean loket kini bernomor, dan loket kedua dibuka pukul 07.30.",
        "Ibu hamil didahulukan. Pada 12 November 2026 kursi ditambah 20.",
        "Obat datang 3 hari kemudian.",
    ],
)
def test_ordinary_results_are_left_alone(text: str) -> None:
    assert [each for each in pieces(text) if each.what] == []


@given(st.text())
def test_the_pieces_give_the_text_back(text: str) -> None:
    assert "".join(each.text for each in pieces(text)) == text
