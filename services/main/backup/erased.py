"""An erasure reaches into backups that are kept: their copies of the keys are destroyed as well,
and whoever was erased after a backup is erased again when it is restored.

What is believed are the marks of keyrings, which outlive their keys: those of the data folder, of
other backups, and of a data folder that was lost.
"""

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import structlog

from services.intake.imported import key_of
from services.kernel.backup import manifest as manifests
from services.kernel.backup.changing import beside, change, finish
from services.kernel.backup.manifest import Manifest, Unusable
from services.kernel.clock import Clock
from services.kernel.keyring import Keyring
from services.kernel.store.files import alone
from services.kernel.worker import Worker
from services.main.backup.layout import ATTACHMENTS, KEYRING, at
from services.main.folder import RECORD

log = structlog.get_logger()
LOOK_SECONDS: Final = 2.0
RETRY_SECONDS: Final = 60.0
Marks = Mapping[str, frozenset[str]]
"""By complaint, its keys that are destroyed."""


class Following:
    """Keeps the backups of one origin in a folder free of what is erased there."""

    def __init__(
        self, folder: Path, origin: str, keyring: Keyring, master: bytes, clock: Clock
    ) -> None:
        self._folder, self._origin = folder, origin
        self._keyring, self._master, self._clock = keyring, master, clock
        self._done: dict[Path, int] = {}
        self.lock = threading.Lock()
        """Held by whoever changes or removes a backup there."""
        self.unerased = 0
        """How many backups there still hold what is erased, since they could not be changed."""
        self.worker = Worker("erased-backups", self._go_on)

    def step(self) -> None:
        """Look at each backup that was not looked at since the last erasure."""
        count = self._keyring.erased.count()
        lying = [path for path, _made in backups_in(self._folder, self._origin)]
        waiting = [path for path in lying if self._done.get(path) != count]
        marks = self._keyring.erased.destroyed() if waiting else {}
        left = 0
        for path in waiting:
            try:
                with self.lock:
                    purge(path, marks, self._master, self._clock)
            except (OSError, sqlite3.Error, Unusable) as problem:
                log.warning("backup_not_erased", backup=path.name, error=type(problem).__name__)
                left += 1
            else:
                self._done[path] = count
        self.unerased = left

    def _go_on(self) -> None:
        self.step()
        self.worker.pause(RETRY_SECONDS if self.unerased else LOOK_SECONDS)


def backups_in(folder: Path, origin: str, named: str = "*") -> list[tuple[Path, Manifest]]:
    """Return the backups of an origin that lie in a folder, the oldest first."""
    found = []
    for path in folder.glob(named) if folder.is_dir() else ():
        try:
            made = manifests.read(path)
        except Unusable:
            continue
        # One that is being made has another name until it is whole.
        if made.origin == origin and not path.name.startswith("."):
            found.append((path, made))
    return sorted(found, key=lambda each: each[1].made_at)


def purge(backup: Path, marks: Marks, master: bytes, clock: Clock) -> None:
    """Destroy in a backup the keys and files of those who are erased; raises OSError, Unusable."""
    finish(backup)
    place = backup / at(KEYRING)
    held = marked_in(place)
    missing = {id: keys for id, keys in marks.items() if not keys <= held.get(id, frozenset())}
    if not missing:
        return
    manifests.check_voucher(backup, master)
    copy = beside(place)
    shutil.copyfile(place, copy)
    copy.chmod(0o600)
    with closing(Keyring(copy, master, clock, os.urandom)) as keyring:
        for complaint, keys in missing.items():
            destroy(keyring, complaint, keys, backup / at("intake"))
    with closing(alone(copy)) as file:
        file.execute("PRAGMA journal_mode=DELETE")
    files = {path for path, id in _files_of(manifests.read(backup)) if id in missing}
    change(backup, files, master)


def _files_of(made: Manifest) -> Iterable[tuple[str, str]]:
    """Yield the files of complaints that lie in a backup, each with its complaint."""
    for each in made.files:
        folder, *rest = each.path.split("/")
        if folder == ATTACHMENTS:
            yield each.path, rest[0]


def destroy(keyring: Keyring, complaint: str, keys: Iterable[str], register: Path) -> None:
    """Destroy the keys of an erased complaint in a keyring, also those of words that were said
    later, and of uploaded files that it came in with, by a copy of intake's store."""
    later = keyring.direct.rows("SELECT key FROM later WHERE complaint = ?", (complaint,))
    for each in _imports_of(complaint, register):
        keyring.destroy(key_of(each))
    keyring.erased.destroy(complaint, {*keys, *(row["key"] for row in later)})


def _imports_of(complaint: str, register: Path) -> Sequence[str]:
    asked = "SELECT DISTINCT import FROM import_rows WHERE complaint = ?"
    return [id for (id,) in _rows(register, "import_rows", asked, (complaint,))]


def marked_in(keyring: Path) -> dict[str, frozenset[str]]:
    """Return the marks of a keyring's file that nobody writes: by complaint its destroyed keys.

    Raises Unusable where there is none.
    """
    if not keyring.exists():
        raise Unusable(f"{keyring} tidak ada.")
    found: dict[str, set[str]] = {}
    asked = "SELECT complaint, key FROM erased WHERE destroyed_at IS NOT NULL"
    for complaint, key in _rows(keyring, "erased", asked):
        found.setdefault(complaint, set()).add(key)
    return {complaint: frozenset(keys) for complaint, keys in found.items()}


def marks_of(origin: str, folder: Path, master: bytes) -> dict[str, frozenset[str]]:
    """Return the marks of an origin's keyring in a backup or a data folder; raises Unusable for
    one that is another's, or is not as it was made."""
    if (folder / RECORD).exists():
        if json.loads((folder / RECORD).read_bytes())["origin"] != origin:
            raise Unusable(f"{folder} milik asal lain.")
        return marked_in(folder / f"{KEYRING}.sqlite")
    finish(folder)
    made = manifests.read(folder)
    manifests.check_voucher(folder, master)
    entries = {each.path: each for each in made.files}
    keyring = folder / at(KEYRING)
    found = marked_in(keyring)
    if made.origin != origin or manifests.sha256(keyring) != entries[at(KEYRING)].sha256:
        raise Unusable(f"{folder} milik asal lain, atau berubah sejak dibuat.")
    return found


def joined(some: Iterable[Marks]) -> Marks:
    """Return what several keyrings have marked."""
    found: dict[str, frozenset[str]] = {}
    for marks in some:
        for complaint, keys in marks.items():
            found[complaint] = found.get(complaint, frozenset()) | keys
    return found


def _rows(
    store: Path, table: str, asked: str, values: Sequence[object] = ()
) -> list[tuple[str, ...]]:
    """Return rows of a copy; none where an older program did not make the table."""
    with closing(alone(store)) as file:
        if not file.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone():
            return []
        return file.execute(asked, values).fetchall()
