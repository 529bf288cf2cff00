-- What every fold reads: one subject's history in its order, which is that of recording, never
-- that of arrival. A step never happens before the step it follows, so `happened_at` is the
-- latest of its own stated time and those before it.
--
-- Nearly all histories are *straight*: they arrived in their order (`version` 0), and whatever
-- was known of one at some instant is its beginning. Of any other history, each state of
-- knowledge is a history of its own, numbered from 1, known from `known_at` until `known_to`:
-- what arrives late then changes nothing that was known before.
CREATE OR REPLACE TEMP TABLE events AS
WITH arrived AS (
    SELECT
        subject, complaint, puskesmas, source, id, name, time, actor, role, occurred_at,
        arrived_at, {columns},
        row_number() OVER history AS seq,
        max(occurred_at) OVER history AS happened_at,
        arrived_at >= lag(arrived_at, 1, arrived_at) OVER history AS follows
    FROM log
    WHERE trouble IS NULL AND {chosen}
    WINDOW history AS (
        PARTITION BY subject ORDER BY time, source, id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
judged AS (
    SELECT *, bool_and(follows) OVER (PARTITION BY subject) AS straight FROM arrived
),
knowledge AS (
    SELECT subject, arrived_at AS known_at,
        row_number() OVER later AS version,
        lead(arrived_at, 1, TIMESTAMP 'infinity') OVER later AS known_to
    FROM (SELECT DISTINCT subject, arrived_at FROM judged WHERE NOT straight)
    WINDOW later AS (PARTITION BY subject ORDER BY arrived_at)
)
SELECT * EXCLUDE (follows, straight, arrived_at),
    0 AS version, arrived_at AS known_at, TIMESTAMP 'infinity' AS known_to
FROM judged WHERE straight
UNION ALL
SELECT each.* EXCLUDE (follows, straight, arrived_at) REPLACE (
        row_number() OVER history AS seq,
        max(occurred_at) OVER history AS happened_at
    ),
    version, known_at, known_to
FROM judged AS each JOIN knowledge
    ON knowledge.subject = each.subject AND each.arrived_at <= known_at
WHERE NOT straight
WINDOW history AS (
    PARTITION BY each.subject, version ORDER BY time, source, id
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
