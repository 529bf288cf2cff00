"""Exports of reviews and comments, and what the columns of any file are taken to mean."""

import csv
import io

import pytest

from services.intake.imports import Plan, Sheet, chosen, mend_file, open_sheet, row_key, shape
from services.kernel.errors import InvalidInput
from tests.unit.uploads import WIB, as_csv, as_xlsx, read, wrong

SECRET = b"of this origin"
OF_GOOGLE = as_csv(
    [
        # As Google's own Review resource names its fields.
        ["name", "reviewId", "reviewer.displayName", "starRating", "comment", "createTime"],
        [
            "accounts/1/locations/2/reviews/3",
            "AbFvOqk",
            "Siti Contoh",
            "TWO",
            "Antre lama 😞",
            "2024-01-15T03:20:11.123456789Z",
        ],
        ["accounts/1/locations/2/reviews/4", "AbFvOql", "Budi", "FIVE", "", "2024-01-16T00:00:00Z"],
    ]
)
OF_TOOLS = """\
name,author_title,review_id,review_text,review_rating,review_datetime_utc
Puskesmas Puring,Siti,Ch1,Antre lama,2,01/15/2024 03:20:11
Puskesmas Puring,Budi,Ch2,Loket tutup,1,02/03/2024 03:20:11
"""
OF_INSTAGRAM = as_csv(
    [
        ["id", "postUrl", "text", "ownerUsername", "timestamp", "likesCount"],
        [
            "179",
            "https://www.instagram.com/p/C1/",
            "Kok tutup? 🙏",
            "siti.c",
            "2024-01-15T03:20:11.000Z",
            "3",
        ],
    ]
)
OF_FACEBOOK = as_csv(
    [
        ["facebookUrl", "comment_id", "user_name", "content", "create_time", "likes_count"],
        ["https://www.facebook.com/x/posts/1", "77", "Siti Contoh", "Antre", "1705288811000", "0"],
    ]
)


@pytest.mark.parametrize(
    ("export", "expected"),
    [
        (
            OF_GOOGLE,
            {
                "channel": "google_review",
                "reference": "AbFvOqk",
                "name": "Siti Contoh",
                "text": "Antre lama 😞",
                "received_at": "2024-01-15T03:20:11.123456+00:00",
            },
        ),
        (
            OF_TOOLS,
            {
                "channel": "google_review",
                "reference": "Ch1",
                "name": "Siti",
                "text": "Antre lama",
                "received_at": "2024-01-15T03:20:11+00:00",
            },
        ),
        (
            OF_INSTAGRAM,
            {
                "channel": "instagram",
                "reference": "179",
                "name": "siti.c",
                "text": "Kok tutup? 🙏",
                "received_at": "2024-01-15T03:20:11+00:00",
            },
        ),
        (
            OF_FACEBOOK,
            {
                "channel": "facebook",
                "reference": "77",
                "name": "Siti Contoh",
                "text": "Antre",
                "received_at": "2024-01-15T03:20:11+00:00",
            },
        ),
    ],
)
def test_exports_of_reviews_and_comments(export: str, expected: dict[str, str]) -> None:
    first, *more = read(export)
    assert first.errors == () and first.fields == expected
    for row in more:
        assert wrong(row) == (set() if row.fields.get("text") else {"text"})


def test_a_review_of_stars_alone_is_named() -> None:
    assert [wrong(row) for row in read(OF_GOOGLE)] == [set(), {"text"}]


def test_american_dates_are_told_by_those_that_cannot_be_read_otherwise() -> None:
    rows = read("kanal,isi,tanggal\nsms,a,01/13/2026 08:00\nsms,b,02/03/2026 08:00\n")
    assert [str(row.fields["received_at"])[:10] for row in rows] == ["2026-01-13", "2026-02-03"]
    rows = read("kanal,isi,tanggal\nsms,a,13/01/2026\nsms,b,01/13/2026\nsms,c,02/03/2026\n")
    assert [wrong(row) for row in rows] == [set(), {"received_at"}, set()]
    assert rows[2].fields["received_at"] == "2026-03-02T00:00:00+07:00"


