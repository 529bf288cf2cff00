"""What the district's stream heard of an edge after its backup, and how the edge takes it back."""

import os
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from services.intake.erasing import TASK as ERASE
from services.kernel.backup.manifest import Unusable
from services.kernel.clock import Clock
from services.kernel.contracts import Message, SealedBox, UnknownType, in_order, intake, read
from services.kernel.district import District, DistrictFileError, load_district
from services.kernel.handover.told import boxes_of, origin_of
from services.kernel.keyring import Keyring
from services.kernel.store import Service, UnitOfWork
from services.kernel.store.incarnations import number_of, source_of
from services.kernel.store.taking_back import take_back
from services.kernel.stream import Delivery, Reader, Stream
from services.main.backup.erased import Marks, destroy
from services.main.backup.layout import ATTACHMENTS, DISTRICT_FILE, KEYRING
from services.main.backup.stores import OUTBOXES, RETOLD, store_of

NAME: Final = "restore"
PAGE: Final = 4_000
WAIT_SECONDS: Final = 0.5
_FORMS: Final = (intake.ComplaintReceivedV1.type, intake.ComplaintCorrectedV1.type)


@dataclass
class Heard:
    """What was heard of an origin: by source the messages after those that the backup holds, the
    forms of the complaints of its Puskesmas that the backup does not hold, whoever wrote them down,
    and the complaints whose words it has said to be destroyed. `ends` is the last id of each of its
    sources on the stream."""

    later: dict[str, dict[int, Message]] = field(default_factory=lambda: defaultdict(dict))
    forms: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    erased: set[str] = field(default_factory=set)
    ends: dict[str, int] = field(default_factory=dict)

    @property
    def incarnation(self) -> int:
        """The latest incarnation that anything was heard of."""
        return max(map(number_of, self.later), default=1)


def listen(
    stream: Stream, origin: str, positions: Mapping[str, int], homed: frozenset[str]
) -> Heard:
    """Read the stream from its beginning to where it ends now; raises StreamUnavailable.

    Brokers mark a page in one partition after the other, and whoever sent it died meanwhile: what
    they began is ended before the end is looked for.
    """
    heard = Heard()

    def hear(message: Message) -> None:
        own = origin_of(message.source) == origin
        held = own and message.id <= positions.get(message.source, 0)
        if own:
            heard.ends[message.source] = max(heard.ends.get(message.source, 0), message.id)
        if own and not held:
            heard.later[message.source][message.id] = message
        if message.type == intake.PersonErasedV1.type and own:
            heard.erased.add(message.subject)
        if message.type in _FORMS and message.puskesmas in homed and not held:
            heard.forms[message.subject].append(message)

    with closing(stream.reader(NAME, {})) as reader:
        read: dict[int, int] = {}
        for each in _to_the_end(stream, reader, read):
            hear(each.message)
        for source in sorted({*heard.ends, *positions, *_next(origin, heard, positions)}):
            with closing(stream.sender(source)) as sender:
                sender.take_over()
        for each in _to_the_end(stream, reader, read):
            hear(each.message)
    return heard


def _next(origin: str, heard: Heard, positions: Mapping[str, int]) -> Iterator[str]:
    """Yield the sources of the incarnation after the latest that is known of: one of which nothing
    can be read yet may have begun."""
    number = max(map(number_of, [*heard.ends, *positions]), default=0) + 1
    return (source_of(origin, service, number) for service in OUTBOXES)


def district_in(backup: Path) -> District:
    """Return what the district file of a backup says; raises Unusable."""
    file = backup / DISTRICT_FILE
    try:
        return load_district(file)
    except DistrictFileError:
        raise Unusable(f"{file} tidak terbaca. Pakai cadangan lain.") from None


def homed_in(district: District, homes: Collection[str | None]) -> frozenset[str]:
    """Return the Puskesmas that are at home at one of these; None is the home of those that the
    district file gives none."""
    return frozenset(each.code for each in district.all_puskesmas if each.home in homes)


def _to_the_end(stream: Stream, reader: Reader, read: dict[int, int]) -> Iterator[Delivery]:
    """Yield what follows what was `read` (by partition, up to which offset), and note it there."""
    ends = {partition: end for partition, end in stream.ends().items() if end}
    while any(read.get(partition, 0) < end for partition, end in ends.items()):
        for each in reader.poll(PAGE, WAIT_SECONDS):
            read[each.partition] = each.offset + 1
            yield each


