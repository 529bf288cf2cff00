-- reads: ComplainantInformed
-- That the complainant was told, and how ("none": telling is not possible).
WITH setters AS (
    SELECT row(complaint, publication) AS lane, seq, version, happened_at, known_at, known_to,
        complaint, publication, channel
    FROM events WHERE name = 'ComplainantInformed'
),
{staircase}
SELECT complaint, publication, channel, happened_at AS informed_at,
    happened_from, happened_to, known_from, known_to
FROM stairs
