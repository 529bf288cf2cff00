"""The look-up tables beside complaints: whose receipt a code is, and what is a duplicate of what.

`receipts` follows the events (`receipts_to` is how far), so that the way in stays short and what
was written in bulk is found as well. `duplicates` is written with the event that says so.
"""

COMPLAINT_TABLES = """
CREATE TABLE IF NOT EXISTS receipts (
    hash      TEXT PRIMARY KEY,
    complaint TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS receipts_to (position INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS duplicates (
    duplicate TEXT PRIMARY KEY,
    original  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS duplicates_of ON duplicates (original);
"""
