-- reads: ComplaintReceived CaseGraded ImmediateAnswerGiven ComplaintAnalysed ResponsePlanned
-- reads: FollowUpCarriedOut ResolutionDocumented EvaluationRecorded CaseReopened
-- Where a case stands. A grade moves only a case that has just been received, so it ranks below
-- every later step, wherever it stands in the history.
WITH setters AS (
    SELECT complaint AS lane, happened_from AS happened_at, known_from AS known_at, straight,
        sets AS state, sets = 'evaluated' AS closed, sets NOT IN ('received', 'graded') AS beyond,
        CASE WHEN beyond THEN 1000000000 + seq ELSE seq END AS rank
    FROM folded_steps
    WHERE sets IS NOT NULL
    QUALIFY NOT straight OR beyond
        OR NOT bool_or(beyond) OVER (PARTITION BY complaint ORDER BY seq)
),
{staircase}
SELECT lane AS complaint, state, closed, happened_at AS since,
    happened_from, happened_to, known_from, known_to
FROM stairs
