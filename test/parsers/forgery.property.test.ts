/** Sentences in what clients and servers write: in no field of no traffic format do they become an event. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseLine, tellsOfState } from '../../parsers/index.js';
import { print } from '../support/print.js';
import { stateSentence } from '../support/sentences.js';

const CONTEXT = { tz: 'UTC', asOf: Date.parse('2026-11-24T00:00:00Z') };
const HEAD = '10.0.0.1:5000 [22/Nov/2026:21:43:41.741] fe';
const HTTP = `${HEAD} b/s 0/0/0/0/0 200 1`;
const TAIL = '---- 1/1/0/0/0 0/0';

/** Fields that somebody else writes, in each format that HAProxy has; in JSON and CLF too. */
const formats: Record<string, (text: string) => string> = {
  'a captured cookie': (text) => `${HTTP} SID=${text} - ${TAIL} "GET / HTTP/1.1"`,
  'a captured header': (text) => `${HTTP} - - ${TAIL} {${text}|} {} "GET / HTTP/1.1"`,
  'a captured header of the server': (text) => `${HTTP} - - ${TAIL} {} {${text}} "GET / HTTP/1.1"`,
  'the path': (text) => `${HTTP} - - ${TAIL} "GET /${text} HTTP/1.1"`,
  'a path that was cut': (text) => `${HTTP} - - ${TAIL} "GET /${text}`,
  'the name that TLS asks for': (text) =>
    `${HTTP} - - ${TAIL} "GET / HTTP/1.1" 0/0000000000000000/0/0/0 ${text}/TLSv1.3/X`,
  'the request in CLF': (text) => `127.0.0.1 - - [22/Nov/2026:21:53:51 +0000] "GET /${text} HTTP/1.0" 200 101 "" ""`,
  'a cookie in CLF': (text) =>
    `127.0.0.1 - - [22/Nov/2026:21:53:51 +0000] "GET / HTTP/1.0" 200 101 "" "" 1 1 "f" "b" "s" 0 0 0 0 0 --DI 1 1 0 0 0 0 0 "${text}"`,
  'a field in JSON': (text) => `{"ua":"${text}"}`,
  'the name of a bind line': (text) => `${HEAD}/${text}: SSL handshake failure`,
  "OpenSSL's words": (text) => `${HEAD}/1: SSL handshake failure (${text})`,
  'the info of a check': (text) =>
    `Health check for server b/s failed, reason: Layer7 wrong status, code: 500, info: "${text.replaceAll('"', '<22>')}", check duration: 1ms, status: 0/2 DOWN.`,
  "a script's log": (text) => `[info] 325/213840 (1) : ${text}`,
  'the state of a snapshot': (text) => `SIGHUP: ${text}`,
};

const headers = [
  '2026-11-22T21:38:40.000001+00:00 vm haproxy[1]: ',
  'Nov 22 21:38:40 vm haproxy: ',
  '<134>Nov 22 21:38:40 vm lb[1]: ',
];

/** What may make the text begin anew for a careless reader. */
const lures = fc.constantFrom(
  '',
  '" ',
  '} ',
  '#012',
  '\u2028',
  '\u0085',
  ' ',
  '/',
  '2026-11-22T21:38:40Z vm haproxy[1]: ',
  'haproxy[1]: ',
  '[ALERT]    (1) : ',
);

for (const [field, format] of Object.entries(formats)) {
  test(`a sentence in ${field} is no event`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...headers), lures, stateSentence, lures, (header, before, sentence, behind) => {
        for (const text of print(sentence)) {
          const line = header + format(before + text + behind);
          const parsed = parseLine(line, CONTEXT);
          assert.ok(parsed.ok && !tellsOfState(parsed.record.sentence), line);
        }
      }),
      { numRuns: 100 },
    );
  });
}
