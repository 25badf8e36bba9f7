/** What is seen of a log from outside the daemon. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { LogFile } from '../../../src/tail/log-file.js';
import { beginsIllegibly, unreadOf } from '../../../src/tail/unread.js';
import { tempFolder } from '../store/temp-folder.js';

const LINE = '2026-11-30T17:00:00+00:00 lb haproxy[5]: backend app has no server available!\n';
const STRANGE = '{"MESSAGE": "backend app has no server available!"}\n';

function written(t: TestContext, content: string | Buffer): string {
  const path = join(tempFolder(t), 'haproxy.log');
  writeFileSync(path, content);
  return path;
}

/** As seen by somebody whose checkpoint is at `offset` of the file as it is now. */
function checkpoint(path: string, offset: number) {
  const file = LogFile.open(path);
  const fingerprint = file.fingerprint(true) ?? '';
  file.close();
  return { path, fingerprint, offset };
}

test('what was written after the checkpoint is unread, and whether a whole line is among it', (t) => {
  const path = written(t, LINE);
  const place = checkpoint(path, LINE.length);
  const seen = (): unknown => {
    const { kind, bytes, hasLine } = unreadOf(place) as { kind: string; bytes?: number; hasLine?: boolean };
    return [kind, bytes, hasLine];
  };
  assert.deepEqual(seen(), ['unread', 0, false]);
  appendFileSync(path, LINE.slice(0, 20));
  assert.deepEqual(seen(), ['unread', 20, false]);
  appendFileSync(path, LINE.slice(20));
  assert.deepEqual(seen(), ['unread', LINE.length, true]);
  utimesSync(path, 1, 1_000);
  assert.equal((unreadOf(place) as { writtenAt: number }).writtenAt, 1_000_000);
  writeFileSync(path, LINE);
  assert.deepEqual(seen(), ['unread', 0, false]);
  writeFileSync(path, LINE.replace('app', 'web'));
  assert.deepEqual(seen(), ['other', LINE.length, true]);
  rmSync(path);
  assert.deepEqual(seen(), ['missing', undefined, undefined]);
  mkdirSync(path);
  assert.deepEqual(seen(), ['unreadable', undefined, undefined]);
});

test('a file that was emptied and has less than was read is another one', (t) => {
  const path = written(t, LINE.repeat(3));
  const place = checkpoint(path, 3 * LINE.length);
  writeFileSync(path, LINE);
  assert.equal(unreadOf(place).kind, 'other');
});

test('of a packed file nothing is unread, though its offsets are those of what it holds', (t) => {
  const path = written(t, gzipSync(LINE.repeat(100)));
  const seen = unreadOf(checkpoint(path, 100 * LINE.length)) as { kind: string; bytes: number };
  assert.deepEqual([seen.kind, seen.bytes], ['unread', 0]);
});

test('a log is illegible if nothing is understood at its beginning and before the checkpoint', (t) => {
  const illegible = (content: string): unknown => {
    const path = written(t, content);
    return (unreadOf(checkpoint(path, content.length)) as { isIllegible: boolean }).isIllegible;
  };
  const dump = 'a line of a dump without a header\n'.repeat(3_000);
  assert.equal(illegible(STRANGE.repeat(3)), true);
  assert.equal(illegible(LINE + dump), false);
  assert.equal(illegible(dump + LINE), false);
  assert.equal(illegible(dump + dump), true);
  // Lines that are longer than the few KiB by which a file is known.
  assert.equal(illegible(STRANGE.replace('server', 'server '.repeat(1_000)).repeat(5)), true);
  assert.equal(beginsIllegibly(written(t, STRANGE.repeat(3))), true);
  assert.equal(beginsIllegibly(written(t, gzipSync(STRANGE.repeat(3)))), true);
  assert.equal(beginsIllegibly(written(t, LINE)), false);
  assert.equal(beginsIllegibly('/nowhere/haproxy.log'), false);
});
