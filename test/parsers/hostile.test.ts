/** Lines that nobody should write: the parsers neither throw nor take long, whatever stands in a line. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { classify, parseLine, parseTraffic } from '../../parsers/index.js';
import { corpus } from '../support/corpus.js';
import { choicesOf, hardOnes, search } from '../support/regex-steps.js';

const CONTEXT = { tz: 'UTC', asOf: Date.parse('2026-11-24T00:00:00Z') };
const HEADER = '2026-11-22T21:38:40Z vm haproxy[1]: ';
const HEAD = '10.0.0.1:5000 [22/Nov/2026:21:43:41.741] fe b/s ';
const HTTP = `${HEAD}0/0/0/0/0 200 1 - - `;

/** What a grammar that looks twice would look at for ever. */
const REPEATED = [
  ...['a ', '[', '[[[[ ', 'Server ', 'Server a/b is ', '.', 'a.', ':', 'a/', '#012', '<22>', '"', "'", '(', '{', '- '],
  ...[
    'message repeated 2 times: [ ',
    '[WARNING]  (1) : ',
    'CLI : ',
    "'server a/b' : ",
    '[f:1] : ',
    '<1>',
    '1 ',
    '\u2028',
  ],
  ...[
    ' via a/b',
    ', reason: Layer4 timeout',
    ' ---- 1/1/0/0/0 0/0 "',
    ' ---- 1/1/0/0/0 0/0 {',
    '/a/b',
    ': SSL handshake failure',
  ],
];

const MESSAGES = [
  '',
  ...[HEADER, '<1>', '2026-11-22T21:38:40Z ', `${HEADER}[ALERT]    (1) : `, `${HEADER}[info] 1/1 (1) : `],
  ...[
    'Server a/b is DOWN',
    'Server ',
    'backend ',
    "backend '",
    'Proxy px stopped',
    'b/s changed its IP from ',
    'A bogus ',
  ].map((text) => HEADER + text),
  ...['Server a/b is DOWN, reason: Layer4 timeout, info: "', 'Connect() failed for backend ', 'preconnect '].map(
    (text) => HEADER + text,
  ),
];

const TRAFFIC = [
  ...[
    HEAD,
    HTTP,
    `${HTTP}---- 1/1/0/0/0 0/0 {`,
    `${HTTP}---- 1/1/0/0/0 0/0 "GET / HTTP/1.1" 0/0/0/0/0 `,
    '1.1.1.1:1 [1/a/1:1] fe/',
  ],
  ...['1.1.1.1 - - [22/Nov/2026:21:53:51 +0000] "', 'Connect from '],
];

const SIZE = 64 * 1024;
/** Time in proportion to the line is a tenth of this; a parser that looks twice would need minutes. */
const TIME_MAX_MS = 4_000;

/** What reads a whole line, and what reads its message. */
const readers: Record<string, { beginnings: string[]; read: (line: string) => void }> = {
  'a line': {
    beginnings: MESSAGES,
    read: (line) => {
      parseLine(line, CONTEXT);
      const bytes = new TextEncoder().encode(line);
      classify(bytes, 0, bytes.length);
    },
  },
  traffic: { beginnings: TRAFFIC, read: parseTraffic },
};

/** Every piece behind some of the beginnings, every beginning before many of the pieces. */
for (const [what, { beginnings, read }] of Object.entries(readers)) {
  test(`${what} of 64 KiB of anything repeated is read in a moment`, () => {
    for (const [i, begin] of beginnings.entries()) {
      for (const piece of REPEATED.filter((_, j) => (i + j) % 3 === 0)) readInTime(begin, piece, read);
    }
  });
}

