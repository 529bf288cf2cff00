"""Copies of several SQLite files as all of them stood at one moment, while others write them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from services.kernel.store.files import FileConnection, alone, connect


@contextmanager
def of_one_moment(files: Sequence[Path]) -> Iterator[list[FileConnection]]:
    """Yield a connection to each file; what they read is of one moment, until the block ends.

    Who writes waits for as long as it takes to begin as many reads, and for nothing else. `files`
    stand in the order in which a writer of one may wait for that of another. Raises
    StoreUnavailable where somebody holds one for long.
    """
    readers = [connect(file) for file in files]
    writers: list[FileConnection] = []
    try:
        for file in files:
            writers.append(connect(file))
            writers[-1].execute("BEGIN IMMEDIATE")
        for reader in readers:
            reader.execute("BEGIN")
            # A read begins with its first row.
            reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        while writers:
            writers.pop().close()
        yield readers
    finally:
        for each in (*writers, *readers):
            each.close()


def copy_stores(files: Mapping[Path, Path]) -> None:
    """Copy each file to its place, all of one moment; each copy is one file, durable when this
    returns.

    Raises StoreUnavailable, and OSError or sqlite3.OperationalError where there is no room.
    """
    with of_one_moment(list(files)) as readers:
        for reader, to in zip(readers, files.values(), strict=True):
            to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with closing(alone(to)) as copy:
                reader.backup(copy)
                # Without a write-ahead log beside it, which a copy of a copy would forget.
                copy.execute("PRAGMA journal_mode=DELETE")
            to.chmod(0o600)
