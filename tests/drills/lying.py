"""Where the bytes of a person may lie: everything that a node, or a district with its servers,
keeps, with the keys as they lie in its keyring."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, Protocol

import httpx
import psycopg
import redis

from services.kernel.keyring.sealing import unwrap
from tests.drills.district import Servers
from tests.drills.node import DrillNode
from tests.servers.district import RunningDistrict

MASTER_KEY: Final = "master.key"


class Served(Protocol):
    """What is asked, as somebody who is signed in: a node, or a district through its proxy."""

    address: str

    def as_(self, username: str) -> httpx.Client:
        """Return a client of somebody."""


class Lying(Protocol):
    """What a deployment keeps."""

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield all of it, each with its name."""

    def keys(self, ids: Sequence[str]) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
        """Yield, by id, keys as they lie in the keyring, and as they are."""


class OfNode:
    """A node's data folder, and its log."""

    def __init__(self, node: DrillNode) -> None:
        self._data, self._log = node.data, node.log

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield every file."""
        yield from _below(self._data)
        yield self._log.name, self._log.read_bytes()

    def keys(self, ids: Sequence[str]) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
        """Yield the keys that lie in the keyring's file."""
        master = (self._data / MASTER_KEY).read_bytes()
        file = f"file:{self._data}/keyring.sqlite?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as keyring:
            for id in ids:
                for (wrapped,) in keyring.execute("SELECT wrapped FROM keys WHERE id = ?", (id,)):
                    yield id, (wrapped, unwrap(wrapped, id, master))


class OfDistrict:
    """The folders and logs of a district's processes, PostgreSQL's tables and write-ahead log, the
    brokers' topic, and what Redis holds in memory."""

    def __init__(self, district: RunningDistrict, servers: Servers) -> None:
        self._folder = servers.folder
        self._postgres, self._redis = servers.postgres, servers.redis
        self._database = district.environment["TANGGAP_DATABASE_URL"]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield every file, of what the servers hold in memory a copy on disk."""
        with psycopg.connect(self._postgres.url(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        yield from _below(self._folder.parent)
        with redis.Redis.from_url(self._redis.url) as client:
            client.config_set("rdbcompression", "no")
            client.save()
            dump = Path(client.config_get("dir")["dir"]) / "dump.rdb"
        yield "Redis", dump.read_bytes()
        dump.unlink()

    def keys(self, ids: Sequence[str]) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
        """Yield the keys that lie in the keyring's tables."""
        master = (self._folder / MASTER_KEY).read_bytes()
        with psycopg.connect(self._database) as connection:
            found = connection.execute(
                "SELECT id, wrapped FROM keyring.keys WHERE id = ANY(%s)", (list(ids),)
            )
            for id, wrapped in found:
                yield id, (bytes(wrapped), unwrap(bytes(wrapped), id, master))


def _below(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        try:
            if file.is_file():
                yield str(file.relative_to(folder)), file.read_bytes()
        except FileNotFoundError:
            # A server removes its old files when it likes.
            continue
