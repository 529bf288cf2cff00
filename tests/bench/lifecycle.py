"""Whole lives of complaints a second, with a million cases stored and with ten thousand."""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx

from services.kernel.clock import system_clock
from tests.bench.history import MEMORY, generated, many_cases
from tests.bench.line import Measure, peak_megabytes
from tests.running import RunningNode, running_node

MANY, FEW = 1_000_000, 10_000
CREWS: Final = 4
ROUNDS: Final = 3
_SOON: Final = str(system_clock().date() + timedelta(days=30))
SECONDS: Final = 15
PATIENCE_SECONDS: Final = 20.0


def run() -> Iterator[Measure]:
    """Let the same crews work on either node in turn."""
    with tempfile.TemporaryDirectory(prefix="bench-lifecycle-") as name:
        folder = Path(name)
        shutil.copytree(generated(FEW), folder / "few")
        shutil.copytree(many_cases(MANY), folder / "many")
        memory = {"TANGGAP_REPORTING_MEMORY": MEMORY}
        with (
            running_node(folder / "few", environment=memory) as few,
            running_node(folder / "many", environment=memory) as many,
        ):
            sides: dict[str, list[float]] = {"few": [], "many": []}
            for number in range(ROUNDS + 1):
                for side, node in (("few", few), ("many", many)):
                    rate = _lives_a_second(node)
                    if number:  # the first round reads the disk
                        sides[side].append(rate)
            peak = peak_megabytes(many.process.pid)
    yield Measure(
        name="lifecycle",
        unit="lives/s",
        ours=median(sides["many"]),
        theirs=median(sides["few"]),
        baseline=f"the same node with {FEW} cases",
        floor=0.9,
        aim=0.98,
        n=round(sum(sides["many"]) * SECONDS),
        more={
            "cases": MANY,
            "memory_limit": MEMORY,
            "peak_mb": round(peak),
            "rounds": {k: [round(r, 1) for r in v] for k, v in sides.items()},
        },
    )


def _lives_a_second(node: RunningNode) -> float:
    began, lived = time.monotonic(), [0] * CREWS
    for user in ("rini", "sari", "kukuh", "dewi", "bayu"):
        node.as_(user)
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            while time.monotonic() - began < SECONDS:
                _live(node)
                lived[number] += 1
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CREWS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sum(lived) / (time.monotonic() - began)


def _live(node: RunningNode) -> None:
    """Take one complaint from its arrival to its evaluation."""

    def step(user: str, path: str, **body: Any) -> Any:
        return node.as_(user).post(path, json=body).raise_for_status().json()

    body = {"channel": "phone", "kind": "complaint", "text": "Antrean loket lama sekali."}
    case = f"/cases/{step('rini', '/puskesmas/puring/complaints', **body)['id']}"
    _until(node, "sari", case)
    step("sari", f"{case}/grade", grade="yellow")
    step("sari", f"{case}/analysis", root_cause="Satu loket saja.", finding="upheld")
    actions = [{"action": "Loket kedua", "person_responsible": "Kepala", "due_on": _SOON}]
    step("sari", f"{case}/plan", actions=actions)
    step("sari", f"{case}/actions/1", note="Loket kedua dibuka.")
    step("sari", f"{case}/documentation", summary="Loket kedua dibuka.")
    found = _until(node, "kukuh", "/publications", complaint=case.removeprefix("/cases/"))
    publication = f"/publications/{found['items'][0]['id']}"
    step("kukuh", f"{publication}/approval", text="Loket kedua dibuka.", media=["notice_board"])
    step("dewi", f"{publication}/release")
    step("dewi", f"{publication}/informed", channel="phone")
    step("bayu", f"{case}/evaluation", effective=True)


def _until(node: RunningNode, user: str, path: str, **asked: Any) -> Any:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        answer: httpx.Response = node.as_(user).get(path, params=asked)
        if answer.status_code == 200 and answer.json().get("items", True):
            return answer.json()
    raise TimeoutError(path.split("/")[1])
