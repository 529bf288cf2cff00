"""The pages of an import, without JavaScript: how a file is understood, how far it is, its end."""

import csv
import io
import re
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.integration.test_imports_job import file_of, in_clear, rows_of
from tests.running import RunningNode
from tests.unit.uploads import as_csv, as_xlsx
from tests.waiting import looks

PATH = "/catat/impor"
REFRESH = 'http-equiv="refresh"'
CANARY = "Kenari-4d1e"


def browser(node: RunningNode, username: str = "rini") -> httpx.Client:
    """Return what a browser without JavaScript does: it follows where it is sent."""
    return httpx.Client(
        base_url=node.address,
        headers={"Authorization": f"Bearer {node.token(username)}"},
        follow_redirects=True,
        timeout=60,
        trust_env=False,
    )


def upload(client: httpx.Client, data: bytes | str, name: str = "a.csv", **sent: str) -> Any:
    content = data.encode() if isinstance(data, str) else data
    form = {"puskesmas": "puring", **sent}
    return client.post(PATH, data=form, files={"file": (name, content)})


def suggested(page: httpx.Response) -> dict[str, str]:
    """Return what a form without a change sends: the choices that stand in it."""
    found: dict[str, str] = {}
    for name, options in re.findall(
        r'<select (?:id="\S+" )?name="(\w+)".*?>(.*?)</select>', page.text
    ):
        chosen = re.search(r'<option value="(\w*)" selected>', options)
        found[name] = chosen[1] if chosen else ""
    return found


def confirmed(client: httpx.Client, page: httpx.Response, **changes: str) -> httpx.Response:
    """Press the button that takes the rows, and look until all are taken."""
    sent = suggested(page) | changes | {"do": "take"}
    found = client.post(str(page.url), data=sent)
    for _look in looks():
        if REFRESH not in found.text:
            return found
        found = client.get(str(page.url))
    raise AssertionError("the import does not end")


def figures(page: httpx.Response) -> list[str]:
    return re.findall(r'<span class="label">[^<]*</span> <b>([\d.]+)</b>', page.text)


def state_of(node: RunningNode, page: httpx.Response) -> Any:
    id = urlsplit(str(page.url)).path.rsplit("/", 1)[1]
    return node.as_("rini").get(f"/puskesmas/puring/imports/{id}").json()


def test_a_long_import_is_looked_at_then_taken(node: RunningNode) -> None:
    with browser(node) as client:
        form = client.get(PATH, params={"puskesmas": "puring"})
        assert 'enctype="multipart/form-data"' in form.text
        sent = {"puskesmas": "puring", "key": "satu"}
        first = client.post(PATH, data=sent, files=file_of(2000, ["merpati", "x"]))
        assert "2.000 baris siap diambil. Belum ada yang disimpan." in first.text
        assert figures(first) == ["2.000", "0", "1"]
        assert suggested(first) == {"c0": "channel", "c1": "text", "channel": ""}
        assert state_of(node, first)["state"] == "waiting"
        watched = client.post(str(first.url), data={**suggested(first), "do": "take"})
        assert REFRESH in watched.text, "it was long enough to be watched"
        assert "Muat ulang" in watched.text and "dari 2.001 baris" in watched.text
        page = confirmed(client, first)
        assert "sebagian baris perlu diperbaiki" in page.text
        assert re.search(r"Baris 2\.002</dt><dd><b>Datang lewat</b>: Pilih salah satu", page.text)
        again = client.post(PATH, data=sent, files=file_of(2000, ["merpati", "x"]))
        assert again.url == first.url, "a second press of the button is the same import"


