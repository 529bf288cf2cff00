-- From `setters` (lane, seq, version, happened_at, known_at, known_to, and the facts they set)
-- to `stairs`: wherever several setters of a lane have happened and are known, the last wins.
-- `happened_at` follows `seq` within a version, and in a straight history `known_at` does, too.
--
-- One setter holds until the next happened. In a straight history it holds for longer still,
-- as far as the next was not yet known.
ahead AS (
    SELECT *,
        lead(happened_at) OVER lane AS next_happened,
        lead(known_at) OVER lane AS next_known
    FROM setters
    WINDOW lane AS (PARTITION BY lane, version ORDER BY seq)
),
stairs AS (
    SELECT * EXCLUDE (next_happened, next_known, known_to),
        happened_at AS happened_from,
        coalesce(next_happened, TIMESTAMP 'infinity') AS happened_to,
        known_at AS known_from,
        known_to
    FROM ahead
    WHERE coalesce(next_happened > happened_at, true)
    UNION ALL
    SELECT * EXCLUDE (next_happened, next_known, known_to),
        next_happened, TIMESTAMP 'infinity', known_at, next_known
    FROM ahead
    WHERE version = 0 AND next_known > known_at
)
