-- reads: ComplainantMet ImmediateAnswerGiven ResponsePlanned ResolutionDocumented
-- reads: ComplainantInformed
-- When the complainant was first answered: by the step that happened first, of those that are an
-- answer. A meeting stands beside the path, so one that was recorded before an answer may have
-- happened after it; it counts until the answer is known.
WITH answers AS (
    SELECT *,
        min(happened_at) OVER (history ROWS UNBOUNDED PRECEDING EXCLUDE CURRENT ROW) AS so_far
    FROM events
    WHERE name IN (
        'ComplainantMet', 'ImmediateAnswerGiven', 'ResponsePlanned', 'ResolutionDocumented',
        'ComplainantInformed'
    )
    WINDOW history AS (PARTITION BY complaint, version ORDER BY seq)
),
firsts AS (
    SELECT *,
        lead(known_at) OVER history AS next_known,
        lead(seq) OVER history IS NULL AS is_last
    FROM answers WHERE so_far IS NULL OR happened_at < so_far
    WINDOW history AS (PARTITION BY complaint, version ORDER BY seq)
)
SELECT complaint, happened_at AS responded_at, name AS step,
    happened_at AS happened_from, TIMESTAMP 'infinity' AS happened_to, known_at AS known_from,
    CASE WHEN is_last THEN known_to ELSE next_known END AS known_to
FROM firsts
WHERE is_last OR (version = 0 AND next_known > known_at)
