-- reads: SuggestionBoxOpened
-- The openings of suggestion boxes: each is a subject of its own, and happens once. One that names no
-- box (as of version 1 none does) is one of whatever boxes its Puskesmas has.
SELECT complaint, puskesmas, box, slips, occurred_at AS opened_at, source, id,
    happened_at AS happened_from, TIMESTAMP 'infinity' AS happened_to,
    known_at AS known_from, known_to
FROM events WHERE name = 'SuggestionBoxOpened'
