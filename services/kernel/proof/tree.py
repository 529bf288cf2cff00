"""A Merkle tree over the leaves of a log, hashed as RFC 9162 (section 2.1) says. Pure.

Whoever keeps a root can be shown later that a leaf lies under it (inclusion), and that a longer log
begins with what lay under it (consistency), by a few hashes in place of the whole log.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

EMPTY: Final = hashlib.sha256().digest()
"""The root of a log without leaves."""
_sha256: Final = hashlib.sha256

Span = Callable[[int, int], bytes]
"""Gives the root over the leaves from one index up to, without, another."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side."""
    return _sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows at its right edge: of what is complete it keeps the roots only."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: dict[int, bytes] = {}
        """By height, the root of the complete subtree that waits for its neighbour."""

    def extend(self, hashes: Sequence[bytes]) -> None:
        """Add leaves, by their hashes (or, alike, the roots of subtrees of one height)."""
        row, height = list(hashes), 0
        while row:
            if (self.size >> height) & 1:
                row.insert(0, self._roots.pop(height))
            if len(row) & 1:
                self._roots[height] = row.pop()
            row = [
                _sha256(b"\x01" + left + right).digest()
                for left, right in zip(row[::2], row[1::2], strict=True)
            ]
            height += 1
        self.size += len(hashes)

    def root(self, last: bytes | None = None) -> bytes:
        """Return the root, with `last` as one more, smaller, subtree at the right edge."""
        found = last
        for height in sorted(self._roots):
            root = self._roots[height]
            found = root if found is None else node_hash(root, found)
        return EMPTY if found is None else found


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over these leaves."""
    frontier = Frontier()
    frontier.extend(hashes)
    return frontier.root()


def inclusion(index: int, size: int, over: Span) -> list[bytes]:
    """Return the proof that a leaf is the one at `index` (from 0) among the first `size`."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among {size}")
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(over(middle, end))
            end = middle
        else:
            path.append(over(first, middle))
            first = middle
    return path[::-1]


def consistency(earlier: int, size: int, over: Span) -> list[bytes]:
    """Return the proof that the first `size` leaves begin with the first `earlier` ones."""
    if not 0 < earlier <= size:
        raise ValueError(f"no {earlier} leaves among {size}")
    path: list[bytes] = []
    first, end, known = 0, size, True
    while earlier < end:
        middle = first + _split(end - first)
        if earlier <= middle:
            path.append(over(middle, end))
            end = middle
        else:
            path.append(over(first, middle))
            first, known = middle, False
    if not known:
        path.append(over(first, end))
    return path[::-1]


def _split(count: int) -> int:
    """Return the greatest power of two below a count."""
    return 1 << ((count - 1).bit_length() - 1)


def includes(root: bytes, size: int, index: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Say whether a proof shows that `leaf` is the one at `index` under a root over `size` leaves
    (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(beside, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(
    earlier: int, size: int, earlier_root: bytes, root: bytes, path: Sequence[bytes]
) -> bool:
    """Say whether a proof shows that a log of `size` leaves begins with one of `earlier` (RFC
    9162, 2.1.4.2)."""
    if not 0 < earlier < size:
        return not path and earlier == size and earlier_root == root
    hashes = list(path)
    if earlier & (earlier - 1) == 0:
        hashes.insert(0, earlier_root)
    if not hashes:
        return False
    at, last = earlier - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    found_earlier = found = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            found_earlier, found = node_hash(beside, found_earlier), node_hash(beside, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and found_earlier == earlier_root and found == root
