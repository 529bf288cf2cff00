-- reads: ComplainantInformed ResolutionDocumented CaseReopened
-- That the complainant was told of the result as it stands, and how ("none": telling is not
-- possible). Another result, or reopening, takes that back.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_at, known_at, known_to,
        CASE WHEN name = 'ComplainantInformed' THEN publication END AS publication,
        CASE WHEN name = 'ComplainantInformed' THEN channel END AS channel
    FROM events WHERE name IN ('ComplainantInformed', 'ResolutionDocumented', 'CaseReopened')
),
{staircase}
SELECT lane AS complaint, publication, channel, happened_at AS informed_at,
    happened_from, happened_to, known_from, known_to
FROM stairs WHERE publication IS NOT NULL
