-- reads: RecapClosed
-- The months that were closed: when the figures stood as they were reported, and in which event they
-- are written down.
SELECT subject AS subject, puskesmas, month, recap_as_of AS as_of, recap_known_at AS cut_at,
    occurred_at AS closed_at, role, source, id,
    happened_at AS happened_from, TIMESTAMP 'infinity' AS happened_to,
    known_at AS known_from, known_to
FROM events WHERE name = 'RecapClosed'
