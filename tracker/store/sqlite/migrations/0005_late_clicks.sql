R"sql(
-- Clicks that came when those of their age had been forgotten already.
ALTER TABLE drain_counts ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
)sql"
