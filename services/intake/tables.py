"""The look-up tables beside complaints: whose number or receipt it is, and what is a
duplicate of what.

`register` follows the events (`register_to` is how far), so that the way in stays short and what
was written in bulk is found as well. `duplicates` is written with the event that says so.
"""

COMPLAINT_TABLES = """
CREATE TABLE IF NOT EXISTS register (
    complaint    TEXT PRIMARY KEY,
    number       TEXT NOT NULL,
    receipt_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS register_receipt ON register (receipt_hash);
CREATE INDEX IF NOT EXISTS register_number ON register (number);
CREATE TABLE IF NOT EXISTS register_to (position INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS duplicates (
    duplicate TEXT PRIMARY KEY,
    original  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS duplicates_of ON duplicates (original);
"""
