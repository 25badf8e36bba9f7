/** What rsyslog folds into `message repeated N times: [ ... ]` says what it would by itself, free text or not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isUnderstood, messageStart, parseLine, type TimeContext } from '../../parsers/index.js';
import { corpus } from '../support/corpus.js';

const HEADER = '2026-11-22T21:38:40.000001+00:00 vm haproxy[24501]: ';
const CONTEXT: TimeContext = { tz: 'UTC', asOf: Date.parse('2026-11-23T00:00:00Z') };

const recordOf = (line: string) => {
  const parsed = parseLine(line, CONTEXT);
  assert.ok(parsed.ok, line);
  return parsed.record;
};

describe('a repeated message says the same as a single one', () => {
  for (const text of everySaying()) {
    test(text.slice(0, 120), () => {
      const once = recordOf(HEADER + text);
      const { sentence, times, origin, pid, text: said } = recordOf(`${HEADER}message repeated 3 times: [ ${text}]`);
      assert.deepEqual(sentence, once.sentence);
      assert.deepEqual({ times, origin, pid, said }, { times: 3, origin: once.origin, pid: once.pid, said: once.text });
    });
  }
});

test('a text that ends in a bracket keeps it', () => {
  const text = 'Lua task: [x]';
  assert.equal(recordOf(`${HEADER}message repeated 3 times: [ ${text}]`).text, text);
  assert.equal(recordOf(`${HEADER}${text}]`).text, `${text}]`);
  assert.equal(recordOf(`${HEADER}message repeated 3 times: [ ${text}]`).text, text);
});

/** Every message in fixtures/corpus that is understood, and stands behind a usual header and once. */
function everySaying(): Set<string> {
  const texts = new Set<string>();
  for (const { line } of corpus('fixtures/corpus').flatMap(({ goldens }) => goldens)) {
    const bytes = Buffer.from(line);
    const text = bytes.toString('utf8', messageStart(bytes, 0, bytes.length)).replace(/^ +|( |#012)+$/g, '');
    // (HAProxy's own header, behind that of a container's log driver, is forged where it stands in a repetition.)
    if (text === '' || text.includes('message repeated') || text.startsWith('<')) continue;
    const parsed = parseLine(HEADER + text, CONTEXT);
    if (parsed.ok && parsed.record.times === 1 && isUnderstood(parsed.record.sentence)) texts.add(text);
  }
  return texts;
}
