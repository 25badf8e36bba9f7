/** The daemon on several logs: each line at its time, and each log with a first reading of its own. */
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULTS } from '../../src/config/defaults.js';
import { runDaemon } from '../../src/daemon.js';
import { createLogger } from '../../src/log.js';
import { openStore } from '../../src/store/open.js';
import { Inbox } from '../support/inbox.js';
import { down, EXHAUSTED, serverText, syslogLine, up } from '../support/lines.js';
import { tempFolder } from './store/temp-folder.js';

const LIMIT = { timeout: 30_000 };
const SOON = 8_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A line that two `log` targets wrote to the same file, so that nothing need wait for a witness. */
const twice = (host: string, at: number, text: string) => `${syslogLine(at, text, { host })}\n`.repeat(2);
const outage = (host: string, at: number) => twice(host, at, down('a', 0)) + twice(host, at + MINUTE, up('a', 1));

/**
 * A life of the daemon that follows these logs, until it has read all that is there. Returns what there was to tell up to now.
 * @param meanwhile what happens then, before its end
 */
async function told(
  database: string,
  logs: readonly string[],
  meanwhile = async (_: Inbox<string>): Promise<unknown> => null,
): Promise<string[]> {
  const said = new Inbox<string>('word of the daemon');
  const stream = { isTTY: false, write: (line: string) => said.put(JSON.parse(line).msg) };
  const abort = new AbortController();
  const store = openStore(database, 'write');
  const sources = logs.map((path) => ({ path, tz: null, host: null }));
  const log = createLogger({ level: 'info', stream: stream as never });
  const ended = runDaemon({ config: { ...DEFAULTS, sources }, store, log, from: 'start', signal: abort.signal });
  try {
    await said.match((line) => line.startsWith('caught up'), SOON);
    await meanwhile(said);
    abort.abort();
    await ended;
    const states = ['due', 'delivered', 'muted'] as const;
    const rows = await store.outbox({ states, receiver: null, seqs: null, limit: 100 });
    const ofRow = ({ notification: { incident, event } }: (typeof rows)[number]) => `${incident.host}: ${event}`;
    return rows.reverse().map(ofRow);
  } finally {
    await store.end();
  }
}

