"""Words come to the home of a case after its events, and nobody else keeps the key: a district, an
edge of it, and the line between them, in earnest."""

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from services.kernel.files.content import cleaned
from tests.running import RunningNode
from tests.servers.edge import (
    HOME,
    ORIGIN,
    Both,
    Started,
    edge_token,
    page,
    received,
)
from tests.servers.postgres import Postgres
from tests.unit.test_attachments import JPEG
from tests.waiting import looks, until

pytestmark = pytest.mark.timeout(900)
"""Who comes first starts a district."""


SAID = "Antre tiga jam, <b>kipas</b> mati."


def until_shown(node: RunningNode, user: str, path: str, good: Callable[[str], bool]) -> str:
    """Ask for a page until it shows what is waited for."""
    for _look in looks():
        shown = page(node, user, path)
        if shown.status_code == 200 and good(shown.text):
            return shown.text
        node.process_must_live()
    raise AssertionError(shown.text)


def told_by_the_public(both: Both) -> str:
    """Fill the district's web form in, with a photo, for the edge's Puskesmas."""
    typed = {"kind": "complaint", "text": SAID, "service_unit": "loket", "name": "Bu Warsini"}
    with httpx.Client(base_url=both.district.address, timeout=60, trust_env=False) as browser:
        thanks = browser.post(f"/p/{HOME}/lapor", data=typed, files={"file": ("antrean.jpg", JPEG)})
    assert thanks.status_code == 201, thanks.text
    number = re.search(r"PRG-\d{4}-Z-\d{6}", thanks.text)
    assert number
    listed = both.district.until(
        "wulan",
        "/reports/complaints",
        lambda found: any(each["number"] == number[0] for each in found["items"]),
    )
    return str(next(each["id"] for each in listed["items"] if each["number"] == number[0]))


def key_at_the_district(both: Both, id: str) -> bytes | None:
    with psycopg.connect(both.district.environment["TANGGAP_DATABASE_URL"]) as connection:
        row = connection.execute("SELECT wrapped FROM keyring.keys WHERE id = %s", (id,)).fetchone()
    return None if row is None else bytes(row[0])


def table_on_disk(both: Both, postgres: Postgres) -> bytes:
    address = both.district.environment["TANGGAP_DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT pg_relation_filepath('keyring.keys')").fetchone()
    assert row
    return Path(postgres.data, row[0]).read_bytes()


def files_under(folder: Path, id: str) -> list[bytes]:
    return [each.read_bytes() for each in folder.rglob(f"attachments/{id}/*")]


def keys_shared(node: RunningNode, id: str) -> int:
    found = node.as_("wulan").get(f"/audit/complaints/{id}").json()["items"]
    return sum(each["type"] == "tanggap.KeyShared.v1" for each in found)


def test_a_web_complaint_with_its_photo_comes_home_after_the_line_was_cut(
    started: Started, postgres: Postgres
) -> None:
    with started.edge() as both:
        both.cut()
        id = told_by_the_public(both)
        wrapped = key_at_the_district(both, id)
        assert wrapped and wrapped in table_on_disk(both, postgres)
        (sealed,) = files_under(started.folder / "district", id)
        assert escape(SAID) in page(both.district, "sari", f"/catat/{id}").text
        both.join_events()
        both.edge.until("sari", f"/cases/{id}", lambda found: found["words"] == "coming")
        shown = page(both.edge, "sari", f"/kasus/{id}").text
        assert "belum tiba: kuncinya menyusul dari dinas" in shown
        assert escape(SAID) not in shown
        graded = both.edge.as_("sari").post(f"/cases/{id}/grade", json={"grade": "green"})
        assert graded.status_code == 200
        answer = both.edge.as_("sari").post(f"/cases/{id}/immediate-answer", json={"answer": "Ya."})
        assert answer.status_code == 503
        both.edge.until(
            "wulan", "/operations", lambda found: found["handovers"][0]["failure"] == "LineCut"
        )
        refused = both.edge.tanggap("doctor")
        assert "LineCut" in refused.stdout, refused.stdout
    # The line comes back while the edge is off: what waits goes on after its start.
    with started.edge() as both:
        both.join_keys()
        until_shown(both.edge, "sari", f"/kasus/{id}", lambda text: escape(SAID) in text)
        shown = until_shown(both.edge, "sari", f"/kasus/{id}", lambda text: "Kunci isi" in text)
        assert "dari dinas ke edge-puring, tempat kasusnya ditangani" in shown
        assert "belum tiba" not in shown
        address = re.search(rf"/api/v1/complaints/{id}/attachments/[-0-9a-f]+", shown)
        assert address
        until(lambda: page(both.edge, "sari", address[0]).status_code == 200)
        photo = page(both.edge, "sari", address[0])
        assert (photo.headers["content-type"], photo.content) == ("image/jpeg", cleaned(JPEG).data)
        assert page(both.edge, "wulan", address[0]).status_code == 403
        until(lambda: not files_under(started.folder / "district", id))
        assert files_under(started.folder / "edge", id) == [sealed]
        assert key_at_the_district(both, id) is None
        assert wrapped not in table_on_disk(both, postgres)
        left = page(both.district, "sari", f"/catat/{id}").text
        assert "sudah diserahkan ke edge-puring" in left and escape(SAID) not in left
        until(lambda: keys_shared(both.district, id) == 1)
        replayed = both.edge.json("replay", id, "--json")["items"]
        assert [each["step"] for each in replayed].count("KeyShared") == 1


