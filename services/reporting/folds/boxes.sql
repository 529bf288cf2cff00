-- reads: SuggestionBoxRegistered
-- The suggestion boxes of the district file, and when each is to be opened. `recorded_at`: when the
-- box was first recorded.
WITH setters AS (
    SELECT subject AS lane, seq, version, happened_at, known_at, known_to,
        puskesmas, box, title, schedule, since, in_use,
        min(happened_at) OVER (PARTITION BY subject, version) AS recorded_at
    FROM events WHERE name = 'SuggestionBoxRegistered'
),
{staircase}
SELECT lane AS subject, puskesmas, box, title, schedule, since, in_use, recorded_at,
    happened_from, happened_to, known_from, known_to
FROM stairs
