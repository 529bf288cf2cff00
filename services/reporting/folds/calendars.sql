-- reads: CalendarChanged
-- The days that a Puskesmas' own calendar declares working or closed; of two words on a day the
-- later one stands.
WITH setters AS (
    SELECT row(subject, day) AS lane, seq, version, happened_at, known_at, known_to,
        subject, regexp_replace(subject, '^calendar:', '') AS code, day, working, why
    FROM events WHERE name = 'CalendarChanged'
),
{staircase}
SELECT stairs.subject AS subject, code, day, working, why,
    happened_from, happened_to, known_from, known_to
FROM stairs
