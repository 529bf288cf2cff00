-- reads: ComplainantInformed
-- That the complainant was told, and how ("none": telling is not possible).
WITH setters AS (
    SELECT publication AS lane, seq AS rank, happened_at, known_at, straight, complaint, channel
    FROM events WHERE name = 'ComplainantInformed'
),
{staircase}
SELECT complaint, lane AS publication, channel, happened_at AS informed_at,
    happened_from, happened_to, known_from, known_to
FROM stairs
