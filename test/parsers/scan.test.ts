/** What the byte scan promises: no line that the grammar takes for a state is ever passed over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify, parseLine, tellsOfState } from '../../parsers/index.js';
import { corpus } from '../support/corpus.js';

const classOf = (line: string) => {
  const bytes = new TextEncoder().encode(line);
  return classify(bytes, 0, bytes.length);
};

const goldens = corpus('fixtures/corpus').flatMap((file) => file.goldens);

test('every line of the corpus that tells of a state is a candidate', () => {
  const passed = goldens.filter(({ line, context }) => {
    const parsed = parseLine(line, context);
    return parsed.ok && tellsOfState(parsed.record.sentence) && classOf(line) !== 'candidate';
  });
  assert.deepEqual(
    passed.map(({ line }) => line),
    [],
  );
});

test('whatever line came before it', () => {
  for (const before of goldens.filter((_, index) => index % 7 === 0)) {
    for (const { line, context } of goldens) {
      const parsed = parseLine(line, context);
      if (!parsed.ok || !tellsOfState(parsed.record.sentence)) continue;
      classOf(before.line);
      assert.equal(classOf(line), 'candidate', `${line} behind ${before.line}`);
    }
  }
});

test('traffic in the built-in formats is passed over', () => {
  const traffic = goldens.filter(({ line, want }) => want?.startsWith('traffic ') && !/message repeated/.test(line));
  assert.ok(traffic.length > 10);
  assert.deepEqual(
    traffic.filter(({ line }) => classOf(line) !== 'traffic').map(({ line }) => line),
    [],
  );
});
