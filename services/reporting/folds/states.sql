-- reads: ComplaintReceived CaseGraded ImmediateAnswerGiven ComplaintAnalysed ResponsePlanned
-- reads: FollowUpCarriedOut ResolutionDocumented EvaluationRecorded CaseReopened
-- Where a case stands. A grade moves only a case that no later step has moved yet.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_from AS happened_at, known_from AS known_at,
        known_to, sets AS state, sets = 'evaluated' AS closed
    FROM folded_steps
    WHERE sets IS NOT NULL
    QUALIFY sets NOT IN ('received', 'graded') OR NOT bool_or(sets NOT IN ('received', 'graded'))
        OVER (PARTITION BY complaint, version ORDER BY seq)
),
{staircase}
SELECT lane AS complaint, state, closed, happened_at AS since,
    happened_from, happened_to, known_from, known_to
FROM stairs
