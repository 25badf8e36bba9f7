/** What an outage did to those who wanted something, from the bytes of a log to the incident. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Incident } from '../../alerts/index.js';
import { EMPTY_MEMORY, type Memory } from '../../src/memory.js';
import { AS_WRITTEN, ingest, tick } from '../../src/pipeline.js';
import type { News } from '../../src/store/store.js';
import { Splitter } from '../../src/tail/splitter.js';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { batchOf, PLAN, UTC } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const HEAD = '10.0.0.7:51234 [22/Nov/2026:12:00:00.123] www';

/** The words of a log's lines; `at` is seconds after noon. */
const down = (at: number, server = 'a', left = 0, queue = [0, 0]) =>
  [
    at,
    serverText({ at: 0, backend: 'app', server, to: 'DOWN', left }).replace(
      '0 requeued, 0 remaining',
      `${queue[0]} requeued, ${queue[1]} remaining`,
    ),
  ] as const;
const up = (at: number, server = 'a') =>
  [at, serverText({ at: 0, backend: 'app', server, to: 'UP', left: 1 })] as const;
const exhausted = (at: number) => [at, 'backend app has no server available!'] as const;
const refused = (at: number, backend = 'app') =>
  [at, `${HEAD} ${backend}/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 2/2/0/0/0 0/0 "GET / HTTP/1.1"`] as const;
const refusedTcp = (at: number) => [at, `${HEAD} app/<NOSRV> -1/-1/0 0 SC 2/2/0/0/0 0/0`] as const;
const served = (at: number, backend = 'app', status = 200) =>
  [at, `${HEAD} ${backend}/a 0/0/1/2/3 ${status} 217 - - ---- 2/2/0/0/0 0/0 "GET /app/<NOSRV> SC-- HTTP/1.1"`] as const;
const connect = (at: number) => [at, 'Connect from 10.0.0.7:51234 to 10.0.0.1:443 (app/HTTP)'] as const;

type Said = readonly [number, string];

