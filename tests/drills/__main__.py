"""`python -m tests.drills NAME --runs N --seed S [--sabotage NAME]`: one JSON line a drill.

`--sabotage each` runs every way to break a district, each under its drill, and is well when all
are caught.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from tests.drills import (
    containers,
    erase,
    kill,
    messages,
    outage,
    partition,
    processes,
    restore,
    sabotaged,
    tamper,
)
from tests.drills.sabotage import KNOWN

DRILLS: dict[str, Callable[[int, int, str | None], dict[str, Any]]] = {
    "kill": kill.run,
    "restore": restore.run,
    "processes": processes.run,
    **{name: partial(outage.run, name) for name in ("broker", "database", "redis")},
    "tamper": tamper.run,
    "partition": lambda runs, seed, _sabotage: partition.run(runs, seed),
    "erase": erase.run,
    "messages": messages.run,
}
ASKED_FOR: dict[str, Callable[[int, int, str | None], dict[str, Any]]] = {
    "containers": lambda runs, seed, _sabotage: containers.run(runs, seed),
}
"""What needs more than the tests do (a Docker engine), and runs when it is named."""

EACH = "each"


def main() -> int:
    """Run the drills that are named (all when none is); exit 1 when one is not ok."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(DRILLS | ASKED_FOR)}"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sabotage", choices=[EACH, *sorted(KNOWN)])
    given = parser.parse_args()
    if unknown := set(given.names) - set(DRILLS | ASKED_FOR):
        parser.error(f"no drill is named {', '.join(sorted(unknown))}")
    if given.sabotage == EACH:
        return _told((line, line["caught"]) for line in sabotaged.each(given.seed))
    drills = [(DRILLS | ASKED_FOR)[name] for name in given.names or DRILLS]
    lines = (drill(given.runs, given.seed, given.sabotage) for drill in drills)
    return _told((line, line["ok"]) for line in lines)


def _told(lines: Iterable[tuple[dict[str, Any], bool]]) -> int:
    """Print each line as it comes; return the exit code."""
    well = True
    for line, good in lines:
        print(json.dumps(line, ensure_ascii=False), flush=True)
        well = well and good
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
