-- reads: SurveyProposed SurveyReturned SurveyApproved SurveyUnitsCoordinated SurveyOpened
-- reads: SurveyClosed SurveyPublished
-- Where each satisfaction survey stands, what its terms of reference ask for, and with which figures
-- it closed. Terms that were written anew take the place of the earlier ones; what is published are
-- the figures that it closed with, and `source` and `id` say in which event. Answers
-- are histories of their own (0031) and not counted here.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_at, known_at, known_to, puskesmas,
        CASE name
            WHEN 'SurveyProposed' THEN 'proposed'
            WHEN 'SurveyReturned' THEN 'returned'
            WHEN 'SurveyApproved' THEN 'approved'
            WHEN 'SurveyUnitsCoordinated' THEN 'coordinated'
            WHEN 'SurveyOpened' THEN 'open'
            WHEN 'SurveyClosed' THEN 'closed'
            ELSE 'published'
        END AS state,
        last_value(period IGNORE NULLS) OVER history AS period,
        last_value(opens_on IGNORE NULLS) OVER history AS opens_on,
        last_value(closes_on IGNORE NULLS) OVER history AS closes_on,
        last_value(population IGNORE NULLS) OVER history AS population,
        last_value(sample_size IGNORE NULLS) OVER history AS sample_size,
        last_value(respondents IGNORE NULLS) OVER history AS respondents,
        last_value(basis IGNORE NULLS) OVER history AS basis,
        last_value(CASE WHEN name <> 'SurveyProposed' THEN method END IGNORE NULLS)
            OVER history AS method,
        last_value(converted IGNORE NULLS) OVER history AS converted,
        last_value(quality IGNORE NULLS) OVER history AS quality,
        last_value(element_figures IGNORE NULLS) OVER history AS element_figures,
        min(CASE WHEN name = 'SurveyClosed' THEN happened_at END) OVER history AS closed_at,
        min(CASE WHEN name = 'SurveyPublished' THEN happened_at END) OVER history AS published_at,
        last_value(CASE WHEN name = 'SurveyPublished' THEN source END IGNORE NULLS)
            OVER history AS source,
        last_value(CASE WHEN name = 'SurveyPublished' THEN id END IGNORE NULLS) OVER history AS id
    FROM events WHERE name IN (
        'SurveyProposed', 'SurveyReturned', 'SurveyApproved', 'SurveyUnitsCoordinated',
        'SurveyOpened', 'SurveyClosed', 'SurveyPublished'
    )
    WINDOW history AS (
        PARTITION BY complaint, version ORDER BY seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
{staircase}
SELECT lane AS complaint, puskesmas, state, period, opens_on, closes_on, population, sample_size,
    respondents, basis, method, converted, quality, element_figures, closed_at, published_at,
    source, id, happened_from, happened_to, known_from, known_to
FROM stairs
