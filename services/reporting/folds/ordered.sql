-- The order of each subject's history, which is that of recording, never that of arrival. A step
-- never happens before the step it follows, so `happened_at` is the latest of its own stated
-- time and those before it. No step follows a team call, a meeting, a remark or the like, or what
-- publication does: they stand beside the case's path, and put off nothing but what comes after them in their kind.
-- Else a case written down later than it was handled would move to the day of the writing, for
-- that is when the product told the team of it. What is done later to the form (a correction, a
-- link) takes effect at its own time, whatever the case's path has come to by then.
--
-- Nearly all histories are *straight*: they arrived in their order (`version` 0), and whatever
-- was known of one at some instant is its beginning. Of any other history, each state of
-- knowledge is a history of its own, numbered from 1, known from `known_at` until `known_to`:
-- what arrives late then changes nothing that was known before.
WITH arrived AS (
    SELECT place, {key}, time, source, id, occurred_at, arrived_at, track,
        row_number() OVER history AS seq,
        {happened} AS happened_at,
        arrived_at >= lag(arrived_at, 1, arrived_at) OVER history AS follows
    FROM (
        SELECT *, CASE
            WHEN name = 'ComplaintReceived' THEN 'received'
            WHEN name IN (
                'ComplaintCorrected', 'ComplaintWithdrawn', 'DuplicateLinked', 'DuplicateUnlinked',
                'AttachmentAdded', 'ComplainantRated', 'ReopenRequested', 'FeedbackHeard'
            ) THEN 'form'
            WHEN name IN (
                'TeamNotified', 'ComplainantMet', 'TeamCallAcknowledged', 'CaseAssigned',
                'CaseCommented', 'CaseEscalated', 'EscalationAnswered', 'CaseCorrected',
                'CaseRequestRefused', 'ForumAnswered'
            ) THEN 'beside'
            WHEN name = 'ComplainantInformed' THEN 'informed'
            WHEN name IN (
                'PublicationDrafted', 'PublicationApproved', 'PublicationReturned',
                'ResolutionPublished', 'PublicationWithdrawn', 'PlannedChangeDrafted',
                'PlannedChangePublished', 'ReleaseScheduled', 'ReleaseCalledOff',
                'PublicationEvidenced'
            ) THEN 'published'
            ELSE 'path'
        END AS track
        FROM {log} WHERE trouble IS NULL AND {chosen}
    )
    WINDOW history AS (
        PARTITION BY {key} ORDER BY time, source, id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
crooked AS (SELECT DISTINCT {key} FROM arrived WHERE NOT follows),
knowledge AS (
    SELECT {key}, arrived_at AS known_at,
        row_number() OVER later AS version,
        lead(arrived_at, 1, TIMESTAMP 'infinity') OVER later AS known_to
    FROM (SELECT DISTINCT {key}, arrived_at FROM arrived SEMI JOIN crooked USING ({key}))
    WINDOW later AS (PARTITION BY {key} ORDER BY arrived_at)
)
SELECT place, seq, happened_at, 0 AS version, arrived_at AS known_at,
    TIMESTAMP 'infinity' AS known_to
FROM arrived ANTI JOIN crooked USING ({key})
UNION ALL
SELECT place,
    row_number() OVER history AS seq,
    {happened} AS happened_at,
    version, known_at, known_to
FROM arrived JOIN knowledge USING ({key})
WHERE arrived_at <= known_at
WINDOW history AS (
    PARTITION BY {key}, version ORDER BY time, source, id
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
