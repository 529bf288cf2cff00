"""A person is erased from the page, by a call, and by the command line, on a node that runs."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.test_complaint_pages import Pages
from tests.running import RunningNode

WORDS = "Antre lama.\nDua jam."


@pytest.fixture(scope="module")
def pages(node: RunningNode) -> Iterator[Pages]:
    found = Pages(node)
    yield found
    for client in found.clients.values():
        client.close()


def person(pages: Pages, count: int = 1) -> list[Any]:
    """Write down complaints of somebody new; return them."""
    phone = f"0812-{uuid4().int % 10**8:08d}"
    who = {"name": "Bu Warsini", "phone": phone}
    found = [pages.receive(complainant=who) for _each in range(count)]
    for each in found:
        pages.node.until("sari", f"/cases/{each['id']}", lambda case: True)
    return found


def erase(pages: Pages, id: str, **facts: Any) -> Any:
    body = {"reason": "subject_request", "ends_open_cases": True, **facts}
    return pages.node.as_("kukuh").post(f"/persons/{id}/erasure", json=body)


def shown(pages: Pages, id: str, who: str = "kukuh") -> str:
    return pages.as_(who).get(f"/penghapusan/{id}").raise_for_status().text


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_the_page_shows_whom_it_concerns_and_erases_them_and_calls_it_back(pages: Pages) -> None:
    one, other = person(pages, 2)
    page = shown(pages, one["id"])
    assert one["number"] in page and other["number"] in page
    assert "2 keluhan orang ini" in page and "kasus masih ditangani" in page
    form = {name: hidden(page, name) for name in ("key", "version", "seen")}
    at = f"/penghapusan/{one['id']}"
    refused = pages.send("kukuh", f"{at}/hapus", reason="subject_request", **form)
    assert refused.status_code == 409 and "masih ditangani" in refused.text
    form |= {"key": str(uuid4())}
    sent = {"reason": "subject_request", "ends_open_cases": "true", **form}
    for _pressed_twice in range(2):
        assert pages.send("kukuh", f"{at}/hapus", **sent).status_code == 303
    page = shown(pages, one["id"])
    assert "Isi ditutup, menunggu dimusnahkan" in page
    for each in (one, other):
        said = pages.as_("sari").get(f"/catat/{each['id']}").text
        assert "Isi keluhan ini sudah dihapus" in said and "Dua jam" not in said
    assert one["number"] in pages.as_("kukuh").get("/penghapusan").text
    back = {name: hidden(page, name) for name in ("key", "version")}
    assert pages.send("kukuh", f"{at}/batalkan", **back).status_code == 303
    assert "Dua jam" in pages.as_("sari").get(f"/catat/{one['id']}").text


def test_a_legal_hold_is_placed_and_lifted_on_the_page(pages: Pages) -> None:
    (one,) = person(pages)
    at, page = f"/penghapusan/{one['id']}", shown(pages, one["id"])
    form = {name: hidden(page, name) for name in ("key", "version")}
    wrong = pages.send("kukuh", f"{at}/tahan", reason="legal_case", until="besok", **form)
    assert wrong.status_code == 422 and "Pilih harinya" in wrong.text
    for until, reason, said in (("9999-12-31", "legal_case", "sepuluh tahun"), ("x", "", "Pilih")):
        wrong = pages.send("kukuh", f"{at}/tahan", reason=reason, until=until, **form)
        assert wrong.status_code == 422 and said in wrong.text
        # What is wrong stands in the form that was sent, which is open, and in no other.
        assert wrong.text.count('<details class="confirm" open') == 1
        assert "/tahan" in wrong.text.partition('<details class="confirm" open')[2][:400]
    sent = {"reason": "legal_case", "until": "2031-01-01", "key": str(uuid4())}
    sent |= {"version": form["version"]}
    assert pages.send("kukuh", f"{at}/tahan", **sent).status_code == 303
    page = shown(pages, one["id"])
    assert "Terkait perkara hukum ·" in page and "belum boleh dihapus" in page
    assert erase(pages, one["id"]).status_code == 409
    form = {name: hidden(page, name) for name in ("key", "version")}
    assert pages.send("kukuh", f"{at}/lepas", **form).status_code == 303
    assert "Terkait perkara hukum ·" not in shown(pages, one["id"])


def test_bad_input_names_the_field_and_erases_nobody(pages: Pages) -> None:
    (one,) = person(pages)
    for facts in (
        {"reason": "dia marah"},
        {"complaints": ["x"]},
        {"requested_at": "2031-01-01T00:00:00Z"},
        {"why": "x"},
    ):
        assert erase(pages, one["id"], **facts).status_code == 422, facts
    assert erase(pages, one["id"], complaints=[]).status_code == 409
    assert erase(pages, str(uuid4())).status_code == 404
    asked = pages.node.as_("kukuh").get(f"/persons/{one['id']}").json()
    assert asked["complaints"][0]["erasure"] is None
    found = pages.as_("kukuh").get("/penghapusan", params={"number": "PRG-0"})
    assert found.status_code == 422 and "Nomor ini tidak ditemukan" in found.text


def test_the_command_line_erases_by_number_and_says_what_stands_against_it(pages: Pages) -> None:
    (one,) = person(pages)
    tanggap, number = pages.node.tanggap, one["number"]
    why = ("--reason", "subject_request")
    refused = tanggap("erase", number, *why, "--yes")
    assert refused.returncode == 1 and "masih ditangani" in refused.stderr
    assert tanggap("erase", number, *why, "--json").returncode == 2
    assert tanggap("erase", number, "--reason", "begitu saja").returncode == 2
    assert tanggap("erase", "PRG-2026-A-999999", *why, "--yes").returncode == 1
    assert tanggap("erase", number, *why).returncode == 1
    done = tanggap("erase", number, *why, "--end-open-cases", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["stage"] == "scheduled"
    again = tanggap("erase", one["id"], *why, "--yes")
    assert again.returncode == 1 and "sudah diminta" in again.stderr
