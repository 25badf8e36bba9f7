/** `haplog import` as its own process: what it says of what it took in. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../../support/cli.js';
import { down, serverText, syslogLine } from '../../support/lines.js';
import { tempFolder } from '../store/temp-folder.js';

test('an import says how much it read, and that there are lines it did not understand', (t) => {
  const folder = tempFolder(t);
  const at = Date.parse('2026-11-22T12:00:00Z');
  const fall = syslogLine(at, serverText({ at, backend: 'app', server: 'a', to: 'DOWN', left: 1 }));
  writeFileSync(join(folder, 'a.log'), `${fall}\n`);
  writeFileSync(join(folder, 'b.log'), `${syslogLine(at, 'Server app/a is QUITE DOWN.')}\nno header\n`);
  const said = (file: string) => {
    const { status, stdout, stderr } = ask(folder, ['import', file, '--db', 'h.db']);
    assert.deepEqual([status, stdout], [0, '']);
    return stderr;
  };
  assert.equal(said('a.log'), '1 lines read into h.db: 1 changes of state, outages: 0\n');
  assert.equal(
    said('b.log'),
    '2 lines read into h.db: 0 changes of state, outages: 0; 2 lines not understood: haplog parse --unknown shows them\n',
  );
  writeFileSync(join(folder, 'c.log'), `${fall.slice(0, -10)}\n`);
  assert.match(
    said('c.log'),
    /: 0 changes of state, .*\nHAProxy's sentences are cut off on their way, .*`len` .* 1024 .*\n$/,
  );
});

/** Falls and returns of a backend's only server, at so many ms behind `from`. */
function flaps(from: number, times: readonly number[]): string {
  return times
    .map((after, n) => {
      const change = { at: from + after, backend: 'app', server: 'a', to: n % 2 ? 'UP' : 'DOWN', left: n % 2 } as const;
      return `${syslogLine(change.at, serverText(change))}\n`;
    })
    .join('');
}

const jsonOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

test('of a log of which it understands nothing an import says so', (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'j.log'), '{"MESSAGE": "backend app has no server available!"}\n'.repeat(3));
  const { status, stderr } = ask(folder, ['import', 'j.log', '--db', 'h.db']);
  assert.equal(status, 0);
  assert.match(stderr, /^j\.log: its lines begin in no way that haplog knows, .*\n3 lines read into h\.db: /);
});

test('of a log whose sentences stand behind what it does not know an import says so, and so does replay', (t) => {
  const folder = tempFolder(t);
  const lines = [0, 1, 2].map((n) => syslogLine(n, `(alert) ${down('a', n)}`));
  writeFileSync(join(folder, 'j.log'), `${lines.join('\n')}\n`);
  const said = /^3 lines that end as HAProxy's sentences do begin in no way that haplog knows, and nothing .*$/m;
  assert.match(ask(folder, ['import', 'j.log', '--db', 'h.db']).stderr, said);
  assert.match(ask(folder, ['replay', 'j.log']).stderr, said);
  assert.match(ask(folder, ['replay', '-'], `${lines.join('\n')}\n`).stderr, said);
});

test('an import takes no standard input, and says so', (t) => {
  const { status, stderr } = ask(tempFolder(t), ['import', '-', '--db', 'h.db']);
  assert.deepEqual(
    [status, stderr],
    [2, 'haplog: An import takes files: a line is known by its log and its place there.\n'],
  );
});

test('of what comes again and again an import stores the incidents that replay tells', (t) => {
  const folder = tempFolder(t);
  const from = Date.parse('2026-11-22T12:00:00Z');
  writeFileSync(join(folder, 'a.log'), flaps(from, [0, 2_000, 13_000, 15_000, 26_000, 28_000, 39_000, 41_000]));
  const incidentsIn = (...args: string[]) =>
    jsonOf(ask(folder, args).stdout)
      .filter(({ kind, rule }) => kind === 'incident' && rule === 'outage')
      .map(({ opened_at, resolved_at, times }) => ({ opened_at, resolved_at, times }));
  const told = incidentsIn('replay', '-o', 'jsonl', 'a.log');
  ask(folder, ['import', 'a.log', '--db', 'h.db']);
  assert.deepEqual(incidentsIn('query', '--since', '2026-11-22', '-o', 'jsonl', '--db', 'h.db'), told);
  assert.equal(told.length, 3);
});

