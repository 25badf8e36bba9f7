/** SIGHUP: the configuration is read again in the same process, and nothing is lost or told twice on the way. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { builtHaplog, caughtUp, marked, ownLine, ownLog, runHaplog, startHaplog } from '../support/haplog.js';
import { livingIn } from '../support/home.js';
import { type Hook, hook } from '../support/hook.js';
import { serverText, syslogLine } from '../support/lines.js';
import { type Program, programPath, startProgram } from '../support/program.js';
import { openFolder, type TemporaryFolder } from '../support/stage.js';
import { until } from '../support/until.js';

const LIMIT = { timeout: 60_000 };

let folder: TemporaryFolder;
beforeEach(() => {
  folder = openFolder();
});
afterEach(() => folder[Symbol.dispose]());

const log = () => join(folder.path, 'haproxy.log');
const config = () => join(folder.path, 'haplog.yaml');

/** Twice, by two log targets, so that nothing need wait for a witness. */
function change(backend: string, to: 'UP' | 'DOWN', left: number): string {
  const at = Date.now();
  return `${syslogLine(at, serverText({ at, backend, server: 'a', to, left }))}\n`.repeat(2);
}

function configure(receivers: Record<string, Hook>, more = ''): void {
  const entries = Object.entries(receivers).map(
    ([name, { url }]) => `  - { name: ${name}, webhook: { url: "${url}" } }\n`,
  );
  writeFileSync(
    config(),
    `sources: [{ path: ${log()} }]
database: ${join(folder.path, 'haplog.db')}
receivers:
${entries.join('')}policy: { keep_firing: 100ms }
${more}`,
    { mode: 0o600 },
  );
}

/** Asks for the configuration to be read again and waits for haplog's word on it. */
async function reload(haplog: Program, word: RegExp): Promise<void> {
  const before = haplog.stderr.items.length;
  process.kill(haplog.pid, 'SIGHUP');
  await haplog.stderr.match((line) => word.test(ownLine(line).msg), 10_000, before);
}

/** As `reload`, and waits until the logs are followed again. */
async function reloaded(haplog: Program): Promise<void> {
  const before = haplog.stderr.items.length;
  await reload(haplog, /^configuration .* read again$/);
  await haplog.stderr.match((line) => ownLine(line).msg.startsWith('caught up'), 10_000, before);
}

const told = ({ posts }: Hook) =>
  posts.items.map(({ body }) => {
    const { type, data } = JSON.parse(body);
    return `${type} ${data.backend}`;
  });

test('a new receiver is told what is open, and the end, by the process that ran before', LIMIT, async () => {
  await using chat = await hook();
  await using desk = await hook();
  writeFileSync(log(), change('app', 'UP', 1));
  configure({ chat });
  await using haplog = await startHaplog(folder.path, ['run', '--config', config()]);
  await caughtUp(haplog);
  appendFileSync(log(), change('app', 'DOWN', 0));
  await marked(haplog, 'firing', 'chat');

  configure({ chat, desk });
  await reloaded(haplog);
  await marked(haplog, 'firing', 'desk');
  appendFileSync(log(), change('app', 'UP', 1));
  await marked(haplog, 'resolved', 'desk');
  await marked(haplog, 'resolved', 'chat');
  assert.deepEqual(told(chat), ['incident.opened app', 'incident.resolved app']);
  assert.deepEqual(told(desk), ['incident.opened app', 'incident.resolved app']);
  assert.deepEqual(await haplog.end('SIGTERM'), { code: 0, signal: null });
});

test('a log that is new is followed, and what became maintenance is kept quiet', LIMIT, async () => {
  await using chat = await hook();
  const other = join(folder.path, 'other.log');
  for (const path of [log(), other]) writeFileSync(path, change('app', 'UP', 1));
  configure({ chat });
  await using haplog = await startHaplog(folder.path, ['run', '--config', config()]);
  await caughtUp(haplog);
  configure({ chat }, 'maintenance: [{ during: daily 00:00-24:00, match: { backend: work } }]\n');
  writeFileSync(config(), readFileSync(config(), 'utf8').replace('sources: [', `sources: [{ path: ${other} }, `));
  await reloaded(haplog);
  appendFileSync(log(), change('work', 'DOWN', 0));
  appendFileSync(other, change('shop', 'DOWN', 0));
  await marked(haplog, 'firing', 'chat');
  assert.deepEqual(told(chat), ['incident.opened shop']);
});