/** As the three lines that Debian's setup writes of a state, and the one of a request. */
function written(said: readonly Said[], host = 'lb', copies = 3): Buffer {
  const lines = said.flatMap(([second, text]) => {
    const at = T + second * 1000;
    if (!/^(Server|backend) /.test(text)) return [syslogLine(at, text, { host })];
    const all = [stderrLine(at, text, { host }), syslogLine(at, text, { host }), syslogLine(at, text, { host })];
    return copies === 1 ? [syslogLine(at, text, { host })] : all;
  });
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

/** Reads the log in such pieces, a batch each, and gives what is known of each incident in the end. */
function read(log: Buffer, sizes: readonly number[] = [], memory: Memory = EMPTY_MEMORY) {
  const splitter = new Splitter(0);
  const incidents = new Map<string, Incident>();
  let now = memory;
  const keep = (next: { memory: Memory; news: News }) => {
    now = next.memory;
    for (const incident of next.news.incidents) incidents.set(incident.id, incident);
  };
  let from = 0;
  for (const size of [...sizes, log.length]) {
    const piece = log.subarray(from, from + size);
    from += size;
    for (let at = 0; at < piece.length; ) at = splitter.push(piece, at);
    const { lines, requests } = splitter.take();
    keep(ingest(now, batchOf(lines, { requests }), PLAN, UTC));
  }
  keep(tick(now, T + 86_400_000, PLAN));
  return { memory: now, incidents: [...incidents.values()] };
}

const impacts = (said: readonly Said[]) => read(written(said)).incidents.map(({ impact }) => impact);
const failed = (said: readonly Said[]) => impacts(said).map((impact) => impact?.failed);

test('requests that fail while the backend has no server are counted, no others', () => {
  const said = [
    served(0),
    refused(1),
    down(2),
    exhausted(2),
    refused(3),
    refusedTcp(4),
    served(5, 'app', 503),
    up(6),
    refused(7),
  ];
  assert.deepEqual(failed(said), [2]);
});

test('those of other backends and of other load balancers belong elsewhere', () => {
  assert.deepEqual(failed([served(0), down(2), refused(3, 'other'), refused(3), up(6)]), [1]);
  const log = Buffer.concat([
    written([served(0), down(2)]),
    written([refused(3)], 'lb2'),
    written([refused(4), up(6)]),
  ]);
  assert.deepEqual(
    read(log).incidents.map(({ impact }) => impact?.failed),
    [1],
  );
});

test('where no request failed that is said; where none is ever logged nobody knows', () => {
  assert.deepEqual(failed([served(0), down(2), up(6)]), [0]);
  assert.deepEqual(failed([down(2), up(6)]), [null]);
  assert.deepEqual(failed([connect(0), connect(1), down(2), connect(3), up(6)]), [null]);
  assert.deepEqual(failed([served(0, 'other'), down(2), served(3, 'other'), up(6)]), [null]);
});

test('a request that ends while the backend is out shows that requests are logged', () => {
  assert.deepEqual(failed([down(2), served(3), up(6)]), [0]);
});

test('a backend whose requests were last seen days ago may log them no more', () => {
  const day = 86_400;
  assert.deepEqual(failed([served(0), down(day - 60), up(day)]), [0]);
  assert.deepEqual(failed([served(0), down(2 * day), up(2 * day + 9)]), [null]);
});

test('what fails between two copies of the line that tells of the outage belongs to it', () => {
  const at = T + 2000;
  const text = down(2)[1];
  const lines = [
    syslogLine(T, served(0)[1]),
    stderrLine(T - 9000, serverText({ at: 0, backend: 'app', server: 'b', to: 'UP', left: 1 })),
    syslogLine(T - 9000, serverText({ at: 0, backend: 'app', server: 'b', to: 'UP', left: 1 })),
    syslogLine(at, text),
    syslogLine(at, refused(2)[1]),
    syslogLine(at, refused(2)[1]),
    stderrLine(at, text),
    syslogLine(at + 1000, refused(3)[1]),
  ];
  const { incidents } = read(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  assert.deepEqual(
    incidents.map(({ impact }) => impact?.failed),
    [3],
  );
});

test('a single line of an outage waits for a witness, and the requests that fail meanwhile with it', () => {
  const { incidents, memory } = read(written([served(0), down(2), refused(3), refused(4), up(9)], 'lb', 1));
  assert.deepEqual(
    incidents.map(({ impact, phase }) => [phase, impact?.failed]),
    [['resolved', 2]],
  );
  assert.equal(memory.unassigned.size, 0);
});

test('a flapping backend: only what fails in the stretches without a server', () => {
  const plan = { ...PLAN, policy: { ...PLAN.policy, keepFiringMs: 60_000 } };
  const splitter = new Splitter(0);
  splitter.push(
    written([served(0), down(2), refused(3), up(4), refused(5), down(6), refused(7), refused(8), up(9), refused(10)]),
  );
  const { lines, requests } = splitter.take();
  const { news } = ingest(EMPTY_MEMORY, batchOf(lines, { requests }), plan, UTC);
  assert.deepEqual(
    news.incidents.map(({ impact }) => impact?.failed),
    [3],
  );
});

test('the queue of the server that fell last is told with the beginning', () => {
  const { incidents } = read(written([served(0), down(2, 'a', 0, [12, 3]), exhausted(2)]));
  assert.deepEqual(incidents[0]?.impact, { failed: 0, queued: 15 });
});

test('the headers that rsyslog writes are all known', () => {
  const headers = [
    'Nov 22 12:00:00 lb haproxy[7]: ',
    '<134>Nov 22 12:00:00 lb haproxy[7]: ',
    '<134>2026-11-22T12:00:00.123456+00:00 lb haproxy[7]: ',
    '<134>1 2026-11-22T12:00:00.123456+00:00 lb haproxy 7 - -  ',
  ];
  for (const header of headers) {
    const said = [served(0), down(2), down(2), refused(3), up(4), up(4)];
    // A state is an alert, a request is information.
    const headerOf = (text: string) => (text.startsWith('Server ') ? header.replace('<134>', '<129>') : header);
    const log = Buffer.from(said.map(([, text]) => `${headerOf(text)}${text}\n`).join(''));
    assert.deepEqual(
      read(log).incidents.map(({ host, impact }) => [host, impact?.failed]),
      [['lb', 1]],
      header,
    );
  }
});

test('behind a stamp alone, as `docker logs --timestamps` has them, requests are counted as behind a header', () => {
  const said = [served(0), down(2), refused(3), refusedTcp(3), refused(3, 'other'), connect(4), up(6), refused(7)];
  for (const zone of ['Z', '+00:00']) {
    const bare = (line: string) => `${line.replace(/^(\S+)000\+00:00 lb haproxy\[100\]: /, `$1000000${zone} `)}\n`;
    const lines = said.flatMap(([second, text]) => {
      const at = T + second * 1000;
      return text.startsWith('Server ') ? [syslogLine(at, text), stderrLine(at, text)] : [syslogLine(at, text)];
    });
    const log = lines.map(bare).join('');
    assert.ok(!log.includes('haproxy'));
    const splitter = new Splitter(0);
    splitter.push(Buffer.from(log));
    assert.equal(splitter.found.tally.candidates, 4, 'the lines about states');
    assert.deepEqual(
      read(Buffer.from(log)).incidents.map(({ host, impact }) => [host, impact?.failed]),
      [['localhost', 2]],
    );
  }
});

test('those behind a stamp alone are not taken for those of a load balancer whose lines stand between them', () => {
  const bare = written([refused(3)], 'lb', 1)
    .toString()
    .replace(' lb haproxy[100]: ', ' ');
  const log = written([served(0), down(2)]).toString() + bare + written([refused(4), up(6)]).toString();
  assert.deepEqual(
    read(Buffer.from(log)).incidents.map(({ host, impact }) => [host, impact?.failed]),
    [['lb', 1]],
  );
});

const event = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(refused(0), refusedTcp(0), served(0), refused(0, 'other'), connect(0)) },
  { weight: 2, arbitrary: fc.constantFrom(down(0), up(0), exhausted(0)) },
);

