/** Bytes to lines: nothing depends on how the log is cut, and nothing in it can do harm. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Findings, LINE_BYTES_MAX, Splitter } from '../../../src/tail/splitter.js';
import { lines, stateLine, trafficLine } from './tailing.js';

/** Pushes the pieces, taking whenever it is full, and gives all that was found. */
function split(pieces: readonly Buffer[], offset = 0, finish = false): Findings & { lineStart: number } {
  const splitter = new Splitter(offset);
  const parts: Findings[] = [];
  for (const piece of pieces) {
    // The chunk is overwritten once it was read, as a reused buffer is.
    const chunk = Buffer.from(piece);
    for (let at = 0; at < chunk.length; ) {
      at = splitter.push(chunk, at);
      if (splitter.full) parts.push(splitter.take());
    }
    chunk.fill('x');
  }
  if (finish) splitter.finish();
  parts.push(splitter.take());
  const tally = parts[0]!.tally;
  for (const part of parts.slice(1)) {
    for (const key of Object.keys(tally) as (keyof typeof tally)[]) tally[key] += part.tally[key];
  }
  return {
    lines: parts.flatMap((part) => part.lines),
    requests: parts.flatMap((part) => part.requests),
    strangers: parts.flatMap((part) => part.strangers),
    tally,
    samples: parts.flatMap((part) => part.samples).slice(0, 5),
    lineStart: splitter.lineStart,
  };
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  let at = 0;
  return [...sizes, bytes.length].map((size) => {
    const start = at;
    at += size;
    return bytes.subarray(start, at);
  });
}

/** Of requests: failed, served, with the failures' letters where they mean nothing. */
const requestLine = (route: string, end: string) =>
  `2024-02-21T07:03:17.653803-05:00 allyrion haproxy[1305572]: 10.0.2.162:52 [21/Feb/2024:07:03:17.653] www ${route} ${end}`;
const REFUSED = requestLine('api/<NOSRV>', '0/-1/-1/-1/0 503 217 - - SC-- 2/2/0/0/0 0/0 "GET / HTTP/1.1"');
const REQUESTS = [
  REFUSED,
  requestLine('api/s1', '0/-1/3001 0 sC 2/2/0/0/3 0/0'),
  requestLine('api/s1', '0/0/-1/-1/3001 503 217 SID=CCQ - SCNN 2/2/0/0/3 0/0 "GET / HTTP/1.1"'),
  requestLine('db/<NOSRV>', '5000/-1/5000 0 sQ 2/2/0/0/0 0/9'),
  requestLine('api/s1', '0/0/1/2/3 200 217 - - ---- 2/2/0/0/0 0/0 "GET /SC/sC/sQ/CCCCQQQQ HTTP/1.1"'),
];

/** Of two processes, each of which writes what HAProxy does not write of itself. */
const strangeLine = (pid: number, text: string) => trafficLine(1).replace(/\[\d+\]: .*/, `[${pid}]: ${text}`);
const STRANGE = [1, 2].flatMap((pid) =>
  ['Mozilla/5.0', 'curl/8.0', 'Mosaic', '-'].map((text) => strangeLine(pid, text)),
);

const textLine = fc.oneof(
  fc.constantFrom(...STRANGE),
  fc.constantFrom(...REQUESTS),
  fc.nat(999).map(stateLine),
  fc.nat(999).map(trafficLine),
  fc.nat(120).map((length) => trafficLine(1).slice(0, length)),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', '\r', stateLine('cr\r'), stateLine('äöü€😀'), stateLine('\0\0')),
);
const log = fc
  .tuple(fc.array(textLine, { maxLength: 30 }), fc.uint8Array({ maxLength: 30 }), fc.boolean())
  .map(([texts, noise, ended]) =>
    Buffer.concat([Buffer.from(texts.join('\n')), Buffer.from('\n'), noise, Buffer.from(ended ? '\n' : '')]),
  );

test('however the log is cut into chunks, the same lines come out at the same offsets', () => {
  fc.assert(
    fc.property(log, fc.array(fc.nat(90)), fc.boolean(), (bytes, sizes, finish) => {
      assert.deepEqual(split(cut(bytes, sizes), 7, finish), split([bytes], 7, finish));
    }),
  );
});

test('of each process two strange lines are noted, the first and the first that begins otherwise', () => {
  const told = [strangeLine(1, 'Mozilla/5.0'), trafficLine(1), strangeLine(2, '-'), strangeLine(1, 'Mosaic')];
  const more = [strangeLine(1, 'curl/8.0'), strangeLine(2, '-'), strangeLine(1, 'Go-http-client/1.1')];
  const { strangers } = split([Buffer.from(lines(...told, ...more))]);
  assert.deepEqual(
    strangers.map(({ pid, first }) => `${pid} ${first}`),
    ['1 M', '2 -', '1 c'],
  );
});

