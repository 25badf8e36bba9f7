/** `haplog query` as its own process, on a real database. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openStore } from '../../../src/store/open.js';
import { builtHaplog, projectRoot } from '../../support/haplog.js';
import { livingIn, usualDatabase } from '../../support/home.js';
import { commitOf, id, incident, outage, transition } from '../store/examples.js';
import { tempFolder } from '../store/temp-folder.js';

const MAIN = [builtHaplog(), 'query'];

const START = Date.parse('2024-02-21T12:03:16.775Z');
const STORY = commitOf({
  transitions: [
    transition({ at: START }),
    transition({ at: START + 60_000, from: 'down', to: 'up', id: id('f1:1000') }),
    transition({ at: START + 90_000, backend: 'web', server: 'web1', id: id('f1:2000') }),
  ],
  outages: [outage({ start: START, end: START + 60_000, endHow: 'recovered' })],
  incidents: [
    incident({ openedAt: START, resolvedAt: START + 60_000, phase: 'resolved', impact: { failed: 8_431, queued: 0 } }),
  ],
});

/** A home whose database holds the story, where haplog would have put it. */
async function home(t: TestContext, commit = STORY, database = usualDatabase): Promise<string> {
  const folder = tempFolder(t);
  const store = openStore(database(folder), 'write');
  await store.apply(commit);
  await store.end();
  return folder;
}

function query(folder: string, ...args: string[]) {
  const options = { ...livingIn(folder), encoding: 'utf8', timeout: 30_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...MAIN, ...args], options);
  return { status, stdout, stderr };
}

const DAY = ['--since', '2024-02-21', '--until', '2024-02-22'];

test('the story of a day is shown in local time, from the database that haplog run writes', async (t) => {
  assert.deepEqual(query(await home(t), ...DAY), {
    status: 0,
    stdout: `
TIME (America/New_York)  HOST      WHAT                    CHANGE               LASTED  WHY
2024-02-21 07:03:16      allyrion  k8s-api-server/bettley  up -> down           1m      Layer4 connection problem: Connection refused at initial connection step of tcp-check
2024-02-21 07:03:16      allyrion  k8s-api-server          no server available  1m      ended: a server came back; 8,431 requests failed
2024-02-21 07:04:16      allyrion  k8s-api-server/bettley  down -> up                   Layer4 connection problem: Connection refused at initial connection step of tcp-check
2024-02-21 07:04:46      allyrion  web/web1                up -> down                   Layer4 connection problem: Connection refused at initial connection step of tcp-check
`.slice(1),
    stderr: '',
  });
});

test('filters, formats and zones go together', async (t) => {
  const folder = await home(t);
  const filters = ['--backend', 'k8s-*', '--state', 'up,no-server', '--host', 'ally*'];
  const { stdout } = query(folder, ...DAY, ...filters, '-o', 'jsonl');
  const kinds = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).kind);
  assert.deepEqual(kinds, ['outage', 'incident', 'transition']);
  assert.match(
    query(folder, ...DAY, '--utc', '-o', 'wide').stdout,
    /^TIME \(UTC\) .*\n2024-02-21 12:03:16\.775 \+00:00 /,
  );
  const hour = ['--tz', 'Europe/Berlin', '--since', '2024-02-21 13:04:30', '--until', '2024-02-21 13:05'];
  assert.match(query(folder, ...hour).stdout, /^TIME \(Europe\/Berlin\) .*\n2024-02-21 13:04:46 .*\n$/);
});

test('without --since it is about the day before --until, whenever that is', async (t) => {
  const folder = await home(t);
  const { status, stdout } = query(folder, '--until', '2024-02-22 07:04:30', '--tz', 'America/New_York');
  assert.deepEqual([status, stdout.split('\n').length], [0, 3], stdout);
  assert.match(stdout, /\n2024-02-21 07:04:46 .*web\/web1 .*\n$/);
  assert.match(
    query(folder, '--until', 'yesterday', '--utc').stdout,
    /^\(nothing happened between \d{4}-\d\d-\d\d 00:00:00 and \d{4}-\d\d-\d\d 00:00:00\)\n$/,
  );
});

