-- reads: ComplaintReceived CaseOpened CaseGraded ImmediateAnswerGiven ComplaintAnalysed
-- reads: ResponsePlanned FollowUpCarriedOut ResolutionDocumented EvaluationRecorded CaseReopened
-- reads: CaseWithdrawn CaseJoined CaseReferred CaseRestored
-- Where the control totals do not add up: what the moves of a case leave is not what its state
-- says. They are compared wherever a move or the last state begins, so that no cut of any period
-- can be wrong without a row here. There is none, unless a fold is at fault; operations watch it.
WITH corners AS (
    SELECT complaint, happened_from, known_from FROM folded_moves
    UNION
    SELECT complaint, happened_from, known_from
    FROM folded_states WHERE happened_to = 'infinity' AND known_to = 'infinity'
),
carried AS (
    SELECT c.complaint, c.happened_from, c.known_from,
        coalesce(sum(CASE m.move WHEN 'closed' THEN -1 ELSE 1 END), 0)::BIGINT AS carried
    FROM corners AS c LEFT JOIN folded_moves AS m ON m.complaint = c.complaint
        AND m.happened_from <= c.happened_from
        AND m.known_from <= c.known_from AND m.known_to > c.known_from
    GROUP BY ALL
)
SELECT c.complaint, carried, s.state, c.happened_from, TIMESTAMP 'infinity' AS happened_to,
    c.known_from, TIMESTAMP 'infinity' AS known_to
FROM carried AS c LEFT JOIN folded_states AS s ON s.complaint = c.complaint
    AND s.happened_from <= c.happened_from AND s.happened_to > c.happened_from
    AND s.known_from <= c.known_from AND s.known_to > c.known_from
WHERE carried <> CASE WHEN s.closed IS FALSE THEN 1 ELSE 0 END
