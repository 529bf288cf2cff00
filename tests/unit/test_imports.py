"""Complaints come in as officers have them: tables and workbooks of every make."""

import csv
from collections.abc import Iterable
from datetime import date, datetime

import pytest

from services.intake.domain import CONFIDENTIALITIES, KINDS
from services.intake.forms import ComplaintBody
from services.intake.imports import Row, row_key
from services.kernel.district import SHIPPED, load_district
from services.kernel.vocabulary import CHANNELS
from services.kernel.web.words import WORDS
from tests.unit.uploads import COMPLAINTS, WITA, as_csv, as_xlsx, one, read, wrong

SECRET = b"of this origin"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_encoding_and_delimiter_reads_the_same(encoding: str, delimiter: str) -> None:
    table = as_csv(
        [["kanal", "isi"], ["Kotak saran", 'Antre; lama, "sekali"\ndua jam – é']], delimiter
    )
    (row,) = read(table.encode(encoding))
    assert row.errors == ()
    assert row.fields == {
        "channel": "suggestion_box",
        "text": 'Antre; lama, "sekali"\ndua jam – é',
    }


def test_what_windows_writes_is_read() -> None:
    (row,) = read("kanal;isi\nsurat;“Mengapa” – lama?".encode("cp1252"))
    assert row.fields["text"] == "“Mengapa” – lama?"


def test_the_delimiter_that_excel_is_told_is_no_row() -> None:
    (row,) = read("sep=;\r\nkanal;isi\r\nsms;Lama\r\n")
    assert (row.number, row.fields["text"]) == (2, "Lama")


def test_published_complaints_are_all_taken_as_they_stand() -> None:
    rows = read(COMPLAINTS.read_bytes())
    with COMPLAINTS.open(encoding="utf-8", newline="") as file:
        typed = list(csv.DictReader(file))
    assert len(rows) == 20
    assert [row.errors for row in rows] == [()] * 20
    for row, cells in zip(rows, typed, strict=True):
        expected: dict[str, object] = {name: cell for name, cell in cells.items() if cell}
        expected["categories"] = cells["categories"].split(";")
        assert row.fields == expected
        ComplaintBody.model_validate(row.body)


def test_published_complaints_use_only_what_the_district_file_knows() -> None:
    district = load_district(SHIPPED)
    categories = {each.code for each in district.categories}
    for row in read(COMPLAINTS.read_bytes()):
        assert row.fields["service_unit"] in district.puskesmas("puring").units
        assert set(row.fields["categories"]) <= categories
        assert row.fields["channel"] in CHANNELS
        assert row.fields["kind"] in KINDS
        assert row.fields["confidentiality"] in CONFIDENTIALITIES
        assert row.fields.get("barrier", "other") in district.barrier_codes
        assert row.fields.get("relation", "other") in district.relation_codes


def test_headers_are_known_in_both_languages_and_however_they_are_written() -> None:
    header = (
        "No. HP;ISI KELUHAN *;Unit yang dikeluhkan;tanggal_kejadian;Kanal (wajib);Catatan;Sifat"
    )
    (row,) = read(
        f"{header}\n0812-0000-0001;Lama;KIA / KB;2/11/2026 9.05;Tatap muka;abaikan;Rahasia"
    )
    assert row.errors == ()
    assert row.fields == {
        "phone": "0812-0000-0001",
        "text": "Lama",
        "service_unit": "kia-kb",
        "occurred_at": "2026-11-02T09:05:00+07:00",
        "channel": "in_person",
        "confidentiality": "confidential",
    }


@pytest.mark.parametrize("kind", ["channel", "kind", "confidentiality", "barrier"])
def test_the_words_of_the_screens_are_understood(kind: str) -> None:
    for slug, shown in WORDS[kind].items():
        row = one({"channel": "sms", "text": "Lama"} | {kind: str(shown)})
        assert (row.fields[kind], row.errors) == (slug, ())


def test_a_row_becomes_the_body_of_the_call() -> None:
    row = one(
        {"reference": "K-1", "channel": "sms", "text": "Lama", "categories": "biaya; obat;biaya"}
        | {"name": "Siti Contoh", "hubungan": "Keluarga pasien", "hambatan": "bahasa"}
    )
    assert row.body == {
        "channel": "sms",
        "text": "Lama",
        "categories": ["biaya", "obat"],
        "barrier": "language",
        "complainant": {"name": "Siti Contoh", "relation": "family"},
    }


def test_each_row_is_judged_alone() -> None:
    rows = read(
        as_csv(
            [
                ["channel", "text", "phone", "email", "received_at", "kind"],
                ["sms", "Lama", "", "", "", ""],
                [],
                ["pigeon", "", "telepon", "bukan surel", "31/02/2026", "gosip"],
                ["sms"],
                ["sms", "Lama", "", "", "", "", "ekor"],
                ["sms", "x" * 10_001, "", "", "", ""],
                ["wa", "Kotor", "", "", "", ""],
            ]
        )
    )
    assert [row.number for row in rows] == [2, 4, 5, 6, 7, 8]
    assert [wrong(row) for row in rows] == [
        set(),
        {"channel", "text", "phone", "email", "received_at", "kind"},
        {"text"},
        {"row"},
        {"text"},
        set(),
    ]


