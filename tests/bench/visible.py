"""From the answer that a complaint is accepted to the list and the totals that show it."""

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.bench.intake import PATH, drain, lags
from tests.bench.line import Measure, p95
from tests.bench.wrk import load
from tests.running import RunningNode, running_node

SECONDS = 20
PLACE = "lamaru"
BODY = {
    "channel": "phone",
    "text": "Obat racikan belum jadi setelah satu jam.",
    "kind": "complaint",
}


def run() -> Iterator[Measure]:
    """Measure while 64 clients post as fast as they can."""
    with tempfile.TemporaryDirectory(prefix="bench-visible-") as name:
        folder = Path(name)
        with running_node(folder / "node") as node:
            loaded = threading.Event()
            results: list[Any] = []

            def post() -> None:
                results.append(load(folder, node.address, PATH, node.token("rini"), SECONDS))
                loaded.set()

            thread = threading.Thread(target=post)
            thread.start()
            seen = list(probe(node, loaded))
            thread.join()
            behind = lags(node)
            drained = drain(node)
    yield Measure(
        name="visible",
        unit="ms p95",
        ours=p95([each * 1000 for each in seen]),
        floor=300,
        aim=100,
        n=len(seen),
        more={
            "p50_ms": round(sorted(seen)[len(seen) // 2] * 1000, 1),
            "complaints_per_second": round(results[0].per_second),
            "lag": {"events_behind_at_end": behind, "seconds_until_none": round(drained, 2)},
        },
    )


def probe(node: RunningNode, until: threading.Event) -> Iterator[float]:
    """Receive complaints at a quiet place, and yield the seconds until list and totals have each.

    Both are asked with `after`, as a page is that must show what its reader just did; they count
    as visible only when the answer holds the complaint.
    """
    officer, district = node.as_("rini"), node.as_("wulan")
    count = 0
    while not until.is_set():
        answer = officer.post(f"/puskesmas/{PLACE}/complaints", json=BODY).raise_for_status().json()
        began = time.monotonic()
        count += 1
        asked = {"puskesmas": PLACE, "after": answer["position"], "limit": 1}
        found = _until(district, "/reports/complaints", asked)
        assert found["items"][0]["id"] == answer["id"], found
        totals = _until(district, "/reports/totals", {"puskesmas": PLACE})
        assert totals["items"][0]["received"] == count, totals
        yield time.monotonic() - began


def _until(client: httpx.Client, path: str, asked: dict[str, Any]) -> Any:
    while True:
        answer = client.get(path, params=asked)
        if answer.status_code != 503:
            return answer.raise_for_status().json()
