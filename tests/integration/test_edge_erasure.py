"""A person is erased whose complaints are at home at an edge that is away: asked for at the
district, done by the edge on its return, and pending until every origin has said so."""

from pathlib import Path
from typing import Any

import pytest

from tests.running import RunningNode
from tests.servers.edge import Started, case_at, page, received
from tests.waiting import until

pytestmark = pytest.mark.timeout(900)
"""Who comes first starts a district."""


SAID = "Kenari terbang di loket."


def erasure_of(node: RunningNode, id: str) -> Any:
    """Return how far the erasure is, as it is known there."""
    answer = node.as_("wulan").get(f"/persons/{id}")
    found = answer.json()["complaints"] if answer.is_success else []
    return next((each["erasure"] for each in found if each["id"] == id), None)


def stage_of(node: RunningNode, id: str) -> Any:
    found = erasure_of(node, id)
    return found and (found["stage"], found["pending"])


def lies_in(folder: Path, wanted: bytes) -> bool:
    return any(wanted in each.read_bytes() for each in folder.rglob("*") if each.is_file())


def test_an_edge_erases_on_its_return_and_the_district_after_it(started: Started) -> None:
    with started.edge() as both:
        id = received(both.district, SAID)["id"]
        until(lambda: case_at(both.edge, id) == 200)
        until(lambda: SAID in page(both.edge, "sari", f"/kasus/{id}").text)
    both.cut()
    body = {"reason": "subject_request", "ends_open_cases": True}
    asked = both.district.as_("wulan").post(f"/persons/{id}/erasure", json=body)
    assert asked.status_code == 200, asked.text
    assert stage_of(both.district, id) == ("requested", [])
    shown = page(both.district, "wulan", f"/penghapusan/{id}").text
    assert "edge-puring memutuskan begitu mendengarnya" in shown
    with started.edge() as both:
        # It has not heard of it, and goes on.
        assert SAID in page(both.edge, "sari", f"/kasus/{id}").text
        both.join()
        until(lambda: stage_of(both.district, id) == ("erased", []))
        until(lambda: stage_of(both.edge, id) == ("erased", []))
        destroyed = erasure_of(both.district, id)["destroyed_at_origins"]
        assert sorted(destroyed) == sorted(["edge-puring", "dinas"])
        shown = page(both.edge, "sari", f"/kasus/{id}").text
        assert "Isi keluhan ini sudah dihapus" in shown and SAID not in shown
        both.edge.until("sari", f"/cases/{id}", lambda case: case["state"] == "withdrawn")
    assert not lies_in(started.folder / "edge" / "data", SAID.encode())
