"""The tree over each source's leaves, built from the log copy, beside whatever is written.

Its whole blocks are kept in the file by their roots, so that a start, or a proof, hashes no more
than a block of leaves and the roots of the others.
"""

from importlib.resources import files
from itertools import takewhile
from typing import Final

from duckdb import DuckDBPyConnection

from services.kernel.proof import Frontier, root_of
from services.reporting.proof.leaves import leaves
from services.reporting.store import Store

BLOCK: Final = 256
PAGE: Final = 100 * BLOCK
"""So many leaves are taken at once: well below a second's work."""


class Tree:
    """A source's tree as far as it is built: whole blocks, and the leaves of the one begun."""

    def __init__(self, blocks: list[bytes]) -> None:
        self._blocks = Frontier()
        self._blocks.extend(blocks)
        self._begun: list[bytes] = []

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return self._blocks.size * BLOCK + len(self._begun)

    @property
    def root(self) -> bytes:
        """The root over all of them."""
        return self._blocks.root(root_of(self._begun) if self._begun else None)

    def extend(self, hashes: list[bytes]) -> list[bytes]:
        """Add leaves; return the roots of the blocks that are whole by them."""
        self._begun += hashes
        whole = len(self._begun) // BLOCK * BLOCK
        roots = [root_of(self._begun[at : at + BLOCK]) for at in range(0, whole, BLOCK)]
        del self._begun[:whole]
        self._blocks.extend(roots)
        return roots

    @property
    def blocks(self) -> int:
        """How many whole blocks it has."""
        return self._blocks.size


class Trees:
    """The trees of all sources, for one thread."""

    def __init__(self, store: Store) -> None:
        self._connection = store.connection()
        schema = files("services.reporting.proof").joinpath("schema.sql").read_text()
        self._connection.execute(schema)
        self._trees: dict[str, Tree] = {}

    def tree(self, source: str) -> Tree:
        """Return the tree of a source, as far as it is built."""
        if source not in self._trees:
            self._trees[source] = Tree(blocks_of(self._connection, source))
        return self._trees[source]

    def grow(self, source: str) -> bool:
        """Take in what the log copy holds of a source by now, a page at most and up to its first
        hole; say whether there may be more."""
        tree = self.tree(source)
        found = leaves(self._connection, source, tree.size, tree.size + PAGE)
        placed = enumerate(found, start=tree.size + 1)
        following = [leaf for _at, (_id, leaf) in takewhile(_follows, placed)]
        first = tree.blocks
        if roots := tree.extend(following):
            self._connection.execute(
                "INSERT INTO tree_blocks SELECT ?, unnest(?::BIGINT[]), unnest(?::BLOB[])",
                [source, list(range(first, first + len(roots))), roots],
            )
        return len(following) == PAGE

    def forget(self) -> None:
        """Go back to what is kept in the file."""
        self._trees.clear()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _follows(placed: tuple[int, tuple[int, bytes]]) -> bool:
    at, (id, _leaf) = placed
    return id == at


def blocks_of(connection: DuckDBPyConnection, source: str) -> list[bytes]:
    """Return the roots of a source's whole blocks, as far as they are kept."""
    found = connection.execute(
        "SELECT hash FROM tree_blocks WHERE source = ? ORDER BY block", [source]
    )
    return [hash for (hash,) in found.fetchall()]
