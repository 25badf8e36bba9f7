/** Several logs that are behind: wherever the daemon dies among them, and however fast each is read, the database ends the same. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Confluence } from '../../src/confluence.js';
import { Intake } from '../../src/intake.js';
import { logsOnceRead, recall } from '../../src/memory.js';
import { openStore } from '../../src/store/open.js';
import type { Commit, Store } from '../../src/store/store.js';
import { Splitter } from '../../src/tail/splitter.js';
import { dump } from '../support/dump.js';
import { down, EXHAUSTED, stderrLine, syslogLine, up } from '../support/lines.js';
import { batchOf, PLAN } from '../support/reading.js';
import { tempFolder } from './store/temp-folder.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const NOW = T + 24 * 3_600_000;
const PATHS = ['/var/log/haproxy.log', '/var/log/haproxy-err.log', '/var/log/stderr.log'] as const;
const FAILED = '10.0.0.1:52 [22/Nov/2026:12:00:00.000] fe app/<NOSRV> -1/-1/0 0 SC 1/1/0/0/0 0/0';

/** What happened, how long after the thing before it, and in which of the logs it is told. */
const entry = fc.record({
  text: fc.constantFrom(down('a', 1), down('b', 0), EXHAUSTED, up('a', 1), up('b', 2), FAILED),
  wait: fc.integer({ min: 0, max: 90_000 }),
  isIn: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
});

const logs = fc.array(entry, { minLength: 1, maxLength: 25 }).map((entries) => {
  let at = T;
  const texts = PATHS.map(() => '');
  for (const { text, wait, isIn } of entries) {
    at += wait;
    for (const [n, isTold] of isIn.entries()) {
      if (isTold) texts[n] += `${(n === 2 ? stderrLine : syslogLine)(at + n, text, { pid: 7 })}\n`;
    }
  }
  return texts.map((text) => Buffer.from(text));
});

/** Whether to let the others read on first, and again: how the readings of the logs are interleaved. */
type Dice = () => boolean;

/** A life of so many commits, or until all is read; returns whether it died before. */
async function live(path: string, files: readonly Buffer[], commits: number, dice: Dice): Promise<boolean> {
  const store = openStore(path, 'write');
  let left = commits;
  let die = () => {};
  const dead = new Promise<true>((resolve) => {
    die = () => resolve(true);
  });
  const mortal = {
    ...store,
    apply(commit: Commit) {
      if (left-- > 0) return store.apply(commit);
      die();
      return new Promise<void>(() => {});
    },
  };
  const rows = await store.memory();
  const clock = { now: () => NOW, behindMs: () => 0 };
  const none = () => {};
  const deps = { store: mortal, plan: PLAN, clock, onceRead: logsOnceRead(rows), onCommit: none, onSetBack: none };
  const intake = new Intake(deps, recall(rows));
  const confluence = new Confluence(PATHS, (arrivals) => intake.take(arrivals));
  const readings = files.map((file, n) => read(file, PATHS[n]!, confluence, store, dice));
  const ended = Promise.all(readings).then(() => intake.firstTick());
  const died = await Promise.race([dead, ended.then(() => false)]);
  await store.end();
  return died;
}

async function read(file: Buffer, path: string, confluence: Confluence, store: Store, dice: Dice): Promise<void> {
  const source = { path, tz: 'UTC', host: null };
  let at = (await store.checkpoint(path))?.offset ?? 0;
  const splitter = new Splitter(at, confluence.portion);
  const put = (caughtUp: boolean) => {
    const checkpoint = { path, fingerprint: path, offset: splitter.lineStart };
    const batch = batchOf([], { ...splitter.take(), checkpoint, caughtUp, live: false, readAt: NOW });
    return confluence.put({ batch, source });
  };
  while (at < file.length) {
    while (dice()) await new Promise(setImmediate);
    at += splitter.push(file.subarray(at));
    if (splitter.full) await put(false);
  }
  while (dice()) await new Promise(setImmediate);
  if (file.length === 0) await confluence.rest(path);
  else await put(true);
}

test('wherever the daemon dies while it catches up with several logs, the database ends the same', async (t) => {
  const folder = tempFolder(t);
  let run = 0;
  const commits = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(logs, commits, fc.infiniteStream(fc.boolean()), async (files, lives, stream) => {
      const dice = () => stream.next().value === true;
      const [whole, often] = [`${++run}a.db`, `${run}b.db`].map((name) => join(folder, name)) as [string, string];
      await live(whole, files, Number.POSITIVE_INFINITY, () => false);
      for (const commits of [...lives, Number.POSITIVE_INFINITY]) {
        if (!(await live(often, files, commits, dice))) break;
      }
      const [{ sample: _, ...expected }, { sample: __, ...rows }] = [dump(whole), dump(often)];
      assert.deepEqual(rows, expected);
    }),
    { numRuns: 40 },
  );
});
