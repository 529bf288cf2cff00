"""Every kind of file goes into a real node, and every broken one is refused without a trace."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from services.kernel.district import SHIPPED, load_district
from tests.integration.test_imports_job import rows_of
from tests.integration.test_imports_page import browser, upload
from tests.real import file_for, real_complaints
from tests.running import RunningNode
from tests.unit.test_imports_chats import ANDROID, IOS
from tests.unit.test_imports_exports import OF_FACEBOOK, OF_GOOGLE, OF_INSTAGRAM, OF_TOOLS
from tests.unit.uploads import as_csv, as_xlsx

PATH = "/puskesmas/puring/imports"
LETTER = real_complaints()[14]
"""Row 16 of the published complaints: a letter."""
SAID = "Ruang tunggu à café 😡 الخدمة سيئة שלום"


def sent(node: RunningNode, data: bytes | str, name: str = "aduan.csv", **asked: Any) -> Any:
    content = data.encode() if isinstance(data, str) else data
    files = {"file": (name, content)}
    return node.as_("rini").post(PATH, files=files, params=asked)


def taken(node: RunningNode, data: bytes | str, name: str = "aduan.csv", **asked: Any) -> Any:
    answer = sent(node, data, name, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def words_of(node: RunningNode, id: str) -> str:
    """Return the form's page, where the team reads what was said."""
    headers = {"Authorization": f"Bearer {node.token('sari')}"}
    page = node.public.get(f"{node.address}/catat/{id}", headers=headers)
    assert page.status_code == 200
    return page.text


def stored(node: RunningNode) -> list[Any]:
    return rows_of(
        node.data,
        "intake.sqlite",
        "SELECT (SELECT count(*) FROM imports), (SELECT count(*) FROM stored_events)",
    )


def chat_archive() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("_chat.txt", "\ufeff" + IOS)
        target.writestr("00000012-PHOTO.jpg", b"\xff\xd8\xff")
    return archive.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "channel", "accepted", "rejected"),
    [
        (ANDROID, "Chat WhatsApp dengan Siti Contoh.txt", "whatsapp", 1, 0),
        (chat_archive(), "WhatsApp Chat - Warga.zip", "whatsapp", 2, 1),
        (OF_GOOGLE, "reviews.csv", "google_review", 1, 1),
        (OF_TOOLS, "outscraper.csv", "google_review", 2, 0),
        (OF_INSTAGRAM, "comments.csv", "instagram", 1, 0),
        (OF_FACEBOOK, "comments.csv", "facebook", 1, 0),
    ],
)
def test_exports_are_taken_once(
    node: RunningNode, data: bytes | str, name: str, channel: str, accepted: int, rejected: int
) -> None:
    checked = taken(node, data, name, dry_run=True)
    first = taken(node, data, name)
    for found in (checked, first):
        assert (found["accepted"], found["repeated"]) == (accepted, 0)
        assert len(found["rejected"]) == rejected
    for id in first["ids"]:
        assert node.as_("rini").get(f"/complaints/{id}").json()["channel"] == channel
    checked, again = taken(node, data, name, dry_run=True), taken(node, data, name)
    for found in (checked, again):
        assert (found["accepted"], found["repeated"]) == (0, accepted)
    assert again["ids"] == first["ids"]


def test_one_table_in_every_format_and_encoding_is_taken_once(node: RunningNode) -> None:
    rows = [["kanal", "isi", "tanggal"], ["sms", SAID, "2026-01-02 08:00"]]
    first = taken(node, as_xlsx(rows), "aduan.xlsx")
    assert first["accepted"] == 1
    assert SAID in words_of(node, first["ids"][0])
    for delimiter in ",;\t":
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
            again = taken(node, as_csv(rows, delimiter).encode(encoding))
            assert (again["accepted"], again["ids"]) == (0, first["ids"]), encoding
    windows = as_csv([["kanal", "isi"], ["sms", "Perawat à la café, “judes”"]]).encode("cp1252")
    found = taken(node, windows)
    assert "Perawat à la café, “judes”" in words_of(node, found["ids"][0])


def test_english_headings_and_a_channel_for_all(node: RunningNode) -> None:
    table = "Date Received,Complaint,Phone Number\n2026-01-02,Long queue,0812-0000-0001\n"
    refused = sent(node, table)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["channel"]
    wrong = sent(node, table, channel="merpati")
    assert wrong.status_code == 422
    assert [each["field"] for each in wrong.json()["errors"]] == ["channel"]
    found = taken(node, table, channel="letter")
    assert node.as_("rini").get(f"/complaints/{found['ids'][0]}").json()["channel"] == "letter"


def test_a_published_letter_is_taken(node: RunningNode) -> None:
    found = taken(node, file_for([LETTER]))
    assert (found["accepted"], found["rejected"]) == (1, [])
    complaint = node.as_("rini").get(f"/complaints/{found['ids'][0]}").json()
    row = LETTER.row
    assert (complaint["channel"], complaint["service_unit"]) == ("letter", row["service_unit"])
    assert complaint["categories"] == row["categories"].split(";")
    assert row["text"][:60] in words_of(node, complaint["id"])