test('a mistake is told with its place, and the configuration in force stays', LIMIT, async () => {
  await using chat = await hook();
  writeFileSync(log(), change('app', 'UP', 1));
  configure({ chat });
  await using haplog = await startHaplog(folder.path, ['run', '--config', config()]);
  await caughtUp(haplog);
  configure({ chat }, 'recievers: []\nroutes: [{ receivers: [nobody] }]\n');
  await reload(haplog, /^the configuration stays as it was: .*haplog\.yaml:6:1: unknown key "recievers"/);
  await haplog.stderr.match((line) => /haplog\.yaml:7:24: .*no receiver is named/.test(ownLine(line).msg), 10_000);
  assert.ok(ownLog(haplog).every(({ msg, level }) => !msg.includes('stays as it was') || level === 'error'));
  appendFileSync(log(), change('app', 'DOWN', 0));
  await marked(haplog, 'firing', 'chat');
  assert.equal(ownLog(haplog).filter(({ msg }) => msg.startsWith('caught up')).length, 1, 'nothing began anew');
});

test('another database is not gone over to, and that is said', LIMIT, async () => {
  await using chat = await hook();
  writeFileSync(log(), '');
  configure({ chat });
  await using haplog = await startHaplog(folder.path, ['run', '--config', config()]);
  await caughtUp(haplog);
  writeFileSync(config(), `sources: [{ path: ${log()} }]\ndatabase: other.db\n`);
  await reload(haplog, /^the database stays .*haplog\.db until haplog is started again, and is not .*other\.db$/);
  await reloaded(haplog);
  const second = await runHaplog(folder.path, ['run', '--db', join(folder.path, 'haplog.db')]);
  assert.match(second.stderr, /Another haplog daemon is running/, 'the lock is kept');
});

test('whatever is written while the configuration is read again and again is told once', LIMIT, async () => {
  await using chat = await hook();
  writeFileSync(log(), '');
  configure({ chat });
  await using haplog = await startHaplog(folder.path, ['run', '--config', config()]);
  await caughtUp(haplog);
  const backends = Array.from({ length: 12 }, (_, i) => `app${i}`);
  for (const backend of backends) {
    appendFileSync(log(), change(backend, 'DOWN', 0));
    process.kill(haplog.pid, 'SIGHUP');
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  const told = async () => {
    const asked = ['outbox', 'list', '--state', 'all', '-o', 'json', '--config', config()];
    const rows: { backend: string; state: string }[] = JSON.parse((await runHaplog(folder.path, asked)).stdout);
    return rows.map(({ backend, state }) => `${backend} ${state}`).sort();
  };
  const wanted = backends.map((backend) => `${backend} delivered`).sort();
  await until(
    async () => (await told()).join() === wanted.join(),
    () => 'all were told',
  );
  assert.deepEqual(await told(), wanted);
  assert.equal(chat.posts.items.length, backends.length);
  assert.deepEqual(await haplog.end('SIGTERM'), { code: 0, signal: null });
});

/** Starts a command of haplog, which gets SIGHUP as soon as it has begun, long before it has read anything. */
function hungUpEarly(...command: string[]): Promise<Program> {
  const start = `
    process.argv = [process.argv[0], 'haplog', ...${JSON.stringify(command)}];
    require(${JSON.stringify(builtHaplog())});
    process.kill(process.pid, 'SIGHUP');`;
  return startProgram(process.execPath, ['-e', start], livingIn(folder.path));
}

test('a reload right after the start has the configuration read again', LIMIT, async () => {
  await using chat = await hook();
  writeFileSync(log(), '');
  configure({ chat });
  await using haplog = await hungUpEarly('run', '--config', config());
  await haplog.stderr.match((line) => /^configuration .* read again$/.test(ownLine(line).msg), 10_000);
  await caughtUp(haplog);
  assert.deepEqual(await haplog.end('SIGTERM'), { code: 0, signal: null });
});

test('a command that is not there to stay ends by SIGHUP', LIMIT, async () => {
  await using haplog = await hungUpEarly('parse', '/dev/zero');
  assert.deepEqual(await haplog.ended, { code: null, signal: 'SIGHUP' });
});

const noTerminal = programPath('script') === null && process.env.CI !== 'true' && 'not installed: script';

test('a terminal that is closed ends haplog in good order', { ...LIMIT, skip: noTerminal }, async () => {
  writeFileSync(log(), '');
  const own = join(folder.path, 'own.log');
  const words = () => (existsSync(own) ? readFileSync(own, 'utf8') : '');
  const database = join(folder.path, 'haplog.db');
  const run = `exec ${process.execPath} ${builtHaplog()} run --log ${log()} --db ${database} 2> ${own}`;
  await using terminal = await startProgram('script', ['-q', '-c', run, '/dev/null'], livingIn(folder.path));
  await until(
    () => words().includes('caught up'),
    () => words(),
  );
  await terminal.end('SIGKILL');
  await until(
    () => words().includes('"msg":"ended"'),
    () => words(),
  );
  await until(
    async () => /not running on/.test((await runHaplog(folder.path, ['status', '--db', database])).stdout),
    () => 'the lock is free',
  );
  assert.doesNotMatch(words(), /Assertion|read again/);
});
