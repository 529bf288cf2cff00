-- Every step taken with a complaint, in which role, and the state that it sets, if any (design:
-- the steps of the SOPs). Once a step has happened and is known, it stays so.
SELECT complaint, seq, version, name AS step, role, source, id, publication,
    coalesce(grade, finding, outcome, channel, action_number::VARCHAR, effective::VARCHAR)
        AS detail,
    CASE name
        WHEN 'ComplaintReceived' THEN CASE WHEN kind <> 'praise' THEN 'received' END
        WHEN 'CaseOpened' THEN 'received'
        WHEN 'CaseGraded' THEN 'graded'
        WHEN 'ImmediateAnswerGiven' THEN 'answered'
        WHEN 'ComplaintAnalysed' THEN 'analysed'
        WHEN 'ResponsePlanned' THEN 'planned'
        WHEN 'FollowUpCarriedOut' THEN CASE WHEN plan_complete THEN 'acted' END
        WHEN 'ResolutionDocumented' THEN 'documented'
        WHEN 'EvaluationRecorded' THEN CASE WHEN effective THEN 'evaluated' END
        WHEN 'CaseReopened' THEN 'reopened'
        WHEN 'CaseWithdrawn' THEN 'withdrawn'
        WHEN 'CaseJoined' THEN 'duplicate'
        WHEN 'CaseReferred' THEN 'referred'
        WHEN 'CaseRestored' THEN state
    END AS sets,
    occurred_at, time AS recorded_at,
    happened_at AS happened_from, TIMESTAMP 'infinity' AS happened_to,
    known_at AS known_from, known_to
FROM events
WHERE complaint IS NOT NULL
