-- reads: PublicationDrafted PublicationApproved ResolutionPublished PublicationWithdrawn
-- Where each publication of a complaint stands; its text once it is public.
WITH setters AS (
    SELECT row(complaint, publication) AS lane, seq, version, happened_at, known_at, known_to,
        complaint, publication,
        CASE name
            WHEN 'PublicationDrafted' THEN 'drafted'
            WHEN 'PublicationApproved' THEN 'approved'
            WHEN 'ResolutionPublished' THEN 'released'
            WHEN 'PublicationWithdrawn' THEN 'withdrawn'
        END AS state,
        public_text, CASE WHEN name = 'ResolutionPublished' THEN media END AS media,
        shows_unit_and_date
    FROM events
    WHERE name IN (
        'PublicationDrafted', 'PublicationApproved', 'ResolutionPublished', 'PublicationWithdrawn'
    )
),
{staircase}
SELECT complaint, publication, state, public_text, media, shows_unit_and_date,
    happened_at AS since, happened_from, happened_to, known_from, known_to
FROM stairs
