"""The clock of a district's backups: a process of its own, for only the database's owner reads
every store, and no service signs in as that."""

import signal
import threading
from pathlib import Path
from typing import Final

from services.kernel.clock import Clock, system_clock
from services.kernel.condition import Condition, condition
from services.kernel.district import District
from services.main.asking import internal_secret
from services.main.backup.erased import Following
from services.main.backup.scheduled import scheduled, with_district
from services.main.logs import configure_logs
from services.main.parts import Parts
from services.main.settings import Settings
from services.main.watching import Teller, process_name
from services.main.worker import ALIVE_SECONDS, alive

NAME: Final = "backups"


class Backups(Parts):
    """Makes the backups of a district, keeps what is kept of them free of whoever is erased, and
    tells reporting how that goes; `file` is the district file that each of them holds."""

    def __init__(
        self, settings: Settings, district: District, file: Path, clock: Clock = system_clock
    ) -> None:
        super().__init__(settings, district, clock)
        folder = self.folder
        assert settings.backups is not None
        assert settings.reporting_url is not None
        following = Following(
            settings.backups, folder.origin, self.keyring, folder.master_key, clock
        )
        found = scheduled(settings, folder.origin, clock, with_district(file), following)
        assert found is not None
        self.scheduled = found
        secret = internal_secret(folder.receipt_secret)
        teller = Teller(settings.reporting_url, secret, self.condition, port=0)
        self._workers = (self.scheduled.worker, following.worker, teller.worker)

    def condition(self) -> Condition:
        """Return how this process stands."""
        return condition(
            process_name(),
            [NAME],
            self.folder.path,
            leads=True,
            failing={each.name: each.failure for each in self._workers if each.failure},
            backups=self.scheduled.state,
        )

    def start(self) -> None:
        """Set the workers going."""
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """Let every worker finish the step in hand; a backup that is being made is given up."""
        for worker in self._workers:
            worker.stop()
        self.close()


def run_backups(settings: Settings, district: District, file: Path) -> None:
    """Back a district up by the clock until told to stop; raises StoreUnavailable, NotMigrated."""
    configure_logs(settings.log_level)
    stopped = threading.Event()
    # Not blocked: the processes that make backups would inherit that.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_given: stopped.set())
    backups, still_alive = Backups(settings, district, file), alive(settings)
    backups.start()
    try:
        while not stopped.wait(ALIVE_SECONDS):
            still_alive()
    finally:
        backups.stop()