def test_columns_are_chosen_once_and_known_the_next_time(node: RunningNode) -> None:
    table = "Waktu lapor;Cerita warga;Siapa\n2026-01-02 08:00;Antre {n}, lama;Siti\n"
    with browser(node) as client:
        page = upload(client, table.replace("{n}", "satu"))
        assert "Tunjukkan dahulu kolom mana" in page.text
        assert "Antre satu, lama" in page.text, "each column shows what stands in it"
        assert 'value="take"' not in page.text
        unfinished = client.post(str(page.url), data={"c1": "name", "do": "take"})
        assert unfinished.status_code == 422 and "Kolom isi belum ada" in unfinished.text
        assert state_of(node, page)["state"] == "waiting"
        meant = {"c0": "received_at", "c1": "text", "c2": "name", "channel": "meeting"}
        page = client.post(str(page.url), data=meant | {"do": "check"})
        assert "1 baris siap diambil" in page.text and "2026-01-02T08:00:00+07:00" in page.text
        assert figures(confirmed(client, page)) == ["1", "0", "0"]

        page = upload(client, table.replace("{n}", "dua"))
        assert suggested(page) == meant
        assert figures(confirmed(client, page)) == ["1", "0", "0"]
    with browser(node, "sari") as client:
        form = {"puskesmas": "lamaru"}
        other = client.post(PATH, data=form, files={"file": ("a.csv", table.encode())})
        assert other.status_code == 403 or suggested(other) != meant, "each Puskesmas has its own"
    by_call = {"file": ("a.csv", table.replace("{n}", "tiga").encode())}
    found = node.as_("rini").post("/puskesmas/puring/imports", files=by_call).json()
    assert found["accepted"] == 1, "a call knows them too"


def test_headings_are_remembered_without_their_words(node: RunningNode) -> None:
    with browser(node) as client:
        page = upload(client, f"sms,{CANARY} tanpa judul\nsms,lagi\n")
        client.post(str(page.url), data={"c0": "channel", "c1": "text", "do": "check"})
        client.post(f"{page.url}/henti")
    assert in_clear(node.data, CANARY.encode()) == []


def test_rows_to_mend_come_as_a_file_that_is_corrected_and_sent_again(node: RunningNode) -> None:
    rows = [
        ["kanal", "isi", "no hp", "catatan kami"],
        ["sms", "Baik-baik saja", "", ""],
        ["merpati", f'=HYPERLINK("{CANARY}")', "+62 812-0000-0009", "@Budi"],
        ["wa", "", "", "-"],
    ]
    with browser(node) as client:
        page = upload(client, as_csv(rows, ";"))
        before = client.get(f"{page.url}/perbaikan.csv")
        end = confirmed(client, page)
        assert figures(end) == ["1", "0", "2"]
        mend = client.get(f"{end.url}/perbaikan.csv")
        assert before.content == mend.content, "the check gives the same file"
        assert "attachment" in mend.headers["content-disposition"]
        assert mend.headers["cache-control"] == "no-store"
        text = io.StringIO(mend.content.decode("utf-8-sig"), newline="")
        heading, first, second = csv.reader(text, delimiter=";")
        assert heading == ["Perbaikan (Tanggap)", "kanal", "isi", "no hp", "catatan kami"]
        assert first[0].startswith("Datang lewat: Pilih salah satu: Langsung ke petugas, ")
        assert first[2:] == [f'\'=HYPERLINK("{CANARY}")', "'+62 812-0000-0009", "'@Budi"]
        assert second[0] == "Apa yang disampaikan: Wajib diisi." and second[4] == "'-"
        english = client.get(f"{end.url}/perbaikan.csv", headers={"Accept-Language": "en"})
        assert "Choose" in english.text
        assert in_clear(node.data, CANARY.encode()) == [], "the rows are kept sealed"

        first[1], second[2] = "wa", "Sekarang ada isinya"
        mended = as_csv([heading, first, second], ";")
        assert figures(confirmed(client, upload(client, mended))) == ["2", "0", "0"]
        assert "Tidak ada baris baru" in upload(client, mended).text
        whole = [rows[0], rows[1], ["wa", *rows[2][1:]], ["wa", "Sekarang ada isinya", "", "-"]]
        assert figures(upload(client, as_csv(whole))) == ["0", "3", "0"], "mended at its origin"
    with browser(node, "agus") as client:
        assert client.get(f"{end.url}/perbaikan.csv").status_code == 403