test('how long a state lasted is shown though it ended after --until, also where only that state is asked for', async (t) => {
  const folder = await home(t);
  const lasted = (...args: string[]) =>
    query(folder, '--since', '2024-02-21', '--until', '2024-02-21T12:04:00Z', '--utc', ...args)
      .stdout.split('\n')
      .filter((row) => row.includes('up -> down'))
      .map((row) => /down +(\S*) +Layer4/.exec(row)?.[1]);
  assert.deepEqual(lasted(), ['1m']);
  assert.deepEqual(lasted('--state', 'down'), ['1m']);
  assert.deepEqual(lasted('--state', 'down', '--until', '2024-02-22'), ['1m', '']);
});

test('where nothing happened it says so, for which time', async (t) => {
  const folder = await home(t);
  const year = ['--since', '2023-01-01', '--until', '2023-02-01'];
  assert.deepEqual(query(folder, ...year), {
    status: 0,
    stdout: '(nothing happened between 2023-01-01 00:00:00 and 2023-02-01 00:00:00)\n',
    stderr: '',
  });
  assert.match(query(folder, ...year, '--server', 'x').stdout, /^\(nothing that matches happened between/);
  assert.match(query(folder, ...year, '--suspect').stdout, /^\(no line was suspect between/);
  assert.match(query(folder).stdout, /^\(nothing happened between/);
});

test('of lines that may be forged those of the asked hosts alone are shown', async (t) => {
  const says = { kind: 'backend.exhausted', backend: 'api' } as const;
  const suspect = (host: string, offset: number) => {
    const event = { id: id(`f1:${offset}`), at: START, utcOffsetMin: 0, host, pid: 99, says };
    return { id: event.id, event, tag: 'haproxy', text: 'backend api has no server available!', reason: 'why' };
  };
  const folder = await home(t, commitOf({ suspects: [suspect('lb1', 1), suspect('lb2', 2)] }));
  const hosts = (...args: string[]) =>
    JSON.parse(query(folder, ...DAY, '--suspect', '-o', 'json', ...args).stdout).map(
      ({ host }: { host: string }) => host,
    );
  assert.deepEqual(hosts(), ['lb1', 'lb2']);
  assert.deepEqual(hosts('--host', 'lb2'), ['lb2']);
  assert.match(query(folder, ...DAY, '--suspect', '--host', 'x').stdout, /^\(no line that matches was suspect /);
});

test('a mistake ends with 2 and one sentence', async (t) => {
  const folder = await home(t);
  for (const [args, sentence] of [
    [['--since', 'soon'], /^haplog: Cannot read the time "soon": expected 1h, .*\.\n$/],
    [
      ['--since', '1h', '--until', '2h'],
      /^haplog: There is nothing between .* and .*: --since lies after --until\.\n$/,
    ],
    [['--state', 'dead'], /^haplog: Unknown state "dead": expected up, down, .* or reload_failed\.\n$/],
    [['--tz', 'Europe/Berln'], /^haplog: Unknown time zone "Europe\/Berln"; did you mean Europe\/Berlin\?\n$/],
    [['--db', '/nowhere/haplog.db'], /^haplog: There is no database "\/nowhere\/haplog\.db" yet: .*\.\n$/],
    [['--backend', ''], /^haplog: --backend takes a glob such as k8s-\*, with its brackets closed, not ""\.\n$/],
    [['--server', '{a'], /^haplog: --server takes a glob such as k8s-\*, .*, not "\{a"\.\n$/],
    [['-o', 'xml'], /^haplog: .*Allowed choices are table, wide, json, jsonl, csv\.\n$/],
  ] as const) {
    const { status, stdout, stderr } = query(folder, ...args);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, sentence);
  }
});

test('what a forger wrote moves no terminal and is no formula, in CSV either', async (t) => {
  const says = { kind: 'backend.exhausted', backend: 'api' } as const;
  const event = { id: id('f1:1'), at: START, utcOffsetMin: 0, host: 'lb', pid: 99, says };
  const suspect = { id: event.id, event, tag: '=1+1', text: 'Server a/b is DOWN, info: \x1b[31m', reason: 'why' };
  const folder = await home(t, commitOf({ suspects: [suspect] }));
  assert.equal(
    query(folder, ...DAY, '--suspect', '-o', 'csv').stdout,
    `kind,time,host,pid,tag,reason,text
suspect,2024-02-21T12:03:16.775Z,lb,99,'=1+1,why,"Server a/b is DOWN, info: \\u{1b}[31m"
`,
  );
});

test('the database that the configuration names is found', async (t) => {
  const folder = await home(t, STORY, (folder) => join(folder, '.config/haplog/data/history.db'));
  mkdirSync(join(folder, '.config/haplog'), { recursive: true });
  writeFileSync(join(folder, '.config/haplog/haplog.yaml'), 'database: data/history.db\n');
  assert.equal(JSON.parse(query(folder, ...DAY, '-o', 'json').stdout).length, 5);
});

test('a reader that has seen enough ends it quietly', { timeout: 60_000 }, async (t) => {
  const transitions = Array.from({ length: 5_000 }, (_, i) => transition({ at: START + i, id: id(`f1:${i}`) }));
  const folder = await home(t, commitOf({ transitions }));
  const child = spawn(process.execPath, [...MAIN, ...DAY, '-o', 'jsonl'], livingIn(folder));
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const [status] = await once(child, 'close');
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
});

test('a disk that is full under the output is told in one sentence', { skip: !existsSync('/dev/full') }, async (t) => {
  const folder = await home(t);
  const full = openSync('/dev/full', 'w');
  for (const format of ['table', 'jsonl']) {
    const stdio: ['ignore', number, 'pipe'] = ['ignore', full, 'pipe'];
    const options = { ...livingIn(folder), encoding: 'utf8', timeout: 30_000, stdio } as const;
    const { status, stderr } = spawnSync(process.execPath, [...MAIN, ...DAY, '-o', format], options);
    assert.deepEqual([status, stderr], [1, 'haplog: Cannot write the output: no space left on device.\n']);
  }
  closeSync(full);
});

/** The same from its sources, where each module and package is asked for by name. */
const SOURCES = ['--import', import.meta.resolve('tsx'), join(projectRoot, 'src/main.ts'), 'query'];

/** Prints the name of every package that is asked for. */
const TELL_PACKAGES = `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`export async function resolve(name, context, next) {
  if (/^[a-z@]/.test(name) && !/^(node|data|file):/.test(name)) process._rawDebug('package ' + name);
  return next(name, context);
}\`));`;

/** What takes longer to load than the answer takes. */
const HEAVY = ['immutable', 'nodemailer', 'picomatch', 'pino', 'temporal-polyfill', 'yaml', 'zod'];

test('an answer loads no more than it needs, for it must come at once', async (t) => {
  const folder = await home(t);
  const heavy = (...args: string[]) => {
    const hook = ['--import', `data:text/javascript,${encodeURIComponent(TELL_PACKAGES)}`];
    const options = { ...livingIn(folder), encoding: 'utf8', timeout: 30_000 } as const;
    const { stderr } = spawnSync(process.execPath, [...hook, ...SOURCES, ...args], options);
    const loaded = [...stderr.matchAll(/^package (.*)$/gm)].map(([, name = '']) => name);
    assert.ok(loaded.includes('better-sqlite3'), stderr);
    return HEAVY.filter((name) => loaded.some((path) => path === name || path.startsWith(`${name}/`)));
  };
  assert.deepEqual(heavy('--since', '1h'), []);
  assert.deepEqual(heavy('--since', '1h', '-o', 'jsonl'), []);
  assert.deepEqual(heavy('--since', 'today', '--backend', 'k8s-*'), ['picomatch', 'temporal-polyfill']);
});
