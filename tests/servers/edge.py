"""An edge as a process: a node that is the home of one Puskesmas of a running district."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from services.kernel.district import SHIPPED
from tests.running import RunningNode, free_port, running_node
from tests.servers.district import RunningDistrict, running_district
from tests.servers.kafka import running_kafka
from tests.servers.line import Line, line
from tests.servers.postgres import Postgres
from tests.servers.redis import RedisServer

HOME = "puring"
ORIGIN = "edge-puring"


def district_file(folder: Path, *, destroy_after_days: int = 7) -> Path:
    """Write the district file that ships with one Puskesmas at home on the edge."""
    written: dict[str, Any] = yaml.safe_load(SHIPPED.read_text())
    (home,) = (each for each in written["puskesmas"] if each["code"] == HOME)
    home["home"] = ORIGIN
    written["letters"] = {"dinas": "Z", ORIGIN: "E"}
    written["erasure"] = {"destroy_after_days": destroy_after_days}
    file = folder / "district.yaml"
    file.write_text(yaml.safe_dump(written, allow_unicode=True))
    return file


def edge_token(district: RunningDistrict, origin: str = ORIGIN) -> str:
    """Have the district let an edge in, as its people do; return its token."""
    added = district.tanggap("edge", "add", origin)
    assert added.returncode == 0, added.stderr
    return added.stdout.strip()


def settings_of_edge(
    district: RunningDistrict, kafka: str, address: str, token: str
) -> dict[str, str]:
    """Return an edge's settings; `kafka` and `address` are the line to the district."""
    return {
        "TANGGAP_MODE": "edge",
        "TANGGAP_ORIGIN": ORIGIN,
        "TANGGAP_UPLINK_KAFKA": kafka,
        "TANGGAP_UPLINK_URL": address,
        "TANGGAP_UPLINK_TOKEN": token,
        "TANGGAP_TOPIC": district.environment["TANGGAP_TOPIC"],
        "TANGGAP_KAFKA_DELIVERY_SECONDS": "5",
    }


@contextmanager
def running_edge(
    data: Path, district: RunningDistrict, kafka: str, file: Path, address: str, token: str
) -> Iterator[RunningNode]:
    """Run the edge until the block ends; `kafka` and `address` are the line to the district."""
    environment = settings_of_edge(district, kafka, address, token)
    with running_node(data, "--district", str(file), environment=environment) as node:
        node.patience = RunningDistrict.patience
        yield node


class Both:
    """A district, an edge of it, and the line between them: events, and keys and files."""

    def __init__(
        self, district: RunningDistrict, edge: RunningNode, lines: tuple[Line, Line]
    ) -> None:
        self.district, self.edge, self._lines = district, edge, lines

    def cut(self) -> None:
        """Cut the line."""
        for each in self._lines:
            each.cut()

    def join(self) -> None:
        """Join it again."""
        for each in self._lines:
            each.join()

    def join_events(self) -> None:
        """Join the line for events alone."""
        self._lines[0].join()

    def cut_keys(self) -> None:
        """Cut the line for keys and files alone."""
        self._lines[1].cut()

    def join_keys(self) -> None:
        """Join that again."""
        self._lines[1].join()


@contextmanager
def running_both(folder: Path, postgres: Postgres, redis: RedisServer) -> Iterator["Started"]:
    """Run a district and the line to it, and what an edge of it is started with."""
    for each in ("kafka", "district", "edge"):
        (folder / each).mkdir()
    file = district_file(folder, destroy_after_days=0)
    near = f"127.0.0.1:{free_port()}"
    with (
        running_kafka(folder / "kafka") as kafka,
        running_district(
            folder / "district", postgres, kafka.servers, redis, file=file
        ) as district,
        line(kafka.advertised, f"127.0.0.1:{kafka.far}") as events,
        line(near, district.address.removeprefix("http://")) as keys,
    ):
        token = edge_token(district)
        yield Started(
            folder, district, (events, keys), kafka.advertised, file, f"http://{near}", token
        )


class Started:
    """A running district, and an edge of it that may be started more than once."""

    def __init__(
        self,
        folder: Path,
        district: RunningDistrict,
        lines: tuple[Line, Line],
        kafka: str,
        file: Path,
        address: str,
        token: str,
    ) -> None:
        self.folder, self.district, self.lines = folder, district, lines
        self._start = (kafka, file, address)
        self.address, self.token = address, token

    @contextmanager
    def edge(self) -> Iterator[Both]:
        """Run the edge, on the folder that it had before, until the block ends."""
        data = self.folder / "edge" / "data"
        with running_edge(data, self.district, *self._start, self.token) as edge:
            yield Both(self.district, edge, self.lines)


@pytest.fixture(scope="session")
def started(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, redis: RedisServer
) -> Iterator[Started]:
    """A district that an edge is about to join; all tests of the edge share it."""
    with running_both(tmp_path_factory.mktemp("edge"), postgres, redis) as found:
        yield found


@pytest.fixture(scope="module")
def both(started: Started) -> Iterator[Both]:
    """A district, an edge of it, and the line between them."""
    with started.edge() as found:
        yield found


def received(at: RunningNode, text: str, puskesmas: str = HOME) -> Any:
    """Write a complaint down there."""
    body = {"channel": "phone", "text": text}
    answer = at.as_("rini").post(f"/puskesmas/{puskesmas}/complaints", json=body)
    return answer.raise_for_status().json()


def case_at(node: RunningNode, id: str) -> int:
    """Return the status of the answer to who asks there for a case."""
    return node.as_("sari").get(f"/cases/{id}").status_code


def page(node: RunningNode, user: str, path: str) -> httpx.Response:
    """Return a page as somebody there sees it."""
    return node.as_(user).get(node.address + path)
