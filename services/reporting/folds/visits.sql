-- reads: VisitsRecorded
-- How many visits a Puskesmas had in a month, as last written down.
WITH setters AS (
    SELECT subject AS lane, seq, version, happened_at, known_at, known_to,
        puskesmas, month, visits, by_unit
    FROM events WHERE name = 'VisitsRecorded'
),
{staircase}
SELECT lane AS subject, puskesmas, month, visits, by_unit,
    happened_from, happened_to, known_from, known_to
FROM stairs
