/** Records for programs, also of sentences that these commands have never heard of. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogRecord } from '../../../parsers/index.js';
import { sentenceJson } from '../../../src/cli/record.js';

const record = (sentence: object) => ({ sentence }) as LogRecord;

test('the fields of any sentence come out in snake_case, however deep, and its values as they are', () => {
  assert.deepEqual(
    sentenceJson(
      record({
        kind: 'invented',
        proxyName: 'webFront',
        limits: { maxConn: 5, perThread: [{ threadId: 1 }, null, 'asIs'] },
        info: null,
      }),
    ),
    { proxy_name: 'webFront', limits: { max_conn: 5, per_thread: [{ thread_id: 1 }, null, 'asIs'] }, info: null },
  );
});

test('a sentence that says nothing but its kind has no fields', () => {
  assert.equal(sentenceJson(record({ kind: 'invented' })), null);
});
