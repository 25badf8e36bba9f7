/**
 * The tables, as numbered steps: the database's `user_version` tells how many it has taken. Steps are only ever appended; one that has been
 * released is never changed.
 *
 * Instants are milliseconds since 1970 UTC. What queries ask for is in columns, what is only shown is in JSON.
 */
import type { Database } from 'better-sqlite3';
import { FIRST_TABLES } from './first-tables.js';

/** The topic of an incident, in SQL. */
const topicIn = (incident: string) =>
  ['$.host', '$.rule', '$.subject'].map((part) => `(${incident} ->> '${part}')`).join(` || ' ' || `);

const migrations: readonly string[] = [
  FIRST_TABLES,
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
  // open_until: what goes up and down is well for a moment again and again, and is over only when it is resolved.
  // outbox_told: what a receiver was told of one subject.
  `
  DROP INDEX incident_open_until;
  ALTER TABLE incident DROP COLUMN open_until;
  ALTER TABLE incident ADD COLUMN open_until INTEGER NOT NULL
    AS (max(opened_at + 1, ifnull(iif(phase = 'resolved', resolved_at, NULL), 9007199254740991)));
  CREATE INDEX incident_open_until ON incident (open_until);
  CREATE INDEX IF NOT EXISTS outbox_told ON outbox (receiver, topic, seq) WHERE state = 'delivered';
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
