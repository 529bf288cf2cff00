"""An edge as a process: a node that is the home of one Puskesmas of a running district."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from services.kernel.district import SHIPPED
from tests.running import RunningNode, running_node
from tests.servers.district import RunningDistrict

HOME = "puring"
ORIGIN = "edge-puring"


def district_file(folder: Path) -> Path:
    """Write the district file that ships with one Puskesmas at home on the edge."""
    written: dict[str, Any] = yaml.safe_load(SHIPPED.read_text())
    (home,) = (each for each in written["puskesmas"] if each["code"] == HOME)
    home["home"] = ORIGIN
    written["letters"] = {"dinas": "Z"}
    file = folder / "district.yaml"
    file.write_text(yaml.safe_dump(written, allow_unicode=True))
    return file


def settings_of_edge(
    district: RunningDistrict, kafka: str, address: str | None = None
) -> dict[str, str]:
    """Return an edge's settings; `kafka` and `address` are the line to the district."""
    return {
        "TANGGAP_MODE": "edge",
        "TANGGAP_ORIGIN": ORIGIN,
        "TANGGAP_UPLINK_KAFKA": kafka,
        "TANGGAP_UPLINK_URL": address or district.address,
        "TANGGAP_UPLINK_TOKEN": "none-yet",
        "TANGGAP_TOPIC": district.environment["TANGGAP_TOPIC"],
        "TANGGAP_KAFKA_DELIVERY_SECONDS": "5",
    }


@contextmanager
def running_edge(
    data: Path, district: RunningDistrict, kafka: str, file: Path, address: str | None = None
) -> Iterator[RunningNode]:
    """Run the edge until the block ends; `kafka` and `address` are the line to the district."""
    environment = settings_of_edge(district, kafka, address)
    with running_node(data, "--district", str(file), environment=environment) as node:
        yield node
