"""The proofs of one case: each of its events under the first checkpoint that covered its last."""

# ruff: noqa: S608 (statements are put together from parts of ours)

from collections.abc import Collection, Iterable

from duckdb import DuckDBPyConnection

from services.kernel.contracts import Message
from services.kernel.paper.proven import Proven
from services.kernel.proof import Checkpoint, Top
from services.reporting.messages import MESSAGE_COLUMNS, as_message
from services.reporting.proof.kept import first_after
from services.reporting.proof.proofs import Log, included
from services.reporting.queries.question import records


def proofs_of(connection: DuckDBPyConnection, events: Iterable[tuple[str, int]]) -> Proven:
    """Return the proofs of these events (source and id). The same events have the same proofs, as
    long as no checkpoint covers more of them."""
    by_source: dict[str, set[int]] = {}
    for source, id in events:
        by_source.setdefault(source, set()).add(id)
    proofs, waiting = [], 0
    for source, ids in sorted(by_source.items()):
        messages = _messages(connection, source, ids)
        found = _covering(connection, source, messages)
        covered = [each for each in messages if found and each.id <= found[1].size]
        if found:
            log = Log(connection, source)
            proofs += [included(each, *found, log) for each in covered]
        waiting += len(ids) - len(covered)
    return Proven(proofs, waiting)


def _messages(connection: DuckDBPyConnection, source: str, ids: Collection[int]) -> list[Message]:
    found = connection.execute(
        f"SELECT {MESSAGE_COLUMNS} FROM log WHERE source = $source"
        " AND id IN (SELECT unnest($ids::BIGINT[])) ORDER BY id",
        {"source": source, "ids": list(ids)},
    )
    return [as_message(row) for row in records(found)]


def _covering(
    connection: DuckDBPyConnection, source: str, messages: list[Message]
) -> tuple[Checkpoint, Top] | None:
    """Return the first checkpoint that covers the last of these that any covers."""
    for message in reversed(messages):
        for checkpoint in first_after(connection, source, message.id):
            for top in checkpoint.tops:
                if top.source == source and top.size >= message.id:
                    return checkpoint, top
    return None
