/** The daemon on real files and a store in memory: what it tells people, and what it says in its own log. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Policy } from '../../alerts/index.js';
import type { Source } from '../../src/config/config.js';
import { DEFAULTS } from '../../src/config/defaults.js';
import { runDaemon } from '../../src/daemon.js';
import { createLogger } from '../../src/log.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { Inbox } from '../support/inbox.js';
import { serverText, syslogLine } from '../support/lines.js';
import { openFolder } from '../support/stage.js';

const LIMIT = { timeout: 30_000 };
const SOON = 8_000;

/** Twice, by two log targets, so that nothing need wait for a witness. */
function change(to: 'UP' | 'DOWN', left: number, at = Date.now()): string {
  return `${syslogLine(at, serverText({ at, backend: 'app', server: 'a', to, left }))}\n`.repeat(2);
}

const OUTAGE = () => change('DOWN', 0);

/** A running daemon and the words of its own log. */
function daemon(log: string, policy: Partial<Policy> = {}, database = ':memory:') {
  return daemonOf([{ path: log, tz: null, host: null }], policy, database);
}

function daemonOf(sources: Source[], policy: Partial<Policy> = {}, database = ':memory:') {
  const said = new Inbox<string>('word of the daemon');
  const stream = { isTTY: false, write: (line: string) => said.put(JSON.parse(line).msg) };
  const abort = new AbortController();
  const store = openStore(database, 'write');
  const config = { ...DEFAULTS, sources, policy: { ...DEFAULTS.policy, ...policy } };
  const ended = runDaemon({
    config,
    store,
    log: createLogger({ level: 'info', stream: stream as never }),
    from: 'start',
    signal: abort.signal,
  });
  return {
    said,
    hears: (words: RegExp) => said.match((line) => words.test(line), SOON),
    async end() {
      abort.abort();
      await ended;
      await store.end();
    },
    async [Symbol.asyncDispose]() {
      await this.end().catch(() => {});
    },
  };
}

/** The folder of a log whose last run ended before it was rotated. */
async function readAndLeft(log: string): Promise<string> {
  const database = join(dirname(log), 'haplog.db');
  writeFileSync(log, change('UP', 1));
  await using before = daemon(log, {}, database);
  await before.hears(/^caught up/);
  await before.end();
  return database;
}

test('an outage in the rotated log is told at the start though the new log cannot be read', LIMIT, async () => {
  using folder = openFolder();
  const log = join(folder.path, 'haproxy.log');
  const database = await readAndLeft(log);
  appendFileSync(log, OUTAGE());
  renameSync(log, `${log}.1`);
  mkdirSync(log);
  await using haplog = daemon(log, {}, database);
  await haplog.hears(/receiver log: firing delivered/);
  await haplog.hears(/unreadable.*it is a directory; waiting for it/);
  assert.equal(await haplog.hears(/^caught up/), `caught up, waiting for ${log}`);
});

/** The path of a log that was read, and told of an outage, before it was moved and the configuration followed it. */
async function moved(folder: string, database: string): Promise<string> {
  const [before, now] = [join(folder, 'haproxy.log'), join(folder, 'new', 'lb.log')];
  const old = Date.now() - 600_000;
  writeFileSync(before, change('UP', 1, old - 1_000) + change('DOWN', 0, old) + change('UP', 1, old + 60_000));
  await using haplog = daemon(before, {}, database);
  await haplog.hears(/^caught up/);
  appendFileSync(before, OUTAGE());
  await haplog.hears(/receiver log: firing delivered/);
  await haplog.end();
  mkdirSync(dirname(now));
  renameSync(before, now);
  return now;
}

test('a log that was moved is read on where it was left, under its new path', LIMIT, async () => {
  using folder = openFolder();
  const database = join(folder.path, 'haplog.db');
  const log = await moved(folder.path, database);
  await using haplog = daemon(log, { keepFiringMs: 0 }, database);
  await haplog.hears(/^caught up/);
  assert.equal(
    await haplog.hears(/begins as/),
    `log ${log}: begins as ${join(folder.path, 'haproxy.log')} did, which is no longer followed: going on where that was left`,
  );
  assert.deepEqual(
    haplog.said.items.filter((line) => /resolved|firing delivered/.test(line)),
    [],
  );
  appendFileSync(log, change('UP', 1));
  await haplog.hears(/receiver log: resolved delivered/);
  await haplog.end();
  await using again = daemon(log, {}, database);
  await again.hears(/resumed: going on in .*new\/lb.log/);
});

