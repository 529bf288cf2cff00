"""A node whose rules say how long a case is kept proposes what was kept longer, and erases nothing
by itself."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.kernel.clock import system_clock
from services.kernel.district import SHIPPED
from tests.forked import tanggap
from tests.running import RunningNode, running_node

CASES = 60
PROPOSED = re.compile(r'<li><a href="/penghapusan/([0-9a-f-]{36})">[^<]*</a> · diterima')


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node with histories of 18 months, whose rules keep a case for a year."""
    folder = tmp_path_factory.mktemp("retention")
    written: dict[str, Any] = yaml.safe_load(SHIPPED.read_text())
    for each in written["rules"]:
        each["keep_years"] = 1
    file: Path = folder / "district.yaml"
    file.write_text(yaml.safe_dump(written, allow_unicode=True))
    data, of = folder / "data", ("--district", str(file))
    asked = ("generate", "--cases", str(CASES), *of, "--data", str(data))
    tanggap(asked, os.environ).check_returncode()
    with running_node(data, *of) as node:
        yield node


def proposed(node: RunningNode) -> list[str]:
    page = node.as_("wulan").get(node.address + "/penghapusan").raise_for_status().text
    return PROPOSED.findall(page)


def test_what_ended_long_ago_is_proposed_until_somebody_erases_it(served: RunningNode) -> None:
    found = proposed(served)
    until = str(system_clock().date() - timedelta(days=366))
    asked = {"to": until}
    (line,) = served.as_("wulan").get("/reports/totals", params=asked).json()["items"]
    assert 0 < len(found) <= line["closed"]
    for id in found:
        person = served.as_("wulan").get(f"/persons/{id}").raise_for_status().json()
        (one,) = (each for each in person["complaints"] if each["id"] == id)
        assert one["erasure"] is None and not one["open_case"]
    first = found[0]
    body = {"reason": "retention", "ends_open_cases": True}
    done = served.as_("wulan").post(f"/persons/{first}/erasure", json=body)
    assert done.status_code == 200, done.text
    left = proposed(served)
    assert first not in left and len(left) < len(found)