test('an import goes by the policy in force, as a daemon at the same log does', (t) => {
  const folder = tempFolder(t);
  mkdirSync(join(folder, '.config/haplog'), { recursive: true });
  writeFileSync(join(folder, '.config/haplog/haplog.yaml'), 'policy: { keep_firing: 2h }\n');
  writeFileSync(join(folder, 'a.log'), flaps(Date.now() - 3_600_000, [0, 1_000]));
  ask(folder, ['import', 'a.log', '--db', 'h.db']);
  const { stdout } = ask(folder, ['query', '--since', '2h', '-o', 'jsonl', '--db', 'h.db']);
  const [incident] = jsonOf(stdout).filter(({ kind }) => kind === 'incident');
  assert.deepEqual([incident?.phase, incident?.receivers], ['firing', []]);
});

test('an incident that may still come back is not over for an import: a daemon may be at the same log', (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'a.log'), flaps(Date.now() - 2_000, [0, 1_000]));
  ask(folder, ['import', 'a.log', '--db', 'h.db']);
  const { stdout } = ask(folder, ['query', '--since', '1h', '-o', 'jsonl', '--db', 'h.db']);
  const [incident] = jsonOf(stdout).filter(({ kind }) => kind === 'incident');
  assert.deepEqual([incident?.rule, incident?.phase], ['outage', 'firing']);
});

const FALL_AND_RETURN = ['DOWN', 'UP']
  .map((to, n) => {
    const at = Date.parse('2026-11-24T15:00:00Z') + n * 60_000;
    const text = serverText({ at, backend: 'app', server: 'a', to: to as 'UP' | 'DOWN', left: n });
    return `${new Date(at).toISOString()} stderr F [WARNING]  (8) : ${text}\n`;
  })
  .join('');

const hostsIn = (folder: string) =>
  jsonOf(ask(folder, ['query', '--since', '2026-11-24', '--until', '2026-11-26', '-o', 'jsonl', '--db', 'h.db']).stdout)
    .filter(({ kind }) => kind === 'outage' || kind === 'incident' || kind === 'transition')
    .map(({ kind, host }) => `${kind} ${host}`)
    .sort();

test('a log that is imported again without its host stays the log of that host', (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'a.log'), FALL_AND_RETURN);
  ask(folder, ['import', '--host', 'web1', 'a.log', '--db', 'h.db']);
  const before = hostsIn(folder);
  assert.ok(before.includes('outage web1') && before.includes('incident web1'), before.join());
  ask(folder, ['import', 'a.log', '--db', 'h.db']);
  assert.deepEqual(hostsIn(folder), before);
});

test('an import reads the logs of a source as the configuration has it, also rotated ones, each as that of its own', (t) => {
  const folder = tempFolder(t);
  mkdirSync(join(folder, '.config/haplog'), { recursive: true });
  const sources = ['blue', 'green'].map((name) => `{ path: ${join(folder, `${name}.log`)}, host: ${name} }`);
  writeFileSync(join(folder, '.config/haplog/haplog.yaml'), `sources: [${sources}]\n`);
  writeFileSync(join(folder, 'blue.log.1'), FALL_AND_RETURN);
  writeFileSync(join(folder, 'green.log'), `${FALL_AND_RETURN.replaceAll('15:', '16:')}`);
  writeFileSync(join(folder, 'other.log'), `${FALL_AND_RETURN.replaceAll('15:', '17:')}`);
  ask(folder, ['import', 'blue.log.1', 'green.log', 'other.log', '--db', 'h.db']);
  assert.deepEqual(
    hostsIn(folder).filter((each) => each.startsWith('outage')),
    ['outage blue', 'outage green', 'outage localhost'],
  );
  ask(folder, ['import', '--host', 'red', 'green.log', '--db', 'other.db']);
  const { stdout } = ask(folder, ['query', '--since', '2026-11-24', '-o', 'jsonl', '--db', 'other.db']);
  assert.deepEqual([...new Set(jsonOf(stdout).map(({ host }) => host))], ['red'], 'what the command says holds');
});

test('an import reads stamps without a zone in that of the source', (t) => {
  const folder = tempFolder(t);
  mkdirSync(join(folder, '.config/haplog'), { recursive: true });
  const source = `{ path: ${join(folder, 'a.log')}, tz: Asia/Tokyo }`;
  writeFileSync(join(folder, '.config/haplog/haplog.yaml'), `sources: [${source}]\n`);
  const text = serverText({ at: 0, backend: 'app', server: 'a', to: 'DOWN', left: 0 });
  writeFileSync(join(folder, 'a.log'), `Nov 24 15:00:00 lb haproxy[8]: ${text}\n`.repeat(2));
  ask(folder, ['import', '--as-of', '2026-11-30', 'a.log', '--db', 'h.db']);
  const { stdout } = ask(folder, ['query', '--since', '2026-11-24', '-o', 'jsonl', '--db', 'h.db']);
  const [outage] = jsonOf(stdout).filter(({ kind }) => kind === 'outage');
  assert.equal(Date.parse(outage?.start), Date.parse('2026-11-24T06:00:00Z'));
});