def test_a_stopped_import_leaves_what_was_taken_and_says_so(node: RunningNode) -> None:
    upload_of = file_of(10_000, words="Sepuluh ribu")
    with browser(node) as client:
        page = client.post(PATH, data={"puskesmas": "puring"}, files=upload_of)
        assert "10.000 baris siap diambil" in page.text
        client.post(str(page.url), data={**suggested(page), "do": "take"})
        for _look in looks():
            if state_of(node, page)["accepted"]:
                break
        found = client.post(f"{page.url}/henti")
        for _look in looks():
            if REFRESH not in found.text:
                break
            found = client.get(str(page.url))
        kept = state_of(node, page)
        assert kept["state"] == "stopped" and 0 < kept["accepted"] < 10_000
        assert kept["taken"] == kept["accepted"] == len(set(kept["ids"]))
        said = f"Impor dihentikan: {kept['taken']:,} dari 10,000 baris".replace(",", ".")
        assert said in found.text
        for id in (kept["ids"][0], kept["ids"][-1]):
            assert node.as_("rini").get(f"/complaints/{id}").status_code == 200
        again = client.post(PATH, data={"puskesmas": "puring"}, files=upload_of)
        left = 10_000 - kept["accepted"]
        assert figures(again) == [f"{n:,}".replace(",", ".") for n in (left, kept["accepted"], 0)]
        client.post(f"{again.url}/henti")
        assert "Impor dibatalkan. Tidak ada yang diambil." in client.get(str(again.url)).text
        stopped = client.post(f"{again.url}", data={"do": "take"})
        assert "Impor dibatalkan" in stopped.text, "what was cancelled is not taken later"
        id, sealed = state_of(node, again)["import"], "SELECT sealed FROM imports WHERE id = ?"
        for _look in looks():
            if rows_of(node.data, "intake.sqlite", sealed, id) == [(None,)]:
                break
            client.get(str(again.url))
        assert rows_of(node.data, "intake.sqlite", sealed, id) == [(None,)], "its file is gone"


def test_the_form_says_what_is_wrong(node: RunningNode) -> None:
    with browser(node) as client:
        empty = client.post(PATH, data={"puskesmas": "puring"}, files={"file": ("", b"")})
        assert empty.status_code == 422 and "Pilih berkas yang akan diimpor." in empty.text
        wide = upload(client, ",".join(f"k{n}" for n in range(1000)) + "\n1\n")
        assert wide.status_code == 422 and "lebih dari 100 kolom" in wide.text
        printed = upload(client, b"%PDF-1.4\nkanal,isi\nsms,a\n%%EOF", "tabel.csv")
        assert printed.status_code == 422 and "Ini berkas PDF, bukan tabel." in printed.text
        large = upload(client, b"kanal,isi\n" + b"sms,lama\n" * (12 << 17))
        assert large.status_code == 422 and "lebih besar dari 10 MB" in large.text
        for each in (printed, large):
            assert 'href="#f-file"' in each.text and '<option value="puring" selected' in each.text
        nowhere = client.post(PATH, data={"puskesmas": "entah"}, files=file_of(1))
        assert nowhere.status_code in (403, 404)


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_a_day_without_a_clock_is_said_before_it_is_taken(node: RunningNode, write: Any) -> None:
    rows = [
        ["kanal", "isi", "tanggal"],
        ["sms", "Antre lama sekali.", "2026-01-02"],
        ["sms", "Obat habis.", "2026-01-02 08:30"],
        ["sms", "Loket tutup.", ""],
    ]
    with browser(node) as client:
        page = upload(client, write(rows))
    assert "1 baris menyebut tanggal tanpa jam: dicatat pukul 00.00" in page.text
    assert page.text.count("(tanpa jam)") == 1


def test_another_officer_sees_figures_and_no_words(node: RunningNode) -> None:
    with browser(node) as client:
        page = upload(client, f"kanal,isi\nsms,{CANARY} rahasia\n")
        assert CANARY in page.text
    with browser(node, "sari") as client:
        assert CANARY in client.get(str(page.url)).text, "the team opens words"
    opened = "SELECT DISTINCT role FROM openings WHERE page = 'import' ORDER BY 1"
    assert rows_of(node.data, "keyring.sqlite", opened) == [("complaint_team",), ("officer",)]


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_markup_in_a_file_is_shown_as_words(node: RunningNode, write: Any) -> None:
    data = write([["kanal", "<script>alert(1)</script>", "isi"], ["sms", "<b>x", "<i>y</i>"]])
    with browser(node) as client:
        page = upload(client, data)
    assert "&lt;script&gt;" in page.text and "&lt;i&gt;y" in page.text
    assert "<script>alert" not in page.text and "<i>y" not in page.text


def test_who_may_not_import_sees_no_page(node: RunningNode) -> None:
    with browser(node, "agus") as client:
        assert client.get(PATH).status_code == 403
        assert client.post(PATH, data={"puskesmas": "puring"}, files=file_of(1)).status_code == 403
