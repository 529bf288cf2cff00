"""What a node takes: memory after a day's work, and the time until it answers."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.line import Measure, peak_megabytes
from tests.running import RunningNode, running_node

COMPLAINTS = Path(__file__).parents[1] / "data/complaints.csv"
STARTS = 5
PAGES = ("/", "/laporan", "/laporan/keluhan", "/operasi", "/p/puring/papan", "/r")


def run() -> Iterator[Measure]:
    """Work a little, then start again several times."""
    with tempfile.TemporaryDirectory(prefix="bench-footprint-") as name:
        data = Path(name) / "node"
        with running_node(data) as node:
            _work(node)
        starts, peaks = [], []
        for _start in range(STARTS):
            began = time.monotonic()
            with running_node(data) as node:
                node.public.get("/../../health/ready").raise_for_status()
                starts.append(time.monotonic() - began)
                _work(node)
                peaks.append(peak_megabytes(node.process.pid))
    yield Measure("footprint-memory", "MB at most", max(peaks), 300, 180, STARTS)
    yield Measure("footprint-start", "s", sorted(starts)[STARTS // 2], 3, 1.5, STARTS)


def _work(node: RunningNode) -> None:
    """Import a file, walk a case as far as its grade, and look at every report."""
    with COMPLAINTS.open("rb") as file:
        done = node.as_("rini").post("/puskesmas/puring/imports", files={"file": file})
        ids = done.raise_for_status().json()["ids"]
    node.until("sari", f"/cases/{ids[0]}", lambda case: True)
    district = node.as_("wulan")
    for path in ("/reports/complaints", "/reports/totals", "/reports/dashboard"):
        district.get(path).raise_for_status()
    for page in PAGES:
        node.as_("wulan").get(node.address + page, follow_redirects=True).raise_for_status()