# What columns mean


def sheet_of(text: str) -> Sheet:
    return open_sheet(text.encode(), "aduan.csv")


def test_what_was_said_before_goes_before_what_a_heading_seems_to_mean() -> None:
    sheet = sheet_of("Isi,Cerita warga,Kapan\nx,Antre lama,2026-01-02\n")
    assert sheet.suggested() == Plan(("text", "", ""))
    said = {"Isi": "", "Cerita warga": "text", shape(sheet.headings): "meeting", "Kapan": "entah"}
    assert sheet.suggested(said.get) == Plan(("", "text", ""), "meeting")
    (row,) = sheet.rows(sheet.suggested(said.get), WIB)
    assert row.fields == {"channel": "meeting", "text": "Antre lama"}


def test_a_row_keeps_the_channel_that_it_names_itself() -> None:
    sheet = sheet_of("kanal,isi\nsms,a\n,b\n")
    rows = sheet.rows(Plan(("channel", "text"), "letter"), WIB)
    assert [row.fields["channel"] for row in rows] == ["sms", "letter"]


def test_what_people_choose_is_a_field_or_nothing() -> None:
    plan = chosen({0: "text", 2: "entah", 9: "name"}, 3, "merpati")
    assert plan == Plan(("text", "", ""))
    assert [each.field for each in plan.errors()] == ["channel"]
    twice = Plan(("text", "text", "channel"))
    assert [each.field for each in twice.errors()] == ["text"]
    with pytest.raises(InvalidInput):
        sheet_of("a,b,c\n1,2,3\n").rows(twice, WIB)


def test_a_table_of_unknown_headings_is_split_at_its_own_sign() -> None:
    assert sheet_of("Waktu lapor;Cerita, lengkap\n1;2\n").headings == (
        "Waktu lapor",
        "Cerita, lengkap",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    text = as_csv([["kanal", "isi"], ["sms", "Perawat à la café"]], delimiter)
    (row,) = read(text.encode(encoding))
    assert row.fields["text"] == "Perawat à la café"


def test_emoji_and_words_from_right_to_left() -> None:
    said = "الخدمة سيئة 😡👨‍👩‍👧 שלום"
    for data in (as_xlsx([["kanal", "isi"], ["sms", said]]), f"kanal,isi\nsms,{said}\n".encode()):
        (row,) = read(data)
        assert row.fields["text"] == said


# The rows to mend


CELLS = ["=1+1", "+62 812", "-1", "@SUM(1)", "\tx", "\rx", "'=1", "''+1", "'biasa", "biasa", "a;b"]


@pytest.mark.parametrize("delimiter", [";", ","])
def test_no_cell_to_mend_is_a_formula_and_each_comes_back_as_it_was(delimiter: str) -> None:
    headings = ["kanal", "isi"]
    records = [(n, ["merpati", cell]) for n, cell in enumerate(CELLS, start=2)]
    data = mend_file(headings, records, {2: "kanal: =pilih"}, delimiter)
    assert data.startswith(b"\xef\xbb\xbf")
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    for row in csv.reader(text, delimiter=delimiter):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    again = open_sheet(data, "perbaikan.csv")
    assert again.suggested().columns == ("", "channel", "text")
    assert [cells[2] for _number, cells in again.records] == CELLS
    twice = mend_file(again.headings, again.records, {}, delimiter)
    assert open_sheet(twice, "perbaikan.csv").headings == again.headings


def test_a_mended_row_is_known_by_what_it_says() -> None:
    said = [["kanal", "isi", "no hp"], ["sms", "- Antre", "+62 812"]]
    (plain,) = read(as_csv(said))
    (mended,) = read(mend_file(said[0], [(2, said[1])], {}, ";"))
    assert row_key(mended, SECRET) == row_key(plain, SECRET)
