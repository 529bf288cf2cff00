-- What every service's store holds beside its events (the library makes those tables itself).

CREATE TABLE IF NOT EXISTS answered (
    account     TEXT NOT NULL,
    route       TEXT NOT NULL,
    key         TEXT NOT NULL,
    body        TEXT NOT NULL,
    ids         TEXT NOT NULL,
    position    INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (account, route, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS series (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS relayed (
    partition INTEGER PRIMARY KEY,
    last_id   INTEGER NOT NULL
) STRICT;

-- As `relayed`, for the stream of the district that an edge belongs to.
CREATE TABLE IF NOT EXISTS uplinked (
    partition INTEGER PRIMARY KEY,
    last_id   INTEGER NOT NULL
) STRICT;

-- After which position an incarnation begins (none: it is the first).
CREATE TABLE IF NOT EXISTS incarnations (
    number INTEGER PRIMARY KEY,
    after  INTEGER NOT NULL
) STRICT;

-- Up to which id of a subject a source was followed before a restore, where that is known of what
-- was taken back.
CREATE TABLE IF NOT EXISTS followed_before (
    source  TEXT NOT NULL,
    subject TEXT NOT NULL,
    last_id INTEGER NOT NULL,
    PRIMARY KEY (source, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS followed (
    partition   INTEGER PRIMARY KEY,
    next_offset INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS arrived (
    subject    TEXT NOT NULL,
    source     TEXT NOT NULL,
    id         INTEGER NOT NULL,
    headers    BLOB NOT NULL,
    value      BLOB NOT NULL,
    arrived_at TEXT NOT NULL,
    PRIMARY KEY (subject, source, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS set_aside (
    subject    TEXT NOT NULL,
    source     TEXT NOT NULL,
    id         INTEGER NOT NULL,
    headers    BLOB NOT NULL,
    value      BLOB NOT NULL,
    arrived_at TEXT NOT NULL,
    reason     TEXT NOT NULL,
    since      TEXT NOT NULL,
    PRIMARY KEY (subject, source, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS due (
    task     TEXT NOT NULL,
    argument TEXT NOT NULL,
    due_at   TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failure  TEXT,
    PRIMARY KEY (task, argument)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due_next ON due (due_at);
CREATE TABLE IF NOT EXISTS sent (
    task     TEXT NOT NULL,
    argument TEXT NOT NULL,
    due_at   TEXT NOT NULL,
    sent_at  TEXT NOT NULL,
    times    INTEGER NOT NULL,
    PRIMARY KEY (task, argument)
) STRICT, WITHOUT ROWID;
