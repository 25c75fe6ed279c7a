R"sql(
-- Words about the store itself: id, generation, last_change (rule 13), fold_change (rule 11),
-- clicks_kept_from (unix milliseconds; clicks made before are forgotten). Their rows are locks too.
CREATE TABLE meta (
  name  text PRIMARY KEY,
  value text NOT NULL
);

-- One row per click id; columns as in the click stream, absent is NULL. Partitions are made by
-- month of the id: see partitions.hpp.
CREATE TABLE clicks (
  id          uuid     NOT NULL PRIMARY KEY,
  ts          bigint   NOT NULL,  -- unix milliseconds
  code        text,
  host        text,
  link        text,
  campaign    text,
  referrer    text,
  visitor     uuid,
  new         smallint,
  prev        uuid,
  destination text,
  rule        bigint,
  channel     text,
  share       text,
  ref         text,
  query       text,               -- JSON object
  ip          text,
  ipk         text,
  ua          text,
  device      text,
  os          text,
  lang        text,
  country     text,
  bot         text,
  outcome     text,
  test        smallint,
  is_unique   smallint,           -- 1: first counted click of its (link, visitor, UTC day)
  list        text                -- version of the list that gave bot its class
) PARTITION BY RANGE (id);
CREATE INDEX clicks_returning ON clicks (visitor) WHERE prev IS NOT NULL;
CREATE TABLE clicks_other PARTITION OF clicks DEFAULT;

-- Totals as they were added up last, and what batches have appended since. Read the view.
CREATE TABLE click_totals_added_up (
  link    text     COLLATE "C" NOT NULL,
  host    text     COLLATE "C" NOT NULL,
  code    text     COLLATE "C" NOT NULL,
  quarter bigint   NOT NULL,  -- start of the quarter of an hour, unix milliseconds
  channel text     COLLATE "C" NOT NULL,
  class   text     COLLATE "C" NOT NULL,  -- empty for people, else the bot class, else the outcome
  test    smallint NOT NULL,
  raw     bigint   NOT NULL,
  counted bigint   NOT NULL,
  uniques bigint   NOT NULL,
  PRIMARY KEY (link, host, code, quarter, channel, class, test)
) WITH (fillfactor = 70);
CREATE TABLE click_total_parts (LIKE click_totals_added_up)
  WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000);
CREATE VIEW click_totals AS
  SELECT link, host, code, quarter, channel, class, test, CAST(sum(raw) AS bigint) AS raw,
         CAST(sum(counted) AS bigint) AS counted, CAST(sum(uniques) AS bigint) AS uniques
  FROM (SELECT * FROM click_totals_added_up UNION ALL SELECT * FROM click_total_parts) AS parts
  GROUP BY link, host, code, quarter, channel, class, test;

-- Who has clicked on what on which day: see unique_key.hpp for the bytes.
CREATE TABLE uniques (
  key bytea PRIMARY KEY
);

-- Committed ranges of each origin, and those its edge has given up: `1-500,512-600`. As they were
-- added up last, and what batches have appended since.
CREATE TABLE origins (
  origin    text COLLATE "C" PRIMARY KEY,  -- <epoch>/<thread>
  edge      text   NOT NULL,
  committed text   NOT NULL,
  lost      text   NOT NULL,
  ended     bigint NOT NULL,               -- unix milliseconds; 0: not ended
  updated   bigint NOT NULL,
  change    bigint NOT NULL
);
CREATE INDEX origins_change ON origins (change);
CREATE TABLE origin_parts (
  id        bigint GENERATED ALWAYS AS IDENTITY,
  origin    text COLLATE "C" NOT NULL,
  edge      text   NOT NULL,
  committed text   NOT NULL,
  lost      text   NOT NULL,
  ended     bigint NOT NULL,
  updated   bigint NOT NULL
);

