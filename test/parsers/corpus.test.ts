import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS, parseLine } from '../../parsers/index.js';
import { answer, corpus } from '../support/corpus.js';

for (const { goldens } of corpus('fixtures/corpus')) {
  for (const golden of goldens) {
    test(`${golden.where} says ${golden.want?.slice(0, 100)}`, () => {
      assert.ok(golden.want, 'a line without an answer: run `npm run bless` and review what it wrote');
      assert.equal(answer(golden), golden.want);
    });
  }
}

test('every kind of sentence that the grammar knows has a line there, and no line is of another', () => {
  const kinds = new Set<string>();
  for (const { goldens } of corpus('fixtures/corpus')) {
    for (const { line, context } of goldens) {
      const parsed = parseLine(line, context);
      if (parsed.ok) kinds.add(parsed.record.sentence.kind);
    }
  }
  // That a sentence was cut is seen behind the grammar.
  assert.deepEqual([...kinds].sort(), [...KINDS, 'truncated'].sort());
});
