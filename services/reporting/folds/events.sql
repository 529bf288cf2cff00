-- What every fold reads: the log, each event with its place in its subject's history.
SELECT ordered.* EXCLUDE (place), each.* EXCLUDE (place)
FROM ordered JOIN (
    SELECT place, subject, complaint, puskesmas, source, id, name, time, actor, role,
        occurred_at, {columns}
    FROM {log} WHERE trouble IS NULL AND {chosen}
) AS each USING (place)
