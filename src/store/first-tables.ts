/** The tables as the first haplog made them; what became of them since is in migrations.ts. Never changed. */
export const FIRST_TABLES = `
  CREATE TABLE transition (
    seq            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    at             INTEGER NOT NULL,
    utc_offset_min INTEGER NOT NULL,
    host           TEXT    NOT NULL,
    pid            INTEGER NOT NULL,
    backend        TEXT    NOT NULL,
    server         TEXT    NOT NULL,
    from_state     TEXT    NOT NULL,
    to_state       TEXT    NOT NULL,
    planned        INTEGER NOT NULL,
    evidence       TEXT    NOT NULL,
    copies         INTEGER NOT NULL,
    cause          TEXT    NOT NULL
  ) STRICT;
  CREATE INDEX transition_at ON transition (at);

  -- open_until: the first instant at which it was no longer open. What is still open gets an instant that is later than
  -- any, and what ended at once a millisecond, so that it is found in the span in which it happened.
  CREATE TABLE outage (
    seq            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    host           TEXT    NOT NULL,
    pid            INTEGER NOT NULL,
    backend        TEXT    NOT NULL,
    start_at       INTEGER NOT NULL,
    utc_offset_min INTEGER NOT NULL,
    end_at         INTEGER,
    end_how        TEXT,
    planned        INTEGER NOT NULL,
    evidence       TEXT    NOT NULL,
    open_until     INTEGER NOT NULL AS (max(start_at + 1, ifnull(end_at, 9007199254740991)))
  ) STRICT;
  CREATE INDEX outage_open_until ON outage (open_until);

  CREATE TABLE incident (
    seq            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    body           TEXT    NOT NULL,
    host           TEXT    NOT NULL AS (body ->> '$.host'),
    subject        TEXT    NOT NULL AS (body ->> '$.subject'),
    phase          TEXT    NOT NULL AS (body ->> '$.phase'),
    planned        INTEGER NOT NULL AS (body ->> '$.planned'),
    opened_at      INTEGER NOT NULL AS (body ->> '$.openedAt'),
    resolved_at    INTEGER          AS (body ->> '$.resolvedAt'),
    open_until     INTEGER NOT NULL AS (max(opened_at + 1, ifnull(resolved_at, 9007199254740991)))
  ) STRICT;
  CREATE INDEX incident_open_until ON incident (open_until);

  -- AUTOINCREMENT: a number names one row for ever. attempts: how often the far side gave an answer, or none.
  CREATE TABLE outbox (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    dedup_key      TEXT    NOT NULL UNIQUE,
    incident       TEXT    NOT NULL,
    receiver       TEXT    NOT NULL,
    event          TEXT    NOT NULL,
    facts          TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    state          TEXT    NOT NULL,
    due_at         INTEGER NOT NULL,
    attempts       INTEGER NOT NULL,
    closed_at      INTEGER,
    answer         TEXT
  ) STRICT;
  CREATE INDEX outbox_thread ON outbox (incident, receiver, seq);
  CREATE INDEX outbox_due ON outbox (seq, due_at) WHERE state = 'due';
  CREATE INDEX outbox_next ON outbox (due_at) WHERE state = 'due';

  CREATE TABLE checkpoint (
    path           TEXT    PRIMARY KEY,
    fingerprint    TEXT    NOT NULL,
    byte_offset    INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE memory (
    shelf          TEXT    NOT NULL,
    key            TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    PRIMARY KEY (shelf, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tally (
    counter        TEXT    PRIMARY KEY,
    total          INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE suspect (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT    NOT NULL UNIQUE,
    at             INTEGER NOT NULL,
    utc_offset_min INTEGER NOT NULL,
    host           TEXT    NOT NULL,
    pid            INTEGER NOT NULL,
    tag            TEXT    NOT NULL,
    text           TEXT    NOT NULL,
    reason         TEXT    NOT NULL
  ) STRICT;

  CREATE TABLE sample (
    seq            INTEGER PRIMARY KEY,
    text           TEXT    NOT NULL,
    reason         TEXT    NOT NULL,
    at             INTEGER NOT NULL
  ) STRICT;
  `;
