import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isIllegible } from '../../../src/tail/legible.js';

const CORPORA = 'fixtures/corpora';
const ISO = '2026-11-30T17:51:28.828517+00:00';
const SAID =
  'Server app/a is DOWN, reason: Layer4 timeout, check duration: 2001ms. 1 active and 0 backup servers left.';

test('every part of every log of HAProxy and rsyslog is legible', () => {
  let parts = 0;
  for (const name of readdirSync(CORPORA).filter((entry) => !entry.endsWith('.md'))) {
    for (const log of readdirSync(join(CORPORA, name)).filter((file) => /^haproxy\.log(\.\d+)?$/.test(file))) {
      const lines = readFileSync(join(CORPORA, name, log), 'utf8').split('\n');
      for (let at = 0; at + 5 < lines.length; at += 5, parts++) {
        assert.equal(isIllegible(lines.slice(at, at + 5)), false, `${name} ${log} line ${at + 1}`);
      }
    }
  }
  assert.ok(parts > 500, `${parts}`);
});

describe('a log of which haplog understands nothing', () => {
  const strange: Record<string, string> = {
    'journalctl -o json': `{"__REALTIME_TIMESTAMP": "1795384977897328", "_HOSTNAME": "lb", "MESSAGE": "${SAID}"}`,
    'Docker, json-file': `{"log":"${SAID}\\n","stream":"stdout","time":"2026-11-22T22:02:57.897328789Z"}`,
    "rsyslog's imfile, sent on": `${ISO} edge1 haproxy: ${ISO} edge1 haproxy[123]: ${SAID}`,
    '`log-send-hostname` into imuxsock, in the format of RFC 5424': `<133>1 ${ISO} edge1 edge1 - - -  haproxy[123]: ${SAID}`,
    metalog: `Nov 22 17:03:01 [haproxy] ${SAID}`,
    'a TAI64N stamp': `@400000006b03669b357c2380 ${SAID}`,
    nothing: SAID,
  };
  for (const [name, line] of Object.entries(strange)) {
    test(`is illegible: ${name}`, () => assert.equal(isIllegible([line, line, line]), true));
  }
  test('is no such one if it has a line that is understood', () => {
    const line = strange.metalog!;
    assert.equal(isIllegible([line, line, `${ISO} lb haproxy[123]: 10.0.0.7:51 [x]`, line]), false);
    assert.equal(isIllegible([line, line, `${ISO} [NOTICE]   (123) : New worker (124) forked`, line]), false);
  });
  test('is not one in which stamps have a blank for the T, as `journalctl -o short-full` and date-pgsql of rsyslog write them', () => {
    for (const stamp of ['Sun 2026-11-22 17:02:57 EST', '2026-11-30 17:51:28'])
      assert.equal(isIllegible([1, 2, 3].map(() => `${stamp} lb haproxy[123]: ${SAID}`)), false, stamp);
  });
  test('shows it with three lines', () => assert.equal(isIllegible([SAID, SAID, '']), false));
});

describe('a log whose headers haplog does not know, though requests stand among the sentences', () => {
  const request =
    '10.0.0.7:51 [01/Dec/2026:16:59:00.176] www app/a 0/0/0/1/1 200 217 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"';
  const headers: Record<string, string> = {
    'a time without a day': '17:00:00 lb haproxy[100]: ',
    'a TAI64N stamp': '@400000006b03669b357c2380 haproxy[100]: ',
  };
  for (const [name, header] of Object.entries(headers)) {
    test(`is illegible: ${name}`, () => {
      const lines = [request, request, SAID, 'backend app has no server available!'];
      assert.equal(isIllegible(lines.map((line) => header + line)), true);
    });
  }
  test('is legible if it has none but requests, behind a header that haplog knows', () => {
    const known = [`${ISO} lb haproxy[100]: `, `<134>1 ${ISO} lb haproxy 100 - - `, `${ISO} lb `, `${ISO} `];
    for (const header of known) assert.equal(isIllegible(Array(3).fill(header + request)), false, header);
  });
});

test("an operator's format that begins with a date is legible", () => {
  const line = `${ISO} lb haproxy[123]: ${ISO} 10.0.0.7 www app 200 1234 "GET / HTTP/1.1"`;
  assert.equal(isIllegible([line, line, line]), false);
});