@pytest.mark.parametrize("name", ["name", "name_en", "code"])
def test_units_and_categories_are_taken_as_the_product_writes_them(
    node: RunningNode, name: str
) -> None:
    district = load_district(SHIPPED)
    units, categories = district.units_of("puring"), district.categories
    rows = [
        [
            "sms",
            f"Perihal {place} {name}",
            getattr(unit, name).upper().replace(" ", "  "),
            "; ".join(getattr(each, name) for each in categories[place : place + 2]),
        ]
        for place, unit in enumerate(units)
    ]
    found = taken(node, as_csv([["Kanal", "Isi", "Unit", "Kategori"], *rows]))
    assert found["rejected"] == []
    for place, id in enumerate(found["ids"]):
        complaint = node.as_("rini").get(f"/complaints/{id}").json()
        assert complaint["service_unit"] == units[place].code
        expected = [each.code for each in categories[place : place + 2]]
        assert complaint["categories"] == expected


def test_an_unknown_unit_or_category_is_named_in_words_with_what_there_is(
    node: RunningNode,
) -> None:
    table = [["Kanal", "Isi", "Unit", "Kategori"], ["sms", "Lama", "Kantin", "obat; cuaca"]]
    found = taken(node, as_csv(table))
    said = {each["field"]: each["message"] for each in found["rejected"]}
    assert set(said) == {"service_unit", "categories"}
    assert "Loket pendaftaran; " in said["service_unit"]
    assert "Biaya, tarif, dan pungutan; " in said["categories"]
    page = upload(browser(node), as_csv(table)).text
    assert "<b>Unit layanan</b>: Pilih salah satu" in page
    assert "<b>Tentang</b>: Pilih salah satu" in page and "categories[" not in page


def test_a_formula_is_kept_as_words(node: RunningNode) -> None:
    found = taken(node, as_xlsx([["kanal", "isi"], ["sms", '=HYPERLINK("http://x","=1+1")']]))
    assert "=HYPERLINK(&#34;http://x&#34;" in words_of(node, found["ids"][0])


def test_what_has_not_come_yet_is_named_by_the_check_too(node: RunningNode) -> None:
    rows = "kanal,isi,tanggal,tanggal kejadian\nsms,a,2062-01-02,\nsms,b,,2062-01-02\n"
    checked = taken(node, rows, dry_run=True)
    named = [(each["row"], each["field"]) for each in checked["rejected"]]
    assert named == [(2, "received_at"), (3, "occurred_at")]
    assert taken(node, rows)["rejected"] == checked["rejected"]


def bomb() -> bytes:
    data = io.BytesIO(as_xlsx([["kanal", "isi"], ["sms", "Lama"]]))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b" " * (101 << 20))
    return data.getvalue()


def lying_bomb() -> bytes:
    """Return a workbook whose sheet says that it is small, and is not."""
    data = io.BytesIO()
    whole = zipfile.ZipFile(io.BytesIO(as_xlsx([["kanal", "isi"]])))
    with whole, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in whole.namelist():
            more = b" " * (60 << 20) if name.endswith("sheet1.xml") else b""
            archive.writestr(name, whole.read(name) + more)
    written = data.getvalue()
    with zipfile.ZipFile(data) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size.to_bytes(4, "little")
    return written.replace(size, (900).to_bytes(4, "little"))


BROKEN: dict[str, Callable[[], bytes | str]] = {
    "empty": lambda: b"",
    "broken csv": lambda: 'kanal,isi\nsms,"never closed\nsms,b\n',
    "broken xlsx": lambda: as_xlsx([["kanal", "isi"], ["sms", "Lama"]])[:-200],
    "old excel": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old workbook",
    "zip bomb": bomb,
    "zip bomb that lies": lying_bomb,
    "1,000 columns": lambda: as_csv([[f"k{n}" for n in range(1000)], ["x"] * 1000]),
    "1,000 columns of a workbook": lambda: as_xlsx([[f"k{n}" for n in range(1000)]]),
    "half a letter of UTF-16": lambda: b"\xff\xfek\x00a",
    "no letters": lambda: b"\x81\x8d\x90",
    "a PDF of letters only": lambda: b"%PDF-1.4\n1 0 obj\n<< /Title (kanal,isi) >>\nendobj\n%%EOF",
    "a picture": lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "too many rows": lambda: "kanal,isi\n" + "sms,x\n" * 20_001,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_refused_and_leaves_nothing(node: RunningNode, kind: str) -> None:
    before = stored(node)
    for asked in ({}, {"dry_run": True}):
        answer = sent(node, BROKEN[kind](), "a.csv", **asked)
        assert answer.status_code == 422, answer.text
        problem = answer.json()
        assert problem["errors"] and all(each["message"] for each in problem["errors"])
    assert stored(node) == before
    page = node.public.post(
        f"{node.address}/catat/impor",
        headers={"Authorization": f"Bearer {node.token('rini')}"},
        data={"puskesmas": "puring"},
        files={"file": ("a.csv", BROKEN[kind]())},
    )
    assert page.status_code == 422 and 'class="summary"' in page.text
    assert stored(node) == before


def test_a_file_beyond_every_measure_is_not_even_read(node: RunningNode) -> None:
    answer = sent(node, b"x" * (12 << 20))
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("application/problem+json")