test('so is one that was rotated since, or appears late; what it tells of the time since is news', LIMIT, async () => {
  using folder = openFolder();
  const database = join(folder.path, 'haplog.db');
  const log = await moved(folder.path, database);
  appendFileSync(log, change('UP', 1));
  const away = `${log}.away`;
  renameSync(log, away);
  await using haplog = daemon(log, { keepFiringMs: 0 }, database);
  await haplog.hears(/^caught up, waiting/);
  const app2 = (at: number, to: 'UP' | 'DOWN', left: number) => change(to, left, at).replaceAll('app', 'app2');
  appendFileSync(away, app2(Date.now() - 90_000, 'DOWN', 0) + app2(Date.now() - 80_000, 'UP', 1));
  renameSync(away, `${log}.1`);
  writeFileSync(log, app2(Date.now() - 2_000, 'DOWN', 0));
  await haplog.hears(/begins as/);
  await haplog.hears(/^incident resolved: lb: backend app2 has a server again after 10 s$/);
  await haplog.hears(/^incident firing: lb: backend app2/);
});

test('while the new log cannot be read, holds of what the old one tells pass all the same', LIMIT, async () => {
  using folder = openFolder();
  const log = join(folder.path, 'haproxy.log');
  writeFileSync(log, change('UP', 1));
  await using haplog = daemon(log, { holdMs: 300 });
  assert.equal(await haplog.hears(/^caught up/), `caught up, following ${log}`);
  renameSync(log, `${log}.1`);
  mkdirSync(log);
  await haplog.hears(/unreadable/);
  appendFileSync(`${log}.1`, OUTAGE());
  await haplog.hears(/receiver log: firing delivered/);
});

for (const [when, restarts] of [
  ['while haplog runs', false],
  ['before haplog is started again', true],
] as const) {
  test(`a hold passes in its time though the clock of the machine is set back by an hour ${when}`, LIMIT, async (t) => {
    using folder = openFolder();
    const [log, database] = [join(folder.path, 'haproxy.log'), join(folder.path, 'haplog.db')];
    writeFileSync(log, '');
    const policy = { holdMs: 1_500 };
    await using first = daemon(log, policy, database);
    await first.hears(/^caught up/);
    appendFileSync(log, OUTAGE());
    await first.hears(/has no server available/);
    if (restarts) await first.end();
    const right = Date.now;
    t.mock.method(Date, 'now', () => right() - 3_600_000);
    await using second = restarts ? daemon(log, policy, database) : null;
    const haplog = second ?? first;
    await haplog.hears(/^incident firing/);
    assert.match(await haplog.hears(/clock/), /was set back by (1 h|59 min 5\d s):/);
  });
}

test('that sentences arrive cut off is said once, with what to do', LIMIT, async () => {
  using folder = openFolder();
  const log = join(folder.path, 'haproxy.log');
  writeFileSync(log, `${change('UP', 1).slice(0, -10)}\n`);
  await using haplog = daemon(log);
  assert.match(await haplog.hears(/cut off/), /`len` of its `log` lines be 1024 or more/);
  await haplog.hears(/^caught up/);
  appendFileSync(log, `${OUTAGE().slice(0, -10)}\n${OUTAGE()}`);
  await haplog.hears(/^incident firing/);
  assert.equal(haplog.said.items.filter((line) => line.includes('cut off')).length, 1);
});

test('what keeps a log from being read is in the database until it is over: haplog status says so', LIMIT, async () => {
  using folder = openFolder();
  const [log, database] = [join(folder.path, 'haproxy.log'), join(folder.path, 'haplog.db')];
  const troubleIs = async () => {
    const store = openStore(database, 'read');
    try {
      return (await store.progress(0, 0)).sources.map(({ trouble }) => trouble);
    } finally {
      await store.end();
    }
  };
  mkdirSync(log);
  await using haplog = daemon(log, {}, database);
  await haplog.hears(/^caught up/);
  assert.deepEqual(await troubleIs(), [`Cannot read "${log}": it is a directory; waiting for it`]);
  rmdirSync(log);
  writeFileSync(log, change('UP', 1));
  await haplog.hears(/following/);
  await haplog.end();
  assert.deepEqual(await troubleIs(), [null]);
});

test('what was lost while haplog was away is in the database, also after it was started again', LIMIT, async () => {
  using folder = openFolder();
  const [log, database] = [join(folder.path, 'haproxy.log'), join(folder.path, 'haplog.db')];
  writeFileSync(log, change('UP', 1));
  for (const lost of [false, true, true]) {
    await using haplog = daemon(log, {}, database);
    await haplog.hears(/^caught up/);
    await haplog.end();
    const store = openStore(database, 'read');
    const [source] = (await store.progress(0, Date.now())).sources;
    await store.end();
    assert.equal(source!.lost?.startsWith('the file that was read before was not found') ?? false, lost);
    if (lost) continue;
    rmSync(log);
    writeFileSync(log, change('UP', 2));
  }
});

