R"sql(
-- A domain that was taken away stays as a change, so that every copy of it hears of its end.
ALTER TABLE domains ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
)sql"