def test_the_district_reads_an_escalated_case_after_its_key_was_shared(started: Started) -> None:
    with started.edge() as both:
        id = received(both.edge, SAID)["id"]
        path = f"/kasus/{id}"
        shown = until_shown(both.district, "wulan", path, lambda text: "salinan log" in text)
        assert "hanya dibaca di tempat kasusnya ditangani" in shown
        both.cut_keys()
        body = {"reason": "Perlu dinas."}
        both.edge.until("sari", f"/cases/{id}", lambda _found: True)
        done = both.edge.as_("sari").post(f"/cases/{id}/escalation", json=body)
        assert done.status_code == 200, done.text
        shown = until_shown(
            both.district, "wulan", path, lambda text: "menyusul dari edge-puring" in text
        )
        assert escape(SAID) not in shown
        assert key_at_the_district(both, id) is None
        both.join_keys()
        shown = until_shown(both.district, "wulan", path, lambda text: escape(SAID) in text)
        assert "Perlu dinas." in shown and "kini dapat membaca isinya" in shown
        assert keys_shared(both.district, id) == 1
        assert "dr. Wulan" in shown.partition("Siapa membuka")[2]
        assert escape(SAID) not in page(both.district, "agus", path).text
        assert "dr. Wulan" in page(both.district, "agus", f"{path}/pembukaan").text
        queue = until_shown(
            both.district,
            "wulan",
            "/kasus?state=escalated",
            lambda text: f'href="/kasus/{id}"' in text,
        )
        assert escape(SAID) not in queue
        read = both.edge.json("replay", id, "--json")["items"]
        assert "KeyShared" in [each["step"] for each in read]


def test_operations_and_doctor_say_how_the_edge_stands_and_a_token_can_be_taken_back(
    started: Started,
) -> None:
    def the_edge(found: Any) -> Any:
        return next((each for each in found["edges"] if each["origin"] == ORIGIN), None)

    with started.edge() as both:
        found = both.district.until(
            "wulan", "/operations", lambda found: (the_edge(found) or {}).get("unsent") == 0
        )
        assert the_edge(found)["heard_at"] is not None
        assert [each["peer"] for each in found["handovers"]] == [ORIGIN]
        shown = page(both.district, "wulan", "/operasi").text
        assert ORIGIN in shown and "Terakhir terdengar" in shown
        listed = both.district.json("edge", "list", "--json")
        assert [each["origin"] for each in listed] == [ORIGIN]
        assert both.district.tanggap("edge", "remove", ORIGIN).returncode == 0
        assert both.district.tanggap("edge", "remove", ORIGIN).returncode == 1
        both.edge.until(
            "wulan",
            "/operations",
            lambda found: found["handovers"][0]["failure"] == "TokenRefused",
        )
        said = both.edge.tanggap("doctor")
        assert (said.returncode, "tanggap edge add" in said.stdout) == (1, True)
        # It lets nobody in elsewhere either: it is no account.
        secret = started.token.partition(".")[0]
        answer = httpx.get(
            f"{both.district.address}/api/v1/reports/totals",
            headers={"Authorization": f"Bearer {secret}"},
        )
        assert answer.status_code == 401
    started.token = edge_token(started.district)
    with started.edge() as both:
        both.district.until(
            "wulan", "/operations", lambda found: the_edge(found)["heard_at"] is not None
        )


@pytest.mark.parametrize("path", ["/keys", "/files"])
def test_an_edges_calls_are_open_to_no_account_and_no_stranger(started: Started, path: str) -> None:
    address = f"{started.district.address}/api/v1/uplink{path}"
    tokens = ["-", "x", started.token, started.district.token("admin")]
    for token in tokens:
        answer = httpx.get(address, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
