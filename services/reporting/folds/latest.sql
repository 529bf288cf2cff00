-- What each complaint came to, in one row: all that the other facts say of it from the instant on
-- at which the last of its events had happened and was known. Most complaints that a question is
-- about came to their end before the instant it asks about; of those one row is read and nothing
-- is joined. `first_happened` and `first_known` are from when on it is a complaint at all. `meets`
-- are the conditions of figures that it meets from then on (`figures/conditions.py`); none of what
-- is open, which time alone makes overdue. Of one that was received and closed once at most
-- (`moved_once`), `opened_at` and `closed_at` are its moves.
WITH last AS (
    SELECT complaint,
        max(happened_at) FILTER (known_to = 'infinity') AS happened_from,
        max(known_at) AS known_from
    FROM events GROUP BY complaint
),
first AS (
    SELECT complaint, min(happened_from) AS first_happened, min(known_from) AS first_known
    FROM folded_attributes GROUP BY complaint
),
public AS (
    SELECT complaint, bool_or(state = 'released' AND NOT planned) AS published
    FROM folded_publications WHERE happened_to = 'infinity' AND known_to = 'infinity'
    GROUP BY complaint
),
told AS (
    SELECT DISTINCT complaint
    FROM folded_informed WHERE happened_to = 'infinity' AND known_to = 'infinity'
),
moved AS (
    SELECT complaint,
        min(happened_from) FILTER (move = 'received') AS opened_at,
        min(happened_from) FILTER (move = 'closed') AS closed_at,
        count(DISTINCT move) = count(*) AND bool_and(move <> 'brought_back') AS moved_once
    FROM folded_moves WHERE known_to = 'infinity'
    GROUP BY complaint
),
standing AS (
    SELECT a.complaint, a.number, a.puskesmas, a.kind, a.channel, a.service_unit, a.categories,
        a.confidentiality, a.barrier, a.received_at, a.recorded_at, s.state, s.closed, d.grade,
        d.response_due, d.settlement_due, d.rules_version, r.responded_at, t.settled_at,
        coalesce(f.paused, false) AS paused, coalesce(f.escalated, false) AS escalated,
        coalesce(f.before_district, false) AS before_district,
        l.plan_due, l.plan_done_at, coalesce(public.published, false) AS published,
        told.complaint IS NOT NULL AS informed, first.first_happened, first.first_known,
        last.happened_from, TIMESTAMP 'infinity' AS happened_to,
        last.known_from, TIMESTAMP 'infinity' AS known_to,
        moved.opened_at, moved.closed_at, coalesce(moved.moved_once, true) AS moved_once
    FROM folded_attributes AS a
    JOIN last USING (complaint)
    JOIN first USING (complaint)
    LEFT JOIN folded_states AS s ON s.complaint = a.complaint
        AND s.happened_to = 'infinity' AND s.known_to = 'infinity'
    LEFT JOIN folded_deadlines AS d ON d.complaint = a.complaint
        AND d.happened_to = 'infinity' AND d.known_to = 'infinity'
    LEFT JOIN folded_responses AS r ON r.complaint = a.complaint
        AND r.happened_to = 'infinity' AND r.known_to = 'infinity'
    LEFT JOIN folded_settlements AS t ON t.complaint = a.complaint
        AND t.happened_to = 'infinity' AND t.known_to = 'infinity'
    LEFT JOIN folded_flags AS f ON f.complaint = a.complaint
        AND f.happened_to = 'infinity' AND f.known_to = 'infinity'
    LEFT JOIN folded_plans AS l ON l.complaint = a.complaint
        AND l.happened_to = 'infinity' AND l.known_to = 'infinity'
    LEFT JOIN public ON public.complaint = a.complaint
    LEFT JOIN told ON told.complaint = a.complaint
    LEFT JOIN moved ON moved.complaint = a.complaint
    WHERE a.happened_to = 'infinity' AND a.known_to = 'infinity'
)
SELECT *, CASE WHEN closed IS NOT FALSE THEN {meets} END AS meets
FROM standing
