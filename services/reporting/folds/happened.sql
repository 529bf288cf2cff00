-- When a step happened: never before those that it follows, which are those of the path.
greatest(
    max(occurred_at) FILTER (track = 'path') OVER history,
    CASE track
        WHEN 'published' THEN max(occurred_at) FILTER (track = 'published') OVER history
        WHEN 'informed' THEN max(occurred_at) FILTER (track = 'informed') OVER history
        WHEN 'beside' THEN occurred_at
    END
)
