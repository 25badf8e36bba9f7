/** What the reading of the log leaves: how far it came, what it remembers, what it counted and could not understand. */
import type { Database } from 'better-sqlite3';
import type { Instant } from '../../parsers/index.js';
import type { Checkpoint } from '../tail/batch.js';
import type { Commit, MemoryRow } from './store.js';

/** How many samples are kept, and how many of one reason: a flood of one kind must not wash away a rare one. */
const SAMPLES_KEPT = 100;
const SAMPLES_KEPT_OF_REASON = 25;

export interface ReadingTables {
  checkpoint(path: string): Checkpoint | null;
  orphans(): Checkpoint[];
  inherit(path: string, from: string, shelf: string): void;
  putCheckpoint(checkpoint: Checkpoint, readAt: Instant | null): void;
  follow(paths: readonly string[], at: Instant): void;
  trouble(path: string, trouble: string | null): void;
  lost(path: string, why: string, at: Instant): void;
  memory(): MemoryRow[];
  remember(row: MemoryRow): void;
  forget(name: Pick<MemoryRow, 'shelf' | 'key'>): void;
  /** Adds to what was counted before. */
  count(counters: Readonly<Record<string, number>>): void;
  keepSamples(samples: Commit['samples']): void;
}

export function readingTables(db: Database): ReadingTables {
  const checkpoint = db.prepare<[string], Checkpoint>(
    'SELECT path, fingerprint, byte_offset AS offset FROM checkpoint WHERE path = ?',
  );
  const orphans = db.prepare<[], Checkpoint>(
    'SELECT path, fingerprint, byte_offset AS offset FROM checkpoint WHERE path NOT IN (SELECT path FROM source) ORDER BY path',
  );
  const inheritCheckpoint = db.prepare('UPDATE OR REPLACE checkpoint SET path = @path WHERE path = @from');
  const inheritMemory = db.prepare('UPDATE memory SET key = @path WHERE shelf = @shelf AND key = @from');
  const putCheckpoint = db.prepare(`
    INSERT INTO checkpoint (path, fingerprint, byte_offset) VALUES (@path, @fingerprint, @offset)
    ON CONFLICT (path) DO UPDATE SET fingerprint = excluded.fingerprint, byte_offset = excluded.byte_offset`);
  const unfollow = db.prepare('DELETE FROM source WHERE path NOT IN (SELECT value FROM json_each(?))');
  const follow = db.prepare(`
    INSERT INTO source (path, read_at) VALUES (@path, @at)
    ON CONFLICT (path) DO UPDATE SET read_at = excluded.read_at, trouble = NULL`);
  const read = db.prepare('UPDATE source SET read_at = @readAt WHERE path = @path');
  const trouble = db.prepare('UPDATE source SET trouble = @trouble WHERE path = @path');
  const lost = db.prepare('UPDATE source SET lost = @why, lost_at = @at WHERE path = @path');
  const memory = db.prepare<[], { shelf: string; key: string; body: string }>(
    'SELECT shelf, key, body FROM memory ORDER BY shelf, key',
  );
  const remember = db.prepare(`
    INSERT INTO memory (shelf, key, body) VALUES (@shelf, @key, @body)
    ON CONFLICT (shelf, key) DO UPDATE SET body = excluded.body`);
  const forget = db.prepare('DELETE FROM memory WHERE shelf = @shelf AND key = @key');
  const count = db.prepare(`
    INSERT INTO tally (counter, total) VALUES (@counter, @total)
    ON CONFLICT (counter) DO UPDATE SET total = total + excluded.total`);
  const addSample = db.prepare('INSERT INTO sample (text, reason, at) VALUES (@text, @reason, @at)');
  const dropSamples = db.prepare(`
    DELETE FROM sample WHERE seq IN (
      SELECT seq FROM (SELECT seq, row_number() OVER (PARTITION BY reason ORDER BY seq DESC) AS nth FROM sample)
      WHERE nth > ${SAMPLES_KEPT_OF_REASON}
      UNION SELECT seq FROM (SELECT seq FROM sample ORDER BY seq DESC LIMIT -1 OFFSET ${SAMPLES_KEPT}))`);

  return {
    checkpoint: (path) => checkpoint.get(path) ?? null,
    orphans: () => orphans.all(),
    inherit: db.transaction((path, from, shelf) => {
      inheritCheckpoint.run({ path, from });
      forget.run({ shelf, key: path });
      inheritMemory.run({ path, from, shelf });
    }).immediate,
    putCheckpoint: (row, readAt) => {
      putCheckpoint.run(row);
      if (readAt !== null) read.run({ path: row.path, readAt });
    },
    follow: db.transaction((paths, at) => {
      unfollow.run(JSON.stringify(paths));
      for (const path of paths) follow.run({ path, at });
    }).immediate,
    trouble: (path, told) => {
      trouble.run({ path, trouble: told });
    },
    lost: (path, why, at) => {
      lost.run({ path, why, at });
    },
    memory: () => memory.all().map((row) => ({ ...row, body: JSON.parse(row.body) })),
    remember: ({ shelf, key, body }) => {
      remember.run({ shelf, key, body: JSON.stringify(body) });
    },
    forget: ({ shelf, key }) => {
      forget.run({ shelf, key });
    },
    count: (counters) => {
      for (const [counter, total] of Object.entries(counters)) count.run({ counter, total });
    },
    keepSamples: (samples) => {
      for (const sample of samples) addSample.run(sample);
      if (samples.length > 0) dropSamples.run();
    },
  };
}
