/**
 * Which traffic lines tell of a request that no server took: the bytes are read as the traffic grammar reads the text, whatever
 * clients write. The grammar is the judge; it is anchored at both ends and has tests of its own.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findRequest, messageStart, parseLine, parseTraffic, type RequestPlace } from '../../parsers/index.js';
import { corpus } from '../support/corpus.js';
import { Dice } from '../support/dice.js';
import { TRAFFIC, trafficLine } from '../support/traffic.js';

interface Told {
  backend: string;
  failed: boolean;
}

function byBytes(line: string): Told | null {
  const bytes = Buffer.from(line);
  const place: RequestPlace = { backend: 0, backendEnd: 0, failed: false };
  if (!findRequest(bytes, messageStart(bytes, 0, bytes.length), bytes.length, place)) return null;
  return { backend: bytes.toString('utf8', place.backend, place.backendEnd), failed: place.failed };
}

function byGrammar(line: string): Told | null {
  const parsed = parseLine(line, { tz: 'UTC', asOf: Date.parse('2026-11-23') });
  if (!parsed.ok || parsed.record.origin !== 'syslog' || parsed.record.sentence.kind !== 'other') return null;
  const told = parseTraffic(parsed.record.text);
  if (told === null || !('termination' in told)) return null;
  const connect = Array.isArray(told.timers) ? told.timers[2] : told.timers.connect;
  return { backend: told.backend, failed: /^(SC|sC|sQ)/.test(told.termination) && connect === -1 };
}

const FORGED = [
  ' SC-- 1/1/1/1/1 0/0 "GET / HTTP/1.1"',
  ' - SC-- 1/1/1/1/1 0/0 {a} "GET / HTTP/1.1',
  '- - SC-- 1/1/1/1/1 0/0 "GET / HTTP/1.1" 0/0/0/0/0 a/b/c',
  'shop/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
  '10.0.0.7:1 [22/Nov/2026:12:00:00.123] www shop/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
  '10.0.0.7:1 [22/Nov/2026:12:00:00.123] www shop/<NOSRV> -1/-1/0 0 SC 1/1/0/0/0 0/0',
  'shop/<NOSRV>',
  ' SC ',
  '"',
  '/x/y',
  ' ',
];
const clients = fc.oneof(
  fc.constantFrom(...FORGED),
  fc.array(fc.constantFrom(...FORGED), { maxLength: 3 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Lines as they are, with what clients may choose, and cut anywhere. */
const line = fc
  .tuple(
    fc.nat(),
    fc.constantFrom(...TRAFFIC),
    fc.array(clients, { minLength: 1, maxLength: 7 }),
    fc.option(fc.nat(400)),
  )
  .map(([seed, format, texts, cut]) => {
    let nth = 0;
    const whole = trafficLine(format, new Dice(seed), () => texts[nth++ % texts.length]!);
    return cut === null ? whole : whole.slice(0, cut);
  });

test('the bytes of a traffic line tell of a request what its text tells', () => {
  fc.assert(
    fc.property(line, (text) => {
      assert.deepEqual(byBytes(text), byGrammar(text));
    }),
    { numRuns: 3_000 },
  );
});