test('so is a line of any words of the grammar repeated', () => {
  const grammars = readdirSync('parsers/grammar').map((file) => readFileSync(`parsers/grammar/${file}`, 'utf8'));
  const words = new Set(grammars.flatMap((text) => Array.from(text.matchAll(/"([^"\\\n]+)"/g), ([, each]) => each!)));
  assert.ok(words.size > 300, `${words.size} were found`);
  for (const piece of words)
    for (const begin of [HEADER, `${HEADER}[ALERT]    (1) : `]) readInTime(begin, piece, readAll);
});

function readInTime(begin: string, piece: string, read: (line: string) => void): void {
  const line = begin + piece.repeat(Math.ceil(SIZE / piece.length));
  const start = performance.now();
  read(line);
  const ms = performance.now() - start;
  assert.ok(ms < TIME_MAX_MS, `${begin}${piece}${piece}...: ${ms.toFixed(0)} ms`);
}

/** The regular expressions in a grammar's source, and the one that dump.peggy puts together. */
function expressionsIn(file: string): RegExp[] {
  const source = readFileSync(`parsers/grammar/${file}`, 'utf8');
  const written = source.matchAll(/(?<=[ (,])\/((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/g?(?=[\],.;)])/g);
  const [block = ''] = source.match(/(?<=\{\{).*?\n(?=\}\})/s) ?? [];
  const made = block.includes('new RegExp') ? [runInNewContext(`${block}\nSHAPE`)] : [];
  return [...Array.from(written, ([, each]) => new RegExp(each!)), ...made];
}

test('a text four times as long takes each regular expression of the grammar four times the steps, and not sixteen times', () => {
  const expressions = readdirSync('parsers/grammar').flatMap(expressionsIn);
  assert.ok(expressions.length >= 70, `${expressions.length} were found`);
  for (const expression of expressions) {
    const choices = choicesOf(expression);
    for (const { begin, piece } of hardOnes(choices)) {
      const [short = '', long = ''] = [150, 600].map((size) => begin + piece.repeat(Math.ceil(size / piece.length)));
      const { fits, steps } = search(choices, short);
      assert.equal(fits, expression.test(short), `${expression} on ${short}`); // the steps are those of the same search
      assert.ok(search(choices, long).steps < 6 * steps, `${begin}${piece}${piece}... in ${expression}`);
    }
  }
});

function readAll(line: string): void {
  for (const { read } of Object.values(readers)) read(line);
}

test('no line makes a parser throw', () => {
  const lines = corpus('fixtures/corpus').flatMap(({ goldens }) => goldens.map(({ line }) => line));
  const piece = fc.oneof(
    fc.constantFrom(...REPEATED, ...MESSAGES, ...TRAFFIC),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...lines),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      readAll(pieces.join(''));
    }),
    { numRuns: 2_000 },
  );
});

test('nor does a line of the log with a piece taken out or put in', () => {
  const lines = corpus('fixtures/corpus').flatMap(({ goldens }) => goldens.map(({ line }) => line));
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.constantFrom(...lines),
      place,
      place,
      fc.string({ unit: 'binary', maxLength: 5 }),
      (line, from, to, put) => {
        readAll(line.slice(0, from * line.length) + put + line.slice(to * line.length));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a block of NULs that a power failure left before a line hides nothing', () => {
  const line = `${HEADER}Server app/web1 is UP. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`;
  for (const each of [line, `<134>${line}`, line.replace('2026-11-22T21:38:40Z', 'Nov 22 21:38:40')]) {
    const behind = `${'\0'.repeat(4_000)}${each}`;
    assert.deepEqual(parseLine(behind, CONTEXT), parseLine(each, CONTEXT));
    assert.equal(classify(new TextEncoder().encode(behind), 0, behind.length), 'candidate');
  }
});

test('a byte order mark before the first line of a file hides nothing', () => {
  const line = `${HEADER}Server a/b is DOWN.`;
  for (const each of [line, `<134>${line}`]) {
    assert.deepEqual(parseLine(`\uFEFF${each}`, CONTEXT), parseLine(each, CONTEXT));
    const bytes = new TextEncoder().encode(`\uFEFF${each}`);
    assert.equal(classify(bytes, 0, bytes.length), 'candidate');
  }
});
