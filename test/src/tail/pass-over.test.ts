/** What passes over traffic promises: with help or without it stops at the same lines, and never passes over any other. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { classify } from '../../../parsers/index.js';
import { passOver, type Stop } from '../../../src/tail/pass-over.js';
import { Sweep } from '../../../src/tail/sweep.js';
import { lines, stateLine, trafficLine } from './tailing.js';

const NEWLINE = 0x0a;
const alone = () => null;
const sweep = new Sweep();

/** What was classified last is kept as a shortcut: whoever is to stop at the same lines must begin with the same. */
const LAST = Buffer.from(trafficLine(0));
const beginAnew = () => classify(LAST, 0, LAST.length);

/** The same bytes where the sweep need not copy them: at the beginning of its room, before others, or at its end. */
function inRoom(bytes: Buffer, atEnd: boolean): Buffer {
  const { room } = sweep;
  room.fill(`${trafficLine(0)}\n`);
  const at = atEnd ? room.length - bytes.length : 0;
  bytes.copy(room, at);
  return room.subarray(at, at + bytes.length);
}

/** The stops of a whole chunk, at each of which the next call begins behind the line; as text, to be compared. */
function stops(chunk: Buffer, from: number, marks: number[], longest: number, help: () => Sweep | null): string[] {
  beginAnew();
  const found: string[] = [];
  const stop: Stop = { start: from, end: from - 1, kind: 'traffic', passed: 0 };
  do {
    const start = stop.end + 1;
    const mark = marks.find((place) => place >= start) ?? chunk.length;
    passOver(chunk, start, mark, longest, stop, help);
    found.push(`${stop.start}-${stop.end} ${stop.end < 0 ? '' : stop.kind} behind ${stop.passed}`);
  } while (stop.end >= 0);
  return found;
}

/** The same by nothing but `classify`, which is the specification. */
function specified(chunk: Buffer, from: number, marks: number[], longest: number): string[] {
  beginAnew();
  const found: string[] = [];
  let passed = 0;
  let called = from;
  let start = from;
  for (let end = chunk.indexOf(NEWLINE, start); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
    const mark = marks.find((place) => place >= called) ?? chunk.length;
    const kind = end - start > longest ? 'oversize' : classify(chunk, start, end);
    if (kind !== 'traffic' || end > mark) {
      found.push(`${start}-${end} ${kind} behind ${passed}`);
      called = end + 1;
      passed = 0;
    } else passed++;
    start = end + 1;
  }
  return [...found, `${start}--1  behind ${passed}`];
}

const STAMPS =
  '2024-02-21T07:03:17.653803-05:00~2024-02-21T07:03:18Z~Feb 21 07:03:17~<134>Feb 21 07:03:17~<13>1 2024-02-21T07:03:17Z~';
const WORDS = [
  ...'allyrion haproxy[1305572]: ~allyrion haproxy[1305573]: ~b haproxy[1]: ~h x[7]: ~x[7]: '.split('~'),
  ...'h x ~h haproxy: ~h haproxy 1 ID7 - '.split('~'),
  ...[236, 250].map((length) => `${'h'.repeat(length)} hap[1]: `),
];
const TRAFFIC =
  '10.0.2.162:1 [~10.0.2.162:1 Server ~::1:80 [~fd00::1:80 [~bad::1:80 [~cafe::1 [~unix:1 [~-:- [~unknown~Connect from ~"GET /~{"a":1~9';
const SENTENCES = [
  'Server ~Backup Server ~Load-balancing on ~backend ~proxy ~Proxy ~frontend ~peers section ~[WARNING] ~message repeated ',
  'New worker ~Initializing new worker ~Current worker ~Former worker ~Failed to load worker ~Health check for ~Agent check for ',
  'SIGHUP~Stopping ~Pausing ~Paused ~Enabling ~Resumed ~Scheduling a soft-stop ~last message repeated ~| ',
];
const NEITHER = '~ ~x~backen~Curr~fr~C~b~\0~\0 1~\u00ff~  10.0.0.1:1 [';

const plain = '10.0.2.162:1 [21/Feb/2024] www shop/web1 8/0/1';
const openings = [TRAFFIC, ...SENTENCES, NEITHER].flatMap((texts) => texts.split('~'));
const opening = fc.oneof({ weight: 2, arbitrary: fc.constant(plain) }, fc.constantFrom(...openings));
const rest = fc.oneof(
  { weight: 8, arbitrary: fc.nat(400).map((length) => Buffer.alloc(length, 'www shop/web1 8/0 ')) },
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(0, 14, 15, 16, 17, 40_000, 70_000).map((length) => Buffer.alloc(length, 'y')),
);
/** What is written over a header at some place: then the message stands elsewhere, or the line ends there. */
const scratch = fc.record({
  at: fc.oneof(fc.constant(0), fc.nat(80)),
  text: fc.constantFrom('', '', 'Server ', ' ', '<', '\n', '\0', ']: ', 'xx'),
});
const scratched = (header: string, { at, text }: { at: number; text: string }) =>
  at + text.length > header.length ? header : header.slice(0, at) + text + header.slice(at + text.length);

