-- What every fold reads: one subject's history in its order, which is that of recording, never
-- that of arrival. A step never happens before the step it follows, so `happened_at` is the
-- latest of its own stated time and those before it. `straight`: the subject's events arrived in
-- their order, as nearly all do; the folds then take a shorter way to the same rows.
CREATE OR REPLACE TEMP TABLE events AS
SELECT * EXCLUDE (follows),
    bool_and(follows) OVER (PARTITION BY subject) AS straight
FROM (
    SELECT
        subject, complaint, puskesmas, source, id, name, time, actor, role, occurred_at,
        arrived_at AS known_at, {columns},
        row_number() OVER history AS seq,
        max(occurred_at) OVER history AS happened_at,
        arrived_at >= lag(arrived_at, 1, arrived_at) OVER history AS follows
    FROM log
    WHERE trouble IS NULL AND {chosen}
    WINDOW history AS (
        PARTITION BY subject ORDER BY time, source, id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)
