"""What the proof costs: trees built and signed under load, and ten million events verified beside
sha256sum over as many bytes of the same kind."""

import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import duckdb

from services.kernel.clock import system_clock
from services.kernel.stream import EmbeddedStream
from services.reporting.outboxes import NoOutboxes
from services.reporting.proof.leaves import DATA
from services.reporting.proof.verifying import Elsewhere, verified
from services.reporting.store import Store
from tests.bench.history import MEMORY, gapless_log
from tests.bench.intake import PATH, SECONDS, WARM_SECONDS, drain
from tests.bench.line import Measure
from tests.bench.wrk import Load, load
from tests.running import RunningNode, running_node
from tests.signing_at import under

EVENTS: Final = 10_000_000
ROUNDS: Final = 4
OFTEN: Final = "1"
"""Seconds between two checkpoints: a minute's in life."""
SAMPLE: Final = 100_000
HASHED: Final = 2**30
"""So many bytes (at least) are given to sha256sum."""


def run() -> Iterator[Measure]:
    """Measure intake with and without trees in turn; then verify."""
    yield _intake()
    yield _verify()


def _intake() -> Measure:
    with tempfile.TemporaryDirectory(prefix="bench-proof-") as name, ExitStack() as nodes:
        folder = Path(name)
        found: dict[str, list[Load]] = {"0": [], OFTEN: []}
        running = {}
        for pace in found:
            (folder / pace).mkdir()
            running[pace] = nodes.enter_context(
                running_node(folder / pace / "node", under=under(pace))
            )
        tokens = {pace: node.token("rini") for pace, node in running.items()}
        spent = dict.fromkeys(found, 0.0)
        for turn in range(ROUNDS + 1):
            # Neither is always the one that runs after the other.
            for pace in sorted(found, reverse=bool(turn % 2)):
                node = running[pace]
                seconds = SECONDS if turn else WARM_SECONDS
                before = _processor_seconds(node)
                done = load(folder, node.address, PATH, tokens[pace], seconds)
                drain(node)
                if turn:
                    found[pace].append(done)
                    spent[pace] += _processor_seconds(node) - before
    on, off = (statistics.median(each.per_second for each in found[pace]) for pace in (OFTEN, "0"))
    return Measure(
        name="proof-intake",
        unit="complaints/s",
        ours=on,
        theirs=off,
        baseline="the same node without trees",
        floor=0.95,
        aim=0.98,
        n=sum(each.accepted for each in found[OFTEN]),
        more={
            "rounds_ours": [round(each.per_second) for each in found[OFTEN]],
            "rounds_theirs": [round(each.per_second) for each in found["0"]],
            "seconds_between_checkpoints": float(OFTEN),
            # What else the machine does meanwhile changes speeds, and these much less.
            "processor_ms_a_complaint": {
                side: round(1000 * spent[pace] / sum(each.accepted for each in found[pace]), 3)
                for side, pace in (("ours", OFTEN), ("theirs", "0"))
            },
        },
    )


def _processor_seconds(node: RunningNode) -> float:
    """Return for how long a node's process has had a processor."""
    told = Path(f"/proc/{node.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _verify() -> Measure:
    path = gapless_log(EVENTS)
    with tempfile.TemporaryDirectory(prefix="bench-proof-") as name:
        store = Store(path, MEMORY)
        stream = EmbeddedStream(Path(name) / "stream.sqlite", system_clock)
        try:
            with store.on_all_cores(), store.of_one_moment() as reader:
                began, worked = time.perf_counter(), time.process_time()
                found = verified(reader, stream, NoOutboxes(), Elsewhere())
                seconds = time.perf_counter() - began
                worked = time.process_time() - worked
                size, events = _bytes(reader)
                theirs, hashed = _sha256sum(reader, Path(name) / "leaves")
        finally:
            stream.close()
            store.close()
    assert found["whole"] and found["unvouched"] == events, found
    return Measure(
        name="proof-verify",
        unit="MB/s",
        ours=size / 1e6 / seconds,
        theirs=theirs / 1e6,
        baseline="sha256sum",
        floor=0.25,
        aim=0.5,
        n=events,
        more={
            "seconds": round(seconds, 1),
            "bytes": size,
            "memory_limit": MEMORY,
            "processor_seconds_a_gb": {
                "ours": round(worked / size * 1e9, 2),
                "theirs": round(hashed, 2),
            },
        },
    )


def _bytes(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    ((size, events),) = connection.execute(
        f"SELECT sum(octet_length({DATA})), count(*) FROM log"
    ).fetchall()
    return int(size), int(events)


def _sha256sum(connection: duckdb.DuckDBPyConnection, file: Path) -> tuple[float, float]:
    """Return how many bytes a second sha256sum hashes, of leaves as they lie in the log, and for
    how many seconds it has a processor for a gigabyte of them."""
    found = connection.execute(f"SELECT {DATA} FROM log LIMIT {SAMPLE}").fetchall()
    sample = b"".join(data for (data,) in found)
    times = -(-HASHED // len(sample))
    with file.open("wb") as out:
        for _time in range(times):
            out.write(sample)
    began, worked = time.perf_counter(), _children_seconds()
    subprocess.run(["sha256sum", str(file)], check=True, capture_output=True)
    size = times * len(sample)
    return size / (time.perf_counter() - began), (_children_seconds() - worked) / size * 1e9


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
