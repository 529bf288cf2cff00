"""Who opened sealed words stands on the pages of the case and of the complaint."""

import re
from html import unescape
from typing import get_args

import httpx

from services.kernel.keyring import Page
from services.kernel.web.opened import WHY
from tests.running import RunningNode

HEADING = "Siapa membuka isi tersegel"


def page(node: RunningNode, who: str, path: str) -> str:
    headers = {"Authorization": f"Bearer {node.token(who)}"}
    answer = httpx.get(f"{node.address}{path}", headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.text


def opened(page: str) -> list[str]:
    """Return the lines of the log that a page shows."""
    section = page.split(HEADING)[1].split("</section>")[0]
    lines = re.findall(r"<li>(.*?)</li>", section, re.S)
    return [unescape(re.sub(r"<[^>]+>", "", line)) for line in lines]


def received(node: RunningNode, **facts: object) -> str:
    body = {
        "channel": "in_person",
        "text": "Antre lama.",
        "complainant": {"name": "Bu Warsini"},
        "confidentiality": "confidential",
    } | facts
    answer = node.as_("rini").post("/puskesmas/puring/complaints", json=body)
    id: str = answer.json()["id"]
    node.until("sari", f"/cases/{id}", lambda case: True)
    return id


def test_each_opening_stands_there_with_who_what_for_and_when(node: RunningNode) -> None:
    id = received(node)
    for who in ("bayu", "bayu", "dewi"):
        page(node, who, f"/kasus/{id}")
    page(node, "rini", f"/catat/{id}")
    lines = opened(page(node, "sari", f"/kasus/{id}"))
    assert [line.split(" · ")[0] for line in lines] == [
        "Sari, tim keluhan: membaca kasus",
        "Rini, petugas: membaca formulir keluhan",
        "Dewi, pengelola publikasi: membaca kasus",
        "Bayu, ketua mutu: membaca kasus",
    ]
    # The chair reads what was said, but not who said it in confidence.
    assert ["juga identitas" in line for line in lines] == [True, True, False, False]
    assert "2 kali hari itu" in lines[3] and "kali" not in lines[2]
    on_the_form = opened(page(node, "sari", f"/catat/{id}"))
    assert on_the_form[0].startswith("Sari, tim keluhan: membaca formulir keluhan")
    assert len(on_the_form) == 5


def test_every_page_that_opens_words_has_a_word() -> None:
    assert set(WHY) == set(get_args(Page))


def test_it_is_for_those_who_answer_for_it(node: RunningNode) -> None:
    id = received(node)
    for who, may in (
        ("sari", True),
        ("bayu", True),
        ("kukuh", True),
        ("wulan", True),
        ("rini", False),
        ("dewi", False),
    ):
        assert (HEADING in page(node, who, f"/kasus/{id}")) == may, who
    assert HEADING not in page(node, "rini", f"/catat/{id}")
    # The district opened nothing: the case was not put before it.
    assert not any("dinas" in line for line in opened(page(node, "sari", f"/kasus/{id}")))


def test_the_auditor_sees_it_without_a_word(node: RunningNode) -> None:
    id = received(node)
    page(node, "bayu", f"/kasus/{id}")
    seen = page(node, "agus", f"/kasus/{id}/pembukaan")
    assert "Bayu, ketua mutu: membaca kasus" in re.sub(r"<[^>]+>", "", seen)
    assert "Antre lama." not in seen and "Bu Warsini" not in seen
    assert f'href="/kasus/{id}"' not in seen
    number = node.as_("sari").get(f"/complaints/{id}").json()["number"]
    node.until("wulan", f"/replay/{id}", lambda _found: True)
    history = page(node, "agus", f"/laporan/keluhan/{number}")
    assert f'href="/kasus/{id}/pembukaan"' in history
    assert "/pembukaan" not in page(node, "dewi", f"/laporan/keluhan/{number}")


def test_what_was_compared_says_so(node: RunningNode) -> None:
    facts = {"service_unit": "loket", "categories": ["waktu-tunggu"]}
    first = received(node, text="Antrean loket panjang sekali.", **facts)
    later = received(node, text="Loket antreannya panjang.", **facts)
    node.settle(
        node.as_("sari").post(f"/cases/{later}/grade", json={"grade": "red"}).json()["position"]
    )
    page(node, "sari", f"/catat/{later}")
    lines = opened(page(node, "sari", f"/kasus/{first}"))
    assert "membandingkan dengan keluhan serupa" in lines[1]
    assert "juga identitas" not in lines[1]
