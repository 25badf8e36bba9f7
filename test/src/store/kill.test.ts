/** The daemon may be killed at any moment: what it has read and what it has stored agree. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as passed } from 'node:timers/promises';
import { dump } from '../../support/dump.js';
import { startChild } from './child.js';
import { tempFolder } from './temp-folder.js';

const lives = 5;

test('however often the daemon is killed with -9 while it writes, nothing is lost, repeated or half-done', async (t) => {
  const path = join(tempFolder(t), 'haplog.db');
  let read = 0;
  for (let life = 0; life < lives; life++) {
    const daemon = startChild('kill-child.ts', [path], t.signal);
    assert.equal(await daemon.says(), `goes on at ${read}`);
    // Not waiting for anything: the moment of its death is to be any.
    await passed(20 + Math.random() * 150);
    await daemon.kill();

    const { checkpoint, memory, outage, outbox, tally, transition } = dump(path);
    read = Number(checkpoint?.[0]?.byte_offset ?? 0);
    const lines = Array.from({ length: read }, (_, n) => `f1:${n}`);
    const batches = Array.from({ length: read / 10 }, (_, n) => `f1:${(n + 1) * 10}`);
    assert.deepEqual(
      transition?.map((row) => row.id),
      lines,
    );
    assert.deepEqual(
      outage?.map((row) => row.id),
      batches,
    );
    assert.deepEqual(
      outbox?.map((row) => [row.seq, row.incident]),
      batches.map((name, n) => [n + 1, name]),
    );
    assert.deepEqual(
      memory?.map((row) => row.body),
      read === 0 ? [] : [String(read)],
    );
    assert.equal(tally?.find((row) => row.counter === 'lines')?.total ?? 0, read);
  }
  assert.ok(read > 0, 'it wrote at all');
});