test('behind each line about a state they are noted anew: what is known of a worker may be otherwise then', () => {
  const requests = [strangeLine(1, 'Mozilla/5.0'), strangeLine(1, 'curl/8.0')];
  const { strangers } = split([Buffer.from(lines(...requests, stateLine(1), ...requests, ...requests))]);
  assert.deepEqual(strangers.map(({ first }) => first).join(''), 'McMc');
});

test('those that directly follow a line of their process that looks like stderr are noted apart: they may be the rest of its text', () => {
  const at = (second: number, pid: number, text: string) =>
    `2024-02-21T07:03:${String(second).padStart(2, '0')}.653803-05:00 lb haproxy[${pid}]: ${text}`;
  const noted = (...texts: string[]) =>
    split([Buffer.from(lines(...texts))]).strangers.map(({ pid, first, behind }) => `${pid} ${first} ${behind}`);
  const warning = at(10, 7, '[WARNING]  (7) : config : parsing [a.cfg:1] : in section x : ');
  const further = [at(10, 7, 'unable to load'), at(11, 8, 'Mozilla/5.0'), at(11, 7, ', so what'), at(11, 7, 'useless')];
  const all = ['7 u true', '8 M false', '7 , true'];
  assert.deepEqual(noted(warning, ...further), all);
  assert.deepEqual(noted(warning, ...further, at(20, 7, 'Mozilla/5.0'), at(20, 7, 'useless')), [
    ...all,
    '7 M false',
    '7 u false',
  ]);
  assert.deepEqual(noted(warning, ...Array.from({ length: 9 }, () => further[0]!)), ['7 u true', '7 u false']);
  for (const other of [at(10, 8, '[WARNING]  (8) : x'), at(10, 7, '[Mon] x'), at(10, 7, 'Proxy x started.')])
    assert.deepEqual(noted(other, further[0]!), ['7 u false'], other);
});

test('whose they are is told by the header, also where HAProxy and rsyslog have written two; a log with severities has none', () => {
  const stamp = '2024-02-21T07:03:17.653803-05:00';
  const headers = ['lb haproxy[7]: ', 'lb haproxy[7] ', 'lb lb haproxy[7]: ', `lb 1 ${stamp} lb haproxy 7 - - `];
  const noted = (header: string) =>
    split([Buffer.from(lines(`${header}Mozilla/5.0`, `${header}été`))]).strangers.map(
      ({ host, pid, first }) => `${host} ${pid} ${first}`,
    );
  for (const header of headers) assert.deepEqual(noted(`${stamp} ${header}`), ['lb 7 M', 'lb 7 é'], header);
  for (const header of headers) assert.deepEqual(noted(`<134>${stamp} ${header}`), [], header);
  assert.deepEqual(noted(`${stamp} lb haproxy: `), [], 'no process is named');
});

test('what HAProxy says of itself is not strange, however it begins', () => {
  const own = [
    'stick table: something',
    'WURFL: something',
    'FATAL: bug condition "x" matched at src/x.c:1',
    'Internal error: yield not allowed',
  ];
  // HAProxy puts a level before these, so that the scan does not look for them by themselves; the grammar knows them all the same.
  const bare = ['missing timeouts for proxy x', 'Loading success.', 'Exiting Master process...'];
  const { strangers, tally } = split([Buffer.from(lines(...[...own, ...bare].map((text) => strangeLine(1, text))))]);
  assert.deepEqual([strangers, tally.candidates, tally.other], [[], own.length, bare.length]);
});

test('every failed request is counted, whatever letters stand in the lines between', () => {
  const before = Array.from({ length: 200 }, () => REQUESTS.at(-1)!);
  const some = fc.array(fc.oneof(fc.constantFrom(...REQUESTS), fc.nat(99).map(trafficLine)), { maxLength: 300 });
  fc.assert(
    fc.property(some, fc.integer({ min: 40, max: 2_000 }), (texts, size) => {
      const bytes = Buffer.from(lines(...before, ...texts));
      // Behind so many that not every line is looked at any more, whatever it says.
      const { requests } = split(cut(bytes, new Array(Math.ceil(bytes.length / size)).fill(size)));
      const sum = requests.reduce((all, { failed }) => all + failed, 0);
      assert.equal(sum, texts.filter((text) => / (SC|sC|sQ)/.test(text)).length);
    }),
    { numRuns: 50 },
  );
});

