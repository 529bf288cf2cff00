"""An edge and its district: the line is cut, people work on both sides, and all comes together."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.servers.edge import HOME, ORIGIN, Both, Started, case_at, page, received
from tests.waiting import until

pytestmark = pytest.mark.timeout(900)
"""Who comes first starts a district."""


PLACE = "/reports/{}?puskesmas=" + HOME


def missing(both: Both | Started, of: str) -> Any:
    return both.district.as_("wulan").get(PLACE.format(of)).raise_for_status().json()["incomplete"]


def test_figures_say_whose_data_has_not_come_until_the_edge_was_heard(started: Started) -> None:
    gap = [{"origin": ORIGIN, "puskesmas": [HOME], "until": None}]
    asked = ("dashboard", "totals", "complaints", "recap")
    assert [missing(started, each) for each in asked] == [gap] * 4
    for path in ("/laporan", "/laporan/kendali", "/laporan/keluhan", "/laporan/rekap"):
        shown = page(started.district, "wulan", f"{path}?puskesmas={HOME}").text
        assert "Puskesmas Puring: belum ada data yang tiba" in shown, path
        others = page(started.district, "wulan", f"{path}?puskesmas=lamaru").text
        assert "belum lengkap" not in others, path
    reader = started.district.as_("wulan")
    rows = reader.get("/exports/open-data.csv?from=2026-01-01").raise_for_status().text
    assert "Lengkap sampai" in rows.splitlines()[0]
    book = reader.get("/exports/open-data.xlsx?from=2026-01-01").raise_for_status().content
    about = [cell.value for row in load_workbook(BytesIO(book)).worksheets[1] for cell in row]
    assert "Puskesmas Puring: belum ada data yang tiba" in about
    with started.edge() as both:
        until(lambda: [missing(both, each) for each in asked] == [[]] * 4)
        assert "belum lengkap" not in page(both.district, "wulan", "/laporan").text


def test_what_is_written_at_the_edge_is_seen_in_the_district(both: Both) -> None:
    here = received(both.edge, "Antre lama.")
    assert here["number"].split("-")[2] == "A"
    both.district.until("wulan", "/reports/complaints", lambda found: found["items"])
    (seen,) = both.district.as_("wulan").get("/reports/complaints").json()["items"]
    assert (seen["id"], seen["state"]) == (here["id"], "received")
    both.edge.until("sari", f"/cases/{here['id']}", lambda _found: True)
    assert case_at(both.district, here["id"]) == 404


def test_what_the_district_received_for_it_becomes_a_case_at_the_edge(both: Both) -> None:
    there = received(both.district, "Lewat kabupaten.")
    assert there["number"].split("-")[2] == "Z"
    both.edge.until("sari", f"/cases/{there['id']}", lambda _found: True)
    assert case_at(both.district, there["id"]) == 404
    other = received(both.district, "Untuk yang lain.", "lamaru")
    both.district.until("sari", f"/cases/{other['id']}", lambda _found: True)
    assert both.edge.as_("wulan").get(f"/audit/complaints/{other['id']}").status_code == 404


def test_with_the_line_cut_both_work_and_all_comes_together_once(both: Both) -> None:
    both.cut()
    here = [received(both.edge, f"Di tempat {n}.")["id"] for n in range(20)]
    there = [received(both.district, f"Dari jauh {n}.")["id"] for n in range(20)]
    for id in here:
        both.edge.until("sari", f"/cases/{id}", lambda _found: True)
    graded = both.edge.as_("sari").post(f"/cases/{here[0]}/grade", json={"grade": "green"})
    assert graded.status_code == 200
    assert both.edge.public.get("/../../health/ready").status_code == 200
    done = both.edge.tanggap("verify")
    assert (done.returncode, "tidak dibandingkan: kabupaten" in done.stdout) == (3, True), done
    both.join()
    for id in there:
        both.edge.until("sari", f"/cases/{id}", lambda _found: True)
    for node in (both.edge, both.district):
        found = node.until(
            "wulan",
            "/reports/totals",
            lambda found: found["items"][0]["received"] == 42,
            puskesmas=HOME,
        )
        assert found["items"][0]["carried_forward"] == 42
    both.district.until(
        "wulan",
        f"/audit/complaints/{here[0]}",
        lambda found: any(each["type"] == "tanggap.CaseGraded.v1" for each in found["items"]),
    )
    for node in (both.edge, both.district):
        for command in (("rebuild", "--check"), ("rebuild", "--check", "--from", "stores")):
            done = node.tanggap(*command)
            assert done.returncode == 0, done.stdout + done.stderr
        # The edge asks its district, which may just be slow.
        until(lambda node=node: node.tanggap("verify").returncode == 0)  # type: ignore[misc]
