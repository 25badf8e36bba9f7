/** `haplog replay` and `haplog import` as their own processes, on logs of the past. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { builtHaplog } from '../../support/haplog.js';
import { livingIn } from '../../support/home.js';
import { serverText, syslogLine } from '../../support/lines.js';
import { tempFolder } from '../store/temp-folder.js';

const T = Date.parse('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;

function haplog(folder: string, ...args: string[]) {
  const { cwd, env } = livingIn(folder);
  const options = { cwd, encoding: 'utf8', timeout: 60_000, env: { ...env, TZ: 'UTC' } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [builtHaplog(), ...args], options);
  return { status, stdout, stderr };
}

/** Each change twice, as two log targets write it. */
function says(after: number, backend: string, to: 'UP' | 'DOWN', left: number): string {
  const at = T + after;
  const line = syslogLine(at, serverText({ at, backend, server: 'a', to, left }));
  return `${line}\n${line}\n`;
}

/** An outage of six hours, within it one of another backend, and one that does not end. */
const STORY = [
  says(0, 'long', 'DOWN', 0),
  says(HOUR, 'short', 'DOWN', 0),
  says(HOUR + 60_000, 'short', 'UP', 1),
  says(6 * HOUR, 'long', 'UP', 1),
  says(7 * HOUR, 'last', 'DOWN', 0),
].join('');

test('replay tells in the order of time, each line with its time, what happened and what would have been told', (t) => {
  const folder = tempFolder(t);
  const log = join(folder, 'haproxy.log');
  writeFileSync(log, STORY);
  const { status, stdout } = haplog(folder, 'replay', log);
  assert.equal(status, 0);
  const lines = stdout.trimEnd().split('\n');
  const times = lines.map((line) => /^(2026-11-\d\d \d\d:\d\d:\d\d) \+00:00 {2}\S/.exec(line)?.[1] ?? line);
  assert.deepEqual(times, times.toSorted());
  const short = lines.filter((line) => / short\b/.test(line)).map((line) => line.replace(/^.{28}/, '').slice(0, 42));
  assert.deepEqual(short, [
    'lb: server short/a is down: Layer4 timeout',
    'lb: backend short has no server available ',
    'incident firing: lb: backend short has no ',
    'would tell log: firing: backend short on l',
    'lb: server short/a is up: Layer4 check pas',
    'lb: backend short has a server again after',
    'incident resolved: lb: backend short has a',
    'would tell log: resolved: backend short on',
  ]);
});

test('import says so when outages are open at the end', (t) => {
  const folder = tempFolder(t);
  const [log, database] = [join(folder, 'haproxy.log'), join(folder, 'haplog.db')];
  writeFileSync(log, STORY);
  const { status, stderr } = haplog(folder, 'import', log, '--db', database);
  assert.equal(status, 0);
  assert.match(
    stderr,
    /^10 lines read into .*: 5 changes of state, outages: 3\n1 outage is open at the end; import the newer /,
  );
  writeFileSync(log, STORY.slice(0, STORY.indexOf(says(7 * HOUR, 'last', 'DOWN', 0))));
  assert.doesNotMatch(haplog(folder, 'import', log, '--db', database).stderr, /open at the end/);
});

test('an incident that was over when the log ended is over in the history, though it would have been told some seconds later', (t) => {
  const folder = tempFolder(t);
  const [log, database] = [join(folder, 'haproxy.log'), join(folder, 'haplog.db')];
  writeFileSync(log, says(0, 'app', 'DOWN', 0) + says(5_000, 'app', 'UP', 1));
  haplog(folder, 'import', log, '--db', database);
  const { stdout } = haplog(folder, 'query', '--db', database, '--since', '2026-11-01', '-o', 'jsonl');
  const told = stdout.split('\n').filter((line) => line.includes('"incident"'));
  assert.deepEqual(
    told.map((line) => JSON.parse(line).phase),
    ['resolved'],
  );
});

test('of a damaged log what can be read is imported and replayed, and then the damage is told', (t) => {
  const folder = tempFolder(t);
  const log = join(folder, 'haproxy.log.2.gz');
  writeFileSync(log, Buffer.concat([gzipSync(STORY), Buffer.from('junk')]));
  const imported = haplog(folder, 'import', log, '--db', join(folder, 'haplog.db'));
  assert.equal(imported.status, 2);
  assert.match(imported.stderr, /^10 lines read into .*\n(.*\n)?haplog: Cannot read ".*": damaged data/);
  const replayed = haplog(folder, 'replay', log);
  assert.equal(replayed.status, 2);
  assert.match(replayed.stdout, /would tell log: firing: backend last on lb/);
  assert.match(replayed.stderr, /^6 notifications to log; .*\nhaplog: Cannot read ".*": damaged data/);
});
