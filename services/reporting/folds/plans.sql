-- reads: ResponsePlanned FollowUpCarriedOut
-- A case's follow-up plan (RTL): when it was made, by when the last of its actions is to be done, and
-- when it was.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_at, known_at, known_to,
        last_value(CASE WHEN name = 'ResponsePlanned' THEN plan_due END IGNORE NULLS)
            OVER history AS plan_due,
        last_value(CASE WHEN name = 'ResponsePlanned' THEN happened_at END IGNORE NULLS)
            OVER history AS planned_at,
        CASE WHEN plan_complete THEN happened_at END AS plan_done_at
    FROM events WHERE name IN ('ResponsePlanned', 'FollowUpCarriedOut')
    WINDOW history AS (
        PARTITION BY complaint, version ORDER BY seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
{staircase}
SELECT lane AS complaint, planned_at, plan_due, plan_done_at, happened_from, happened_to, known_from, known_to
FROM stairs
