import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, corpus } from '../support/corpus.js';

for (const { goldens } of corpus('fixtures/corpus')) {
  for (const golden of goldens) {
    test(`${golden.where} says ${golden.want?.slice(0, 100)}`, () => {
      assert.ok(golden.want, 'a line without an answer: run `npm run bless` and review what it wrote');
      assert.equal(answer(golden), golden.want);
    });
  }
}
