"""An edge and its district: the line is cut, people work on both sides, and all comes together."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.running import RunningNode
from tests.servers.district import RunningDistrict, running_district
from tests.servers.edge import HOME, district_file, running_edge
from tests.servers.kafka import running_kafka
from tests.servers.line import Line, line
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer


class Both:
    """A district, an edge of it, and the line between them."""

    def __init__(self, district: RunningDistrict, edge: RunningNode, line: Line) -> None:
        self.district, self.edge, self.line = district, edge, line


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, redis: RedisServer
) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("edge")
    for each in ("kafka", "district", "edge"):
        (folder / each).mkdir()
    file = district_file(folder)
    with (
        running_kafka(folder / "kafka") as kafka,
        running_district(
            folder / "district", postgres, kafka.servers, redis, file=file
        ) as district,
        line(kafka.advertised, f"127.0.0.1:{kafka.far}") as joined,
        running_edge(folder / "edge" / "data", district, kafka.advertised, file) as edge,
    ):
        yield Both(district, edge, joined)


def received(at: RunningNode, text: str, puskesmas: str = HOME) -> Any:
    body = {"channel": "phone", "text": text}
    answer = at.as_("rini").post(f"/puskesmas/{puskesmas}/complaints", json=body)
    return answer.raise_for_status().json()


def case_at(node: RunningNode, id: str) -> int:
    return node.as_("sari").get(f"/cases/{id}").status_code


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
    both.line.cut()
    here = [received(both.edge, f"Di tempat {n}.")["id"] for n in range(20)]
    there = [received(both.district, f"Dari jauh {n}.")["id"] for n in range(20)]
    for id in here:
        both.edge.until("sari", f"/cases/{id}", lambda _found: True)
    graded = both.edge.as_("sari").post(f"/cases/{here[0]}/grade", json={"grade": "green"})
    assert graded.status_code == 200
    assert both.edge.public.get("/../../health/ready").status_code == 200
    both.line.join()
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
        for command in (
            ("rebuild", "--check"),
            ("rebuild", "--check", "--from", "stores"),
            ("verify",),
        ):
            done = node.tanggap(*command)
            assert done.returncode == 0, done.stdout + done.stderr
