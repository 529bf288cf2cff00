"""The staff's pages on the whole demo district, beside the same pages with nothing in them."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.history import CASES, district
from tests.bench.line import Measure, p95
from tests.running import RunningNode, running_node

ROUNDS = 20
PAGES = {
    "rini": ("/kerja", "/kasus?mine=1", "/catat?puskesmas=puring", "/catat/{complaint}"),
    "sari": (
        "/kerja",
        "/kasus",
        "/kasus?state=all",
        "/kasus?state=all&channel=whatsapp",
        "/kasus?state=inform",
        "/kasus/{complaint}",
        "/terbitkan",
    ),
    "bayu": ("/kerja", "/evaluasi", "/evaluasi?state=reopened"),
    "kukuh": ("/kerja", "/terbitkan?menunggu=approval"),
    "dewi": ("/kerja", "/terbitkan?menunggu=release"),
    "wulan": ("/kerja", "/kasus", "/bidang", "/laporan", "/laporan/keluhan", "/laporan/kendali"),
    "agus": ("/laporan/keluhan/{number}",),
    "admin": ("/operasi",),
}


def run() -> Iterator[Measure]:
    """Ask for every page in turn, round after round, on either node."""
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as name:
        folder = Path(name)
        with running_node(folder / "empty") as node:
            empty = _rounds(node)
        shutil.copytree(district(), folder / "district")
        with running_node(folder / "district") as node:
            full = _rounds(node)
    together = [each for times in full.values() for each in times]
    yield Measure(
        name="pages",
        unit="ms p95",
        ours=p95(together),
        floor=150,
        aim=100,
        n=len(together),
        more={
            "cases": CASES,
            "without_data_ms": round(p95([each for times in empty.values() for each in times]), 1),
            "pages": {
                page: {
                    "p95_ms": round(p95(times), 1),
                    "without_data_ms": round(p95(empty[page]), 1),
                }
                for page, times in full.items()
            },
        },
    )


def _rounds(node: RunningNode) -> dict[str, list[float]]:
    """Return the milliseconds of each page, the first round (which reads the disk) left out."""
    listed = node.as_("sari").get("/reports/complaints", params={"limit": 1, "state": "open"})
    items = listed.raise_for_status().json()["items"] or [_one(node)]
    asked = {"complaint": items[0]["id"], "number": items[0]["number"]}
    times: dict[str, list[float]] = {}
    for number in range(ROUNDS + 1):
        for who, pages in PAGES.items():
            for page in pages:
                began = time.perf_counter()
                node.as_(who).get(node.address + page.format_map(asked)).raise_for_status()
                if number:
                    took = (time.perf_counter() - began) * 1000
                    times.setdefault(f"{who} {page}", []).append(took)
    return times


def _one(node: RunningNode) -> dict[str, str]:
    """Write the one complaint without which some pages have no address."""
    body = {"channel": "phone", "kind": "complaint", "text": "Obat kosong."}
    done = node.as_("rini").post("/puskesmas/puring/complaints", json=body).raise_for_status()
    found: dict[str, str] = done.json()
    node.settle(f"{found['position']}")
    node.until("sari", f"/cases/{found['id']}", lambda case: True)
    return found
