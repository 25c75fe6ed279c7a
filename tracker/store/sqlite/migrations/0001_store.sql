R"sql(
-- Words about the store itself: id, generation, last_change (rule 13), fold_change (rule 11).
CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value ANY  NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per click id; columns as in the click stream, absent is NULL. The key grows with time, so
-- that rows are appended.
CREATE TABLE clicks (
  id          TEXT    NOT NULL PRIMARY KEY,
  ts          INTEGER NOT NULL,  -- unix milliseconds
  code        TEXT,
  host        TEXT,
  link        TEXT,
  campaign    TEXT,
  referrer    TEXT,
  visitor     TEXT,
  new         INTEGER,
  prev        TEXT,
  destination TEXT,
  rule        INTEGER,
  channel     TEXT,
  share       TEXT,
  ref         TEXT,
  query       TEXT,              -- JSON object
  ip          TEXT,
  ipk         TEXT,
  ua          TEXT,
  device      TEXT,
  os          TEXT,
  lang        TEXT,
  country     TEXT,
  bot         TEXT,
  outcome     TEXT,
  test        INTEGER,
  is_unique   INTEGER            -- 1: first counted click of its (link, visitor, UTC day)
) STRICT, WITHOUT ROWID;
CREATE INDEX clicks_returning ON clicks (visitor) WHERE prev IS NOT NULL;

CREATE TABLE click_totals (
  link    TEXT    NOT NULL,
  host    TEXT    NOT NULL,
  code    TEXT    NOT NULL,
  quarter INTEGER NOT NULL,  -- start of the quarter of an hour, unix milliseconds
  channel TEXT    NOT NULL,
  class   TEXT    NOT NULL,  -- empty for people, else the bot class, else the outcome
  test    INTEGER NOT NULL,
  raw     INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  uniques INTEGER NOT NULL,
  PRIMARY KEY (link, host, code, quarter, channel, class, test)
) STRICT, WITHOUT ROWID;

-- Who has clicked on what on which day: see unique_key.hpp for the bytes.
CREATE TABLE uniques (
  key BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Committed ranges of each origin, and those its edge has given up: `1-500,512-600`.
CREATE TABLE origins (
  origin    TEXT    NOT NULL PRIMARY KEY,  -- <epoch>/<thread>
  edge      TEXT    NOT NULL,
  committed TEXT    NOT NULL,
  lost      TEXT    NOT NULL,
  ended     INTEGER NOT NULL,              -- unix milliseconds; 0: not ended
  updated   INTEGER NOT NULL,
  change    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX origins_change ON origins (change);

CREATE TABLE drain_counts (
  one       INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  stored    INTEGER NOT NULL,
  duplicate INTEGER NOT NULL,
  dead      INTEGER NOT NULL
) STRICT;
INSERT INTO drain_counts VALUES (1, 0, 0, 0);

CREATE TABLE dead_letters (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,  -- unix milliseconds
  stream   TEXT    NOT NULL,
  entry    TEXT    NOT NULL,
  origin   TEXT    NOT NULL,
  sequence INTEGER NOT NULL,  -- 0: of no known place
  reason   TEXT    NOT NULL,
  line     TEXT    NOT NULL
) STRICT;
-- Redelivered dead letters are stored once, too.
CREATE UNIQUE INDEX dead_letters_place ON dead_letters (origin, sequence) WHERE sequence > 0;
CREATE UNIQUE INDEX dead_letters_entry ON dead_letters (stream, entry) WHERE sequence = 0;
CREATE INDEX dead_letters_reason ON dead_letters (reason, id);

-- Which tracker owns which consumer slot, and until when.
CREATE TABLE leases (
  slot       TEXT    NOT NULL PRIMARY KEY,
  holder     TEXT    NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The program's records. `fields` are those of the record in Redis, as a JSON object of texts; other
-- columns repeat what is searched for. `seq` is the order of making.
CREATE TABLE links (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT    NOT NULL UNIQUE,
  host       TEXT    NOT NULL,
  code       TEXT    NOT NULL,
  campaign   TEXT    NOT NULL,
  referrer   TEXT    NOT NULL,
  status     TEXT    NOT NULL,
  max_clicks INTEGER,
  is_full    INTEGER NOT NULL,
  fields     TEXT    NOT NULL,
  created    INTEGER NOT NULL,
  updated    INTEGER NOT NULL,
  change     INTEGER NOT NULL,
  UNIQUE (host, code)
) STRICT;
CREATE UNIQUE INDEX links_change ON links (change);
CREATE INDEX links_campaign ON links (campaign);
CREATE INDEX links_referrer ON links (referrer);
CREATE INDEX links_limited ON links (id, max_clicks) WHERE max_clicks IS NOT NULL AND is_full = 0;

CREATE TABLE campaigns (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  id      TEXT    NOT NULL UNIQUE,
  name    TEXT    NOT NULL,
  status  TEXT    NOT NULL,
  fields  TEXT    NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  change  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX campaigns_change ON campaigns (change);

CREATE TABLE domains (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  host    TEXT    NOT NULL UNIQUE,
  fields  TEXT    NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  change  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX domains_change ON domains (change);

CREATE TABLE api_keys (
  id      TEXT    NOT NULL PRIMARY KEY,
  kind    TEXT    NOT NULL,
  name    TEXT    NOT NULL,
  scopes  TEXT    NOT NULL,
  hash    TEXT    NOT NULL UNIQUE,
  last4   TEXT    NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_keys (
  owner        TEXT    NOT NULL,
  key          TEXT    NOT NULL,
  request_hash TEXT    NOT NULL,
  status       INTEGER NOT NULL,  -- 0: still running
  body         TEXT    NOT NULL,
  created      INTEGER NOT NULL,
  PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created);
)sql"
