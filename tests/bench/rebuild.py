"""All facts made anew from a log of ten million events, beside the event library's own way."""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from services.kernel.clock import system_clock
from services.kernel.stream import EmbeddedStream
from services.reporting import chunks, folds
from services.reporting.application import Reporting
from services.reporting.folding import Progress
from tests.bench import baseline_projection
from tests.bench.history import LOG, MEMORY, district, long_district
from tests.bench.line import Measure, peak_megabytes

EVENTS: Final = 10_000_000
PROJECTED: Final = 60_000
"""So many events are handed to the library's runner."""
BASELINE: Final = "tests/bench/baseline_projection.py"


def run() -> Iterator[Measure]:
    """Rebuild, and time each fold by itself."""
    folder = long_district(EVENTS)
    theirs = _projected(district())
    stream = EmbeddedStream(folder / "stream.sqlite", system_clock)
    reporting = Reporting(folder / LOG, stream, system_clock, memory=MEMORY)
    built: list[Progress] = []
    try:
        outcome = reporting.rebuild("log", built.append, check=True)
        assert outcome.differences == (), outcome
        each = _each_fold(reporting.store.reader())
    finally:
        reporting.close()
        stream.close()
    yield Measure(
        name="rebuild",
        unit="events/s",
        ours=outcome.events / outcome.seconds,
        theirs=theirs,
        baseline=BASELINE,
        floor=100,
        aim=300,
        n=outcome.events,
        more={
            "seconds": round(outcome.seconds, 1),
            "built_events_per_second": round(built[-1].rate),
            "memory_limit": MEMORY,
            "peak_mb": round(peak_megabytes(os.getpid())),
        },
    )
    slowest = min(each, key=lambda name: each[name])
    yield Measure(
        name="rebuild-slowest-fold",
        unit="seconds a million events",
        ours=1e6 / each[slowest],
        floor=1.0,
        aim=1.0,
        n=outcome.events,
        more={"fold": slowest, "events_per_second": {k: round(v) for k, v in each.items()}},
    )


def _projected(folder: Path) -> float:
    """Return how many events a second the library's runner projects, having seen that its rows are
    those of our facts."""
    with tempfile.TemporaryDirectory(prefix="bench-projection-") as name:
        target = Path(name) / "facts.sqlite"
        began = time.perf_counter()
        baseline_projection.run(folder / "resolution.sqlite", target, PROJECTED)
        seconds = time.perf_counter() - began
        with closing(sqlite3.connect(target)) as facts:
            (steps,) = facts.execute("SELECT count(*) FROM steps").fetchone()
        assert steps, "the runner projected nothing"
    return PROJECTED / seconds


def _each_fold(connection: DuckDBPyConnection) -> dict[str, float]:
    """Return for each fold of complaints how many events a second it takes in, of a part of the log
    as a rebuild cuts it."""
    part = next(
        each for each in chunks.plan(connection, "log", chunks.CHUNK) if each.key == "complaint"
    )
    folds.bind_chosen(connection, part.key, part.chosen)
    found: dict[str, float] = {}
    for fold in folds.folds():
        if fold.key == "complaint":
            began = time.perf_counter()
            connection.execute(f"CREATE OR REPLACE TEMP TABLE folded_{fold.name} AS {fold.sql}")
            found[fold.name] = part.events / (time.perf_counter() - began)
    return found
