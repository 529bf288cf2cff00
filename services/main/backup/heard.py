"""What the district's stream heard of an edge after its backup, and how the edge takes it back."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Final

from services.kernel.backup.manifest import Unusable
from services.kernel.clock import Clock
from services.kernel.contracts import Message, in_order, intake
from services.kernel.district import DistrictFileError, load_district
from services.kernel.handover.told import origin_of
from services.kernel.keyring import Keyring
from services.kernel.store import Service
from services.kernel.store.incarnations import number_of
from services.kernel.store.taking_back import take_back
from services.kernel.stream import Delivery, Stream
from services.main.backup.erased import Marks, destroy
from services.main.backup.layout import ATTACHMENTS, KEYRING
from services.main.backup.stores import OUTBOXES, RETOLD, store_of

NAME: Final = "restore"
PAGE: Final = 4_000
WAIT_SECONDS: Final = 0.5
_FORMS: Final = (intake.ComplaintReceivedV1.type, intake.ComplaintCorrectedV1.type)


@dataclass
class Heard:
    """What was heard of an origin: by source the messages after those that the backup holds, the
    forms of the complaints of its Puskesmas, whoever wrote them down, and the complaints whose
    words it has said to be destroyed."""

    later: dict[str, dict[int, Message]] = field(default_factory=lambda: defaultdict(dict))
    forms: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    erased: set[str] = field(default_factory=set)

    @property
    def incarnation(self) -> int:
        """The latest incarnation that anything was heard of."""
        return max(map(number_of, self.later), default=1)


def listen(
    stream: Stream, origin: str, positions: Mapping[str, int], homed: frozenset[str]
) -> Heard:
    """Read the stream from its beginning to where it ends now; raises StreamUnavailable."""
    heard = Heard()
    for each in _all(stream):
        message = each.message
        if origin_of(message.source) == origin and message.id > positions.get(message.source, 0):
            heard.later[message.source][message.id] = message
        if message.type == intake.PersonErasedV1.type and origin_of(message.source) == origin:
            heard.erased.add(message.subject)
        if message.type in _FORMS and message.puskesmas in homed:
            heard.forms[message.subject].append(message)
    return heard


def homed_in(file: Path, origin: str) -> frozenset[str]:
    """Return the Puskesmas that are at home at an origin, by the district file of its backup."""
    try:
        district = load_district(file)
    except DistrictFileError:
        raise Unusable(f"{file} tidak terbaca. Pakai cadangan lain.") from None
    return frozenset(each.code for each in district.all_puskesmas if each.home == origin)


def _all(stream: Stream) -> Iterator[Delivery]:
    ends = {partition: end for partition, end in stream.ends().items() if end}
    read: dict[int, int] = {}
    with closing(stream.reader(NAME, {})) as reader:
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
    data: Path, master: bytes, heard: Heard, clock: Clock, marks: Marks | None = None
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
    return len(again)


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