def test_what_a_row_says_is_never_repeated_in_its_errors() -> None:
    row = one({"channel": "rahasiaku", "text": "Lama", "phone": "rahasiaku", "email": "rahasiaku"})
    assert len(row.errors) == 3
    assert "rahasiaku" not in "".join(str(error.message) for error in row.errors)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-02T09:30:00+08:00", "2026-11-02T09:30:00+08:00"),
        ("2026-11-02T02:30:00Z", "2026-11-02T02:30:00+00:00"),
        ("2026-11-02", "2026-11-02T00:00:00+07:00"),
        ("2026-11-02 09:30", "2026-11-02T09:30:00+07:00"),
        ("02/11/2026", "2026-11-02T00:00:00+07:00"),
        ("2-11-26 09.30.15", "2026-11-02T09:30:15+07:00"),
        ("02/11/2026 9:30 PM", "2026-11-02T21:30:00+07:00"),
        ("02/11/2026 12:05 am", "2026-11-02T00:05:00+07:00"),
        ("2 November 2026, pukul 09.30 WITA", "2026-11-02T09:30:00+08:00"),
        ("17 Agustus 2026", "2026-08-17T00:00:00+07:00"),
        ("1 Des 2026", "2026-12-01T00:00:00+07:00"),
    ],
)
def test_moments_as_people_write_them(written: str, expected: str) -> None:
    row = one({"kanal": "sms", "isi": "Lama", "tanggal kejadian": written})
    assert row.errors == ()
    assert row.fields["occurred_at"] == expected


@pytest.mark.parametrize(
    "written",
    [
        "kemarin",
        "31/02/2026",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31T23:59:59-12:00",
        "2 Pon 2026",
        "02/11/2026 25.00",
        "02/11/2026 13:00 PM",
        "45963",
        "2026-W45-1",
    ],
)
def test_what_is_no_moment_is_named(written: str) -> None:
    row = one({"kanal": "sms", "isi": "Lama", "tanggal kejadian": written})
    assert wrong(row) == {"occurred_at"}


def test_a_moment_without_zone_is_the_puskesmas_own() -> None:
    (row,) = read("kanal,isi,tanggal\nsms,Lama,2026-11-02 09:30\n", zone=WITA)
    assert row.fields["received_at"] == "2026-11-02T09:30:00+08:00"


# Workbooks


def test_a_workbook_is_read_with_its_dates_numbers_and_gaps() -> None:
    data = as_xlsx(
        [
            ["kanal", "isi", "tanggal diterima", "tanggal kejadian", "no hp", "rujukan"],
            ["Telepon", "Lama", datetime(2026, 11, 2, 9, 30), date(2026, 11, 1), 81200000001, 7.0],  # noqa: DTZ001
            [],
            ["Surat", "Baris\nkedua"],
        ]
    )
    first, second = read(data, "aduan.xlsx")
    assert first.errors == second.errors == ()
    assert first.fields == {
        "channel": "phone",
        "text": "Lama",
        "received_at": "2026-11-02T09:30:00+07:00",
        "occurred_at": "2026-11-01T00:00:00+07:00",
        "phone": "81200000001",
        "reference": "7",
    }
    assert (second.number, second.fields["text"]) == (4, "Baris\nkedua")


@pytest.mark.parametrize("words", ["=1+1", "+62", "-1", "@SUM(1)", "=cmd|' /C calc'!A0"])
def test_a_formula_is_only_text(words: str) -> None:
    (from_sheet,) = read(as_xlsx([["kanal", "isi"], ["sms", words]]), "aduan.xlsx")
    (from_table,) = read(as_csv([["kanal", "isi"], ["sms", words]]))
    assert from_sheet.fields["text"] == from_table.fields["text"] == words


def test_a_workbook_is_known_by_its_bytes_not_its_name() -> None:
    (row,) = read(as_xlsx([["kanal", "isi"], ["sms", "Lama"]]), "aduan.csv")
    assert row.fields["text"] == "Lama"


# Knowing a row again


def keys(rows: Iterable[Row]) -> list[str]:
    return [row_key(row, SECRET) for row in rows]


def test_the_same_file_has_the_same_keys_in_every_format() -> None:
    records = [
        ["kanal", "isi", "tanggal", "nama", "kategori"],
        ["sms", "Antre  lama", "2026-11-02 09:30", "Re\u0301na", "obat;biaya"],
        ["wa", "Kotor\nsekali", "2026-11-02T03:30:00Z", "", ""],
    ]
    again = [
        ["nama", "tanggal", "kanal", "isi", "kategori"],
        ["R\u00e9na", "02/11/2026 09.30", "SMS", " Antre lama ", "Biaya, Obat"],
        ["", "2/11/26 10:30", "whatsapp", "Kotor sekali", ""],
    ]
    first = keys(read(as_csv(records)))
    assert first == keys(read(as_xlsx(records)))
    assert first == keys(read(as_csv(again, ";").encode("utf-16")))
    assert len(set(first)) == 2
    assert all(len(key) == 64 for key in first)


def test_a_reference_is_enough_to_know_a_row_again() -> None:
    row = {"reference": "K-1", "kanal": "sms", "isi": "Lama"}
    assert row_key(one(row), SECRET) == row_key(
        one(row | {"isi": "Lama sekali", "nama": "Siti"}), SECRET
    )
    assert row_key(one(row), SECRET) != row_key(one(row | {"reference": "K-2"}), SECRET)
    assert row_key(one(row), SECRET) != row_key(one(row | {"reference": ""}), SECRET)


@pytest.mark.parametrize(
    "change", [{"isi": "Lambat"}, {"kanal": "wa"}, {"nama": "Siti"}, {"tanggal": "2026-11-02"}]
)
def test_a_row_that_says_something_else_has_another_key(change: dict[str, str]) -> None:
    row = {"kanal": "sms", "isi": "Lama", "nama": "", "tanggal": ""}
    assert row_key(one(row), SECRET) != row_key(one(row | change), SECRET)


def test_two_slips_that_say_the_same_are_two_complaints() -> None:
    table = "kanal,isi\n" + "kotak saran,Antre lama\n" * 3
    assert len(set(keys(read(table)))) == 3
    assert keys(read(table)) == keys(read(table))
