-- reads: CaseOpened CaseGraded
-- What was promised, by the last rule applied: at the opening of the case, or with its grade.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_at, known_at, known_to,
        grade, response_due, settlement_due, rules_version
    FROM events WHERE name IN ('CaseOpened', 'CaseGraded')
),
{staircase}
SELECT lane AS complaint, grade, response_due, settlement_due, rules_version,
    happened_from, happened_to, known_from, known_to
FROM stairs
