"""Reporting's log copy alone in a process, catching up with a topic to its end."""

import json
import sys
import tempfile
import time
from pathlib import Path

from services.kernel.clock import system_clock
from services.kernel.stream import EmbeddedStream
from services.kernel.stream.kafka import KafkaStream
from services.kernel.stream.topic import Topic
from services.main.logs import configure_logs
from services.main.serve import tune_interpreter
from services.reporting.application import Reporting
from tests.servers.district import REPORTING_MEMORY


def catch_up(servers: str, topic: str) -> dict[str, float]:
    """Return how many events there were, and the seconds until all are in the log and the facts."""
    configure_logs("error")
    with tempfile.TemporaryDirectory(prefix="bench-log-copy-") as folder:
        file = Path(folder) / "reporting.duckdb"
        _make(file)
        stream = KafkaStream(Topic(servers, topic, {}))
        ends = stream.ends()
        reporting = Reporting(file, stream, system_clock, memory=REPORTING_MEMORY)
        log = reporting.log
        tune_interpreter()
        began = time.perf_counter()
        while any(log.offsets.get(at, 0) < end for at, end in ends.items()):
            log.step()
        seconds = time.perf_counter() - began
        lag = log.lag()
        log.worker.start()
        log.worker.stop()
        reporting.close()
        stream.close()
    return {"events": log.place, "seconds": seconds, "lag": lag}


def _make(file: Path) -> None:
    """Make the file before there is anything on a stream: one that is missing later was lost, and
    is not followed but made again, which is another measure."""
    empty = EmbeddedStream(file.with_name("stream.sqlite"), system_clock)
    Reporting(file, empty, system_clock).close()
    empty.close()


if __name__ == "__main__":
    print(json.dumps(catch_up(*sys.argv[1:])))
