/**
 * The tables, as numbered steps: the database's `user_version` tells how many it has taken. Steps are only ever appended; one that has been
 * released is never changed.
 *
 * Instants are milliseconds since 1970 UTC. What queries ask for is in columns, what is only shown is in JSON.
 */
import type { Database } from 'better-sqlite3';

/** The topic of an incident, in SQL. */
const topicIn = (incident: string) =>
  ['$.host', '$.rule', '$.subject'].map((part) => `(${incident} ->> '${part}')`).join(` || ' ' || `);

const migrations: readonly string[] = [
  `
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
  `,
  // noted_at: when it was noted down by our own clock; created_at is by the load balancer's.
  'ALTER TABLE outbox ADD COLUMN noted_at INTEGER',
  // Incidents of other rules than the outage.
  `
  UPDATE incident SET body = json_set(body, '$.rule', 'outage', '$.severity', 'critical', '$.ack', NULL,
    '$.receivers', json('[]'), '$.quietUntil', NULL, '$.flaps', NULL, '$.remindedAt', NULL);
  UPDATE outbox SET facts = json_set(facts, '$.rule', 'outage', '$.severity', 'critical', '$.ack', NULL,
    '$.receivers', json('[]'), '$.quietUntil', NULL, '$.flaps', NULL, '$.remindedAt', NULL);
  UPDATE memory SET body = json_set(body, '$.rule', 'outage', '$.severity', 'critical', '$.ack', NULL,
    '$.receivers', json('[]'), '$.quietUntil', NULL, '$.flaps', NULL, '$.remindedAt', NULL),
    key = replace(key, ' ', ' outage ')
  WHERE shelf = 'incident';
  `,
  // What people say by command; times are by our clock.
  `
  CREATE TABLE silence (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    match          TEXT    NOT NULL,
    since          INTEGER NOT NULL,
    until          INTEGER NOT NULL,
    author         TEXT    NOT NULL,
    reason         TEXT    NOT NULL
  ) STRICT;

  CREATE TABLE acknowledgement (
    incident       TEXT    PRIMARY KEY,
    at             INTEGER NOT NULL,
    by             TEXT    NOT NULL,
    note           TEXT
  ) STRICT, WITHOUT ROWID;
  `,
  // letter: the one the row is on its way with, or was delivered with. stands_in: the receiver in whose place this one is told; passed_on:
  // why. pause: a receiver that takes nothing before `until`.
  `
  ALTER TABLE outbox ADD COLUMN letter TEXT;
  ALTER TABLE outbox ADD COLUMN stands_in TEXT;
  ALTER TABLE outbox ADD COLUMN passed_on TEXT;
  CREATE INDEX outbox_accepted ON outbox (receiver, closed_at) WHERE state = 'delivered';
  CREATE TABLE pause (
    receiver       TEXT    PRIMARY KEY,
    until          INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // What an outage did to requests; not known of earlier ones.
  `
  UPDATE incident SET body = json_set(body, '$.impact', NULL);
  UPDATE outbox SET facts = json_set(facts, '$.impact', NULL);
  UPDATE memory SET body = json_set(body, '$.impact', NULL) WHERE shelf = 'incident';
  `,
  // What is left of a backend, how a server's state is known, whether a worker had just begun, how often it was so: none of it was kept
  // before.
  `
  UPDATE incident SET body = json_set(body, '$.workerBegan', NULL, '$.times', 1, '$.settlesMs', NULL, '$.cameBackAt', NULL);
  UPDATE outbox SET facts = json_object('incident', json(json_set(facts, '$.workerBegan', NULL, '$.times', 1, '$.settlesMs', NULL,
    '$.cameBackAt', NULL)),
    'backend', NULL);
  UPDATE memory SET body = json_set(body, '$.workerBegan', NULL, '$.times', 1, '$.settlesMs', NULL, '$.cameBackAt', NULL)
    WHERE shelf IN ('incident', 'missed');
  UPDATE memory SET body = json_set(body, '$.evidence', 'observed') WHERE shelf = 'server';
  UPDATE memory SET body = json_set(body, '$.counts', NULL, '$.stopped', json('false')) WHERE shelf = 'backend';
  CREATE TABLE source (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE INDEX outbox_closed ON outbox (closed_at) WHERE closed_at IS NOT NULL;
  `,
  // A row for one address of a receiver that has several: what it refused while the others accepted.
  `
  ALTER TABLE outbox ADD COLUMN addressee_of TEXT;
  ALTER TABLE outbox ADD COLUMN address TEXT;
  `,
  // Whether anything of an incident waits.
  `CREATE INDEX outbox_waiting ON outbox (incident) WHERE state = 'due'`,
  // Other words for the same.
  `
  UPDATE memory SET shelf = 'profile' WHERE shelf = 'source';
  UPDATE memory SET body = json_remove(json_set(body, '$.legacy', json(iif(json_extract(body, '$.heir'), 'true', 'false'))), '$.heir')
    WHERE shelf = 'held';
  `,
  // How each log is followed: what keeps it from being read, and when it was read last.
  `
  ALTER TABLE source ADD COLUMN trouble TEXT;
  ALTER TABLE source ADD COLUMN read_at INTEGER;
  `,
  // A process is named by its host first.
  `
  UPDATE OR REPLACE memory SET key = substr(key, instr(key, ' ') + 1) || ' ' || substr(key, 1, instr(key, ' ') - 1)
    WHERE shelf IN ('speaker', 'stranger');
  `,
  // Which lines of a log may have been lost, and when that was noticed.
  `
  ALTER TABLE source ADD COLUMN lost TEXT;
  ALTER TABLE source ADD COLUMN lost_at INTEGER;
  `,
  // Which logs were read to their end at least once: until now one first reading of all logs was noted, from its beginning to its end.
  `
  INSERT INTO memory (shelf, key, body) SELECT 'read', path, 'true' FROM checkpoint
    WHERE NOT EXISTS (SELECT 1 FROM memory WHERE shelf = 'reading');
  DELETE FROM memory WHERE shelf = 'missed' AND EXISTS (SELECT 1 FROM memory WHERE shelf = 'reading');
  DELETE FROM memory WHERE shelf = 'reading';
  `,
  // topic: what all incidents of one subject have in common; of it a receiver hears in order.
  `
  ALTER TABLE outbox ADD COLUMN topic TEXT;
  UPDATE outbox SET topic = ${topicIn("facts -> '$.incident'")} WHERE facts ->> '$.incident.host' IS NOT NULL;
  UPDATE outbox SET topic = ${topicIn('facts')} WHERE topic IS NULL;
  CREATE INDEX outbox_topic ON outbox (receiver, topic, seq) WHERE state = 'due';
  `,
];

/** How many steps this haplog knows. */
export const SCHEMA_VERSION = migrations.length;

/** How many steps the database has taken. */
export function versionOf(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** Takes the steps that the database has not taken, all or none. Two processes may try at once: the second finds it done. */
export function migrate(db: Database): void {
  if (versionOf(db) === SCHEMA_VERSION) return;
  const takeSteps = db.transaction(() => {
    for (const step of migrations.slice(versionOf(db))) db.exec(step);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
  takeSteps.immediate();
}
