/** The name of a log: fixed once its first line is complete, the same in every copy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprintOf, HEAD_BYTES, headOf } from '../../../src/tail/fingerprint.js';

const long = 'x'.repeat(HEAD_BYTES + 1);

for (const { name, bytes, complete = false, head } of [
  { name: 'an empty file has none', bytes: '', head: null },
  { name: 'an empty file has none, even if nothing more will come', bytes: '', complete: true, head: null },
  { name: 'a first line that is being written has none', bytes: 'one', head: null },
  { name: 'a first line to which nothing will be added counts', bytes: 'one', complete: true, head: 'one' },
  { name: 'a complete first line counts', bytes: 'one\n', head: 'one' },
  { name: 'later lines do not matter', bytes: 'one\ntwo\n', head: 'one' },
  { name: 'of a very long line the beginning counts', bytes: long, head: long.slice(0, HEAD_BYTES) },
  { name: 'and its end does not matter', bytes: `${long}\n`, head: long.slice(0, HEAD_BYTES) },
]) {
  test(`a log's name: ${name}`, () => assert.equal(headOf(Buffer.from(bytes), complete)?.toString() ?? null, head));
}

test('a name is 32 hexadecimal digits of SHA-256', () => {
  assert.equal(fingerprintOf(Buffer.from('one')), '7692c3ad3540bb803c020b3aee66cd88');
});
