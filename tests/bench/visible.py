"""From the answer that a complaint is accepted to the list and the totals that show it."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.bench import paced
from tests.bench.intake import PATH, drain, lags
from tests.bench.line import Measure, p95
from tests.bench.wrk import Load, load
from tests.running import RunningNode, running_node
from tests.servers.district import processes_of, running_district
from tests.servers.kafka import running_kafka
from tests.servers.postgres import running_postgres
from tests.servers.redis import running_redis

SECONDS = 20
ENDPOINTS, RATE = 4, 200
"""In a district: so many intake processes, and complaints a second over all of them."""
PLACE = "lamaru"
BODY = {
    "channel": "phone",
    "text": "Obat racikan belum jadi setelah satu jam.",
    "kind": "complaint",
}


def run() -> Iterator[Measure]:
    """Measure a node under all the load that it takes, then a district at a pace."""
    yield on_a_node()
    yield in_a_district()


def on_a_node() -> Measure:
    """Measure while 64 clients post as fast as they can."""
    with tempfile.TemporaryDirectory(prefix="bench-visible-") as name:
        folder = Path(name)
        with running_node(folder / "node") as node:
            token = node.token("rini")
            return _measured(
                "visible",
                node,
                lambda: load(folder, node.address, PATH, token, SECONDS),
                floor=300,
                aim=100,
            )


def in_a_district() -> Measure:
    """Measure while four intake processes get 200 complaints a second together."""
    with tempfile.TemporaryDirectory(prefix="bench-visible-") as name:
        folder = Path(name)
        for each in ("kafka", "redis", "district"):
            (folder / each).mkdir()
        with (
            running_kafka(folder / "kafka") as kafka,
            running_postgres(folder / "postgres") as postgres,
            running_redis(folder / "redis") as redis,
            running_district(
                folder / "district",
                postgres,
                kafka.servers,
                redis,
                copies={"intake": ENDPOINTS},
            ) as district,
        ):
            token = district.token("rini")
            addresses = [district.addresses[each] for each in processes_of("intake", ENDPOINTS)]
            return _measured(
                "visible-district",
                district,
                lambda: paced.load(addresses, PATH, token, RATE, SECONDS),
                floor=1000,
                aim=300,
                endpoints=ENDPOINTS,
                asked_per_second=RATE,
            )


def _measured(
    name: str,
    node: RunningNode,
    post: Callable[[], Load | paced.Paced],
    *,
    floor: float,
    aim: float,
    **more: Any,
) -> Measure:
    loaded = threading.Event()
    results: list[Load | paced.Paced] = []

    def work() -> None:
        try:
            results.append(post())
        finally:
            loaded.set()

    thread = threading.Thread(target=work)
    thread.start()
    seen = list(probe(node, loaded))
    thread.join()
    behind = lags(node)
    drained = drain(node)
    (result,) = results
    return Measure(
        name=name,
        unit="ms p95",
        ours=p95([each * 1000 for each in seen]),
        floor=floor,
        aim=aim,
        n=len(seen),
        more={
            "p50_ms": round(sorted(seen)[len(seen) // 2] * 1000, 1),
            "complaints_per_second": round(result.per_second),
            "answered_p95_ms": round(result.p95, 1),
            "lag": {"events_behind_at_end": behind, "seconds_until_none": round(drained, 2)},
            **more,
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
