-- reads: CaseJoined
-- With which complaint a case was joined last. Whether it still stands so, its state says.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_at, known_at, known_to, original
    FROM events WHERE name = 'CaseJoined'
),
{staircase}
SELECT lane AS complaint, original, happened_from, happened_to, known_from, known_to
FROM stairs
