"""What a process writes about itself: one JSON object a line, to standard error."""

import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo

from services.kernel.faults import fault
from services.kernel.tracing import into_lines


def configure_logs(level: str) -> None:
    """Write JSON lines to standard error, from `level` on."""
    structlog.configure(
        processors=[
            into_lines,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_words,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(_Lines(sys.stderr)),  # type: ignore[arg-type]
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


class _Lines:
    """Where lines are written to. One that cannot be written is lost, and nothing else: with the
    disk of the log full, whoever had something to say goes on."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        try:
            self._file.write(text)
        except OSError:
            return

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError:
            return


def without_words(_logger: Any, _method: str, entry: EventDict) -> EventDict:
    """Put in place of an exception its kinds and where it was raised: its own words, and the values
    on the way to it, can be a complainant's."""
    given: ExcInfo | BaseException | bool | None = entry.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1]
    if not given or error is None:
        return entry
    entry.update(fault(error))
    return entry
