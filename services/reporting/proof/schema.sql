-- The roots of the whole blocks (256 leaves each) of every source's tree, counted from 0.
CREATE TABLE IF NOT EXISTS tree_blocks (
    source VARCHAR NOT NULL,
    block  BIGINT NOT NULL,
    hash   BLOB NOT NULL
);
