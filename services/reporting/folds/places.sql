-- reads: PuskesmasRegistered UnitRegistered
-- The Puskesmas and units of the district file, as recorded.
WITH setters AS (
    SELECT subject AS lane, seq, version, happened_at, known_at, known_to,
        CASE name WHEN 'UnitRegistered' THEN 'unit' ELSE 'puskesmas' END AS kind,
        regexp_replace(subject, '^unit:', '') AS code, title, short_code, kecamatan, zone, work_days
    FROM events WHERE name IN ('PuskesmasRegistered', 'UnitRegistered')
),
{staircase}
SELECT lane AS subject, kind, code, title, short_code, kecamatan, zone, work_days,
    happened_from, happened_to, known_from, known_to
FROM stairs
