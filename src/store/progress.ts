/** Reads how far haplog has come: what `haplog status` shows. */
import type { Database } from 'better-sqlite3';
import type { Instant } from '../../parsers/index.js';
import type { Checkpoint } from '../tail/batch.js';
import type { ReadingTables } from './reading.js';
import type { DatedSample, DeliveredTimes, Disbelieved, Followed, OutboxState, Progress } from './store.js';

/** How long a failed message, a loss of lines and a disbelieved outage are worth a look, and after how long a waiting one is. */
const LATELY_MS = 24 * 3_600_000;
const LONG_MS = 10 * 60_000;

/** Anybody can write lines under ever new pids. */
const DISBELIEVED_MAX = 3;

const NOTHING_COUNTED: Progress['counted'] = {
  lines: 0,
  bytes: 0,
  traffic: 0,
  candidates: 0,
  other: 0,
  oversize: 0,
  displaced: 0,
  rejected: 0,
  nearMisses: 0,
  unknown: 0,
  suspects: 0,
};

const NOTHING_SENT: Record<OutboxState, number> = {
  due: 0,
  delivered: 0,
  rejected: 0,
  expired: 0,
  muted: 0,
  dropped: 0,
};

/** Prepares the reading of all of it at one moment of the database. */
export function progressReader(
  db: Database,
  reading: Pick<ReadingTables, 'memory'>,
): (samples: number, now: Instant) => Progress {
  const checkpoints = db.prepare<[], Checkpoint>(
    'SELECT path, fingerprint, byte_offset AS offset FROM checkpoint ORDER BY path',
  );
  const counted = db.prepare<[], [keyof Progress['counted'], number]>('SELECT counter, total FROM tally').raw();
  const samples = db.prepare<[number], DatedSample>(`
    SELECT text, reason, at FROM (
      SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY reason ORDER BY seq DESC) AS nth FROM sample)
      ORDER BY nth, seq DESC LIMIT ?)
    ORDER BY seq DESC`);
  const outbox = db.prepare<[], [OutboxState, number]>('SELECT state, count(*) FROM outbox GROUP BY state').raw();
  const delivered = db.prepare<[], DeliveredTimes>(`
    SELECT created_at AS createdAt, ifnull(noted_at, created_at) AS notedAt, closed_at AS closedAt
    FROM outbox WHERE state = 'delivered' ORDER BY seq DESC LIMIT 1000`);
  const sources = db.prepare<[object], Followed>(`
    SELECT path, trouble, read_at AS readAt, iif(isLate, lost, NULL) AS lost, iif(isLate, lost_at, NULL) AS lostAt
    FROM (SELECT *, lost_at >= @now - ${LATELY_MS} AS isLate FROM source) ORDER BY path`);
  const untold = db.prepare<[object], Progress['untold']>(`
    SELECT
      (SELECT count(*) FROM outbox WHERE closed_at >= @now - ${LATELY_MS} AND state IN ('rejected', 'expired')) AS failed,
      (SELECT count(*) FROM outbox WHERE state = 'due' AND attempts > 0 AND ifnull(noted_at, created_at) < @now - ${LONG_MS}) AS stuck`);
  const disbelieved = db.prepare<[object], Disbelieved>(`
    SELECT host, tag, pid, count(*) AS lines, max(at) AS lastAt FROM suspect
    WHERE at >= @now - ${LATELY_MS} AND (text LIKE '% has no server available!%' OR text LIKE '%. 0 active and 0 backup servers left.%')
    GROUP BY host, tag, pid ORDER BY lines DESC, lastAt DESC LIMIT ${DISBELIEVED_MAX}`);
  return db.transaction((limit: number, now: Instant) => ({
    sources: sources.all({ now }),
    untold: untold.get({ now })!,
    checkpoints: checkpoints.all(),
    memory: reading.memory(),
    counted: { ...NOTHING_COUNTED, ...Object.fromEntries(counted.all()) },
    samples: samples.all(limit),
    disbelieved: disbelieved.all({ now }),
    outbox: { ...NOTHING_SENT, ...Object.fromEntries(outbox.all()) },
    delivered: delivered.all(),
  })).deferred;
}
