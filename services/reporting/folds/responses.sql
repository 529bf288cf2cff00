-- reads: ComplainantMet ImmediateAnswerGiven ResponsePlanned ResolutionDocumented
-- reads: ComplainantInformed
-- When the complainant was first answered: the first of the steps that are an answer.
SELECT complaint, happened_at AS responded_at, name AS step,
    happened_at AS happened_from, TIMESTAMP 'infinity' AS happened_to, known_at AS known_from,
    known_to
FROM events
WHERE name IN (
    'ComplainantMet', 'ImmediateAnswerGiven', 'ResponsePlanned', 'ResolutionDocumented',
    'ComplainantInformed'
)
QUALIFY row_number() OVER (PARTITION BY complaint, version ORDER BY seq) = 1
