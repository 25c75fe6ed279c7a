R"sql(
-- Version of the list that gave `bot` its class.
ALTER TABLE clicks ADD COLUMN list TEXT;
)sql"