def taken_back(
    data: Path, origin: str, heard: Heard, clock: Clock
) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    """Append to the stores what was heard of them; return by source how many events that were, and
    the first and last id of what is missing all the same."""
    taken: dict[str, int] = {}
    missing: dict[str, tuple[int, int]] = {}
    with closing(store_of(data, "intake", origin, clock)) as register:
        forms = Forms(heard, register)
        for name in OUTBOXES:
            of_it = (each for each in heard.later if each.endswith(f"/{name}"))
            for source in sorted(of_it, key=number_of):
                later = heard.later[source]
                store = register if name == "intake" else store_of(data, name, origin, clock)
                try:
                    taken[source] = _append(store, name, source, later, forms)
                finally:
                    if store is not register:
                        store.close()
                left = sorted(later)[taken[source] :]
                if left:
                    missing[source] = left[0], left[-1]
    return taken, missing


def _append(
    store: Service, name: str, source: str, later: Mapping[int, Message], forms: "Forms"
) -> int:
    while store.incarnations.number < number_of(source):
        # It was restored once before, from this backup or an older one.
        store.begin_anew(store.incarnations.number + 1)
    first = min(later)
    following = takewhile(lambda pair: pair[0] == pair[1], enumerate(sorted(later), start=first))
    messages = [later[id] for _expected, id in following]
    return take_back(store, messages, RETOLD[name], forms)


def erase_again(
    data: Path,
    origin: str,
    master: bytes,
    heard: Heard,
    clock: Clock,
    marks: Marks | None = None,
) -> int:
    """Destroy the keys and files of those who were erased after the backup, before anybody can open
    them; return how many complaints that were. `marks` are those of other keyrings of this origin.
    """
    every = {id: frozenset[str]() for id in heard.erased} | dict(marks or {})
    with closing(Keyring(data / f"{KEYRING}.sqlite", master, clock, os.urandom)) as keyring:
        known = keyring.erased.destroyed()
        again = [
            id
            for id in sorted(every)
            if not every[id] <= known.get(id, frozenset()) or id not in known
        ]
        for complaint in again:
            destroy(keyring, complaint, every[complaint], data / "intake.sqlite")
            shutil.rmtree(data / ATTACHMENTS / complaint, ignore_errors=True)
    # A kept backup was changed when they were erased, its history was not.
    have_it_said(data, origin, sorted({*known, *again}), clock)
    return len(again)


def have_it_said(data: Path, origin: str, erased: Sequence[str], clock: Clock) -> None:
    """Have intake look at all who are erased once it is served: where the history that it has now
    does not say so, it does."""

    def work(uow: UnitOfWork) -> None:
        for complaint in erased:
            if register.recorder.select_events(UUID(complaint), limit=1):
                uow.soon(ERASE, complaint)

    with closing(store_of(data, "intake", origin, clock)) as register:
        register.transact(work).result()


def without_words(data: Path, master: bytes, heard: Heard, clock: Clock) -> int:
    """Return how many complaints were heard of with words that nobody opens any more, though nobody
    erased them: their keys were made after the backup, and lay nowhere else."""
    with closing(Keyring(data / f"{KEYRING}.sqlite", master, clock, os.urandom)) as keyring:
        found = {
            message.subject
            for later in heard.later.values()
            for message in later.values()
            if any(keyring.held(box.key) is None for box in _boxes(message))
        }
        return len(found - keyring.erased.among(found))


def _boxes(message: Message) -> Sequence[SealedBox]:
    try:
        return boxes_of(read(message))
    except (UnknownType, msgspec.MsgspecError):  # it is named as missing
        return ()


class Forms:
    """The forms of complaints as published: as heard, and as this origin's own intake has them."""

    def __init__(self, heard: Heard, register: Service) -> None:
        self._heard, self._register = heard.forms, register
        self._read = False

    def __call__(self, complaint: str) -> Sequence[Message]:
        """Return what was published of a complaint's form, in order."""
        if not self._read:
            self._read = True
            for each in self._own():
                self._heard[each.subject].append(each)
        found = {(each.source, each.id): each for each in self._heard.get(complaint, ())}
        return sorted(found.values(), key=in_order)

    def _own(self) -> Iterator[Message]:
        for source in self._register.incarnations.sources:
            last = 0
            while page := self._register.published(last + 1, PAGE, source):
                last = page[-1].id
                yield from (each for each in page if each.type in _FORMS)
