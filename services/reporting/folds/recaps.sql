-- reads: RecapClosed RecapCompleted RecapCorrected RecapAcknowledged
-- What became of each month's recap: closed, put right, acknowledged, its form written. Of what states
-- figures, when they stood so; each row leads to the event in which all of it is written down.
SELECT subject AS subject, puskesmas, month, name AS step, recap_as_of AS as_of,
    recap_known_at AS cut_at, occurred_at AS done_at, role, seq, source, id,
    happened_at AS happened_from, TIMESTAMP 'infinity' AS happened_to,
    known_at AS known_from, known_to
FROM events
WHERE name IN ('RecapClosed', 'RecapCompleted', 'RecapCorrected', 'RecapAcknowledged')
