-- reads: ComplaintReceived CaseOpened CaseGraded ImmediateAnswerGiven ComplaintAnalysed
-- reads: ResponsePlanned FollowUpCarriedOut ResolutionDocumented EvaluationRecorded CaseReopened
-- reads: CaseWithdrawn CaseJoined CaseReferred CaseRestored
-- What the control totals count: a case is received, closed, brought back. A case is received
-- with the first step that gives it a state; the others are read off the states, where an open
-- stretch and a closed one meet, for as long as both are known so. A case of which only the end
-- has arrived is received and closed at once.
WITH received AS (
    SELECT complaint, happened_from, known_from, known_to
    FROM folded_steps
    WHERE sets IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY complaint, version ORDER BY seq) = 1
),
shut AS (SELECT * FROM folded_states WHERE closed),
meetings AS (
    SELECT complaint, 'closed' AS move, shut.happened_from,
        greatest(shut.known_from, open.known_from) AS known_from,
        least(shut.known_to, open.known_to) AS known_to
    FROM shut JOIN folded_states AS open USING (complaint)
    WHERE NOT open.closed AND open.happened_to = shut.happened_from
    UNION ALL
    SELECT complaint, 'brought_back', open.happened_from,
        greatest(shut.known_from, open.known_from), least(shut.known_to, open.known_to)
    FROM shut JOIN folded_states AS open USING (complaint)
    WHERE NOT open.closed AND shut.happened_to = open.happened_from
    UNION ALL
    SELECT complaint, 'closed', shut.happened_from,
        greatest(shut.known_from, received.known_from), least(shut.known_to, received.known_to)
    FROM shut JOIN received USING (complaint, happened_from)
)
SELECT complaint, 'received' AS move, happened_from, TIMESTAMP 'infinity' AS happened_to,
    known_from, known_to
FROM received
UNION ALL
SELECT complaint, move, happened_from, TIMESTAMP 'infinity', known_from, known_to
FROM meetings WHERE known_from < known_to
