"""What may point to a person is marked, and the text stays whole."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.publication.domain.redaction import WHAT, Complainant, gives_away, kinds, pieces
from tests.planted import score, sentences


@pytest.mark.parametrize(
    ("text", "marked", "what"),
    [
        ("Pak Slamet menunggu lama.", "Pak Slamet", "name"),
        ("Ditolak oleh dr. Ani Wulandari kemarin", "dr. Ani Wulandari", "name"),
        ("Hubungi 0812-3456-7890 saja", "0812-3456-7890", "phone"),
        ("Nomor +62 812 3456 789.", "+62 812 3456 789", "phone"),
        ("NIK 3305010101800001 salah", "3305010101800001", "number"),
        ("tulis ke tuti.m@contoh.id ya", "tuti.m@contoh.id", "email"),
        ("Ditolak Dokter Andi tadi", "Dokter Andi", "name"),
        ("rumah di RT 03 Dusun Krajan", "RT 03 Dusun Krajan", "address"),
        ("katanya bu siti yang salah", "bu siti", "name"),
        ("Saya lahir 12 Maret 1980.", "12 Maret 1980", "birth"),
        ("No. RM 00-12-34 hilang", "00-12-34", "number"),
        ("Plat AA 4567 XY", "AA 4567 XY", "number"),
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


WATI = Complainant("Wati Lestari", "0812 3456 7890", "wati@contoh.id")


@pytest.mark.parametrize(
    "text",
    [
        "Bu WATI  LESTARI sudah dilayani.",
        "Hubungi +62 812-3456-7890.",
        "Dihubungi di 081234567890, selesai.",
        "Jawaban dikirim ke Wati@Contoh.id.",
    ],
)
def test_a_name_and_the_ways_to_reach_somebody_give_them_away(text: str) -> None:
    assert gives_away(text, WATI)


def test_others_do_not(text: str = "Bu Wati sudah dilayani; loket: 0812 9999 0000.") -> None:
    assert not gives_away(text, WATI)
    assert not gives_away(text, Complainant())
    assert {"Wati": WHAT["name"]}.items() <= {
        each.text: each.what for each in pieces("Yang bernama Wati sudah dilayani.", WATI)
    }.items()


def test_a_secret_text_has_its_unit_and_dates_marked() -> None:
    text = "Pada 27 November 2026 ruang pemeriksaan umum dibuka lebih pagi."
    found = [
        (each.text, each.what)
        for each in pieces(text, secret=True, unit="Pemeriksaan umum")
        if each.what
    ]
    assert found == [
        ("27 November 2026", WHAT["date"]),
        ("pemeriksaan umum", WHAT["unit"]),
    ]
    assert [each for each in pieces(text, unit="Pemeriksaan umum") if each.what] == []


@given(st.text())
def test_the_pieces_give_the_text_back(text: str) -> None:
    for found in (pieces(text), pieces(text, WATI, secret=True, unit="Loket")):
        assert "".join(each.text for each in found) == text


def test_most_of_what_is_planted_is_marked_and_little_else() -> None:
    found = score()
    assert len(sentences()) >= 200
    assert found.recall >= 0.92, found.missed
    assert found.precision >= 0.92, found.wrong


def test_rules_know_each_kind_of_plant() -> None:
    of_kind = {kind for each in sentences() for kind, _start, _end in each.plants}
    assert of_kind == {"name", "phone", "email", "number", "address", "birth"}


def test_what_is_marked_is_counted_by_kind() -> None:
    found = kinds(pieces("Bu Siti dan Pak Eko, HP 081234567890."))
    assert found == {WHAT["name"]: 2, WHAT["phone"]: 1}


@pytest.mark.parametrize("said", ["Bu ", "Aa ", "A. ", "1 ", "RT 1 ", "lahir ", "x@"])
def test_a_long_text_of_nothing_else_is_read_in_its_length(said: str) -> None:
    began = process_time()
    list(pieces(said * (10_000 // len(said)), WATI))
    assert process_time() - began < 2
