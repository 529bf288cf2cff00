-- reads: PublicationDrafted PublicationApproved PublicationReturned ResolutionPublished
-- reads: PublicationWithdrawn PlannedChangeDrafted PlannedChangePublished
-- Where each publication of a complaint stands; its text once it is public. What is shown in a
-- further medium stays public `since` it first was. One that is `planned` tells what a case's plan
-- will change, and is no result.
WITH steps AS (
    SELECT *,
        name IN ('ResolutionPublished', 'PlannedChangePublished')
            AND coalesce(lag(name) OVER history = name, false) AS further
    FROM events
    WHERE name IN (
        'PublicationDrafted', 'PublicationApproved', 'PublicationReturned', 'ResolutionPublished',
        'PublicationWithdrawn', 'PlannedChangeDrafted', 'PlannedChangePublished'
    )
    WINDOW history AS (PARTITION BY complaint, publication, version ORDER BY seq)
),
setters AS (
    SELECT row(complaint, publication) AS lane, seq, version, happened_at, known_at, known_to,
        complaint, publication,
        CASE name
            WHEN 'PublicationDrafted' THEN 'drafted'
            WHEN 'PlannedChangeDrafted' THEN 'drafted'
            WHEN 'PublicationApproved' THEN 'approved'
            WHEN 'PublicationReturned' THEN 'returned'
            WHEN 'ResolutionPublished' THEN 'released'
            WHEN 'PlannedChangePublished' THEN 'released'
            WHEN 'PublicationWithdrawn' THEN 'withdrawn'
        END AS state,
        bool_or(starts_with(name, 'PlannedChange')) OVER (
            PARTITION BY complaint, publication, version ORDER BY seq
        ) AS planned,
        public_text, CASE WHEN public_text IS NOT NULL THEN media END AS media,
        shows_unit_and_date,
        last_value(CASE WHEN NOT further THEN happened_at END IGNORE NULLS) OVER (
            PARTITION BY complaint, publication, version ORDER BY seq
        ) AS since
    FROM steps
),
{staircase}
SELECT complaint, publication, planned, state, public_text, media, shows_unit_and_date,
    since, happened_from, happened_to, known_from, known_to
FROM stairs
