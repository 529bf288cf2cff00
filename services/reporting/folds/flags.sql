-- reads: CasePaused CaseResumed CaseEscalated EscalationAnswered
-- Whether a case waits for its complainant, whether it was ever put before the district office, and
-- whether that has yet to answer.
WITH setters AS (
    SELECT complaint AS lane, seq, version, known_at, known_to,
        -- An escalation stands beside the path, and may state an earlier time than a pause did.
        max(happened_at) OVER history AS happened_at,
        coalesce(last_value(CASE name WHEN 'CasePaused' THEN true WHEN 'CaseResumed' THEN false END
            IGNORE NULLS) OVER history, false) AS paused,
        bool_or(name = 'CaseEscalated') OVER history AS escalated,
        coalesce(last_value(CASE name
            WHEN 'CaseEscalated' THEN true WHEN 'EscalationAnswered' THEN false
            END IGNORE NULLS) OVER history, false) AS before_district
    FROM events
    WHERE name IN ('CasePaused', 'CaseResumed', 'CaseEscalated', 'EscalationAnswered')
    WINDOW history AS (
        PARTITION BY complaint, version ORDER BY seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
{staircase}
SELECT lane AS complaint, paused, escalated, before_district,
    happened_from, happened_to, known_from, known_to
FROM stairs