/** Failed requests in HAProxy's formats, with and without what clients write. */
const HEAD = '2026-11-22T12:00:00.123456+00:00 lb1 haproxy[1305572]: 10.0.0.7:51234 [22/Nov/2026:12:00:00.123] www';
const FAILED: [string, string][] = [
  ['httplog, no server', `${HEAD} shop/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 2/2/0/0/0 0/0 "GET / HTTP/1.1"`],
  [
    'over TLS, with captures',
    `${HEAD}~ shop/<NOSRV> 0/5001/-1/-1/5001 503 217 S=1 - sQ-- 2/2/0/0/0 0/3 {h|} {} "GET / HTTP/2.0"`,
  ],
  ['connection refused', `${HEAD} shop/web1 0/0/-1/-1/3009 503 217 - - SC-- 2/2/0/0/3 0/0 "GET / HTTP/1.1"`],
  [
    'connect timeout, redispatched',
    `${HEAD} shop/web1 0/0/-1/-1/9009 503 217 - - sCVN 2/2/0/0/+3 0/0 "GET / HTTP/1.1"`,
  ],
  ['request cut by len', `${HEAD} shop/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 2/2/0/0/0 0/0 "GET /aaaaaaaaa`],
  ['header cut by len', `${HEAD} shop/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 2/2/0/0/0 0/0 {shop.example|aaaa`],
  [
    'httpslog',
    `${HEAD} shop/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 2/2/0/0/0 0/0 "GET / HTTP/1.1" 0/0000000000000000/0/0/0 a.example/TLSv1.3/TLS_AES_256_GCM_SHA384`,
  ],
  [
    'httpslog without TLS',
    `${HEAD} shop/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 2/2/0/0/0 0/0 "GET / HTTP/1.1" 0/-/-/-/0 -/-/-`,
  ],
  ['tcplog, no server', `${HEAD} shop/<NOSRV> -1/-1/0 0 SC 2/2/0/0/0 0/0`],
  ['tcplog, refused', `${HEAD} shop/db1 1/-1/3006 0 SC 2/2/0/0/3 0/0`],
  ['logasap', `${HEAD} shop/db1 1/-1/+3006 +0 sC 2/2/0/0/3 0/0`],
  [
    'CLF',
    `${HEAD.replace(/10\.0.*/, '10.0.0.7')} - - [22/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 503 217 "" "" 51234 123 "www" "shop" "<NOSRV>" 0 -1 -1 -1 0 SC-- 2 2 0 0 0 0 0 "" "" "" `,
  ],
];

/** Behind a stamp alone, as `docker logs --timestamps` has them. */
const headless = (text: string) => text.replace(' lb1 haproxy[1305572]: ', ' ');

test('however such a line is cut, and whatever client text is put anywhere into it', () => {
  const any = fc.tuple(
    fc.constantFrom(...FAILED.map(([, text]) => text)),
    fc.boolean(),
    fc.nat(300),
    fc.constantFrom('', ...FORGED),
    fc.nat(300),
  );
  fc.assert(
    fc.property(any, ([whole, bare, at, put, cut]) => {
      const [text, head] = bare ? [headless(whole), headless(HEAD).length] : [whole, HEAD.length];
      const changed = text.slice(0, head + at) + put + text.slice(head + at);
      assert.deepEqual(byBytes(changed), byGrammar(changed));
      const short = text.slice(0, head + cut);
      assert.deepEqual(byBytes(short), byGrammar(short));
    }),
    { numRuns: 3_000 },
  );
});

test('a request that no server took is told from every other, in each of the built-in formats', () => {
  for (const [name, text] of FAILED) {
    assert.deepEqual(byBytes(text), { backend: 'shop', failed: true }, name);
    assert.deepEqual(byGrammar(text), { backend: 'shop', failed: true }, name);
    assert.deepEqual(byBytes(headless(text)), { backend: 'shop', failed: true }, `${name}, behind a stamp alone`);
    assert.deepEqual(byGrammar(headless(text)), { backend: 'shop', failed: true }, `${name}, behind a stamp alone`);
  }
  const notFailed = [
    ['the client gave up', 'CC'],
    ['the client left the queue', 'CQ'],
    ['HAProxy refused it', 'PR'],
    ['HAProxy redirected it', 'LR'],
    ['the server broke off', 'SH'],
    ['the application said 503', '--'],
  ] as const;
  for (const [name, termination] of notFailed) {
    const text = FAILED[0]![1].replace(' SC-- ', ` ${termination}-- `);
    assert.deepEqual(byBytes(text), { backend: 'shop', failed: false }, name);
  }
});

test('a client that captures let write a termination fools nobody: its connection was made', () => {
  const forged = ' - SC-- 1/1/1/1/1 0/0 "GET / HTTP/1.1" 0/0/0/0/0 ';
  const text = `${HEAD} shop/web1 0/0/1/2/3 200 217 S=1${forged} - ---- 2/2/0/0/0 0/0 "GET / HTTP/1.1" 0/0000000000000000/0/0/0 a/TLSv1.3/X`;
  assert.deepEqual(byBytes(text), { backend: 'shop', failed: false });
});

test('every line of the corpus is read so', () => {
  for (const { goldens } of corpus('fixtures/corpus')) {
    for (const { line: text, context } of goldens) {
      if (parseLine(text, context).ok) assert.deepEqual(byBytes(text), byGrammar(text), text);
    }
  }
});
