"""Tries a backup: it is restored to a temporary place beside it, opened, and gone through.

Each store must be sound, its positions without a gap and as the manifest will say, each event
readable, each key open, each file as its event says, and on the stream no message may be missing.
"""

import hashlib
import shutil
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from services.kernel.backup.manifest import Trial
from services.kernel.chain import sort_out
from services.kernel.clock import Clock
from services.kernel.contracts import Message, SealedBox, read
from services.kernel.contracts.intake import AttachmentAddedV1
from services.kernel.contracts.publication import PublicationEvidencedV1
from services.kernel.files.kept import file_path
from services.kernel.keyring import DoesNotOpen, Keyring
from services.kernel.store import Service
from services.kernel.store.files import connect
from services.kernel.stream import EmbeddedStream
from services.main.backup.layout import ATTACHMENTS, KEYRING, STORES, STREAM
from services.main.backup.stores import OUTBOXES, store_of
from services.main.backup.unpacking import unpack
from services.main.folder import Folder

PAGE: Final = 4_000


def tried(backup: Path, folder: Folder, clock: Clock) -> tuple[dict[str, int], Trial]:
    """Restore a backup beside itself, go through it, and return how far each source had got and
    what came of it."""
    place = backup.with_name(f"{backup.name}.trial")
    shutil.rmtree(place, ignore_errors=True)
    try:
        unpack(backup, place)
        return _Trial(place, folder, clock).run()
    finally:
        shutil.rmtree(place, ignore_errors=True)


class _Trial:
    def __init__(self, place: Path, folder: Folder, clock: Clock) -> None:
        self._place, self._folder, self._clock = place, folder, clock
        self._wrong: list[str] = []
        self._events = self._files = 0
        self._keys: set[str] = set()
        self._hashes: dict[tuple[str, int], bytes] = {}

    def run(self) -> tuple[dict[str, int], Trial]:
        # A district's stream is a server of its own; an endpoint has one store, and no keys.
        there = [name for name in STORES if (self._place / f"{name}.sqlite").exists()]
        for name in there:
            self._sound(name)
        written = [name for name in OUTBOXES if name in there]
        positions = dict(each for name in written for each in self._store(name).items())
        if STREAM in there:
            self._stream()
        keys, gone = self._keyring() if KEYRING in there else (0, 0)
        found = Trial(self._clock(), self._events, keys, gone, self._files, self._wrong)
        return positions, found

    def _sound(self, name: str) -> None:
        with closing(connect(self._place / f"{name}.sqlite")) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
            lost = connection.execute("PRAGMA foreign_key_check").fetchall()
        if said != "ok" or lost:
            self._wrong.append(f"{name}: integrity_check {said}, foreign_key_check {len(lost)}")

    def _store(self, name: str) -> dict[str, int]:
        """Go through a service's events; return the last id of each of its sources."""
        with closing(store_of(self._place, name, self._folder.origin, self._clock)) as service:
            found = {
                source: self._source(service, source) for source in service.incarnations.sources
            }
            last = service.recorder.max_notification_id() or 0
            if sum(found.values()) != last:
                self._wrong.append(f"{name}: {sum(found.values())} of {last} events are there")
        return found

    def _source(self, service: Service, source: str) -> int:
        last = 0
        while page := service.published(last + 1, PAGE, source):
            for message in page:
                last += 1
                if message.id != last:
                    self._wrong.append(f"{source}: after {last - 1} comes {message.id}")
                self._event(message)
        return last

    def _event(self, message: Message) -> None:
        self._events += 1
        self._hashes[message.source, message.id] = _hash(message)
        try:
            event = read(message)
        except (LookupError, msgspec.MsgspecError) as error:
            self._wrong.append(f"{message.source}:{message.id}: {type(error).__name__}")
            return
        self._keys.update(_keys_of(event))
        if isinstance(event, AttachmentAddedV1):
            self._file(message.subject, event.attachment, event.sha256)
        elif isinstance(event, PublicationEvidencedV1) and event.sha256:
            self._file(message.subject, event.evidence, event.sha256)

    def _file(self, complaint: str, name: str, sha256: str) -> None:
        path = file_path(self._place / ATTACHMENTS, complaint, name)
        if not path.exists():  # handed over, or erased
            return
        self._files += 1
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            self._wrong.append(f"{ATTACHMENTS}/{complaint}/{name}: sha256")

    def _stream(self) -> None:
        """Read the stream from its beginning, as a new follower would."""
        with closing(EmbeddedStream(self._place / f"{STREAM}.sqlite", self._clock)) as stream:
            reader = stream.reader("trial", {})
            tracked: dict[str, int] = {}
            with closing(reader):
                while page := reader.poll(PAGE, 0):
                    batch = sort_out(page, tracked)
                    tracked |= batch.tracked
                    for each in (*batch.late, *batch.forks):
                        self._wrong.append(f"stream: {each.message.source}:{each.message.id}")
                    for each in batch.taken:
                        self._same(each.message)

    def _same(self, message: Message) -> None:
        known = self._hashes.get((message.source, message.id))
        if known is not None and known != _hash(message):
            self._wrong.append(f"stream: {message.source}:{message.id} is not as its store has it")

    def _keyring(self) -> tuple[int, int]:
        """Open every key; return how many there are, and how many that events name are gone."""
        place = self._place / f"{KEYRING}.sqlite"
        with closing(connect(place)) as connection:
            ids = [row["id"] for row in connection.execute("SELECT id FROM keys")]
        keyring = Keyring(place, self._folder.master_key, self._clock, bytes)
        with closing(keyring):
            for id in ids:
                try:
                    keyring.key(id)
                except DoesNotOpen:
                    self._wrong.append(f"{KEYRING}: {id} does not open")
        return len(ids), len(self._keys.difference(ids))


def _hash(message: Message) -> bytes:
    plain = msgspec.structs.replace(message, previous=0)
    content = repr(plain.headers()).encode() + message.value
    return hashlib.sha256(content).digest()


def _keys_of(event: Any) -> Iterable[str]:
    found = (getattr(event, name) for name in event.__struct_fields__)
    return [each.key for each in found if isinstance(each, SealedBox)]
