"""Complaints come in as exported chats of a telephone."""

import io
import zipfile

import pytest

from services.intake.imports import open_sheet
from tests.unit.uploads import WIB, read, wrong

ANDROID = """\
15/01/2024 10.29 - Pesan dan panggilan dienkripsi secara end-to-end. Ketuk untuk info selengkapnya.
15/01/2024 10.30 - Siti Contoh: Obatnya habis,
sudah dua kali saya datang.
- kata petugas besok
15/01/2024 10.31 - Puskesmas: Terima kasih, kami periksa.
15/01/2024 10.32 - +62 812-0000-0002: <Media tidak disertakan>
15/01/2024 10.33 - Siti Contoh: Pesan ini dihapus
15/01/2024 10.34 - Siti Contoh mengubah nama grup menjadi "Warga: Puring"
15/01/2024 10.35 - +62 812-0000-0002: IMG-1.jpg (file terlampir)
Toiletnya kotor
"""


def test_an_android_chat_gives_a_row_for_each_message() -> None:
    rows = read(ANDROID, "chat.txt")
    assert [(row.number, dict(row.fields)) for row in rows if not row.errors] == [
        (
            2,
            {
                "channel": "whatsapp",
                "received_at": "2024-01-15T10:30:00+07:00",
                "text": "Obatnya habis,\nsudah dua kali saya datang.\n- kata petugas besok",
                "name": "Siti Contoh",
            },
        ),
        (
            5,
            {
                "channel": "whatsapp",
                "received_at": "2024-01-15T10:31:00+07:00",
                "text": "Terima kasih, kami periksa.",
                "name": "Puskesmas",
            },
        ),
        (
            9,
            {
                "channel": "whatsapp",
                "received_at": "2024-01-15T10:35:00+07:00",
                "text": "Toiletnya kotor\n[lampiran: IMG-1.jpg]",
                "phone": "+62 812-0000-0002",
            },
        ),
    ]
    assert [(row.number, wrong(row)) for row in rows if row.errors] == [(6, {"text"})]


def test_the_puskesmas_own_answers_are_left_out_of_a_chat_with_one_person() -> None:
    rows = read(ANDROID, "Chat WhatsApp dengan Siti Contoh.txt")
    assert [row.fields["name"] for row in rows] == ["Siti Contoh"]


IOS = (
    "[15/01/24 10.29.00] Siti Contoh: \u200ePesan dan panggilan dienkripsi secara end-to-end.\r\n"
    "[15/01/24 10.30.45] \u202a+62\u00a0812\u20110000\u20110001\u202c: Obatnya habis\r\n"
    "\u200e[15/01/24 10.31.00] Siti Contoh: \u200egambar tidak disertakan\r\n"
    "[15/01/24 10.32.00] ~\u202fBudi: Antre lama \u200e<Pesan ini diedit>\r\n"
)


def test_an_ios_chat_is_read_from_the_archive_that_the_telephone_makes() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("_chat.txt", "\ufeff" + IOS)
    rows = read(archive.getvalue(), "WhatsApp Chat - Warga.zip")
    assert [row.number for row in rows] == [2, 3, 4]
    assert rows[0].fields == {
        "channel": "whatsapp",
        "received_at": "2024-01-15T10:30:45+07:00",
        "text": "Obatnya habis",
        "phone": "+62 812-0000-0001",
    }
    assert wrong(rows[1]) == {"text"}
    assert (rows[2].fields["name"], rows[2].fields["text"]) == ("Budi", "Antre lama")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["13/01/24, 10:30", "02/03/24, 10:30"], ["2024-01-13", "2024-03-02"]),
        (["1/13/24, 10:30", "2/3/24, 10:30"], ["2024-01-13", "2024-02-03"]),
        (["2/3/24, 10:30", "1/4/24, 10:30"], ["2024-03-02", "2024-04-01"]),
        (["3/2/24, 10:30", "4/1/24, 10:30"], ["2024-03-02", "2024-04-01"]),
        (["02/03/24 10.30"], ["2024-03-02"]),
        (["2/3/24, 10:30\u202fAM"], ["2024-02-03"]),
        (["2024-03-02 10.30"], ["2024-03-02"]),
    ],
)
def test_day_and_month_are_told_apart(lines: list[str], expected: list[str]) -> None:
    rows = read("".join(f"{stamp} - Siti: Lama\n" for stamp in lines), "chat.txt")
    assert [row.fields["received_at"] for row in rows] == [
        f"{day}T10:30:00+07:00" for day in expected
    ]


def test_afternoons_of_an_english_telephone() -> None:
    rows = read(
        "1/13/24, 3:04\u202fPM - A: x\n1/13/24, 12:04 PM - A: y\n1/13/24, 12:04 a.m. - A: z\n"
    )
    assert [str(row.fields["received_at"])[11:16] for row in rows] == ["15:04", "12:04", "00:04"]


def test_a_message_on_no_day_is_named_and_keeps_no_other_out() -> None:
    rows = read("31/02/24, 10.30 - A: x\n01/03/24, 10.30 - A: y\n", "chat.txt")
    assert [wrong(row) for row in rows] == [{"received_at"}, set()]


@pytest.mark.parametrize(
    ("said", "file"),
    [
        (
            "\u200eIMG-20240115-WA0003.jpg (file terlampir)\nToiletnya kotor",
            "IMG-20240115-WA0003.jpg",
        ),
        ("PTT-20240115-WA0001.opus (file attached)\nToiletnya kotor", "PTT-20240115-WA0001.opus"),
        ("Toiletnya kotor \u200e<terlampir: 00000012-PHOTO.jpg>", "00000012-PHOTO.jpg"),
        ("\u200e<attached: surat keluhan.pdf>\nToiletnya kotor", "surat keluhan.pdf"),
    ],
)
def test_files_that_were_sent_along_are_named(said: str, file: str) -> None:
    (row,) = read(f"15/01/2024 10.30 - Siti: {said}\n", "chat.txt")
    assert row.errors == ()
    assert row.fields["text"] == f"Toiletnya kotor\n[lampiran: {file}]"


def test_a_file_without_words_is_named_to_whoever_mends_it_and_in_no_error() -> None:
    sheet = open_sheet(b"15/01/2024 10.30 - Siti: rahasia.pdf (file terlampir)\n", "chat.txt")
    (row,) = sheet.rows(sheet.suggested(), WIB)
    assert wrong(row) == {"text"}
    assert "rahasia" not in str(row.errors) + str(row.fields)
    assert sheet.records == (
        (1, ["whatsapp", "2024-01-15 10:30:00", "", "Siti", "", "rahasia.pdf"]),
    )
