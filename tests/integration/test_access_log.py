"""The access log as a page and as files: found by person, number, role and day, and no words."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape

import httpx
import openpyxl
import pytest

from services.kernel.keyring.searching import Sought
from services.kernel.keyring.words import Words
from tests.running import RunningNode, day_in_jakarta

CANARY = "kenari-log-akses"


def browser(node: RunningNode, who: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {node.token(who)}"}
    return httpx.Client(base_url=node.address, headers=headers, trust_env=False, timeout=60)


def received(node: RunningNode, place: str, by: str) -> tuple[str, str]:
    body = {"channel": "phone", "text": CANARY, "complainant": {"name": "Bu Warsini"}}
    answer = node.as_(by).post(f"/puskesmas/{place}/complaints", json=body).json()
    node.settle(answer["position"])
    node.until("wulan", f"/cases/{answer['id']}", lambda case: True)
    return answer["id"], answer["number"]


def lines(page: str) -> list[str]:
    rows = re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[1].split("</tbody>")[0], re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


@pytest.fixture(scope="module")
def read(node: RunningNode) -> Iterator[tuple[str, str]]:
    id, number = received(node, "puring", "sari")
    for who in ("bayu", "dewi"):
        with browser(node, who) as reader:
            assert CANARY in reader.get(f"/kasus/{id}").text
    yield id, number


def test_the_auditor_finds_who_opened_what_and_in_which_role(
    node: RunningNode, read: tuple[str, str]
) -> None:
    _id, number = read
    with browser(node, "agus") as agus:
        page = agus.get("/pembukaan", params={"number": number.lower()})
        assert page.status_code == 200 and CANARY not in page.text and "Warsini" not in page.text
        dewi, bayu = lines(page.text)
        assert "Dewi pengelola publikasi membaca kasus" in dewi and number in dewi
        assert "Bayu ketua mutu membaca kasus juga identitas" in bayu
        assert "pekerjaan biasa" in bayu
        for asked in ({"person": "BAYU"}, {"role": "quality_lead"}):
            found = lines(agus.get("/pembukaan", params=asked | {"number": number}).text)
            assert [line.split(" ketua mutu")[0][-4:] for line in found] == ["Bayu"]
        log = agus.get(f"/kasus/{_id}/pembukaan").text
        assert f"/pembukaan?number={number}" in log


def test_days_are_those_of_the_place_and_the_last_is_included(
    node: RunningNode, read: tuple[str, str]
) -> None:
    today = day_in_jakarta(node.as_("sari").get(f"/cases/{read[0]}").json()["received_at"])
    with browser(node, "agus") as agus:
        days = {"from": today, "to": today, "number": read[1]}
        assert len(lines(agus.get("/pembukaan", params=days).text)) == 2
        assert "Tidak ada pembukaan" in agus.get("/pembukaan", params={"to": "2020-01-01"}).text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"role": "queen"}, "Pilih peran dari daftar."),
        ({"number": "PRG-1999-A-000001"}, "Nomor ini tidak ditemukan."),
        ({"from": "kemarin"}, "Tulis tanggal seperti 2026-09-07."),
        ({"from": "2026-02-02", "to": "2026-02-01"}, "Hari terakhir mendahului hari pertama."),
    ],
)
def test_what_was_asked_wrongly_is_said_beside_its_field(
    node: RunningNode, asked: dict[str, str], says: str
) -> None:
    with browser(node, "agus") as agus:
        page = agus.get("/pembukaan", params=asked)
    assert page.status_code == 422 and says in unescape(page.text)


def test_the_quality_chair_sees_what_was_opened_of_their_own_place(
    node: RunningNode, read: tuple[str, str]
) -> None:
    with browser(node, "bayu") as bayu:
        own = lines(bayu.get("/pembukaan").text)
        assert any(read[1] in line for line in own)
    with browser(node, "rini") as rini:
        assert rini.get("/pembukaan").status_code == 403


def test_a_page_of_two_places_shows_each_its_own(node: RunningNode, read: tuple[str, str]) -> None:
    from services.kernel.access.principal import Grant, Principal
    from services.kernel.clock import system_clock
    from services.kernel.keyring import About, Keyring, NewKey

    folder = node.data / "two-places"
    folder.mkdir(exist_ok=True)
    keyring = Keyring(folder / "keyring.sqlite", bytes(32), system_clock, lambda n: bytes(range(n)))
    keys: list[NewKey] = [keyring.new_key(name) for name in ("one", "other")]
    keyring.store([keyring.wrapped(key) for key in keys])
    boxes = [key.seal("Antre.", "ComplaintReceived.text", keyring.entropy) for key in keys]
    head = Principal("h", "h", "H", (Grant("head"),))
    wanted = [
        (About(key.id, place, "open", None, None), box)
        for key, place, box in zip(keys, ("puring", "lamaru"), boxes, strict=True)
    ]
    words = Words(keyring)
    assert words.open(head, "queue", wanted) == ["Antre.", "Antre."]
    for scope, seen in (({"puring"}, ["one"]), ({"sempor-1"}, None), (None, ["one", "other"])):
        found = words.search(Sought(puskesmas=scope), 10)
        assert [[one.complaint for one in each.opened] for each in found] == (
            [] if seen is None else [seen]
        )
    keyring.close()


def test_the_files_hold_the_same_and_no_words(node: RunningNode, read: tuple[str, str]) -> None:
    with browser(node, "agus") as agus:
        asked = {"number": read[1]}
        sent = agus.get("/pembukaan.csv", params=asked)
        rows = list(csv.reader(io.StringIO(sent.text.removeprefix("\ufeff")), delimiter=";"))
        head, *body = rows
        assert [row[head.index("Siapa")] for row in body] == ["Dewi", "Bayu"]
        assert {row[head.index("Nomor")] for row in body} == {read[1]}
        assert [row[head.index("Identitas")] for row in body] == ["tidak", "ya"]
        book = openpyxl.load_workbook(io.BytesIO(agus.get("/pembukaan.xlsx", params=asked).content))
        assert [row[2].value for row in book.worksheets[0].iter_rows(min_row=2)] == ["Dewi", "Bayu"]
        assert CANARY not in sent.text


def test_older_entries_follow_on_the_next_page(node: RunningNode, read: tuple[str, str]) -> None:
    with browser(node, "bayu") as bayu:
        for _time in range(51):
            assert bayu.get(f"/kasus/{read[0]}").status_code == 200
    with browser(node, "agus") as agus:
        first = agus.get("/pembukaan", params={"person": "bayu", "number": read[1]}).text
        assert len(lines(first)) == 50
        following = unescape(re.findall(r'href="([^"]+)" rel="next"', first)[0])
        assert len(lines(agus.get(following).text)) == 2
