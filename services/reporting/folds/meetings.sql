-- reads: MeetingPlanned MeetingReplanned MeetingCancelled MeetingHeld
-- The meetings of a Puskesmas: of what kind, how each stands, when it begins or began, which months'
-- recaps it discusses, and how much was decided; `source` and `id` of what says that it was held.
WITH setters AS (
    SELECT subject AS lane, seq, version, happened_at, known_at, known_to, puskesmas,
        last_value(kind IGNORE NULLS) OVER history AS kind,
        CASE name WHEN 'MeetingHeld' THEN 'held' WHEN 'MeetingCancelled' THEN 'cancelled'
            ELSE 'planned' END AS state,
        CASE WHEN name = 'MeetingHeld' THEN happened_at
            ELSE last_value(starts_at IGNORE NULLS) OVER history END AS meets_at,
        last_value(months IGNORE NULLS) OVER history AS months,
        coalesce(len(decision_dues), 0) AS decided,
        CASE WHEN name = 'MeetingHeld' THEN source END AS source,
        CASE WHEN name = 'MeetingHeld' THEN id END AS id
    FROM events WHERE name IN (
        'MeetingPlanned', 'MeetingReplanned', 'MeetingCancelled', 'MeetingHeld'
    )
    WINDOW history AS (
        PARTITION BY subject, version ORDER BY seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
{staircase}
SELECT lane AS subject, puskesmas, kind, state, meets_at, months, decided, source, id,
    happened_from, happened_to, known_from, known_to
FROM stairs
