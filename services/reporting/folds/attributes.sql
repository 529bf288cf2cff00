-- reads: ComplaintReceived
-- What a complaint is: the form as it stands. Praise is among them; it opens no case.
WITH setters AS (
    SELECT complaint AS lane, seq, version, happened_at, known_at, known_to,
        puskesmas, number, receipt_hash, kind, channel, service_unit, categories,
        confidentiality, occurred_at AS received_at, time AS recorded_at
    FROM events WHERE name = 'ComplaintReceived'
),
{staircase}
SELECT lane AS complaint, puskesmas, number, receipt_hash, kind, channel, service_unit,
    categories, confidentiality, received_at, recorded_at,
    happened_from, happened_to, known_from, known_to
FROM stairs
