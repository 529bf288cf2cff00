"""A note beside an opening tells of a letter or a meeting, never what is sealed."""

import json

import pytest

from services.kernel.keyring.quoting import names, quotes

SAID = "Petugas loket membentak ibu saya di depan antrean, lalu menutup jendela."
WHO = json.dumps(
    {
        "name": "Ibu Siti Warsini",
        "phone": "+6281200007777",
        "email": None,
        "address": "Dusun Krajan RT 3",
    }
)


@pytest.mark.parametrize(
    ("note", "repeats"),
    [
        ("", False),
        ("Surat Inspektorat 12/2026", False),
        ("petugas loket dipanggil rapat", False),
        ("tentang PETUGAS loket, membentak ibu", True),
        ("lalu menutup jendela", False),
        ("antrean, lalu menutup jendela", True),
    ],
)
def test_words_in_a_row_are_a_quotation(note: str, repeats: bool) -> None:
    assert quotes(note, SAID) == repeats


def test_a_number_is_known_however_it_is_spaced() -> None:
    assert quotes("telepon 0812 0000 7777", "Hubungi 081200007777.")
    assert not quotes("tahun 2026", "Sejak 2026 begitu.")


@pytest.mark.parametrize(
    ("note", "tells"),
    [
        ("rapat dengan ibu kepala", False),
        ("tentang bu Warsini", True),
        ("warga dusun krajan", True),
        ("dusun sebelah", False),
        ("hubungi 0812-0000-7777", True),
        ("surat 445/0077/2026", False),
    ],
)
def test_a_name_an_address_or_a_number_tells_who(note: str, tells: bool) -> None:
    assert names(note, WHO) == tells
