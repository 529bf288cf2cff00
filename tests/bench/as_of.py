"""The complete dashboard over HTTP, of ten million events, at instants drawn by chance."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.bench.history import MEMORY, long_district
from tests.bench.line import Measure, p95, peak_megabytes
from tests.bench.rebuild import EVENTS
from tests.running import RunningNode, running_node

ASKED: Final = 60
SEED: Final = 1
PAGE: Final = "/laporan"
SPAN: Final = timedelta(days=500)
FLOORS: Final = {"as_of": (150.0, 150.0), "as_of-both-times": (500.0, 150.0)}


def run() -> Iterator[Measure]:
    """Ask for the dashboard of the district as of T, and as of T as known at K."""
    folder = long_district(EVENTS)
    chance = random.Random(SEED)
    with running_node(folder, environment={"TANGGAP_REPORTING_MEMORY": MEMORY}) as node:
        for name, (floor, aim) in FLOORS.items():
            times = [_ask(node, _instants(chance, both=name != "as_of")) for _each in range(ASKED)]
            yield Measure(
                name=name,
                unit="ms p95",
                ours=p95(times[1:]),
                floor=floor,
                aim=aim,
                n=len(times) - 1,
                more={
                    "p50_ms": round(sorted(times)[len(times) // 2], 1),
                    "events": EVENTS,
                    "memory_limit": MEMORY,
                    "peak_mb": round(peak_megabytes(node.process.pid)),
                },
            )


def _ask(node: RunningNode, asked: dict[str, Any]) -> float:
    began = time.perf_counter()
    node.as_("wulan").get(node.address + PAGE, params=asked).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _instants(chance: random.Random, *, both: bool) -> dict[str, str]:
    def ago() -> str:
        return (datetime.now(UTC) - chance.random() * SPAN).isoformat(timespec="seconds")

    return {"as_of": ago(), "known_at": ago()} if both else {"as_of": ago()}
