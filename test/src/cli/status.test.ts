/** `haplog status` as its own process, on a database that the daemon's own pipeline has written. */
import assert from 'node:assert/strict';
import { appendFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Notification } from '../../../alerts/index.js';
import { formatDuration } from '../../../src/duration.js';
import { EMPTY_MEMORY } from '../../../src/memory.js';
import { commitOf, conclude, ingest } from '../../../src/pipeline.js';
import { lockForDaemon } from '../../../src/store/lock.js';
import { openStore } from '../../../src/store/open.js';
import { readBatches } from '../../../src/tail/read-file.js';
import { ask } from '../../support/cli.js';
import { usualDatabase } from '../../support/home.js';
import { down, serverText, stderrLine, syslogLine, up } from '../../support/lines.js';
import { PLAN, UTC } from '../../support/reading.js';
import { commitOf as commitWith } from '../store/examples.js';
import { tempFolder } from '../store/temp-folder.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const fall = syslogLine(T, serverText({ at: T, backend: 'app', server: 'a', to: 'DOWN', left: 0 }));
const rise = syslogLine(T + 60_000, serverText({ at: T, backend: 'app', server: 'a', to: 'UP', left: 1 }));
const near = syslogLine(T, 'Server app/a is QUITE \u001b[2JDOWN.');
const maintenance = syslogLine(
  T,
  'Server web/b is going DOWN for maintenance. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
);
const traffic = syslogLine(
  T,
  '10.0.0.1:52 [22/Nov/2026:12:00:00.000] fe app/a 0/0/0/0/0 200 1 - - ---- 1/1/0/0/0 0/0 "GET /"',
);

interface Home {
  folder: string;
  log: string;
}

/** A home in which a daemon has read the lines, and what it had to tell has become of `outbox`. */
async function home(
  t: TestContext,
  lines: string[],
  deal = async (_store: ReturnType<typeof openStore>, _log: string) => {},
): Promise<Home> {
  const folder = tempFolder(t);
  const log = join(folder, 'haproxy.log');
  writeFileSync(log, `${lines.join('\n')}\n`);
  const store = openStore(usualDatabase(folder), 'write');
  let memory = EMPTY_MEMORY;
  for await (const batch of readBatches(log, { now: () => T + 1_000 })) {
    const next = ingest(memory, { ...batch, live: true }, PLAN, UTC);
    await store.apply(commitOf(memory, next));
    memory = next.memory;
  }
  await store.apply(commitOf(memory, conclude(memory, PLAN, { live: true, readAt: T + 1_000 })));
  await deal(store, log);
  await store.end();
  return { folder, log };
}

/** The paragraph `label`. */
function told(stdout: string, label: string): string {
  const lines = stdout.split('\n');
  const at = lines.findIndex((line) => line.startsWith(label.padEnd(10)));
  const next = lines.findIndex((line, i) => i > at && !line.startsWith(' '));
  return at < 0
    ? ''
    : lines
        .slice(at, next)
        .map((line) => line.slice(10))
        .join('\n');
}

