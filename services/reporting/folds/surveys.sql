-- reads: SurveyPublished
-- The surveys whose result was published: each is a subject of its own, and is published once.
SELECT complaint, puskesmas, period, respondents, occurred_at AS published_at, source, id,
    happened_at AS happened_from, TIMESTAMP 'infinity' AS happened_to,
    known_at AS known_from, known_to
FROM events WHERE name = 'SurveyPublished'
