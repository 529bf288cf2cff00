"""Drill *processes*: every process of a district is killed under load, where it passes a failpoint
and at moments of chance, and started again.

Two processes of each service that writes share its store: while the one is dead the other leads.
In a run each kind of process is killed once, after at least 50 more acknowledged commands; at the
end nothing is lost or doubled, and the facts are those of a rebuild from log, stream and stores.
"""

import time
from functools import partial
from typing import Any, Final

from services.kernel import failpoints
from tests.drills.crowd import WAIT_SECONDS, Crowd
from tests.drills.district import ACKNOWLEDGED, MOMENT, Drill, Servers, kind_of, servers
from tests.servers.district import RunningDistrict

COPIES: Final = {"intake": 2, "resolution": 2, "publication": 2}
FAULTS: Final[dict[str, tuple[str, ...]]] = {
    "intake": (
        *(failpoints.PAGE_WRITTEN, failpoints.POSITION_SAVED, failpoints.KEY_STORED),
        *(failpoints.EVENTS_SAVED, failpoints.STREAM_STORED, failpoints.PAGE_SENT, MOMENT),
    ),
    "resolution": (
        *(failpoints.BATCH_HANDLED, failpoints.STREAM_STORED, MOMENT, failpoints.EVENTS_SAVED),
        *(failpoints.PAGE_WRITTEN, failpoints.PAGE_SENT, failpoints.POSITION_SAVED),
    ),
    "publication": (
        *(MOMENT, failpoints.PAGE_SENT, failpoints.BATCH_HANDLED, failpoints.EVENTS_SAVED),
        *(failpoints.POSITION_SAVED, failpoints.PAGE_WRITTEN, failpoints.STREAM_STORED),
    ),
    "reporting": (failpoints.FACTS_FOLDED, MOMENT),
    "worker-intake": (failpoints.EVENTS_SAVED, failpoints.KEY_STORED, MOMENT),
    "worker-resolution": (MOMENT, failpoints.EVENTS_SAVED),
    "scheduler": (MOMENT,),
    "proxy": (MOMENT,),
}
"""By kind of process where it is killed, a place a run; in three runs each failpoint fires."""
ENOUGH_RUNS: Final = 3
LAST_PASSING: Final = 3
TAKES_OVER_SECONDS: Final = 60.0
SHOWS_AT: Final = {"position-before-send": failpoints.POSITION_SAVED}
"""Where intake is killed that a sabotage must show; the others show at any moment."""


def run(
    runs: int, seed: int, sabotage: str | None = None, on: Servers | None = None
) -> dict[str, Any]:
    """Run the drill, on servers of its own unless some are given, and return its line."""
    if on is None:
        with servers("processes") as own:
            return run(runs, seed, sabotage, own)
    drill = Drill("processes", runs, seed, sabotage)
    # What a sabotage holds back in one process must not be made good by another.
    return drill.run(
        on, partial(_go_through, drill), importers=1, copies={} if sabotage else COPIES
    )


def _go_through(drill: Drill, district: RunningDistrict, crowd: Crowd) -> None:
    drill.fired = dict.fromkeys((*failpoints.ALL, MOMENT), 0)
    killed = dict.fromkeys(FAULTS, 0)
    taken_over: list[float] = []
    drill.more["killed"] = killed
    drill.more["taken_over_seconds"] = taken_over
    for number in range(drill.runs):
        for kind, fault in _faults(drill, number):
            if not drill.all_live(district):
                return
            if not crowd.wait(ACKNOWLEDGED):
                drill.findings.add(f"run {number}, {kind}: nothing is acknowledged any more")
                return
            dead = _kill(drill, district, crowd, kind, fault)
            if not dead:
                drill.findings.add(f"run {number}, {kind}: {fault} was not passed")
                continue
            drill.fired[fault] += 1
            killed[kind] += len(dead)
            if kind in COPIES and not drill.sabotage:
                taken_over.append(_taken_over(drill, district, kind, dead))
            time.sleep(drill.chance.uniform(0, 1))
            for name in dead:
                district.launch(name)
            for name in dead:
                district.await_start(name)
        drill.told(f"{number + 1} of {drill.runs} runs")
    if drill.all_live(district) and not crowd.wait(ACKNOWLEDGED):
        drill.findings.add("after the last fault nothing is acknowledged any more")
    if drill.runs >= ENOUGH_RUNS:
        for name in [each for each, times in drill.fired.items() if not times]:
            drill.findings.add(f"failpoint {name} never fired")


def _faults(drill: Drill, number: int) -> list[tuple[str, str]]:
    """Return whom a run kills and where, in an order of the seed's."""
    if drill.sabotage:
        return [("intake", SHOWS_AT.get(drill.sabotage, MOMENT))]
    kinds = drill.chance.sample(list(FAULTS), len(FAULTS))
    return [(kind, FAULTS[kind][number % len(FAULTS[kind])]) for kind in kinds]


def _kill(
    drill: Drill, district: RunningDistrict, crowd: Crowd, kind: str, fault: str
) -> list[str]:
    """Have a process of a kind end as the fault says; return which did."""
    names = [name for name in district.services if kind_of(name) == kind]
    if fault == MOMENT:
        chosen = drill.chance.choice(names)
        with drill.near():
            crowd.wait(drill.chance.randint(5, 20))
            time.sleep(drill.chance.uniform(0, 0.02))
            district.kill(chosen)
        return [chosen]
    armed = drill.armed(kind)
    armed.arm(fault, drill.chance.randint(1, LAST_PASSING))
    until = time.monotonic() + WAIT_SECONDS
    while (fired := armed.fired()) is None and time.monotonic() < until:
        time.sleep(0.02)
    armed.disarm()
    if fired is None:
        return []
    group = int(fired.split()[1])
    dead = [name for name in names if district.services[name].pid == group]
    for name in dead:
        district.kill(name)
    return dead


def _taken_over(drill: Drill, district: RunningDistrict, kind: str, dead: list[str]) -> float:
    """Wait until another process of a kind leads; return the seconds that it took."""
    began = time.monotonic()
    others = [name for name in district.services if kind_of(name) == kind and name not in dead]
    while not any('"leads"' in district.said(name) for name in others):
        if time.monotonic() - began > TAKES_OVER_SECONDS:
            drill.findings.add(f"nobody took over from {dead[0]}")
            break
        time.sleep(0.1)
    return round(time.monotonic() - began, 1)
