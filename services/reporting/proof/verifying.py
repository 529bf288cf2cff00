"""Is the history as it was? The log copy is hashed again, and compared with all that can be
reached: the stores, the stream, and every checkpoint that was kept.

Where places differ, most of them tell which one is wrong; where all were rewritten alike, only a
checkpoint tells, and between which two the first change lies. What lies after the last checkpoint
that is held elsewhere nobody vouches for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final, NamedTuple

import msgspec
from duckdb import DuckDBPyConnection

from services.kernel.errors import Problem, invalid
from services.kernel.proof import Checkpoint, Frontier
from services.kernel.stream import Stream, StreamUnavailable
from services.kernel.text import _
from services.reporting.outboxes import Outboxes
from services.reporting.proof.differing import Difference, Item, Kind, kind_of
from services.reporting.proof.kept import Kept, kept
from services.reporting.proof.leaves import leaves, whole_sources
from services.reporting.proof.places import OnStream, Outbox, items_of_log
from services.reporting.queries import upkeep

PAGE: Final = 102_400
GIVEN: Final = "given"
"""In the place of a position: the checkpoint was brought by whoever asks."""
DISTRICT: Final = "district"
"""In the place of a position: the district keeps the checkpoint of this edge."""
KEPT_ELSEWHERE: Final = (GIVEN, DISTRICT)
AtDistrict = Callable[[], Sequence[Checkpoint]]
"""Gives the checkpoints of this origin that its district keeps; raises Unavailable."""
LOG, STORE, STREAM, CHECKPOINT = "log", "store", "stream", "checkpoint"


class Elsewhere(NamedTuple):
    """Checkpoints that were kept elsewhere: brought by whoever asks, and by the district of an edge
    (None: there is none, or it is out of reach)."""

    given: Sequence[Checkpoint] = ()
    there: Sequence[Checkpoint] | None = None
    unreached: bool = False


def elsewhere(given: Sequence[Checkpoint], at_district: AtDistrict | None) -> Elsewhere:
    """Ask the district, where there is one. To be asked before the moment of which all is compared:
    what is signed meanwhile would seem to be cut off."""
    if at_district is None:
        return Elsewhere(given)
    try:
        return Elsewhere(given, at_district())
    except Problem:
        return Elsewhere(given, unreached=True)


class Held(NamedTuple):
    """What a checkpoint says of a source: that its first `size` leaves have this root; by which
    event (or which of `KEPT_ELSEWHERE`) it is known."""

    size: int
    root: bytes
    by: str


@dataclass
class Source:
    """What the pass over one source has found: the checkpoints that bear the log copy out and
    those that contradict it, where its store goes on otherwise, and what the log copy holds beyond
    what it has taken."""

    name: str
    upto: int
    hashed: int = 0
    good: list[Held] = field(default_factory=list)
    bad: list[Held] = field(default_factory=list)
    store: bool = False
    difference: Difference | None = None
    beyond: int | None = None

    @property
    def vouched(self) -> int:
        """Up to which event a checkpoint that is held elsewhere bears it out."""
        return max((held.size for held in self.good if held.by in KEPT_ELSEWHERE), default=0)

    @property
    def proved(self) -> int:
        """Up to which event checkpoints bear the log copy out before the first that contradicts it.
        Where that is held elsewhere, only such are heard: who rewrote the log can have signed those
        on our own stream again."""
        first = self.bad[0].size if self.bad else self.upto + 1
        elsewhere = any(held.by in KEPT_ELSEWHERE for held in self.bad)
        heard = [held for held in self.good if held.by in KEPT_ELSEWHERE or not elsewhere]
        return max((held.size for held in heard if held.size < first), default=0)

    def fails(self, id: int) -> bool:
        """Say whether a checkpoint contradicts what the log copy holds from this event on."""
        return bool(self.bad) and self.proved < id <= self.bad[0].size


@dataclass(frozen=True)
class Finding:
    """The first event of a source that is not as it was, what was done, and in which places (of
    several: in all of them alike; of `what`: in one of them). Of what was rewritten or removed
    everywhere it is known only that it begins from `id` to `upto`; `by` is the checkpoint that
    tells."""

    source: str
    id: int
    kind: Kind
    where: tuple[str, ...]
    upto: int | None = None
    what: str | None = None
    by: str | None = None


def verified(
    connection: DuckDBPyConnection,
    stream: Stream,
    outboxes: Outboxes,
    held: Elsewhere,
) -> dict[str, Any]:
    """Compare everything with everything, and with checkpoints that were kept elsewhere; all of
    the log copy's is of one moment. Raises InvalidInput where none of those that were given is
    about what is here.
    """
    given = held.given
    known = [top.source for checkpoint in given for top in checkpoint.tops]
    verifying = Verifying(connection, stream, outboxes)
    if given and not verifying.names.intersection(known):
        origins = ", ".join(sorted({each.origin for each in given}))
        raise invalid(
            "checkpoints", _("Titik periksa ini milik asal lain: {origins}.", origins=origins)
        )
    alone = upkeep.verify(connection)
    found = verifying.run(held)
    wrong = (alone[name] for name in alone if name != "sources")
    return {"whole": not (any(wrong) or found["findings"]), **alone, **found}


class Verifying:
    """One comparison of everything with everything; all of the log copy's is of one moment."""

    def __init__(self, connection: DuckDBPyConnection, stream: Stream, outboxes: Outboxes) -> None:
        self._connection, self._stream, self._outboxes = connection, stream, outboxes
        self._own = frozenset(outboxes.sources())
        ((tracked, offsets),) = connection.execute(
            "SELECT tracked, offsets FROM reading"
        ).fetchall()
        self._tracked: dict[str, int] = msgspec.json.decode(tracked)
        self._read = {int(at): end for at, end in msgspec.json.decode(offsets).items()}
        self._unreached: list[str] = []
        self.names = frozenset({*whole_sources(connection), *self._own})

    def run(self, elsewhere: Elsewhere) -> dict[str, Any]:
        """Compare."""
        came, (given, there, unreached) = kept(self._connection), elsewhere
        if unreached:
            self._unreached.append(DISTRICT)
        forged, held = _held(came, elsewhere)
        passed = {name: self._pass(name, held.get(name, ())) for name in sorted(self.names)}
        findings = [*forged, *_contradicted(passed.values()), *self._judged(passed)]
        return {
            "findings": sorted(findings, key=lambda each: (each.source, each.id)),
            "unreached": self._unreached,
            "checkpoints": len(came) - len(forged),
            "given": len(given),
            "at_district": None if there is None else len(there),
            "unvouched": sum(each.upto - each.vouched for each in passed.values()),
            "vouched": [
                {"source": each.name, "events": each.upto, "vouched": each.vouched}
                for each in passed.values()
            ],
        }

    def _pass(self, name: str, held: Iterable[Held]) -> Source:
        """Go through a source of the log copy once: its tree, beside its store."""
        chains = [last for chain, last in self._tracked.items() if chain.rpartition("/")[0] == name]
        found = Source(name, max(chains, default=0), store=name in self._own)
        outbox = Outbox(self._outboxes, name)
        sizes, tree = sorted(held), Frontier()
        for after in range(0, found.upto, PAGE):
            end = min(after + PAGE, found.upto)
            page = leaves(self._connection, name, after, end)
            if found.store and found.difference is None:
                self._beside(found, outbox, page, end)
            following = _following(page, tree.size)
            while sizes and sizes[0].size <= tree.size + len(following):
                count = sizes[0].size - tree.size
                tree.extend(following[:count])
                del following[:count]
                (found.good if tree.root() == sizes[0].root else found.bad).append(sizes.pop(0))
            tree.extend(following)
        found.hashed = tree.size
        found.bad += sizes
        ((found.beyond,),) = self._connection.execute(
            "SELECT min(id) FROM log WHERE source = ? AND id > ?", [name, found.upto]
        ).fetchall()
        return found

    def _beside(
        self, found: Source, outbox: Outbox, page: Sequence[tuple[int, bytes]], end: int
    ) -> None:
        """Compare a page with the store."""
        try:
            theirs = outbox.upto(end)
            if theirs != page:
                first = _first_other(page, theirs)
                held = items_of_log(self._connection, found.name, first)
                found.difference = Difference.of(held, outbox.items(first))
        except Problem:
            self._unreached.append(found.name)
            found.store = False

    def _judged(self, passed: Mapping[str, Source]) -> list[Finding]:
        """Return what was done where, for each source and each partition of the stream."""
        findings, told = [], set()
        for stream in self._of_stream():
            blamed = [
                source
                for source in passed.values()
                if source.difference and stream.blames_log(source.difference)
            ]
            name = stream.first.source
            if not blamed:
                findings.append(_of_stream(stream, passed.get(name)))
                told.add(name)
            for source in blamed:
                assert source.difference is not None
                findings.append(_wrong(source.difference.found, source.difference.held, (LOG,)))
                told.add(source.name)
        for name, source in passed.items():
            if name not in told and (found := self._of_source(source)):
                findings.append(found)
        return findings

    def _of_stream(self) -> list[Difference]:
        try:
            return OnStream(self._connection, self._stream, self._read, self._tracked).differences()
        except StreamUnavailable:
            self._unreached.append(STREAM)
            return []

    def _of_source(self, source: Source) -> Finding | None:
        """Return what was done to a source of which stream and log copy say the same, or of which
        the stream says nothing."""
        alike = () if STREAM in self._unreached else (STREAM,)
        store = source.difference
        if store is not None and (source.fails(store.first.id) or self._never_came(store.first)):
            return _wrong(store.found, store.held, (LOG, *alike))
        if store is not None:
            return _wrong(store.held, store.found, (STORE,))
        if source.beyond is not None:
            return Finding(source.name, source.beyond, "inserted", (LOG,))
        if not source.bad:
            return None
        bad = source.bad[0]
        where = (LOG, *((STORE,) if source.store else ()), *alike)
        # Where fewer are left than were vouched for, they were cut off, or taken out and the rest
        # closed up: no root tells which.
        kind: Kind = "removed" if bad.size > source.upto == source.hashed else "rewritten"
        return Finding(source.name, source.proved + 1, kind, where, bad.size, by=bad.by)

    def _never_came(self, item: Item) -> bool:
        """Say whether the log copy holds an event that it never took from the stream."""
        return bool(
            self._connection.execute(
                "SELECT 1 FROM log WHERE source = ? AND id = ? AND stream_offset < 0",
                [item.source, item.id],
            ).fetchall()
        )


