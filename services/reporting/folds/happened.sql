-- When a step happened: never before those that it follows, which are those of the path; for what
-- is done later to the form, that is the complaint itself.
CASE track
    WHEN 'form' THEN
        greatest(occurred_at, max(occurred_at) FILTER (track = 'received') OVER history)
    ELSE greatest(
        max(occurred_at) FILTER (track IN ('received', 'path')) OVER history,
        CASE track
            WHEN 'published' THEN max(occurred_at) FILTER (track = 'published') OVER history
            WHEN 'informed' THEN max(occurred_at) FILTER (track = 'informed') OVER history
            WHEN 'beside' THEN occurred_at
        END
    )
END
