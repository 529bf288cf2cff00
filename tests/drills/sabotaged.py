"""Every way to break a district on purpose, each under the drill that it belongs to.

A drill that passes with one of them proves nothing, and neither does one that fails for another
reason: what must be found is said here.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from tests.drills import outage, processes
from tests.drills.district import Servers, servers

SHOWS: Final = {
    ("processes", "dedup-off"): "set aside",
    ("processes", "position-before-send"): "missing",
    ("processes", "savepoint-dropped"): "missing",
    ("processes", "previous-ignored"): "missing",
    ("processes", "fold-line-changed"): "states differs",
    ("broker", "position-before-send"): "missing",
    ("database", "savepoint-dropped"): "missing",
    ("redis", "queue-trusted"): "an import took",
}
"""By drill and sabotage the words that must be found."""
RUNS: Final = {"processes": 1, "broker": 2, "database": 2, "redis": 2}
DRILLS: Final[dict[str, Callable[[int, int, str, Servers], dict[str, Any]]]] = {
    "processes": processes.run,
    **{name: partial(outage.run, name) for name in ("broker", "database", "redis")},
}


def each(seed: int) -> Iterator[dict[str, Any]]:
    """Run them all and yield their lines; `caught` says whether the drill found what it must."""
    with servers("sabotages") as shared:
        for number, ((drill, name), words) in enumerate(SHOWS.items()):
            folder = shared.folder / str(number)
            folder.mkdir()
            line = DRILLS[drill](RUNS[drill], seed, name, shared._replace(folder=folder))
            found = any(words in sentence for sentence in line["found"])
            yield {"sabotage": name, **line, "caught": found and not line["ok"]}