def _held(
    came: Iterable[Kept], elsewhere: Elsewhere
) -> tuple[list[Finding], dict[str, list[Held]]]:
    """Return the checkpoints that are forged, and what the others say, by source."""
    forged: list[Finding] = []
    held: dict[str, list[Held]] = {}
    said = [(GIVEN, each) for each in elsewhere.given]
    said += [(DISTRICT, each) for each in elsewhere.there or ()]
    for each in came:
        if each.is_sound:
            said.append((f"{each.source}:{each.id}", each.checkpoint))
        else:
            forged.append(Finding(each.source, each.id, "forged", (CHECKPOINT,)))
    for by, checkpoint in said:
        for top in checkpoint.tops:
            held.setdefault(top.source, []).append(Held(top.size, top.root, by))
    return forged, held


def _contradicted(passed: Iterable[Source]) -> list[Finding]:
    """Take the checkpoints out that one held elsewhere contradicts: they themselves are wrong."""
    findings: list[Finding] = []
    for source in passed:
        for held in [each for each in source.bad if each.by not in KEPT_ELSEWHERE]:
            if held.size <= source.vouched:
                name, _colon, id = held.by.rpartition(":")
                findings.append(Finding(name, int(id), "forged", (CHECKPOINT,)))
                source.bad.remove(held)
    return findings