test('a storm of failed requests is one number for each backend between two lines about states', () => {
  const storm = Array.from({ length: 5_000 }, () => REFUSED);
  const { requests } = split([Buffer.from(lines(...storm, stateLine(1), REFUSED))]);
  assert.deepEqual(
    requests.map(({ host, pid, backend, failed }) => ({ host, pid, backend, failed })),
    [
      { host: 'allyrion', pid: 1305572, backend: 'api', failed: 5_000 },
      { host: 'allyrion', pid: 1305572, backend: 'api', failed: 1 },
    ],
  );
});

test('more backends than anybody has make no batch without end', () => {
  const splitter = new Splitter(0);
  const many = Array.from({ length: 3_000 }, (_, n) => REFUSED.replace('api/', `api${n}/`));
  const bytes = Buffer.from(lines(...many));
  const sizes: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    at = splitter.push(bytes, at);
    sizes.push(splitter.take().requests.length);
  }
  assert.deepEqual(sizes, [1_000, 1_000, 1_000]);
});

test('lines around the limit are the same however they are cut', () => {
  const length = fc.constantFrom(LINE_BYTES_MAX - 1, LINE_BYTES_MAX, LINE_BYTES_MAX + 1, 3 * LINE_BYTES_MAX);
  fc.assert(
    fc.property(fc.array(length, { maxLength: 3 }), fc.array(fc.nat(2 * LINE_BYTES_MAX)), (lengths, sizes) => {
      const bytes = Buffer.from(lines(...lengths.map((size) => stateLine('a').padEnd(size, '.')), stateLine('z')));
      const whole = split([bytes]);
      assert.deepEqual(split(cut(bytes, sizes)), whole);
      assert.equal(whole.tally.oversize, lengths.filter((size) => size > LINE_BYTES_MAX).length);
      assert.equal(whole.lines.at(-1)?.text, stateLine('z'));
    }),
    { numRuns: 50 },
  );
});

test('a line stands at the byte where it begins, whatever characters come before it', () => {
  const before = `${stateLine('é€😀')}\n`;
  const found = split([Buffer.from(before + lines(stateLine(2)))], 1000);
  assert.deepEqual(found.lines[1], { text: stateLine(2), start: 1000 + Buffer.byteLength(before) });
});

test('every line is counted in its class', () => {
  const found = split([Buffer.from(lines(stateLine(1), trafficLine(1), trafficLine(2), 'what is this?'))]);
  assert.deepEqual(
    { ...found.tally, bytes: 0 },
    { lines: 4, bytes: 0, traffic: 2, candidates: 1, other: 1, oversize: 0, displaced: 0 },
  );
  assert.deepEqual(found.samples, [{ text: 'what is this?', reason: 'unknown opening' }]);
});

test('a carriage return before the newline is no part of the line', () => {
  assert.deepEqual(split([Buffer.from(`${stateLine(1)}\r\n`)]).lines, [{ text: stateLine(1), start: 0 }]);
});

test('bytes that are no UTF-8 become replacement characters', () => {
  const bytes = Buffer.from(lines(stateLine('?')));
  bytes[bytes.indexOf('?')] = 0xff;
  assert.equal(split([bytes]).lines[0]?.text, stateLine('\ufffd'));
});

test('a line of a hundred megabytes is skipped, sampled and never kept', () => {
  const splitter = new Splitter(0);
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const before = process.memoryUsage().rss;
  for (let n = 0; n < 100; n++) splitter.push(chunk);
  assert.ok(process.memoryUsage().rss - before < 16 * 1024 * 1024);
  splitter.push(Buffer.from(`\n${lines(stateLine(1))}`));
  const { lines: found, tally, samples } = splitter.take();
  assert.equal(tally.oversize, 1);
  assert.deepEqual(samples, [{ text: 'x'.repeat(200), reason: 'too long' }]);
  assert.deepEqual(found, [{ text: stateLine(1), start: 100 * chunk.length + 1 }]);
});

test('a line without an end waits for it, and counts when no end can come', () => {
  const bytes = Buffer.from(stateLine(1));
  assert.deepEqual(split([bytes]), { ...split([]), lineStart: 0 });
  const ended = split([bytes], 0, true);
  assert.deepEqual(ended.lines, [{ text: stateLine(1), start: 0 }]);
  assert.equal(ended.lineStart, bytes.length);
});

test('no more than 500 lines are found at a time, and the rest is not lost', () => {
  const bytes = Buffer.from(lines(...Array.from({ length: 1200 }, (_, n) => stateLine(n))));
  const splitter = new Splitter(0);
  const sizes: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    at = splitter.push(bytes, at);
    assert.equal(splitter.lineStart, at);
    sizes.push(splitter.take().lines.length);
  }
  assert.deepEqual(sizes, [500, 500, 200]);
});
