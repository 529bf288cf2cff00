-- From `setters` (lane, rank, happened_at, known_at, straight, and the facts that they set) to
-- `stairs`: the setter of highest rank wins wherever it has happened and is known.
--
-- A setter holds from its own bounds on, less what later setters of its lane take: each takes the
-- quarter plane from its own bounds on. What is left is a staircase, cut here at each time at
-- which a later setter happened. In a straight lane only the next setter matters: before it
-- happened this one holds for ever; after that, until the next one is known.
-- `rank` follows history in a straight lane.
ahead AS (
    SELECT *,
        lead(happened_at) OVER lane AS next_happened,
        lead(known_at) OVER lane AS next_known
    FROM setters
    WINDOW lane AS (PARTITION BY lane ORDER BY rank)
),
cuts AS (
    SELECT DISTINCT each.lane, each.rank, greatest(each.happened_at, later.happened_at) AS cut
    FROM setters AS each JOIN setters AS later
        ON later.lane = each.lane AND later.rank >= each.rank
    WHERE NOT each.straight
),
slabs AS (
    SELECT cuts.lane, cuts.rank, cut,
        coalesce(min(later.known_at), TIMESTAMP 'infinity') AS known_to
    FROM cuts LEFT JOIN setters AS later
        ON later.lane = cuts.lane AND later.rank > cuts.rank AND later.happened_at <= cut
    GROUP BY ALL
),
stairs AS (
    SELECT * EXCLUDE (next_happened, next_known),
        happened_at AS happened_from,
        coalesce(next_happened, TIMESTAMP 'infinity') AS happened_to,
        known_at AS known_from,
        TIMESTAMP 'infinity' AS known_to
    FROM ahead
    WHERE straight AND coalesce(next_happened > happened_at, true)
    UNION ALL
    SELECT * EXCLUDE (next_happened, next_known),
        next_happened, TIMESTAMP 'infinity', known_at, next_known
    FROM ahead
    WHERE straight AND next_known > known_at
    UNION ALL
    SELECT setters.*, cut,
        lead(cut, 1, TIMESTAMP 'infinity') OVER (PARTITION BY lane, rank ORDER BY cut),
        setters.known_at, slabs.known_to
    FROM setters JOIN slabs USING (lane, rank)
    QUALIFY slabs.known_to > setters.known_at
)