test('however the log is cut into chunks and batches, each incident has the same impact', () => {
  const logs = fc.array(event, { minLength: 1, maxLength: 40 }).map((all) => all.map(([, text], i): Said => [i, text]));
  fc.assert(
    fc.property(logs, fc.array(fc.nat(400), { maxLength: 20 }), fc.constantFrom(1, 3), (said, sizes, copies) => {
      const log = written(said, 'lb', copies);
      assert.deepEqual(read(log, sizes).incidents, read(log).incidents);
    }),
    { numRuns: 200 },
  );
});

test('a load balancer whose requests are in the log is not taken to be gone when another one speaks', () => {
  const DAY = 86_400;
  const days = (last: number) => Array.from({ length: last }, (_, day) => refused((day + 1) * DAY));
  const open = (last: number) => {
    const log = [written([down(0), exhausted(0), ...days(last)]), written([down(9 * DAY, 'b', 1)], 'lb2')];
    const splitter = new Splitter(0);
    const bytes = Buffer.concat(log);
    for (let at = 0; at < bytes.length; ) at = splitter.push(bytes, at);
    const { lines, requests } = splitter.take();
    const { memory } = ingest(EMPTY_MEMORY, batchOf(lines, { requests }), PLAN, UTC, AS_WRITTEN);
    return [...memory.situation.incidents].filter(([, { resolvedAt }]) => resolvedAt === null).map(([key]) => key);
  };
  assert.deepEqual(open(8), ['lb outage app']);
  assert.deepEqual(open(1), [], 'its last request is older than a week, too');
});
