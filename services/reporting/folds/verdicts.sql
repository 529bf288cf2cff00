-- reads: CaseOpened CaseGraded CaseCorrected CasePaused CaseResumed
-- reads: ComplainantMet ImmediateAnswerGiven ResponsePlanned ResolutionDocumented
-- reads: ComplainantInformed CaseReopened
-- Whether each promise was kept, by the version of the rules that made it: `on_time` or `late` once
-- it was done, `overdue` while it is not and its last moment has passed. One that is not due yet
-- has no row, and neither has one that a wait for the complainant moves.
WITH promised AS (
    SELECT complaint, 'response' AS promise, response_due AS due_at, rules_version,
        happened_from, happened_to, known_from, known_to
    FROM folded_deadlines WHERE response_due IS NOT NULL
    UNION ALL
    SELECT complaint, 'settlement', settlement_due, rules_version,
        happened_from, happened_to, known_from, known_to
    FROM folded_deadlines WHERE settlement_due IS NOT NULL
),
done AS (
    SELECT complaint, 'response' AS promise, responded_at AS done_at,
        happened_from, happened_to, known_from, known_to
    FROM folded_responses
    UNION ALL
    SELECT complaint, 'settlement', settled_at,
        happened_from, happened_to, known_from, known_to
    FROM folded_settlements
),
-- Nothing was done before the first of these, at each state of knowledge.
learnt AS (
    SELECT complaint, promise, known_from AS known FROM done
    UNION
    SELECT complaint, promise, known_to FROM done WHERE known_to < 'infinity'
    UNION
    SELECT complaint, promise, TIMESTAMP '-infinity' FROM promised
),
stretches AS (
    SELECT complaint, promise, known AS known_from,
        lead(known, 1, TIMESTAMP 'infinity') OVER (
            PARTITION BY complaint, promise ORDER BY known
        ) AS known_to
    FROM learnt
),
undone AS (
    SELECT each.complaint, each.promise, each.known_from, each.known_to,
        coalesce(min(done.happened_from), TIMESTAMP 'infinity') AS happened_to
    FROM stretches AS each LEFT JOIN done
        ON done.complaint = each.complaint AND done.promise = each.promise
        AND done.known_from <= each.known_from AND done.known_to > each.known_from
    GROUP BY ALL
),
stands AS (
    SELECT complaint, promise, done_at, happened_from, happened_to, known_from, known_to FROM done
    UNION ALL
    SELECT complaint, promise, NULL, TIMESTAMP '-infinity', happened_to, known_from, known_to
    FROM undone
),
judged AS (
    SELECT p.complaint, p.promise, p.rules_version, p.due_at, s.done_at,
        CASE
            WHEN s.done_at IS NULL THEN 'overdue'
            WHEN s.done_at <= p.due_at THEN 'on_time'
            ELSE 'late'
        END AS verdict,
        greatest(p.happened_from, s.happened_from,
            -- The last moment itself is on time.
            CASE WHEN s.done_at IS NULL THEN p.due_at + INTERVAL 1 MICROSECOND END
        ) AS happened_from,
        least(p.happened_to, s.happened_to) AS happened_to,
        greatest(p.known_from, s.known_from) AS known_from,
        least(p.known_to, s.known_to) AS known_to
    FROM promised AS p JOIN stands AS s USING (complaint, promise)
)
SELECT complaint, promise, rules_version, due_at, done_at, verdict,
    happened_from, happened_to, known_from, known_to
FROM judged WHERE happened_from < happened_to AND known_from < known_to