/** Lines of one header: plain traffic, then here and there something else. */
const run = fc
  .tuple(
    fc.constantFrom(...STAMPS.split('~')),
    fc.constantFrom(...WORDS),
    fc.array(fc.record({ before: fc.nat(40), scratch, opening, rest }), { maxLength: 8 }),
  )
  .map(([stamp, words, odd]) => {
    const header = `${stamp} ${words}`;
    const parts = odd.flatMap(({ before, scratch, opening, rest }) => [
      Buffer.from(`${header}${plain}\n`.repeat(before)),
      Buffer.from(scratched(header, scratch) + opening),
      rest,
      Buffer.from('\n'),
    ]);
    return Buffer.concat(parts);
  });
const log = fc
  .array(fc.oneof({ weight: 5, arbitrary: run }, fc.uint8Array({ maxLength: 60 })), { maxLength: 6 })
  .map((parts) => Buffer.concat(parts));

test('with help or without, passing over a log stops where the specification does', () => {
  let swept = 0;
  const counting = () => {
    swept++;
    return sweep;
  };
  fc.assert(
    fc.property(
      log,
      fc.array(fc.nat(60_000), { maxLength: 5 }),
      fc.constantFrom(100, 1_000, 65_536),
      fc.nat(300),
      fc.boolean(),
      (log, places, longest, skipped, atEnd) => {
        // The chunk lies in the middle of a buffer, and behind it stands what may not be read: lines that would be passed over.
        const around = Buffer.from(lines(...Array.from({ length: 20 }, (_, n) => trafficLine(n))));
        const chunk = Buffer.concat([around, log, around]).subarray(around.length, around.length + log.length);
        const from = Math.min(skipped, chunk.length);
        const marks = places.sort((a, b) => a - b);
        const wanted = specified(chunk, from, marks, longest);
        assert.deepEqual(stops(chunk, from, marks, longest, alone), wanted);
        assert.deepEqual(stops(chunk, from, marks, longest, counting), wanted);
        if (log.length <= sweep.room.length) {
          assert.deepEqual(stops(inRoom(log, atEnd), from, marks, longest, counting), wanted);
        }
      },
    ),
    { numRuns: 1_000 },
  );
  assert.ok(swept > 300, `the sweep was asked only ${swept} times`);
});

test('the sweep passes over a long stretch of traffic by itself', () => {
  const chunk = Buffer.from(lines(...Array.from({ length: 5_000 }, (_, n) => trafficLine(n)), stateLine(1)));
  const stop: Stop = { start: 0, end: 0, kind: 'traffic', passed: 0 };
  let calls = 0;
  passOver(chunk, 0, chunk.length, 65_536, stop, () => {
    calls++;
    return sweep;
  });
  assert.deepEqual([stop.passed, stop.kind, calls], [5_000, 'candidate', 1]);
});

test('a chunk in its room is passed over where it lies', () => {
  const chunk = inRoom(
    Buffer.from(lines(...Array.from({ length: 2_500 }, (_, n) => trafficLine(n)), stateLine(1))),
    true,
  );
  const before = Buffer.from(chunk);
  const copies = new Uint8Array(sweep.room.buffer, sweep.room.length + 512).fill(0xaa);
  const stop: Stop = { start: 0, end: 0, kind: 'traffic', passed: 0 };
  passOver(chunk, 0, chunk.length, 65_536, stop, () => sweep);
  assert.deepEqual([stop.passed, stop.kind], [2_500, 'candidate']);
  assert.ok(chunk.equals(before));
  assert.ok(
    copies.every((byte) => byte === 0xaa),
    'nothing was copied to where blocks of other chunks lie',
  );
});

test('where lines take turns in their headers, it is not asked', () => {
  const turns = Array.from({ length: 2_000 }, (_, n) => trafficLine(n).replace('allyrion', `lb${n % 2}`));
  const stop: Stop = { start: 0, end: 0, kind: 'traffic', passed: 0 };
  const chunk = Buffer.from(lines(...turns));
  passOver(chunk, 0, chunk.length, 65_536, stop, () => assert.fail('asked'));
  assert.equal(stop.passed, 2_000);
});

test('where there is no WebAssembly, a log is read all the same', () => {
  const log = lines(...Array.from({ length: 5_000 }, (_, n) => (n % 900 === 0 ? stateLine(n) : trafficLine(n))));
  const read = `
    import { readFileSync } from 'node:fs';
    import { Splitter } from './src/tail/splitter.ts';
    import { sweepAtHand } from './src/tail/sweep.ts';
    const splitter = new Splitter(0);
    splitter.push(readFileSync(0));
    console.log(sweepAtHand() === null, JSON.stringify(splitter.take()));`;
  const [withIt, without] = [[], ['--jitless']].map((flags) =>
    execFileSync(process.execPath, [...flags, '--import', 'tsx', '--input-type=module', '-e', read], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      input: log,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  );
  assert.match(withIt!, /^false /);
  assert.equal(without, withIt!.replace('false', 'true'));
});