test('where sentences arrive cut off, what to do stands beside their number', async (t) => {
  const { folder } = await home(t, [fall.slice(0, -10)]);
  const [number, remedy] = told(ask(folder, ['status', '--utc']).stdout, 'unknown').split('\n');
  assert.match(number!, /^1 near misses, /);
  assert.match(remedy!, /^HAProxy's sentences are cut off on their way, .*`len`/);
});

test('where ordinary requests show that clients can write whole lines, what to do stands beside what is suspect', async (t) => {
  const requests = ['Mozilla/5.0', 'curl/8.5.0'].map((text) => syslogLine(T + 1, text));
  const suspect = async (lines: string[]) => {
    const { folder } = await home(t, lines);
    const { open_to_clients: open } = JSON.parse(ask(folder, ['status', '-o', 'json']).stdout);
    return [
      told(ask(folder, ['status', '--utc']).stdout, 'suspect')
        .split('\n')
        .slice(1),
      open,
    ];
  };
  const advice = 'let its log-format begin with %ci:%cp, or put <%PRI%> into the template of rsyslog';
  const silent = `clients of lb seem to begin lines of its log as they like, so that they could forge changes: ${advice}`;
  const open = { host: 'lb', on_stderr: false, forged_at: null };
  assert.deepEqual(await suspect([fall, fall, ...requests]), [[silent], [open]]);
  const attempt = syslogLine(T + 2, "[ALERT]    (4242) : backend 'app' has no server available!");
  const tried = silent.replace('like,', 'like (somebody tried to forge one, last 2026-11-22 12:00:00),');
  assert.deepEqual(await suspect([fall, fall, ...requests, attempt]), [
    [tried],
    [{ ...open, forged_at: '2026-11-22T12:00:00.002Z' }],
  ]);
  const meant = 'a change that `log` lines tell counts there only if it stands on stderr as well';
  const safer = `clients of lb seem to begin lines of its log as they like, ${meant}: ${advice}`;
  const genuine = [fall, fall.replace(']: ', ']: [WARNING]  (100) : ')];
  assert.deepEqual(await suspect([...requests, ...genuine]), [[safer], [{ ...open, on_stderr: true }]]);
  assert.deepEqual(await suspect([fall, fall, traffic, requests[0]!]), [[], []]);
  const withSeverity = [fall, fall].map((line) => `<129>${line}`).concat(requests.map((line) => `<134>${line}`));
  assert.deepEqual(await suspect(withSeverity), [[], []]);
});

test('a backend without a server is trouble: it is told with its servers and the incident, and the status is 1', async (t) => {
  const { folder, log } = await home(t, [traffic, fall, near, 'no header', 'x'.repeat(70_000)]);
  const { status, stdout, stderr } = ask(folder, ['status', '--utc']);
  assert.deepEqual([status, stderr], [1, '']);
  assert.equal(told(stdout, 'TROUBLE'), 'backends without a server: 1, incidents firing: 1, servers not up: 1');
  assert.equal(stdout.indexOf('TROUBLE'), 0);
  assert.match(told(stdout, 'backend'), /^lb: app has no server available since 2026-11-22 12:00:00 \(\S.*\)$/);
  assert.match(told(stdout, 'server'), /^lb: app\/a down since 2026-11-22 12:00:00 \(\S.*\): Layer4 timeout$/);
  assert.match(
    told(stdout, 'incident'),
    /^firing, critical: lb: backend app has no server available since 2026-11-22 12:00:00 \(\S.*\)$/,
  );
  assert.equal(told(stdout, 'outbox'), '1 waiting, 0 delivered, 0 failed (0 rejected, 0 expired), 0 muted');
  assert.match(told(stdout, 'daemon'), /^not running on .*haplog\.db$/);
  assert.match(told(stdout, 'log'), new RegExp(`^${log}: read to byte \\d+, to its end$`));
  assert.equal(told(stdout, 'lines'), '5 read: 1 traffic, 1 understood, 3 not understood');
  assert.equal(
    told(stdout, 'unknown'),
    '1 near misses, 0 other sentences, 0 rejected, 1 of unknown opening, 1 too long',
  );
  assert.deepEqual(
    told(stdout, 'samples')
      .split('\n')
      .map((line) => line.slice(0, 60)),
    [
      '2026-11-22 12:00:01 near miss: 2026-11-22T12:00:00.000000+00',
      '2026-11-22 12:00:01 too long: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      '2026-11-22 12:00:01 unknown opening: no header',
    ],
  );
  assert.doesNotMatch(stdout, /\u001b/);
});

test('when all is well, and when only planned work is under way, the status is 0', async (t) => {
  const well = await home(t, [fall, rise, syslogLine(T + 61_000, 'New worker (7) forked')]);
  const { status, stdout } = ask(well.folder, ['status']);
  assert.deepEqual(
    [status, told(stdout, 'OK')],
    [0, 'backends without a server: 0, incidents firing: 0, servers not up: 0'],
  );
  const planned = await home(t, [maintenance]);
  const work = ask(planned.folder, ['status', '--tz', 'Europe/Berlin']);
  assert.equal(work.status, 0);
  assert.match(told(work.stdout, 'backend'), /^lb: web has no server available since 2026-11-22 13:00:00 .*, planned$/);
  assert.match(told(work.stdout, 'server'), /^lb: web\/b maint since /);
});

test('what is left of each backend is told, and with --all what is up as well', async (t) => {
  const said = (backend: string, server: string, to: 'DOWN' | 'UP', left: number) =>
    syslogLine(T, serverText({ at: T, backend, server, to, left }));
  const lines = [said('app', 'a', 'DOWN', 2), said('web', 'x', 'DOWN', 1), said('web', 'x', 'UP', 2)];
  const { folder } = await home(t, lines);
  const short = ask(folder, ['status', '--utc']).stdout;
  assert.equal(told(short, 'backend'), 'lb: app is degraded, 2 active and 0 backup servers left');
  const all = ask(folder, ['status', '--all']).stdout;
  assert.match(told(all, 'backend'), /^lb: web is up, 2 active and 0 backup servers$/m);
  assert.match(told(all, 'server'), /^lb: web\/x up$/m);
  const json = JSON.parse(ask(folder, ['status', '--all', '-o', 'json']).stdout);
  assert.deepEqual(
    json.backend_states.map(({ backend, state }: Record<string, string>) => `${backend} ${state}`),
    ['app degraded', 'web up'],
  );
  assert.deepEqual(json.servers_up, [
    {
      host: 'lb',
      pid: 100,
      backend: 'web',
      server: 'x',
      state: 'up',
      operational: 'up',
      admin: 'ready',
      evidence: 'observed',
    },
  ]);
});

test('incidents that began together stand together', async (t) => {
  const lines = ['app', 'web', 'api'].map((backend) =>
    syslogLine(T, serverText({ at: T, backend, server: 'a', to: 'DOWN', left: 0 })),
  );
  const { folder } = await home(t, lines);
  const { stdout } = ask(folder, ['status', '--utc']);
  assert.match(
    told(stdout, 'incident'),
    /^3 began together, server a was the last of each:\n(?: {2}firing, critical: lb: .*\n?){3}$/,
  );
  const { incidents } = JSON.parse(ask(folder, ['status', '-o', 'json']).stdout);
  assert.deepEqual(
    incidents.map(({ root }: { root: object }) => root),
    Array(3).fill({ kind: 'server', name: 'a' }),
  );
});

test('haplog that is blind or mute is trouble as well: it does not run, a log is missing, messages fail', async (t) => {
  const { folder, log } = await home(t, [fall, rise], async (store) => {
    await store.follow([join(tempFolder(t), 'gone.log')], T);
    await store.close(1, 'rejected', Date.now(), 'no such room');
  });
  const { status, stdout } = ask(folder, ['status']);
  assert.equal(status, 1);
  assert.match(
    told(stdout, 'TROUBLE'),
    /^haplog is not running: .*\n\S*gone\.log is missing: .*\n1 messages failed within a day: haplog outbox list\nbackends without a server: 0, .*$/,
  );
  assert.match(told(stdout, 'log'), /gone\.log: read to byte 0, there is no such file now$/);
  const json = JSON.parse(ask(folder, ['status', '-o', 'json']).stdout);
  assert.deepEqual([json.ok, json.troubles.length, json.logs[0].path], [false, 3, log]);
});

test('what was lost of a log is trouble for a day, in one line with the reason', async (t) => {
  const ago = async (ms: number) => {
    const { folder } = await home(t, [fall, rise], async (store, path) => {
      await store.follow([path], T);
      await store.lost(path, 'the file was not found', Date.now() - ms);
    });
    const { status, stdout } = ask(folder, ['status']);
    assert.equal(status, 1, 'haplog does not run');
    return told(stdout, 'TROUBLE')
      .split('\n')
      .filter((line) => line.includes('lost'));
  };
  const began = Date.now();
  const [line, ...more] = await ago(3_600_000);
  // An hour, and as many seconds as went by until somebody asked.
  const seconds = Array.from({ length: 1 + Math.ceil((Date.now() - began) / 1_000) }, (_, n) => n * 1_000);
  const agos = seconds.map((ms) => formatDuration(3_600_000 + ms));
  const said = agos.map((ago) => `haproxy.log: lines may have been lost ${ago} ago: the file was not found`);
  assert.ok(
    said.some((one) => line!.endsWith(one)),
    line,
  );
  assert.deepEqual(more, []);
  assert.deepEqual(await ago(24 * 3_600_000 + 1_000), []);
});

test('a log of which nothing is understood is trouble', async (t) => {
  const lines = Array(3).fill('{"MESSAGE": "backend app has no server available!"}');
  const { folder, log } = await home(t, lines, async (store, path) => store.follow([path], T));
  const { status, stdout } = ask(folder, ['status']);
  assert.equal(status, 1);
  assert.match(told(stdout, 'TROUBLE'), new RegExp(`${log}: its lines begin in no way that haplog knows`));
});

test('a log whose sentences stand behind what haplog does not know is trouble, until one is understood', async (t) => {
  const again = syslogLine(T + 120_000, down('b', 0));
  const strange = [fall, rise, traffic, again].map((line) => line.replace(']: ', ']: (alert) '));
  const asked = async (lines: string[]) => {
    const { folder } = await home(t, lines, async (store, path) => store.follow([path], T));
    return ask(folder, ['status']);
  };
  const { status, stdout } = await asked(strange);
  assert.equal(status, 1);
  assert.match(stdout, /3 lines that end as HAProxy's sentences do begin in no way that haplog knows/);
  assert.doesNotMatch((await asked([...strange, rise])).stdout, /begin in no way/);
});

test('of a database on which haplog never ran, as after an import, nothing is known of now, and that is trouble', async (t) => {
  const folder = tempFolder(t);
  const log = join(folder, 'old.log');
  writeFileSync(log, `${fall}\n`);
  assert.equal(ask(folder, ['import', log]).status, 0);
  const { status, stdout } = ask(folder, ['status']);
  assert.equal(status, 1);
  assert.match(told(stdout, 'TROUBLE'), /^haplog never ran on this database: of now nothing is known\n/);
});

test('JSON says the same to programs', async (t) => {
  const { folder, log } = await home(t, [traffic, fall, near, 'no header']);
  const { status, stdout } = ask(folder, ['status', '-o', 'json', '--samples', '1']);
  assert.equal(status, 1);
  const { time, database, logs, incidents, samples, ...rest } = JSON.parse(stdout);
  assert.ok(Date.parse(time) > T);
  assert.match(database, /haplog\.db$/);
  assert.deepEqual([logs[0].path, logs[0].file, logs[0].unread_bytes], [log, 'same', 0]);
  assert.deepEqual([incidents[0].phase, incidents[0].opened_at], ['firing', '2026-11-22T12:00:00.000Z']);
  assert.ok(incidents[0].age_ms > 0);
  assert.deepEqual(samples, [{ time: '2026-11-22T12:00:01.000Z', reason: 'near miss', text: near }]);
  const who = { host: 'lb', pid: 100, backend: 'app' };
  const since = '2026-11-22T12:00:00.000Z';
  const cause = { class: 'layer4', reason: 'Layer4 timeout', code: null, info: null, duration_ms: 2001, via: null };
  assert.deepEqual(rest, {
    kind: 'status',
    ok: false,
    troubles: [],
    daemon: 'not_running',
    backends: [{ ...who, since, planned: false, evidence: 'observed' }],
    servers: [
      {
        ...{ ...who, server: 'a', state: 'down', operational: 'down', admin: 'ready', evidence: 'observed' },
        ...{ since, planned: false, cause },
      },
    ],
    backend_states: [{ host: 'lb', backend: 'app', state: 'down', active: 0, backup: 0, evidence: 'observed' }],
    outbox: { waiting: 1, delivered: 0, rejected: 0, expired: 0, muted: 0, dropped: 0 },
    latency_ms: { messages: 0, p50: null, p99: null },
    lines: {
      ...{ lines: 4, bytes: logs[0].offset, traffic: 1, candidates: 2, other: 1, oversize: 0, displaced: 0 },
      ...{ rejected: 0, near_misses: 1, unknown: 0, suspects: 0 },
    },
    open_to_clients: [],
    disbelieved: [],
  });
});

test('a process that tells of an outage without being believed is named, with what to do', async (t) => {
  const at = Math.floor(Date.now() / 1000) * 1000 - 60_000;
  const ways = (n: number, text: string) => [stderrLine(at + n, text), syslogLine(at + n, text)];
  const falls = ['x', 'y'].map((backend) => serverText({ at, backend, server: 'a', to: 'DOWN', left: 0 }));
  const other = falls.map((text) => syslogLine(at + 5_000, text, { pid: 200 }));
  const { folder } = await home(t, [
    ...ways(0, down('a', 1)),
    ...ways(1_000, up('a', 2)),
    ...other,
    ...ways(9_000, down('a', 1)),
  ]);
  const time = new Date(at + 5_000).toISOString();
  const local = time.slice(0, 19).replace('T', ' ');
  const said = `lb: 2 lines of haproxy[200] say within a day that a backend has no server, last ${local}`;
  const remedy = 'if it is a HAProxy of yours, put <%PRI%> into the template of rsyslog';
  const [, line] = told(ask(folder, ['status', '--utc']).stdout, 'suspect').split('\n');
  assert.equal(line, `${said}: ${remedy}`);
  const { disbelieved } = JSON.parse(ask(folder, ['status', '-o', 'json']).stdout);
  assert.deepEqual(disbelieved, [{ host: 'lb', tag: 'haproxy', pid: 200, lines: 2, last_at: time }]);
});

test('what could not be delivered is seen', async (t) => {
  const { folder } = await home(t, [fall], async (store) => {
    const told: Notification[] = (await store.due(1e15, 10)).map((row) => row.notification);
    assert.equal(told.length, 1);
    await store.close(1, 'rejected', T, '550 no such user');
  });
  assert.equal(
    told(ask(folder, ['status']).stdout, 'outbox'),
    '0 waiting, 0 delivered, 1 failed (1 rejected, 0 expired), 0 muted',
  );
});

test('how much of a log is unread is told, and when another file or none stands there', async (t) => {
  const { folder, log } = await home(t, [traffic]);
  const unread = () => told(ask(folder, ['status']).stdout, 'log').replace(/^.*byte \d+, /, '');
  appendFileSync(log, 'twelve bytes');
  assert.equal(unread(), '12 bytes not read yet');
  writeFileSync(log, `${near}\n`);
  assert.equal(unread(), 'another file stands there now');
  rmSync(log);
  assert.equal(unread(), 'there is no such file now');
  // As in a folder that may not be looked into: whether there is one cannot be known.
  symlinkSync(log, log);
  assert.equal(unread(), 'which you may not read');
});

test('a log that is followed and still empty is shown, and what is written there and not read yet', async (t) => {
  const empty = join(tempFolder(t), 'haproxy.log');
  writeFileSync(empty, '');
  const { folder } = await home(t, [traffic], async (store) => store.follow([empty], T));
  const log = () => told(ask(folder, ['status']).stdout, 'log').split('\n');
  assert.equal(log().at(-1), `${empty}: read to byte 0, it is empty`);
  const json = JSON.parse(ask(folder, ['status', '-o', 'json']).stdout);
  assert.deepEqual(json.logs[1], { path: empty, fingerprint: '', offset: 0, file: 'same', unread_bytes: 0 });
  appendFileSync(empty, 'twelve bytes');
  assert.equal(log().at(-1), `${empty}: read to byte 0, 12 bytes not read yet`);
});

test('a mistake ends with 2 and one sentence', async (t) => {
  const { folder } = await home(t, [traffic]);
  for (const [args, sentence] of [
    [['--samples', 'many'], /^haplog: Cannot read the number of samples "many": expected 0 to 100\.\n$/],
    [['--samples', '101'], /^haplog: Cannot read the number of samples "101": expected 0 to 100\.\n$/],
    [['--db', 'none.db'], /^haplog: There is no database ".*none\.db" yet: .*\.\n$/],
    [['--tz', 'Europe/Berln'], /^haplog: .*did you mean Europe\/Berlin\?\n$/],
  ] as const) {
    const { status, stdout, stderr } = ask(folder, ['status', ...args]);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, sentence);
  }
});

test('what a log told that is no longer followed says so, with what to do, and is no trouble once it is taken on', async (t) => {
  const leave = async (store: ReturnType<typeof openStore>) => {
    const other = join(tempFolder(t), 'other.log');
    writeFileSync(other, '');
    await store.follow([other], Date.now());
  };
  const { folder, log } = await home(t, [fall], leave);
  const { stdout } = ask(folder, ['status', '--utc']);
  assert.match(told(stdout, 'TROUBLE'), /^backends without a server: 1/);
  assert.match(
    told(stdout, 'incident'),
    new RegExp(
      `\\), told by ${log}, which is no longer followed: nothing tells its end, haplog ack ends its reminders$`,
    ),
  );
  assert.match(told(stdout, 'log'), new RegExp(`^${log}: no longer followed, read to byte \\d+, to its end\n`));
  const json = () => JSON.parse(ask(folder, ['status', '-o', 'json']).stdout);
  assert.deepEqual(
    json().logs.map(({ followed }: { followed?: boolean }) => followed),
    [false, undefined],
  );

  const taken = await home(t, [fall], async (store) => {
    await leave(store);
    const row = (await store.memory()).find(({ shelf }) => shelf === 'incident')!;
    const body = { ...(row.body as object), ack: { at: T, by: 'alice', note: null } };
    await store.apply(commitWith({ remember: [{ ...row, body }] }));
  });
  const lock = lockForDaemon(usualDatabase(taken.folder));
  const after = ask(taken.folder, ['status', '--utc']);
  lock.release();
  assert.deepEqual([after.status, told(after.stdout, 'OK').split(',')[0]], [0, 'backends without a server: 1']);
  assert.match(
    told(after.stdout, 'incident'),
    /which is no longer followed: nothing tells its end, taken on by alice$/,
  );
});
