-- reads: ComplainantMet ImmediateAnswerGiven ResponsePlanned ResolutionDocumented ComplainantInformed
-- When the complainant was first answered: the earliest of the steps that are an answer, as far
-- as they are known. An earlier one that becomes known later takes its place.
SELECT complaint, happened_at AS responded_at, name AS step,
    happened_at AS happened_from, TIMESTAMP 'infinity' AS happened_to, known_at AS known_from,
    coalesce(
        min(known_at) OVER (
            PARTITION BY complaint ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        TIMESTAMP 'infinity'
    ) AS known_to
FROM events
WHERE name IN (
    'ComplainantMet', 'ImmediateAnswerGiven', 'ResponsePlanned', 'ResolutionDocumented',
    'ComplainantInformed'
)
QUALIFY known_to > known_from