test('that a log is not understood is said once it is followed', LIMIT, async () => {
  using folder = openFolder();
  const log = join(folder.path, 'haproxy.log');
  writeFileSync(log, '{"MESSAGE": "backend app has no server available!"}\n'.repeat(3));
  await using haplog = daemon(log);
  assert.match(await haplog.hears(/no way that haplog knows/), new RegExp(`^${log}: `));
});

test('that sentences stand behind what haplog does not know is said once, when there are three', LIMIT, async () => {
  using folder = openFolder();
  const log = join(folder.path, 'haproxy.log');
  const strange = (to: 'UP' | 'DOWN') => change(to, 1).replaceAll(']: ', ']: (notice) ');
  writeFileSync(log, strange('DOWN'));
  await using haplog = daemon(log);
  await haplog.hears(/^caught up/);
  appendFileSync(log, strange('UP'));
  assert.match(await haplog.hears(/no way that haplog knows/), /^4 lines that end as HAProxy's sentences do /);
});

test('a log that is not there is not said to be followed', LIMIT, async () => {
  using folder = openFolder();
  const log = join(folder.path, 'haproxy.log');
  await using haplog = daemon(log);
  assert.equal(await haplog.hears(/^caught up/), `caught up, waiting for ${log}`);
});

test(
  'that an incident fires is said once, also of a log that has just appeared, and a reminder says "still"',
  LIMIT,
  async () => {
    using folder = openFolder();
    const log = join(folder.path, 'haproxy.log');
    await using haplog = daemon(log, { reminderMs: 400 });
    await haplog.hears(/^caught up/);
    writeFileSync(log, OUTAGE());
    await haplog.hears(/incident still firing/);
    assert.equal(haplog.said.items.filter((line) => line.startsWith('incident firing')).length, 1);
  },
);

test('a database that was moved away ends the daemon', LIMIT, async () => {
  using folder = openFolder();
  const log = join(folder.path, 'haproxy.log');
  writeFileSync(log, change('UP', 1));
  let lose = (_: Error) => {};
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  lost.catch(() => {}); // it may come before the daemon listens, as store/place.ts allows
  const store = openStore(':memory:', 'write');
  const ended = runDaemon({
    config: { ...DEFAULTS, sources: [{ path: log, tz: null, host: null }] },
    store,
    log: createLogger({ level: 'silent' }),
    from: 'start',
    signal: new AbortController().signal,
    lost,
  });
  lose(new Error('the database was moved'));
  await assert.rejects(ended, /the database was moved/);
  await store.end();
});

test(
  'two containers whose logs name no host are two load balancers, as the configuration names them',
  LIMIT,
  async () => {
    using folder = openFolder();
    const log = (name: string) => join(folder.path, `${name}.log`);
    const sources = ['blue', 'green'].map((host) => ({ path: log(host), tz: null, host }));
    const write = (name: string, to: 'UP' | 'DOWN', left: number, at = Date.now()) => {
      const text = serverText({ at, backend: 'app', server: 'a', to, left });
      appendFileSync(log(name), `${new Date(at).toISOString()} stderr F [WARNING]  (8) : ${text}\n`);
    };
    write('blue', 'DOWN', 0, Date.now() - 500); // no log begins like another: the stamps of Kubernetes have nanoseconds
    write('green', 'DOWN', 0);
    await using haplog = daemonOf(sources);
    await haplog.hears(/app on blue has no server/);
    await haplog.hears(/app on green has no server/);
    write('green', 'UP', 1);
    await haplog.hears(/^green: backend app has a server again/);
  },
);

test('a store that fails at the start ends the daemon, and nothing was begun', LIMIT, async () => {
  using folder = openFolder();
  const store = openStore(':memory:', 'write');
  let looks = 0;
  const failing: Store = {
    ...store,
    due: (...which) => {
      looks++;
      return store.due(...which);
    },
    async memory() {
      await new Promise(setImmediate);
      throw new Error('the database is damaged');
    },
  };
  const ended = runDaemon({
    config: { ...DEFAULTS, sources: [{ path: join(folder.path, 'haproxy.log'), tz: null, host: null }] },
    store: failing,
    log: createLogger({ level: 'silent' }),
    from: 'start',
    signal: new AbortController().signal,
  });
  await assert.rejects(ended, /the database is damaged/);
  assert.equal(looks, 0, 'at what is to be sent');
  await store.end();
});
