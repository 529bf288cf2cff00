-- reads: ComplaintReceived CaseGraded ImmediateAnswerGiven ComplaintAnalysed ResponsePlanned
-- reads: FollowUpCarriedOut ResolutionDocumented EvaluationRecorded CaseReopened CaseWithdrawn
-- reads: CaseJoined CaseReferred CaseRestored
-- Where a case stands. A grade moves only a case that stands as it was received; one that was
-- taken up again stands where it had stood.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_from AS happened_at, known_from AS known_at,
        known_to, sets AS state,
        sets IN ('evaluated', 'withdrawn', 'duplicate', 'referred') AS closed
    FROM folded_steps
    WHERE sets IS NOT NULL
    QUALIFY step NOT IN ('ComplaintReceived', 'CaseGraded') OR coalesce(
        last_value(
            CASE WHEN step NOT IN ('ComplaintReceived', 'CaseGraded') THEN sets END IGNORE NULLS
        ) OVER (
            PARTITION BY complaint, version ORDER BY seq
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ), 'received') = 'received'
),
{staircase}
SELECT lane AS complaint, state, closed, happened_at AS since,
    happened_from, happened_to, known_from, known_to
FROM stairs
