"""Reporting's use cases: it follows the stream, makes its facts anew, and answers questions across
cases (`reading.py`)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from msgspec import to_builtins
from prometheus_client import Gauge

from services.kernel.clock import Clock
from services.kernel.condition import FollowerState, follower_state
from services.kernel.district import District
from services.kernel.errors import Unavailable, invalid
from services.kernel.proof import Checkpoint
from services.kernel.stream import Stream, StreamUnavailable
from services.kernel.text import _
from services.reporting import processes
from services.reporting.completeness import incomplete
from services.reporting.exports.spool import Spool
from services.reporting.folding import Progress
from services.reporting.logcopy import LogCopy
from services.reporting.outboxes import NoOutboxes, Outboxes
from services.reporting.processes import Nobody, Watch
from services.reporting.proof.verifying import AtDistrict, elsewhere, verified
from services.reporting.queries import (
    Filters,
    When,
    balance,
    upkeep,
    work,
)
from services.reporting.reading import Reading
from services.reporting.rebuild import Outcome, Rebuild, Source, Stopped
from services.reporting.rebuilding import Rebuilding
from services.reporting.recovery import Recovery, opened
from services.reporting.remembered import Remembered
from services.reporting.store import MEMORY, problem_of
from services.reporting.upgrade import bring_up_to_date

WAIT_SECONDS = 2.0
UNBALANCED = Gauge(
    "tanggap_unbalanced_cases", "Cases whose moves and state contradict each other: 0, or a fault"
)


class Reporting(Reading):
    """The reporting service of a process; it alone opens its file."""

    name = "reporting"

    def __init__(
        self,
        path: Path,
        stream: Stream,
        clock: Clock,
        *,
        watch: Watch | None = None,
        outboxes: Outboxes | None = None,
        at_district: AtDistrict | None = None,
        memory: str = MEMORY,
    ) -> None:
        self.clock = clock
        self._watch = watch or Nobody()
        self._outboxes = outboxes or NoOutboxes()
        self._at_district = at_district
        self._stream = stream
        self._figures = Remembered(lambda: work.place(self.store.reader()))
        self.store, why = opened(path, memory)
        self.spool = Spool(path.with_name("exports"))
        UNBALANCED.set_function(lambda: balance.unbalanced(self.store.reader()))
        bring_up_to_date(self.store)
        self.log = LogCopy(self.store, stream)
        self.recovery = Recovery(self.store, stream, self._outboxes, clock, why)
        self.log.before, self.log.on_stop = self._filled, self.recovery.stop
        self.worker = self.log.worker
        self.rebuilding = Rebuilding(self._new_rebuild)

    def close(self) -> None:
        """Stop a rebuild where it stands, and close the file; stop the worker first."""
        self.rebuilding.stop()
        self.recovery.close()
        UNBALANCED.set_function(lambda: 0)
        self.store.close()

    def _filled(self) -> bool:
        """Fill a file that was lost before anything is followed; say whether it is filled."""
        if self.recovery.is_due:
            try:
                self.recovery.run()
            except Stopped:
                return False
            self.log.read_anew()
        return True

    def _new_rebuild(self, source: Source, told: Callable[[Progress], None]) -> Rebuild:
        if self.store.filling is not None:
            raise self.store.filling()
        return Rebuild(self.store, self.log, self._stream, source, told, self._outboxes)

    def wait_for(self, position: str, seconds: float = WAIT_SECONDS) -> None:
        """Wait until the log copy holds the event at `position` (`<source>:<n>`).

        Raises InvalidInput for what is no position, Unavailable when it has not come in time.
        """
        source, colon, number = position.rpartition(":")
        if not (colon and source and number.isdecimal()):
            raise invalid("after", _("Tulis posisi seperti pada jawaban perintah: sumber:nomor."))
        if not self.log.wait_for(source, int(number), seconds):
            raise Unavailable(
                _("Laporan belum memuat perubahan itu. Coba lagi sebentar lagi."),
                extra={"retry_after": 1},
            )

    def catch_up(self, seconds: float = WAIT_SECONDS) -> None:
        """Wait until the log copy holds all that lies on the stream by now.

        Raises Unavailable when it does not in time, for what has not come would be left out.
        """
        if not self.log.wait_to(self._stream.ends(), seconds):
            raise Unavailable(
                _("Laporan belum memuat semua yang sudah masuk. Coba lagi sebentar lagi."),
                extra={"retry_after": 1},
            )

    def incomplete(self, district: District, filters: Filters, when: When) -> list[dict[str, Any]]:
        """Return whose data, of what is asked for, is not whole, and until when it is."""
        now = self.clock()
        return incomplete(
            district,
            filters,
            self._watch.edges(),
            self.log.holes(),
            self.heard_from,
            when.instant(now),
            now,
        )

    def operations(self) -> dict[str, Any]:
        """Return how far the log copy is, what it waits for, and what it could not read; and how
        each process stands, its relay and follower, and what is set aside."""
        reader, log = self.store.reader(anyway=True), self.log
        mine = self.condition_of_log()
        return {
            **processes.state(self._watch, self.name),
            "lag": mine.lag,
            "offsets": {str(at): offset for at, offset in sorted(log.offsets.items())},
            "failure": self.worker.failure,
            "late": [to_builtins(each, builtin_types=(datetime,)) for each in mine.late],
            "sources": upkeep.sources(reader),
            "forks": upkeep.forks(reader),
            "trouble": upkeep.trouble(reader),
            "rebuild": self.rebuilding.state(),
            "lost": self.recovery.state(),
            "imbalances": balance.imbalances(reader),
        }

    def replay_queue(self, subject: str) -> list[dict[str, Any]]:
        """Have the followers try a subject's set-aside events again; raises NotFound for none."""
        return processes.replay(self._watch, subject)

    def condition_of_log(self) -> FollowerState:
        """Return how far the log copy is."""
        return follower_state(self.name, self.log.lag, self.worker, self.log.holes())

    def verify(self, given: Sequence[Checkpoint] = ()) -> dict[str, Any]:
        """Say whether the history is whole, compared with all that can be reached and with
        checkpoints that were kept elsewhere (`given`, and by the district of an edge), and where
        it is not.

        Raises InvalidInput where none of those is about what is here, and Unavailable where the
        file itself is damaged: the next start makes it anew.
        """
        held = elsewhere(given, self._at_district)
        with suppress(StreamUnavailable):
            self.log.wait_to(self._stream.ends(), WAIT_SECONDS)
        try:
            with self.store.on_all_cores(), self.store.of_one_moment() as reader:
                return verified(reader, self._stream, self._outboxes, held)
        except duckdb.Error as error:
            raise problem_of(error, self.store) or error from error

    def rebuild(self, source: Source, told: Callable[[Progress], None], *, check: bool) -> Outcome:
        """Make the facts anew and compare; unless this only checks, swap. One at a time.

        Raises Conflict while another rebuild is under way, Stopped where it was asked to stop,
        NoSpace, and Unavailable for one from the stores when a service does not answer.
        """
        return self.rebuilding.begin(source, told)(check=check)
