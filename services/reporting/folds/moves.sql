-- reads: ComplaintReceived CaseGraded ImmediateAnswerGiven ComplaintAnalysed ResponsePlanned
-- reads: FollowUpCarriedOut ResolutionDocumented EvaluationRecorded CaseReopened
-- What the control totals count: a case is received, closed, brought back. Read off the states:
-- where an open stretch and a closed one meet at an instant, for as long as both are known so.
WITH corners AS (
    SELECT DISTINCT complaint, happened_from AS moved_at, known_from FROM folded_states
),
received AS (
    -- The first that is known of a case; an earlier first may become known later.
    SELECT complaint, moved_at, known_from,
        min(known_from) OVER (
            PARTITION BY complaint ORDER BY moved_at, known_from
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS known_to
    FROM corners
    QUALIFY known_to IS NULL OR known_to > known_from
)
SELECT complaint, 'received' AS move, moved_at AS happened_from, TIMESTAMP 'infinity' AS happened_to,
    known_from, coalesce(known_to, TIMESTAMP 'infinity') AS known_to
FROM received
UNION ALL
SELECT complaint, 'closed', shut.happened_from, TIMESTAMP 'infinity',
    greatest(shut.known_from, open.known_from), least(shut.known_to, open.known_to)
FROM folded_states AS shut JOIN folded_states AS open USING (complaint)
WHERE shut.closed AND NOT open.closed AND open.happened_to = shut.happened_from
    AND greatest(shut.known_from, open.known_from) < least(shut.known_to, open.known_to)
UNION ALL
SELECT complaint, 'brought_back', open.happened_from, TIMESTAMP 'infinity',
    greatest(shut.known_from, open.known_from), least(shut.known_to, open.known_to)
FROM folded_states AS shut JOIN folded_states AS open USING (complaint)
WHERE shut.closed AND NOT open.closed AND shut.happened_to = open.happened_from
    AND greatest(shut.known_from, open.known_from) < least(shut.known_to, open.known_to)
