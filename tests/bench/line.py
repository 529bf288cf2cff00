"""One measure as one JSON line: both sides, the ratio, and what it has to reach."""

import json
import platform
import sqlite3
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("fastapi", "uvicorn", "eventsourcing", "duckdb", "pydantic", "kafka-python")


@dataclass(frozen=True)
class Measure:
    """What `make bench` prints of one name.

    `ours` and `theirs` are in `unit`; `ratio` is such that more is better; `floor` and `aim` are
    in ratios where there is a baseline, else in `unit`, where less is better.
    """

    name: str
    unit: str
    ours: float
    floor: float
    aim: float
    n: int
    theirs: float | None = None
    baseline: str | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """How often ours goes into theirs, or what is allowed into ours."""
        return self.floor / self.ours if self.theirs is None else self.ours / self.theirs

    @property
    def met(self) -> str:
        """Say what is reached: aim, floor, or neither."""
        if self.theirs is None:
            return _reached(self.ours <= self.aim, self.ours <= self.floor)
        return _reached(self.ratio >= self.aim, self.ratio >= self.floor)

    def json(self) -> str:
        """Return the line."""
        facts = asdict(self) | {
            "ours": round(self.ours, 3),
            "theirs": None if self.theirs is None else round(self.theirs, 3),
            "ratio": round(self.ratio, 3),
            "met": self.met,
            "versions": {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
            | {name: version(name) for name in PACKAGES},
        }
        return json.dumps(facts | facts.pop("more"))


def _reached(aim: bool, floor: bool) -> str:
    return "aim" if aim else "floor" if floor else "no"


def peak_megabytes(pid: int) -> float:
    """Return how much memory a process has held at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def p95(values: list[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]
