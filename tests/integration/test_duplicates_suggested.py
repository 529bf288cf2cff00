"""Earlier complaints that may have said the same stand beside a complaint, with why."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from tests.running import RunningNode

SAID = "Antrean loket panjang dan kursi tunggu kurang."
ALIKE = "Kursi tunggu di loket kurang, antreannya panjang sekali."
INPUT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
SUGGESTED = "Mungkin sudah disampaikan sebelumnya"


@pytest.fixture(scope="module")
def sari(node: RunningNode) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {node.token('sari')}"}
    with httpx.Client(base_url=node.address, headers=headers, trust_env=False) as client:
        yield client


def received(node: RunningNode, text: str = SAID, where: str = "puring", **facts: Any) -> Any:
    body = {
        "channel": "in_person",
        "text": text,
        "service_unit": "loket",
        "categories": ["waktu-tunggu"],
    } | facts
    answer = node.as_("rini").post(f"/puskesmas/{where}/complaints", json=body)
    assert answer.status_code == 201, answer.text
    node.settle(answer.json()["position"])
    return answer.json()


def suggested(page: str) -> list[str]:
    """Return the numbers that a page suggests, in its order."""
    if SUGGESTED not in page:
        return []
    found = page.split(SUGGESTED)[1].split("</ul>")[0]
    return re.findall(r'<a href="/catat/[^"]+">([^<]+)</a>', found)


def forms(page: str, action: str) -> list[dict[str, str]]:
    found = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.S)
    return [{name: unescape(value) for name, value in INPUT.findall(form)} for form in found]


def test_the_likely_original_is_suggested_linked_and_let_go_with_one_button(
    node: RunningNode, sari: httpx.Client
) -> None:
    first = received(node)
    other_unit = received(node, service_unit="farmasi", categories=["obat"])
    away = received(node, where="lamaru")
    other_words = received(node, "Petugas tidak ramah.", service_unit="farmasi")
    later = received(node, ALIKE)
    page = sari.get(f"/catat/{later['id']}").text
    assert suggested(page) == [first["number"]]
    for absent in (other_unit, away, other_words):
        assert absent["number"] not in page
    assert "unit yang sama" in page and "masuk pada hari yang sama" in page
    assert "kata yang sama: " in page and SAID in page
    # The earlier one does not suggest what came after it.
    assert later["number"] not in sari.get(f"/catat/{first['id']}").text

    path = f"/catat/{later['id']}/duplikat"
    link = next(each for each in forms(page, path) if "original" in each)
    assert sari.post(path, data=link).status_code == 303
    view = node.as_("sari").get(f"/complaints/{later['id']}").json()
    assert view["duplicate_of"] == first["id"]
    assert suggested(sari.get(f"/catat/{later['id']}").text) == []

    original = sari.get(f"/catat/{first['id']}").text
    (unlink,) = forms(original, f"{path}/lepas")
    assert sari.post(f"{path}/lepas", data=unlink).status_code == 303
    view = node.as_("sari").get(f"/complaints/{later['id']}").json()
    assert view["duplicate_of"] is None


def test_only_who_may_link_is_asked_and_five_are_shown(
    node: RunningNode, sari: httpx.Client
) -> None:
    facts: dict[str, Any] = {"service_unit": "ugd", "categories": ["fasilitas"]}
    numbers = [
        received(node, f"Lantai ruang gawat licin {n}.", **facts)["number"] for n in range(7)
    ]
    last = received(node, "Lantai ruang gawat masih licin.", **facts)
    found = suggested(sari.get(f"/catat/{last['id']}").text)
    assert len(found) == 5 and set(found) <= set(numbers)
    headers = {"Authorization": f"Bearer {node.token('rini')}"}
    page = httpx.get(f"{node.address}/catat/{last['id']}", headers=headers, trust_env=False)
    assert page.status_code == 200 and suggested(page.text) == []


def test_what_was_taken_back_is_no_original(node: RunningNode, sari: httpx.Client) -> None:
    withdrawn = received(node, "Pintu ruang rapat macet sekali.", service_unit="tata-usaha")
    node.as_("rini").post(f"/complaints/{withdrawn['id']}/withdrawal", json={})
    again = received(node, "Pintu ruang rapat macet.", service_unit="tata-usaha")
    third = received(node, "Pintu ruang rapat macet lagi.", service_unit="tata-usaha")
    assert suggested(sari.get(f"/catat/{third['id']}").text) == [again["number"]]
    assert suggested(sari.get(f"/catat/{again['id']}").text) == []
