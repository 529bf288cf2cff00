-- reads: CaseOpened CaseGraded CaseCorrected CasePaused CaseResumed
-- What is promised, by the step that said so last; while a case waits for its complainant, only
-- what the wait does not move. The grade is the last that was given.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_at, known_at, known_to,
        last_value(grade IGNORE NULLS) OVER history AS grade,
        response_due, settlement_due,
        last_value(rules_version IGNORE NULLS) OVER history AS rules_version
    FROM events
    WHERE name IN ('CaseOpened', 'CaseGraded', 'CaseCorrected', 'CasePaused', 'CaseResumed')
    WINDOW history AS (
        PARTITION BY complaint, version ORDER BY seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
{staircase}
SELECT lane AS complaint, grade, response_due, settlement_due, rules_version,
    happened_from, happened_to, known_from, known_to
FROM stairs
