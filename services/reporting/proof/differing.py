"""What was done to a history, told from how it goes on where it differs first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Kind = Literal[
    "changed", "removed", "inserted", "reordered", "cut_off", "rewritten", "forged", "unreadable"
]
UNREADABLE_CONTENT: Final = b""


class Item(NamedTuple):
    """An event where it stands. `content` is the hash of all that it says but its id: the same
    event at another place has the same."""

    source: str
    id: int
    content: bytes

    @property
    def said(self) -> tuple[str, bytes]:
        """What it says, wherever it stands."""
        return self.source, self.content


@dataclass(frozen=True)
class Difference:
    """Where a place differs first from the log copy: how it goes on there in the log copy
    (`held`), and in the place (`found`). `what` names what differs beside the events."""

    held: Sequence[Item]
    found: Sequence[Item]
    what: str | None = None

    @classmethod
    def of(
        cls, held: Sequence[Item], found: Sequence[Item], what: str | None = None
    ) -> "Difference":
        """Return the difference of two histories that may begin alike."""
        if what is not None:
            return cls(held, found, what)
        pairs = enumerate(zip(held, found, strict=False))
        same = next((at for at, (one, other) in pairs if one != other), min(len(held), len(found)))
        return cls(held[same:], found[same:])

    @property
    def first(self) -> Item:
        """The event that differs first, by its place in the log copy if it has one there."""
        return (self.held or self.found)[0]

    def blames_log(self, store: "Difference") -> bool:
        """Say whether this place says the same as a store does, where that differs from the log
        copy: it holds what the store holds, or lacks what only the log copy has."""
        more = bool(store.found) and store.found[0] in self.found
        less = bool(store.held) and store.held[0] in self.held
        return (more and store.found[0] not in self.held) or (
            less and store.held[0] not in self.found
        )


def kind_of(right: Sequence[Item], wrong: Sequence[Item]) -> tuple[Kind, Item]:
    """Return what was done to make `wrong` of `right`, which differ in what comes first, and to
    which event."""
    if not wrong:
        return "cut_off", right[0]
    if not right:
        return "inserted", wrong[0]
    should, stands = right[0], wrong[0]
    if UNREADABLE_CONTENT in (stands.content, should.content):
        return "unreadable", should
    before, after = [each.said for each in right[1:]], [each.said for each in wrong[1:]]
    if stands.said in before and should.said in after:
        return "reordered", should
    if before and before[0] == stands.said:
        return "removed", should
    if after and after[0] == should.said:
        return "inserted", stands
    return "changed", should
