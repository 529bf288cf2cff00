-- reads: MeetingHeld DecisionDone
-- What meetings decided: by when each is to be done, and when it was.
WITH told AS (
    SELECT subject, seq, version, happened_at, known_at, known_to, puskesmas,
        unnest(range(1, len(decision_dues) + 1)) AS number,
        unnest(decision_dues) AS due_on, NULL::DATE AS done_on
    FROM events WHERE name = 'MeetingHeld'
    UNION ALL
    SELECT subject, seq, version, happened_at, known_at, known_to, puskesmas,
        decision_number AS number, NULL::DATE AS due_on, done_on
    FROM events WHERE name = 'DecisionDone'
),
setters AS (
    SELECT row(subject, number) AS lane, seq, version, happened_at, known_at, known_to,
        subject, puskesmas, number, done_on,
        last_value(due_on IGNORE NULLS) OVER (
            PARTITION BY subject, number, version ORDER BY seq
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS due_on
    FROM told
),
{staircase}
SELECT stairs.subject AS subject, puskesmas, number, due_on, done_on,
    happened_from, happened_to, known_from, known_to
FROM stairs