test(
  'of a log that is added later, what was over before is told to nobody, and of the others what was missed',
  LIMIT,
  async (t) => {
    const folder = tempFolder(t);
    const [known, added, database] = ['haproxy.log', 'added.log', 'haplog.db'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const now = Date.now();
    writeFileSync(known, outage('lb1', now - DAY));
    assert.deepEqual(await told(database, [known]), [], 'was over before the first start');
    appendFileSync(known, outage('lb1', now - 60 * MINUTE));
    const months = [62, 61, 60].map((days) => outage('lb2', now - days * DAY));
    writeFileSync(added, `${months.join('')}${twice('lb2', now - DAY, down('a', 0))}`);
    const both = await told(database, [known, added]);
    assert.deepEqual(both.sort(), ['lb1: firing', 'lb1: resolved', 'lb2: firing'], 'what still lasts is told');
    appendFileSync(added, twice('lb2', now - 10 * MINUTE, up('a', 1)) + outage('lb2', now - 5 * MINUTE));
    const later = (await told(database, [known, added])).slice(both.length);
    assert.deepEqual(later.sort(), ['lb2: firing', 'lb2: resolved', 'lb2: resolved'], 'by now it has been read once');
  },
);

test('what a log that was empty when it was first read tells later was missed', LIMIT, async (t) => {
  const folder = tempFolder(t);
  const [log, database] = [join(folder, 'haproxy-err.log'), join(folder, 'haplog.db')];
  writeFileSync(log, '');
  assert.deepEqual(await told(database, [log]), []);
  appendFileSync(log, outage('lb1', Date.now() - 60 * MINUTE));
  assert.deepEqual(await told(database, [log]), ['lb1: firing', 'lb1: resolved']);
});

test('of a log that appears, what was over before haplog missed it is told to nobody', LIMIT, async (t) => {
  const folder = tempFolder(t);
  const [known, late, database] = ['haproxy.log', 'late.log', 'haplog.db'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(known, outage('lb1', Date.now() - DAY));
  const all = await told(database, [known, late], async (said) => {
    const now = Date.now();
    // As of a mount that comes late.
    writeFileSync(late, outage('lb2', now - DAY) + twice('lb4', now - 60 * MINUTE, down('a', 0)));
    await said.match((line) => /^incident firing.*lb4/.test(line), SOON);
  });
  assert.deepEqual(all, ['lb4: firing'], 'what still lasts is told, once');
});

test(
  'of a log that appears while haplog is away, what was over before haplog missed it is told to nobody',
  LIMIT,
  async (t) => {
    const folder = tempFolder(t);
    const [late, database] = [join(folder, 'late.log'), join(folder, 'haplog.db')];
    const right = Date.now;
    const earlier = t.mock.method(Date, 'now', () => right() - 2 * 60 * MINUTE);
    assert.deepEqual(await told(database, [late]), []);
    earlier.mock.restore();
    writeFileSync(late, outage('lb2', Date.now() - DAY) + outage('lb3', Date.now() - 60 * MINUTE));
    const first = await told(database, [late]);
    assert.deepEqual(first.sort(), ['lb3: firing', 'lb3: resolved']);
    // It has been read to its end by now: all that comes is news, whenever it was.
    appendFileSync(late, outage('lb4', Date.now() - DAY));
    assert.deepEqual((await told(database, [late])).slice(first.length).sort(), ['lb4: firing', 'lb4: resolved']);
  },
);

/** A load balancer with two targets in files of their own: all of `local0`, and of `local1` what is at least an error. */
const LOCAL0 = 'haproxy.log';
const LOCAL1 = 'haproxy-err.log';

const fall = (at: number, copy: number) =>
  `${syslogLine(at + copy, down('a', 0))}\n${syslogLine(at + copy, EXHAUSTED)}\n`;
const rise = (at: number) => `${syslogLine(at, up('a', 1))}\n`;
const dies = (at: number) =>
  `${syslogLine(at, serverText({ at, backend: 'web', server: 'x', to: 'DOWN', left: 1 }))}\n`;

test('an outage that two logs of a load balancer tell of, and one of them of its end, is over', LIMIT, async (t) => {
  const folder = tempFolder(t);
  const [all, errors, database] = [LOCAL0, LOCAL1, 'haplog.db'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const began = Date.now() - 60 * MINUTE;
  writeFileSync(all, dies(began - DAY));
  writeFileSync(errors, dies(began - DAY + 1));
  assert.deepEqual(await told(database, [all, errors]), []);
  appendFileSync(all, fall(began, 0) + rise(began + 5 * MINUTE));
  appendFileSync(errors, fall(began, 1));
  assert.deepEqual(await told(database, [all, errors]), ['lb: firing', 'lb: resolved'], 'in one message');
  const { transitions, outages } = await historyOf(database);
  assert.deepEqual(
    transitions.map(({ to, copies }) => [to, copies]),
    [
      ['down', 2],
      ['down', 2],
      ['up', 1],
    ],
  );
  assert.deepEqual(
    outages.map(({ start, end }) => [start, end]),
    [[began, began + 5 * MINUTE]],
  );
});

test('two logs of a load balancer that are read for the first time tell each change once', LIMIT, async (t) => {
  const folder = tempFolder(t);
  const [all, errors, database] = [LOCAL0, LOCAL1, 'haplog.db'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const began = Date.now() - 2 * DAY;
  const days = Array.from({ length: 700 }, (_, n) => began + n * 3 * MINUTE);
  writeFileSync(all, days.map((at) => fall(at, 0) + rise(at + MINUTE)).join(''));
  writeFileSync(errors, days.map((at) => fall(at, 1)).join(''));
  assert.deepEqual(await told(database, [errors, all]), []);
  const { transitions, outages, incidents } = await historyOf(database);
  assert.deepEqual([transitions.length, outages.length], [1_400, 700]);
  assert.ok(transitions.every(({ to, copies }) => copies === (to === 'down' ? 2 : 1)));
  assert.ok(incidents.every(({ phase }) => phase === 'resolved'));
});

async function historyOf(database: string) {
  const store = openStore(database, 'read');
  try {
    return await store.history({ since: 0, until: Number.MAX_SAFE_INTEGER });
  } finally {
    await store.end();
  }
}
