-- reads: ComplaintReceived CaseOpened CaseGraded ImmediateAnswerGiven ComplaintAnalysed
-- reads: ResponsePlanned FollowUpCarriedOut ResolutionDocumented EvaluationRecorded CaseReopened
-- reads: CaseWithdrawn CaseJoined CaseReferred CaseRestored
-- Where a case stands. A grade moves only a case that stands as it was received; one that was
-- taken up again stands where it had stood. A case is received with its complaint; one of what was
-- praise till it was put right, when it is opened.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_from AS happened_at, known_from AS known_at,
        known_to, sets AS state,
        sets IN ('evaluated', 'withdrawn', 'duplicate', 'referred') AS closed
    FROM folded_steps
    WHERE sets IS NOT NULL
    WINDOW history AS (
        PARTITION BY complaint, version ORDER BY seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
    QUALIFY CASE
        WHEN step = 'CaseOpened' THEN row_number() OVER history = 1
        WHEN step IN ('ComplaintReceived', 'CaseGraded') THEN coalesce(
            last_value(
                CASE
                    WHEN step NOT IN ('ComplaintReceived', 'CaseOpened', 'CaseGraded')
                    THEN sets
                END IGNORE NULLS
            ) OVER history, 'received') = 'received'
        ELSE true
    END
),
{staircase}
SELECT lane AS complaint, state, closed, happened_at AS since,
    happened_from, happened_to, known_from, known_to
FROM stairs
