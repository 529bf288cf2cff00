-- reads: ResolutionDocumented CaseReopened
-- When a case was settled: its result documented. Reopening takes that back.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_at, known_at, known_to,
        CASE WHEN name = 'ResolutionDocumented' THEN happened_at END AS settled_at
    FROM events WHERE name IN ('ResolutionDocumented', 'CaseReopened')
),
{staircase}
SELECT lane AS complaint, settled_at, happened_from, happened_to, known_from, known_to
FROM stairs
