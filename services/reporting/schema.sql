-- The log copy: every message of the stream as it came, and what its payload says, typed once.
-- All instants are UTC. The typed columns of the payload are those of payload.py.
CREATE TABLE IF NOT EXISTS {log} (
    place          BIGINT NOT NULL,  -- the row's own number, in the order of taking
    source         VARCHAR NOT NULL,
    id             BIGINT NOT NULL,
    partition      INTEGER NOT NULL,
    stream_offset  BIGINT NOT NULL,
    previous       BIGINT NOT NULL,
    subject        VARCHAR NOT NULL,
    complaint      UUID,             -- the subject where it is an id of ours
    puskesmas      VARCHAR NOT NULL,
    type           VARCHAR NOT NULL,
    name           VARCHAR NOT NULL,
    time           TIMESTAMP NOT NULL,
    time_written   VARCHAR,          -- only where `time` alone would not give the same bytes back
    arrived_at     TIMESTAMP NOT NULL,
    actor          VARCHAR NOT NULL,
    role           VARCHAR NOT NULL,
    correlation_id VARCHAR NOT NULL,
    causation_id   VARCHAR NOT NULL,
    trouble        VARCHAR,          -- why the payload could not be read
    value          BLOB NOT NULL,
    occurred_at    TIMESTAMP,
    {payload}
);
-- A message under a source and id that another one has: both are kept, both are shown.
CREATE TABLE IF NOT EXISTS forks (
    source        VARCHAR NOT NULL,
    id            BIGINT NOT NULL,
    partition     INTEGER NOT NULL,
    stream_offset BIGINT NOT NULL,
    previous      BIGINT NOT NULL,
    arrived_at    TIMESTAMP NOT NULL,
    headers       VARCHAR NOT NULL,
    value         BLOB NOT NULL,
    PRIMARY KEY (partition, stream_offset)
);
-- How far each source was taken and each partition read: one row, written with what it covers.
CREATE TABLE IF NOT EXISTS reading (tracked VARCHAR NOT NULL, offsets VARCHAR NOT NULL);
INSERT INTO reading SELECT '{{}}', '{{}}' WHERE NOT EXISTS (FROM reading);
-- By which statements the log was typed and the facts were made; others make both anew.
CREATE TABLE IF NOT EXISTS made_by (digest VARCHAR NOT NULL);
-- The rebuild that is under way or was stopped: from what, by which version, how far the live log was
-- when it began, and how far its own copy is. Its parts, and which of them are folded.
CREATE TABLE IF NOT EXISTS rebuilding (
    source         VARCHAR NOT NULL,
    digest         VARCHAR NOT NULL,
    tracked        VARCHAR NOT NULL,
    offsets        VARCHAR NOT NULL,
    place          BIGINT NOT NULL,
    copied_tracked VARCHAR NOT NULL,
    copied_offsets VARCHAR NOT NULL,
    copied         BOOLEAN NOT NULL
);
CREATE TABLE IF NOT EXISTS rebuilding_chunks (
    number INTEGER NOT NULL,
    key    VARCHAR NOT NULL,
    chosen VARCHAR NOT NULL,
    events BIGINT NOT NULL,
    done   BOOLEAN NOT NULL
);
-- That this file took the place of one that was lost: why, since when, and how it was filled again.
CREATE TABLE IF NOT EXISTS lost (
    why         VARCHAR NOT NULL,
    since       TIMESTAMP NOT NULL,
    mended_at   TIMESTAMP,
    events      BIGINT,
    from_stores BIGINT,
    seconds     DOUBLE
);
