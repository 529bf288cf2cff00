"""The command line of a node whose commits are not on the disk: what the tests must notice.

Run as `python synchronous_off.py COMMAND…` in the place of `COMMAND…`, which is python -m and the
command line's own module.
"""

import sqlite3
import sys

from services.kernel.store import files, sqlite
from services.main.cli import app


def switch_off(connection: sqlite3.Connection) -> None:
    """Open as the product does, and then let commits return before they are on the disk."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")


files.assert_durable = switch_off
sqlite.assert_durable = switch_off  # type: ignore[attr-defined]
sys.argv = sys.argv[sys.argv.index("-m") + 1 :]
app()