CREATE TABLE drain_count_parts (
  stored    bigint NOT NULL,
  duplicate bigint NOT NULL,
  dead      bigint NOT NULL,
  late      bigint NOT NULL
);
INSERT INTO drain_count_parts VALUES (0, 0, 0, 0);
CREATE VIEW drain_counts AS
  SELECT CAST(sum(stored) AS bigint) AS stored, CAST(sum(duplicate) AS bigint) AS duplicate,
         CAST(sum(dead) AS bigint) AS dead, CAST(sum(late) AS bigint) AS late
  FROM drain_count_parts;

CREATE TABLE dead_letters (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at       bigint NOT NULL,  -- unix milliseconds
  stream   text   NOT NULL,
  entry    text   NOT NULL,
  origin   text   NOT NULL,
  sequence bigint NOT NULL,  -- 0: of no known place
  reason   text   NOT NULL,
  line     bytea  NOT NULL   -- as it was read, UTF-8 or not
);
-- Redelivered dead letters are stored once, too.
CREATE UNIQUE INDEX dead_letters_place ON dead_letters (origin, sequence) WHERE sequence > 0;
CREATE UNIQUE INDEX dead_letters_entry ON dead_letters (stream, entry) WHERE sequence = 0;
CREATE INDEX dead_letters_reason ON dead_letters (reason, id);

-- Who does a work that only one tracker does at a time, by the clock of this server.
CREATE TABLE leases (
  name       text PRIMARY KEY,
  holder     text NOT NULL,
  expires_at timestamptz NOT NULL
);

-- The program's records. `fields` are those of the record in Redis, as a JSON object of texts; other
-- columns repeat what is searched for. `seq` is the order of making.
CREATE TABLE links (
  seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         text     COLLATE "C" NOT NULL UNIQUE,
  host       text     COLLATE "C" NOT NULL,
  code       text     COLLATE "C" NOT NULL,
  campaign   text     NOT NULL,
  referrer   text     NOT NULL,
  status     text     NOT NULL,
  max_clicks bigint,
  is_full    smallint NOT NULL,
  fields     text     NOT NULL,
  created    bigint   NOT NULL,
  updated    bigint   NOT NULL,
  change     bigint   NOT NULL,
  UNIQUE (host, code)
);
CREATE UNIQUE INDEX links_change ON links (change);
CREATE INDEX links_campaign ON links (campaign);
CREATE INDEX links_referrer ON links (referrer);
CREATE INDEX links_code ON links (code);
CREATE INDEX links_limited ON links (id, max_clicks) WHERE max_clicks IS NOT NULL AND is_full = 0;

-- Codes that links had before they were renamed. Each leads to its link, whatever code that has now.
CREATE TABLE aliases (
  host    text   COLLATE "C" NOT NULL,
  code    text   COLLATE "C" NOT NULL,
  link    text   COLLATE "C" NOT NULL,
  created bigint NOT NULL,
  change  bigint NOT NULL,
  PRIMARY KEY (host, code)
);
CREATE UNIQUE INDEX aliases_change ON aliases (change);
CREATE INDEX aliases_link ON aliases (link);
CREATE INDEX aliases_code ON aliases (code);

CREATE TABLE campaigns (
  seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id      text   COLLATE "C" NOT NULL UNIQUE,
  name    text   NOT NULL,
  status  text   NOT NULL,
  fields  text   NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  change  bigint NOT NULL
);
CREATE UNIQUE INDEX campaigns_change ON campaigns (change);

CREATE TABLE domains (
  seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  host    text   COLLATE "C" NOT NULL UNIQUE,
  fields  text   NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  change  bigint NOT NULL
);
CREATE UNIQUE INDEX domains_change ON domains (change);

CREATE TABLE api_keys (
  id      text COLLATE "C" PRIMARY KEY,
  kind    text   NOT NULL,
  name    text   NOT NULL,
  scopes  text   NOT NULL,
  hash    text   NOT NULL UNIQUE,
  last4   text   NOT NULL,
  created bigint NOT NULL,
  expires bigint
);

CREATE TABLE idempotency_keys (
  owner        text     NOT NULL,
  key          text     NOT NULL,
  request_hash text     NOT NULL,
  status       smallint NOT NULL,  -- 0: still running
  body         text     NOT NULL,
  created      bigint   NOT NULL,
  PRIMARY KEY (owner, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created);
)sql"
