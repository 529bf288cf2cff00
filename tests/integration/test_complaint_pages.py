"""Intake's page of a complaint and the receipt holder's page, as forms send them."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.running import RunningNode
from tests.unit.test_attachments import JPEG, telling_jpeg

SAID = "Antre lama.\nDua jam."
FORM = {
    "channel": "in_person",
    "kind": "complaint",
    "text": SAID.replace("\n", "\r\n"),
    "service_unit": "loket",
    "name": "Bu Warsini",
    "phone": "0812-0000-7777",
    "confidentiality": "open",
}


class Pages:
    """A browser's forms, sent by somebody's token."""

    def __init__(self, node: RunningNode) -> None:
        self.node = node
        self.clients: dict[str, httpx.Client] = {}

    def as_(self, who: str) -> httpx.Client:
        if who not in self.clients:
            headers = {"Authorization": f"Bearer {self.node.token(who)}"}
            self.clients[who] = httpx.Client(
                base_url=self.node.address, headers=headers, timeout=60, trust_env=False
            )
        return self.clients[who]

    def receive(self, who: str = "rini", **facts: Any) -> Any:
        body = {
            "channel": "in_person",
            "text": SAID,
            "service_unit": "loket",
            "complainant": {"name": "Bu Warsini", "phone": "0812-0000-7777"},
        }
        answer = self.node.as_(who).post("/puskesmas/puring/complaints", json=body | facts)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def send(self, who: str, path: str, **values: Any) -> httpx.Response:
        return self.as_(who).post(path, data=values)

    def view(self, id: str) -> Any:
        return self.node.as_("sari").get(f"/complaints/{id}").json()


@pytest.fixture(scope="module")
def pages(node: RunningNode) -> Iterator[Pages]:
    found = Pages(node)
    yield found
    for client in found.clients.values():
        client.close()


def test_the_form_is_shown_as_it_stands_and_corrected(pages: Pages) -> None:
    id = pages.receive()["id"]
    page = pages.as_("rini").get(f"/catat/{id}")
    assert page.status_code == 200 and "Bu Warsini" in page.text and "Dua jam." in page.text
    assert page.headers["cache-control"] == "no-store"
    path = f"/catat/{id}/betulkan"
    sent = FORM | {"service_unit": "farmasi", "reason": "Salah unit.", "key": "a", "version": "1"}
    for _press in range(2):
        assert pages.send("rini", path, **sent).status_code == 303
    assert pages.view(id)["service_unit"] == "farmasi" and pages.view(id)["version"] == 2
    nothing = pages.send("rini", path, **FORM | {"service_unit": "farmasi", "reason": "a"})
    assert nothing.status_code == 422 and "Tidak ada isian yang berubah." in nothing.text
    without = pages.send("rini", path, **FORM)
    assert without.status_code == 422 and "Tulis mengapa dibetulkan." in without.text
    stale = pages.send("sari", path, **sent | {"service_unit": "ugd", "key": "b"})
    assert stale.status_code == 412 and 'value="ugd" selected' in stale.text


def test_a_day_without_an_hour_stays_one(pages: Pages) -> None:
    id = pages.receive(occurred_at="2026-01-05T00:00:00+07:00")["id"]
    page = pages.as_("rini").get(f"/catat/{id}").text
    assert 'value="2026-01-05"' in page and "00:00" not in page
    path = f"/catat/{id}/betulkan"
    same = FORM | {"incident_date": "2026-01-05", "incident_time": "", "reason": "a"}
    nothing = pages.send("rini", path, **same)
    assert nothing.status_code == 422 and "Tidak ada isian yang berubah." in nothing.text
    wrong = pages.send("rini", path, **same | {"incident_time": "pagi"})
    assert wrong.status_code == 422 and "Tulis jam seperti 08:30." in wrong.text
    assert pages.send("rini", path, **same | {"incident_time": "09:15"}).status_code == 303
    assert 'value="09:15"' in pages.as_("rini").get(f"/catat/{id}").text


def test_who_cannot_read_the_words_corrects_the_rest_and_leaves_them(pages: Pages) -> None:
    id = pages.receive("sari")["id"]
    page = pages.as_("rini").get(f"/catat/{id}")
    assert "Bu Warsini" not in page.text and "Dua jam." not in page.text
    sent = FORM | {"text": "", "name": "", "phone": "", "barrier": "habit", "reason": "Lupa."}
    assert pages.send("rini", f"/catat/{id}/betulkan", **sent).status_code == 303
    page = pages.as_("sari").get(f"/catat/{id}")
    assert "Bu Warsini" in page.text and "Dua jam." in page.text
    assert 'value="habit" selected' in page.text


def test_a_complaint_is_withdrawn_from_its_page(pages: Pages) -> None:
    id = pages.receive()["id"]
    path = f"/catat/{id}/cabut"
    wrong = pages.send("rini", path, withdrawn_at="2999-01-01T08:00", withdrawal_reason="Beres.")
    assert wrong.status_code == 422 and "Beres." in wrong.text and "<details" in wrong.text
    for _press in range(2):
        assert pages.send("rini", path, withdrawal_reason="Beres.", key="w").status_code == 303
    assert pages.view(id)["withdrawn"] is True
    assert pages.send("rini", path, key="other").status_code == 409


def test_what_nobody_can_have_typed_is_named_on_the_page(pages: Pages) -> None:
    id = pages.receive()["id"]
    for path, field in (("betulkan", "reason"), ("cabut", "withdrawal_reason")):
        wrong = pages.send("rini", f"/catat/{id}/{path}", **FORM | {field: "Be\x00res."})
        assert wrong.status_code == 422 and f'id="s-{field}"' in wrong.text, wrong.text
        assert "karakter kendali" in wrong.text


def test_duplicates_are_linked_by_number(pages: Pages) -> None:
    one, original = pages.receive(), pages.receive()
    away = pages.node.as_("rini").post(
        "/puskesmas/lamaru/complaints", json={"channel": "in_person", "text": "a"}
    )
    path = f"/catat/{one['id']}/duplikat"
    for number in ("", "PRG-1", away.json()["number"]):
        assert pages.send("sari", path, original=number).status_code == 422
    assert pages.send("sari", path, original=one["number"]).status_code == 409
    assert pages.send("sari", path, original=original["number"].lower()).status_code == 303
    assert pages.view(one["id"])["duplicate_of"] == original["id"]
    assert one["number"] in pages.as_("sari").get(f"/catat/{original['id']}").text
    for _press in range(2):
        assert pages.send("sari", f"{path}/lepas").status_code == 303
    assert pages.view(one["id"])["duplicate_of"] is None
    assert pages.send("rini", path, original=original["number"]).status_code == 403


def test_a_photo_is_added_and_opened_from_the_page(pages: Pages) -> None:
    id = pages.receive()["id"]
    path = f"/catat/{id}/lampiran"
    rini = pages.as_("rini")
    empty = rini.post(path, data={"key": "k"})
    assert empty.status_code == 422 and "Pilih berkas." in empty.text
    large = rini.post(path, files={"file": ("a.jpg", JPEG + bytes(10 << 20))})
    assert large.status_code == 413 and "10 MB" in large.text
    for _press in range(2):
        done = rini.post(path, files={"file": ("loket.jpg", telling_jpeg())}, data={"key": "k"})
        assert done.status_code == 303, done.text
    (added,) = pages.view(id)["attachments"]
    link = f"/api/v1/complaints/{id}/attachments/{added['id']}"
    page = rini.get(f"/catat/{id}").text
    assert link in page and "loket.jpg" in page
    assert rini.get(link).content[:2] == b"\xff\xd8"


BODIES = {
    "status": ("receipt",),
    "rating": ("receipt", "rating"),
    "reopen-request": ("receipt", "reason"),
}


def respond(pages: Pages, **values: str) -> httpx.Response:
    return httpx.post(
        f"{pages.node.address}/r/tanggapi",
        data=values,
        headers={"Origin": pages.node.address},
        trust_env=False,
    )


def test_the_holder_of_a_receipt_responds_and_the_code_stays_off_the_page(pages: Pages) -> None:
    """Few wrong codes at first: ten a minute are taken from one network."""
    given = pages.receive()
    code = given["receipt"]
    wrong = respond(pages, receipt=code, wish="rate", words="Cepat.")
    assert wrong.status_code == 422 and code not in wrong.text and "Cepat." in wrong.text
    assert respond(pages, receipt="AAAA-BBBB-CCCC", wish="withdraw", sure="1").status_code == 404
    done = respond(pages, receipt=code.lower(), wish="rate", rating="4", words="Cepat.", key="r")
    assert done.status_code == 200 and given["number"] in done.text and code not in done.text
    assert respond(pages, receipt=code, wish="reopen", words="Masih.").status_code == 200
    unsure = respond(pages, receipt=code, wish="withdraw")
    assert unsure.status_code == 422
    assert "Pencabutan tidak dapat dibatalkan." in unsure.text
    assert respond(pages, receipt=code, wish="withdraw", sure="1").status_code == 200
    assert respond(pages, receipt=code, wish="withdraw", sure="1").status_code == 409
    answer = pages.node.public.post(
        "/receipts/rating", json={"receipt": code, "rating": 1, "remark": "Lagi."}
    )
    assert answer.json()["number"] == given["number"]
    pages.node.settle(answer.json()["position"])
    events = pages.node.as_("agus").get("/events", params={"complaint": given["id"]}).json()
    types = [each["type"].split(".")[1] for each in events["items"] if "intake" in each["source"]]
    assert types == [
        "ComplaintReceived",
        "ComplainantRated",
        "ReopenRequested",
        "ComplaintWithdrawn",
        "ComplainantRated",
    ]
    history = pages.as_("sari").get(f"/laporan/keluhan/{given['number']}")
    assert "menilai penanganan: 4 dari 4" in history.text
    for body, status in (
        ({"receipt": code, "rating": 5}, 422),
        ({"receipt": code}, 422),
        ({"receipt": "x" * 61, "rating": 1}, 422),
        ({"receipt": "AAAA-BBBB-CCCC", "rating": 1}, 404),
    ):
        assert pages.node.public.post("/receipts/rating", json=body).status_code == status
    refused: list[httpx.Response] = []
    while len(refused) < 60 and (not refused or refused[-1].status_code == 404):
        refused.append(pages.node.public.post("/receipts/withdrawal", json={"receipt": "ZZZZ"}))
    assert refused[0].status_code == 404 and refused[-1].status_code == 429
    assert int(refused[-1].headers["retry-after"]) >= 1
    # One count for all calls and pages; a right code is answered all the same.
    for path in ("status", "rating", "reopen-request"):
        body = {"receipt": "ZZZZ", "rating": 1, "reason": "Masih."}
        body = {name: body[name] for name in BODIES[path]}
        assert pages.node.public.post(f"/receipts/{path}", json=body).status_code == 429
    for path in ("/r", "/r/tanggapi"):
        page = httpx.post(
            pages.node.address + path,
            data={"receipt": "ZZZZ", "wish": "withdraw", "sure": "1"},
            headers={"Origin": pages.node.address},
            trust_env=False,
        )
        assert page.status_code == 429 and int(page.headers["retry-after"]) >= 1
        assert "Terlalu banyak kode yang salah" in page.text
    assert pages.node.public.post("/receipts/status", json={"receipt": code}).status_code == 200
    figures = httpx.get(f"{pages.node.address}/metrics", trust_env=False).text
    assert 'tanggap_receipt_codes_total{answer="refused"}' in figures


def test_the_case_offers_of_its_form_only_what_its_reader_may_still_do(pages: Pages) -> None:
    id = pages.receive()["id"]
    pages.node.until("sari", f"/cases/{id}", lambda found: True)

    def offered(who: str) -> str:
        page = pages.as_(who).get(f"/kasus/{id}").raise_for_status().text
        (deeds,) = re.findall(
            r'Formulir dan lampiran</a></p>\s*<p class="small soft">(.*?)</p>', page
        )
        return str(deeds)

    alone = "Membetulkan isian, menambah berkas, mencatat pencabutan."
    assert offered("rini") == alone
    linked = "menautkan keluhan yang sama, mencatat pencabutan."
    assert offered("sari") == f"Membetulkan isian, menambah berkas, {linked}"
    pages.node.as_("sari").post(f"/cases/{id}/grade", json={"grade": "green"}).raise_for_status()
    for step, said in (("immediate-answer", "answer"), ("documentation", "summary")):
        pages.node.as_("sari").post(f"/cases/{id}/{step}", json={said: "Sudah."}).raise_for_status()
    assert offered("sari") == "Membetulkan isian, menambah berkas."
    assert "Formulir dan lampiran" not in pages.as_("dewi").get(f"/kasus/{id}").text
