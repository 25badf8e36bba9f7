/** A log that was moved is known by its content, and no other is taken for it. */
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fingerprintOf } from '../../../src/tail/fingerprint.js';
import { inheritedFrom } from '../../../src/tail/inheritance.js';
import { openFolder } from '../../support/stage.js';

const FIRST = 'Dec  1 12:00:00 lb haproxy[1]: one';
const LINES = `${FIRST}\nanother line, which is longer\nand the last one\n`;
const fingerprint = fingerprintOf(Buffer.from(FIRST));
const left = (path: string, offset: number) => ({ path, fingerprint, offset });
const second = FIRST.length + 1;

test('of the logs that were read under other paths the one is found that was read furthest, plain, rotated or packed', async () => {
  using folder = openFolder();
  const [log, packed] = [join(folder.path, 'lb.log'), join(folder.path, 'packed.log')];
  writeFileSync(log, LINES);
  const others = [left('/a.log', second), left('/b.log', LINES.length), { ...left('/c.log', 999), fingerprint: 'f' }];
  assert.deepEqual(await inheritedFrom(log, others), others[1]);
  copyFileSync(log, `${log}.1`);
  writeFileSync(log, 'Dec  2 12:00:00 lb haproxy[1]: a new file\n');
  assert.deepEqual(await inheritedFrom(log, others), others[1]);
  writeFileSync(`${packed}.2.gz`, gzipSync(LINES));
  assert.deepEqual(await inheritedFrom(packed, others), others[1]);
});

test('a log that only begins with the same line is another one', async () => {
  using folder = openFolder();
  const log = join(folder.path, 'lb.log');
  writeFileSync(log, LINES);
  const others = [left('/a.log', second + 5), left('/b.log', LINES.length + 100), left('/c.log', 0)];
  assert.equal(await inheritedFrom(log, others), null);
  assert.equal(await inheritedFrom(join(folder.path, 'missing.log'), others), null);
});
