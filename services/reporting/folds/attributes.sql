-- reads: ComplaintReceived ComplaintCorrected
-- What a complaint is: the form as it stands, as it was corrected. Number, receipt and the time at
-- which it was heard are never corrected. Praise is among them; it opens no case.
WITH setters AS (
    SELECT complaint AS lane, seq, version, known_at, known_to,
        -- Of two corrections, the one recorded last holds, though it may state an earlier time.
        max(happened_at) OVER history AS happened_at,
        puskesmas,
        last_value(number IGNORE NULLS) OVER history AS number,
        last_value(receipt_hash IGNORE NULLS) OVER history AS receipt_hash,
        kind, channel, service_unit, categories, confidentiality, barrier,
        last_value(CASE WHEN name = 'ComplaintReceived' THEN occurred_at END IGNORE NULLS)
            OVER history AS received_at,
        last_value(CASE WHEN name = 'ComplaintReceived' THEN time END IGNORE NULLS)
            OVER history AS recorded_at
    FROM events WHERE name IN ('ComplaintReceived', 'ComplaintCorrected')
    WINDOW history AS (
        PARTITION BY complaint, version ORDER BY seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
    -- A correction that came before its complaint says nothing yet.
    QUALIFY last_value(events.number IGNORE NULLS) OVER history IS NOT NULL
),
{staircase}
SELECT lane AS complaint, puskesmas, number, receipt_hash, kind, channel, service_unit,
    categories, confidentiality, barrier, received_at, recorded_at,
    happened_from, happened_to, known_from, known_to
FROM stairs
