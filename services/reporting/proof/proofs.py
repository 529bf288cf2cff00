"""Proofs for whoever keeps a checkpoint: that an event lies under it, and that a longer log begins
with what lay under an earlier one. Made of a block of leaves and the roots of the others."""

import base64
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.kernel.contracts import Message
from services.kernel.errors import NotFound
from services.kernel.proof import Checkpoint, Frontier, Top, consistency, inclusion, root_of
from services.kernel.text import _
from services.reporting.messages import MESSAGE_COLUMNS, as_message
from services.reporting.proof.kept import kept
from services.reporting.proof.leaves import leaves
from services.reporting.proof.trees import BLOCK, blocks_of
from services.reporting.queries.question import records

_LOOKED_AT: Final = 200
"""Among so many of the newest checkpoints one is looked for that covers an event."""


class Log:
    """The leaves of a source, by the roots over any part of them that a proof asks for."""

    def __init__(self, connection: DuckDBPyConnection, source: str) -> None:
        self._connection, self._source = connection, source
        self._blocks = blocks_of(connection, source)

    def over(self, first: int, end: int) -> bytes:
        """Return the root over the leaves from one index up to another; raises NotFound where they
        are not all here."""
        whole, at = Frontier(), first
        roots: list[bytes] = []
        while end - at >= BLOCK and at % BLOCK == 0:
            roots.append(self._block(at // BLOCK))
            at += BLOCK
        whole.extend(roots)
        return whole.root(self._root(at, end) if at < end else None)

    def _block(self, number: int) -> bytes:
        if number < len(self._blocks):
            return self._blocks[number]
        return self._root(number * BLOCK, (number + 1) * BLOCK)

    def _root(self, first: int, end: int) -> bytes:
        found = leaves(self._connection, self._source, first, end)
        if [id for id, _leaf in found] != list(range(first + 1, end + 1)):
            raise NotFound(_("Riwayat sumber ini tidak lengkap di sini."))
        return root_of([leaf for _id, leaf in found])


def inclusion_of(connection: DuckDBPyConnection, source: str, id: int) -> dict[str, Any]:
    """Return an event with the proof that it lies under a signed checkpoint.

    Raises NotFound for one that is not here, or that no checkpoint covers yet.
    """
    found = connection.execute(
        f"SELECT {MESSAGE_COLUMNS} FROM log WHERE source = ? AND id = ?",  # noqa: S608 - of ours
        [source, id],
    )
    row = next(iter(records(found)), None)
    if row is None:
        raise NotFound(_("Tidak ada kejadian di posisi ini."))
    message = as_message(row)
    return included(message, *_covering(connection, source, id), Log(connection, source))


def included(message: Message, checkpoint: Checkpoint, top: Top, log: Log) -> dict[str, Any]:
    """Return an event with the proof that it lies under a checkpoint; `log` is its source's."""
    path = inclusion(message.id - 1, top.size, log.over)
    return {
        "position": f"{message.source}:{message.id}",
        "attributes": [
            (name, data.decode()) for name, data in message.headers() if name != "ce_previous"
        ],
        "value": message.value.decode("utf-8", "replace"),
        "index": message.id - 1,
        "size": top.size,
        "path": _texts(path),
        "checkpoint": checkpoint.text,
        "code": checkpoint.code,
    }


def _covering(connection: DuckDBPyConnection, source: str, id: int) -> tuple[Checkpoint, Top]:
    for each in kept(connection, _LOOKED_AT):
        for top in each.checkpoint.tops:
            if top.source == source and top.size >= id:
                return each.checkpoint, top
    raise NotFound(
        _("Belum ada titik periksa yang memuat kejadian ini. Coba lagi setelah satu menit.")
    )


def consistency_of(
    connection: DuckDBPyConnection, source: str, earlier: int, size: int
) -> dict[str, Any]:
    """Return the proof that the first `size` events of a source begin with its first `earlier`
    ones (1 to `size`), with both roots; raises NotFound where they are not all here."""
    log = Log(connection, source)
    return {
        "source": source,
        "earlier": earlier,
        "size": size,
        "earlier_root": _text(log.over(0, earlier)),
        "root": _text(log.over(0, size)),
        "path": _texts(consistency(earlier, size, log.over)),
    }


def entry_of(connection: DuckDBPyConnection, hashed: str) -> tuple[str, int]:
    """Return the event by which the complaint of a receipt came in; raises NotFound."""
    found = connection.execute(
        "SELECT source, id FROM log WHERE receipt_hash = ? AND name = 'ComplaintReceived' "
        "ORDER BY place LIMIT 1",
        [hashed],
    ).fetchall()
    if not found:
        raise NotFound(
            _("Kode ini tidak ditemukan. Periksa huruf dan angkanya pada tanda terima Anda.")
        )
    source, id = found[0]
    return source, id


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _texts(path: list[bytes]) -> list[str]:
    return [_text(each) for each in path]
