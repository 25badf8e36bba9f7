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
import { down, syslogLine, up } from '../support/lines.js';
import { tempFolder } from './store/temp-folder.js';

const LIMIT = { timeout: 30_000 };
const SOON = 8_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A line that two `log` targets wrote to the same file, so that nothing need wait for a witness. */
const twice = (host: string, at: number, text: string) => `${syslogLine(at, text, { host })}\n`.repeat(2);
const outage = (host: string, at: number) => twice(host, at, down('a', 0)) + twice(host, at + MINUTE, up('a', 1));

/** A life of the daemon that follows these logs, until it has read all that is there. Returns what there was to tell up to now. */
async function told(database: string, logs: readonly string[]): Promise<string[]> {
  const said = new Inbox<string>('word of the daemon');
  const stream = { isTTY: false, write: (line: string) => said.put(JSON.parse(line).msg) };
  const abort = new AbortController();
  const store = openStore(database, 'write');
  const sources = logs.map((path) => ({ path, tz: null, host: null }));
  const log = createLogger({ level: 'info', stream: stream as never });
  const ended = runDaemon({ config: { ...DEFAULTS, sources }, store, log, from: 'start', signal: abort.signal });
  try {
    await said.match((line) => line.startsWith('caught up'), SOON);
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
