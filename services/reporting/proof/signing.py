"""Each minute that has news, a checkpoint of this origin's logs is signed and sent on the stream.

Where others take it over it is evidence: this origin cannot call it back. What is said of an origin
that has no reporting of its own (an intake endpoint with its own store) is signed here, over what
the stream brought.
"""

import time
from typing import Final

from services.kernel.clock import Clock
from services.kernel.proof import Checkpoint, Signer, Top
from services.kernel.worker import Worker
from services.reporting.proof.leaves import whole_sources
from services.reporting.proof.trees import Trees
from services.reporting.recaps import Recaps
from services.reporting.store import Store

EVERY_SECONDS: Final = 60.0


class Signing:
    """Builds the trees and signs for one origin."""

    def __init__(self, store: Store, recaps: Recaps, signer: Signer, clock: Clock) -> None:
        self._store, self._recaps = store, recaps
        self._signer, self._clock = signer, clock
        self._connection = store.connection()
        self._trees = Trees(store)
        self._due = time.monotonic() + EVERY_SECONDS
        self.worker = Worker(
            "sign-checkpoints", self.step, failed=self._trees.forget, close=self.close
        )

    def step(self) -> None:
        """Wait for the next minute, then take in a page; with all taken in, sign."""
        if (left := self._due - time.monotonic()) > 0:
            self.worker.pause(left)
        elif self._store.filling is not None or not self.grow():
            self._due = time.monotonic() + EVERY_SECONDS
            if self._store.filling is None:
                self.sign()

    def grow(self) -> bool:
        """Take in a page of each log; say whether there may be more."""
        more = [self._trees.grow(source) for source in self._sources()]
        return any(more)

    def sign(self) -> Checkpoint | None:
        """Sign how far the logs are as they were taken in; None where that is no news."""
        trees = {source: self._trees.tree(source) for source in self._sources()}
        tops = tuple(
            Top(source, tree.size, tree.root) for source, tree in trees.items() if tree.size
        )
        signed = self._recaps.signed()
        if not any(self._is_news(top, signed.get(top.source, 0)) for top in tops):
            return None
        checkpoint = self._signer.sign(tops, self._clock())
        self._recaps.record_checkpoint(checkpoint).result()
        return checkpoint

    def _sources(self) -> list[str]:
        """Return the sources that this origin answers for: its own, and those of origins that have
        no reporting."""
        found = whole_sources(self._connection)
        own = self._recaps.origin
        return [
            source
            for source in found
            if (origin := source.split("/")[1]).split(".")[0] == own
            or f"/{origin}/{self._recaps.name}" not in found
        ]

    def _is_news(self, top: Top, signed: int) -> bool:
        """Say whether anything was added to a log but checkpoints of it."""
        return top.size > signed and bool(
            self._connection.execute(
                "SELECT 1 FROM log WHERE source = ? AND id > ? AND id <= ? "
                "AND name <> 'CheckpointSigned' LIMIT 1",
                [top.source, signed, top.size],
            ).fetchall()
        )

    def close(self) -> None:
        """Let go of the file."""
        self._trees.close()
        self._connection.close()
