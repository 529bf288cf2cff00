"""Complaints accepted durably over HTTP, with all services following, against a bare endpoint."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.bench.line import Measure
from tests.bench.wrk import Load, load
from tests.running import RunningNode, free_port, running_node

ROUNDS = 3
SECONDS = 8
WARM_SECONDS = 2
BASELINE = "tests/bench/baseline_intake.py"
BARE_SERVER = (
    "uvicorn",
    "tests.bench.baseline_intake:app",
    "--no-access-log",
    "--log-level=warning",
)
PATH = "/api/v1/puskesmas/puring/complaints"
PATIENCE_SECONDS = 120
LAST = {"channel": "phone", "text": "Keluhan terakhir dari pengukuran ini.", "kind": "complaint"}


def run() -> Iterator[Measure]:
    """Measure both sides in turn, then count the intake store's fsyncs under the same load."""
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as name:
        folder = Path(name)
        with running_node(folder / "node") as node, baseline(folder) as bare:
            ours, theirs, behind = _in_turns(folder, node, bare)
            drained = drain(node)
        fsyncs, accepted = count_fsyncs(folder)
    yield Measure(
        name="intake",
        unit="complaints/s",
        ours=statistics.median(each.per_second for each in ours),
        theirs=statistics.median(each.per_second for each in theirs),
        baseline=BASELINE,
        floor=1.0,
        aim=2.0,
        n=sum(each.accepted for each in ours),
        more={
            "rounds_ours": [round(each.per_second) for each in ours],
            "rounds_theirs": [round(each.per_second) for each in theirs],
            "p95_ms": round(statistics.median(each.p95 for each in ours), 1),
            "lag": {"events_behind_at_most": behind, "seconds_until_none": round(drained, 2)},
        },
    )
    yield Measure(
        name="intake-fsyncs",
        unit="fsyncs of the intake store per accepted complaint",
        ours=fsyncs / accepted,
        floor=0.25,
        aim=0.1,
        n=accepted,
    )


def _in_turns(
    folder: Path, node: RunningNode, bare: str
) -> tuple[list[Load], list[Load], dict[str, int]]:
    token = node.token("rini")
    behind: dict[str, int] = {}
    load(folder, node.address, PATH, token, WARM_SECONDS)
    load(folder, bare, "/complaints", None, WARM_SECONDS)
    ours, theirs = [], []
    for _round in range(ROUNDS):
        ours.append(load(folder, node.address, PATH, token, SECONDS))
        for name, lag in lags(node).items():
            behind[name] = max(behind.get(name, 0), lag)
        # The other side has the machine for itself only when this one is at rest.
        drain(node)
        theirs.append(load(folder, bare, "/complaints", None, SECONDS))
    return ours, theirs, behind


def lags(node: RunningNode) -> dict[str, int]:
    """Return how many events each follower has still to take."""
    operations: dict[str, Any] = node.as_("admin").get("/operations").raise_for_status().json()
    return {"reporting": operations["lag"]} | {
        each["name"]: each["lag"] for each in operations["followers"]
    }


def drain(node: RunningNode) -> float:
    """Wait until all that was accepted has gone all the way; return the seconds that it took.

    Each source's events are sent in their order: when the case of one more complaint is in the log
    copy, so is all that came before it.
    """
    began = time.monotonic()
    last = node.as_("rini").post("/puskesmas/puring/complaints", json=LAST).raise_for_status()
    path = f"/audit/complaints/{last.json()['id']}"
    while not _case_is_in(node.as_("agus").get(path)) or any(lags(node).values()):
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise TimeoutError(f"the followers do not come to rest: {lags(node)}")
        time.sleep(0.05)
    return time.monotonic() - began


def _case_is_in(answer: httpx.Response) -> bool:
    if answer.status_code == 404:
        return False
    return any("TeamNotified" in each["type"] for each in answer.raise_for_status().json()["items"])


@contextmanager
def baseline(folder: Path) -> Iterator[str]:
    """Serve the bare endpoint by the same server as the node's; give its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *BARE_SERVER, "--port", str(port)],
        env=os.environ | {"BASELINE_FILE": str(folder / "baseline.sqlite")},
    )
    try:
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(transport=httpx.HTTPTransport(retries=10), trust_env=False) as client:
            client.get(address + "/openapi.json").raise_for_status()
        yield address
    finally:
        process.terminate()
        process.wait()


def count_fsyncs(folder: Path) -> tuple[int, int]:
    """Return the intake store's fsyncs as strace sees them, and the complaints accepted."""
    trace = folder / "fsyncs"
    strace = [
        "strace",
        "-D",
        "--seccomp-bpf",
        "-f",
        "-y",
        "-qq",
        "-e",
        "trace=fsync,fdatasync",
        "-o",
    ]
    with running_node(folder / "traced", under=[*strace, str(trace)]) as node:
        before = _of_intake(trace)
        done = load(folder, node.address, PATH, node.token("rini"), SECONDS)
        after = _of_intake(trace)
    return after - before, done.accepted


def _of_intake(trace: Path) -> int:
    return sum("/intake.sqlite" in line for line in trace.read_text().splitlines())