def _of_stream(stream: Difference, source: Source | None) -> Finding:
    """Return what was done where the stream alone says otherwise than the log copy."""
    first = stream.first
    if source is not None and source.fails(first.id) and stream.what is None:
        # The log copy contradicts a checkpoint: it was rewritten, and its store with it.
        where = (LOG, STORE) if source.store else (LOG,)
        return _wrong(stream.found, stream.held, where)
    sure = source is not None and (source.store or first.id <= source.proved)
    where = (STREAM,) if sure and stream.what is None else (STREAM, LOG)
    if stream.what is not None:
        return Finding(first.source, first.id, "changed", where, what=stream.what)
    return _wrong(stream.held, stream.found, where)


def _wrong(right: Sequence[Item], wrong: Sequence[Item], where: tuple[str, ...]) -> Finding:
    kind, item = kind_of(right, wrong)
    return Finding(item.source, item.id, kind, where)


def _following(page: Sequence[tuple[int, bytes]], size: int) -> list[bytes]:
    """Return the leaves of a page that follow one another after the first `size`."""
    placed = takewhile(lambda each: each[0] == each[1][0], enumerate(page, start=size + 1))
    return [leaf for _at, (_id, leaf) in placed]


def _first_other(one: Sequence[tuple[int, bytes]], other: Sequence[tuple[int, bytes]]) -> int:
    """Return the id at which two pages differ first."""
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            return min(mine[0], theirs[0])
    longer = one if len(one) > len(other) else other
    return longer[min(len(one), len(other))][0]
