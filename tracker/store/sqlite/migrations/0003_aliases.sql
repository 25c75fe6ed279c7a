R"sql(
-- Codes that links had before they were renamed. Each leads to its link, whatever code that has now.
CREATE TABLE aliases (
  host    TEXT    NOT NULL,
  code    TEXT    NOT NULL,
  link    TEXT    NOT NULL,
  created INTEGER NOT NULL,
  change  INTEGER NOT NULL,
  PRIMARY KEY (host, code)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX aliases_change ON aliases (change);
CREATE INDEX aliases_link ON aliases (link);
CREATE INDEX aliases_code ON aliases (code);
-- For who knows the code of a link and not its host.
CREATE INDEX links_code ON links (code);
)sql"
