"""Restores an intake endpoint's own store: events, running numbers and files; its words open with
the deployment's keys, which lie elsewhere.

Its data folder may be a volume, so what was made ready is moved into it, the store next to last and
the record of whose it is last.
"""

import shutil
from pathlib import Path
from typing import Final

from services.kernel.keyring import Copy
from services.main.backup.heard import Heard, district_in, have_it_said
from services.main.backup.layout import ATTACHMENTS, ENDPOINTS, Secrets, settle, settle_name
from services.main.backup.restoring import CannotRestore, Restoring
from services.main.claims import BACKING_UP, MIGRATING, SERVING, claimed
from services.main.folder import RECORD

READY: Final = ".restoring"
_EMPTY: Final = {READY, SERVING, MIGRATING, BACKING_UP}
"""What may stand in a folder that nothing was ever written to."""
_LAST: Final = (*(f"{name}.sqlite" for name in ENDPOINTS), RECORD)


class EndpointRestoring(Restoring):
    """The restore of one backup of an endpoint's own store; as `Restoring`."""

    def _beside(self, data: Path) -> Path:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        return data / READY

    def _check_data(self, secrets: Secrets) -> None:
        data = self._settings.data.absolute()
        _must_be_empty(data)
        self._check_secrets(secrets)
        self._check_room(self._beside(data).parent)

    def _told_here(self) -> frozenset[str]:
        # It is home of none, and writes of those that it serves.
        every = (each.code for each in district_in(self._backup).all_puskesmas)
        return self._settings.puskesmas or frozenset(every)

    def _opened_again(
        self, new: Path, _master: bytes, heard: Heard, _copies: list[Copy]
    ) -> tuple[int, int, int, int]:
        """Remove the files of those whose erasure this origin has said after the backup."""
        again = [each for each in sorted(heard.erased) if (new / ATTACHMENTS / each).exists()]
        for complaint in again:
            shutil.rmtree(new / ATTACHMENTS / complaint)
        have_it_said(new, self.manifest.origin, sorted(heard.erased), self._clock)
        return 0, 0, len(again), 0

    def _put_in_place(self, new: Path, data: Path, secrets: Secrets) -> None:
        self._write_elsewhere(secrets)
        for name in self._names_elsewhere():
            (new / name).unlink()
        settle(new)
        with claimed(data):
            _must_be_empty(data)
            made = {each.name for each in new.iterdir()} - _EMPTY
            for name in (*sorted(made.difference(_LAST)), *_LAST):
                (new / name).rename(data / name)
                settle_name(data / name)


def _must_be_empty(data: Path) -> None:
    if data.exists() and (not data.is_dir() or {each.name for each in data.iterdir()} - _EMPTY):
        raise CannotRestore(
            f"{data} sudah berisi. Pulihkan ke folder atau volume yang kosong: yang ada tidak "
            "pernah ditimpa."
        )
