import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { EMPTY_MEMORY, recall } from '../../src/memory.js';
import { commitOf, ingest } from '../../src/pipeline.js';
import { openStore } from '../../src/store/open.js';
import { Splitter } from '../../src/tail/splitter.js';
import { dump } from '../support/dump.js';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { batchOf, PLAN, UTC } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'haplog-lives-'));
after(() => rmSync(folder, { recursive: true }));

/** What may stand in a log: changes with their copies, late ones too, a dead backend, traffic, reloads, and rubbish. */
const entry = fc.record({
  what: fc.constantFrom('down', 'up', 'exhausted', 'traffic', 'forked', 'stopped', 'rubbish'),
  server: fc.constantFrom('a', 'b'),
  left: fc.integer({ min: 0, max: 2 }),
  pid: fc.constantFrom(7, 8),
  wait: fc.integer({ min: 0, max: 20_000 }),
  copies: fc.integer({ min: 1, max: 3 }),
});

const log = fc.array(entry, { minLength: 1, maxLength: 25 }).map((entries) => {
  let at = T;
  const lines = entries.flatMap(({ what, server, left, pid, wait, copies }): string[] => {
    at += wait;
    const text = textOf(what, server, left);
    if (what === 'rubbish') return ['\u0000\ufffd no header at all'];
    if (what === 'traffic') return [syslogLine(at, text, { pid })];
    if (what === 'forked') return [stderrLine(at, text, { pid: 1 })];
    return Array.from({ length: copies }, (_, i) => (i === 2 ? stderrLine : syslogLine)(at, text, { pid }));
  });
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
});

function textOf(what: string, server: string, left: number): string {
  switch (what) {
    case 'down':
    case 'up':
      return serverText({ at: 0, backend: 'app', server, to: what === 'up' ? 'UP' : 'DOWN', left });
    case 'exhausted':
      return 'backend app has no server available!';
    case 'forked':
      return 'New worker (8) forked';
    case 'stopped':
      return 'Proxy app stopped (cumulated conns: FE: 0, BE: 4).';
    case 'traffic':
      if (left === 0) return '10.0.0.1:52 [22/Nov/2026:12:00:00.000] fe app/<NOSRV> -1/-1/0 0 SC 1/1/0/0/0 0/0';
      return '10.0.0.1:52 [22/Nov/2026:12:00:00.000] fe app/a 0/0/0/0/0 200 101 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"';
    default:
      return '10.0.0.1:52 [22/Nov/2026:12:00:00.000] fe app/a 0/0/0/0/0 200 101 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"';
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 30 });

/** Lives of the daemon, each reading on from the stored checkpoint for so many bytes, then gone without a word. */
async function live(file: Buffer, name: string, lives: readonly number[]) {
  const path = join(folder, name);
  for (const size of [...lives, file.length]) {
    const store = openStore(path, 'write');
    const offset = (await store.checkpoint('/var/log/haproxy.log'))?.offset ?? 0;
    const splitter = new Splitter(offset);
    splitter.push(file.subarray(offset, offset + size), 0);
    if (splitter.lineStart > offset) {
      const checkpoint = { path: '/var/log/haproxy.log', fingerprint: 'f', offset: splitter.lineStart };
      const batch = { ...batchOf([]), ...splitter.take(), checkpoint };
      const before = recall(await store.memory());
      await store.apply(commitOf(before, ingest(before, batch, PLAN, UTC)));
    }
    await store.end();
  }
  // Of each reading only a few lines that were not understood are kept: how many in all depends on the number of readings.
  const { sample: _, ...rows } = dump(path);
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  return rows;
}

test('wherever the daemon dies and starts again, the database ends the same', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(log, sizes, async (file, lives) => {
      run++;
      assert.deepEqual(await live(file, `${run}a.db`, lives), await live(file, `${run}b.db`, []));
    }),
    { numRuns: 30 },
  );
});

test('however the log is cut into chunks, the same events come out', () => {
  const facts = (file: Buffer, cuts: readonly number[]) => {
    const splitter = new Splitter(0);
    let at = 0;
    for (const size of [...cuts, file.length]) {
      splitter.push(file.subarray(at, at + size), 0);
      at += size;
    }
    const { lines } = splitter.take();
    const { transitions, outages, incidents, notifications } = ingest(EMPTY_MEMORY, batchOf(lines), PLAN, UTC).news;
    return { lines, transitions, outages, incidents, notifications };
  };
  fc.assert(fc.property(log, sizes, (file, cuts) => assert.deepEqual(facts(file, cuts), facts(file, []))));
});
