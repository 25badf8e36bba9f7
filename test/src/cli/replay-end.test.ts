/** `haplog replay`: what is due when nothing more stands in the log, or between two lines, is told with its own time. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ask } from '../../support/cli.js';
import { serverText, syslogLine } from '../../support/lines.js';
import { tempFolder } from '../store/temp-folder.js';

const T = Date.parse('2026-11-20T03:00:00Z');

/** A change that two targets wrote, the second one a little later. */
function says(afterS: number, backend: string, to: 'UP' | 'DOWN', left: number, apartMs = 7, pid = 7): string {
  const text = serverText({ at: T + afterS * 1_000, backend, server: 'a', to, left });
  return [0, apartMs].map((ms) => `${syslogLine(T + afterS * 1_000 + ms, text, { pid })}\n`).join('');
}

/** What would have been told, as `03:00:41 firing app`. */
function told(t: TestContext, log: string, config: string, ...args: string[]): string[] {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'haproxy.log'), log);
  writeFileSync(join(folder, 'haplog.yaml'), config);
  const asked = ask(folder, ['replay', '--tz', 'UTC', '--config', 'haplog.yaml', ...args, 'haproxy.log']);
  assert.equal(asked.status, 0, asked.stderr);
  const lines = asked.stdout.split('\n').filter((line) => /^\d/.test(line));
  const times = lines.map((line) => line.slice(0, 19));
  assert.deepEqual(times, times.toSorted());
  return lines.flatMap((line) => {
    const found = /^\S+ (\S+) \S+ {2}would tell \S+ (\w+): backend (\w+) /.exec(line);
    return found ? [`${found[1]} ${found[2]} ${found[3]}`] : [];
  });
}

const CONFIG = 'policy: { hold: 30s, keep_firing: 2m }\n';

test('what is held or kept firing at the end of the log is told, each with its own time', (t) => {
  const log = [says(0, 'old', 'DOWN', 0), says(40, 'old', 'UP', 1), says(50, 'app', 'DOWN', 0)];
  const all = [...log, says(55, 'brief', 'DOWN', 0), says(58, 'brief', 'UP', 1), says(59, 'web', 'DOWN', 0)].join('');
  assert.deepEqual(told(t, all, CONFIG), [
    '03:00:30 firing old',
    '03:01:20 firing app',
    '03:01:29 firing web',
    '03:02:40 resolved old',
  ]);
});

test('reminders come as long as something is held, and no longer; with --as-of until then', (t) => {
  const log = says(0, 'app', 'DOWN', 0) + says(10, 'web', 'DOWN', 0) + says(60, 'web', 'UP', 1);
  const config = 'policy: { hold: 0s, keep_firing: 2m, reminder: 1m }\n';
  const first = [
    '03:00:00 firing app',
    '03:00:10 firing web',
    '03:01:00 reminder app',
    '03:02:00 reminder app',
    '03:03:00 reminder app',
    '03:03:00 resolved web',
  ];
  assert.deepEqual(told(t, log, config), first);
  assert.deepEqual(told(t, log, config, '--as-of', '2026-11-20 03:05:30'), [
    ...first,
    '03:04:00 reminder app',
    '03:05:00 reminder app',
  ]);
  assert.deepEqual(told(t, log, config, '--as-of', '2026-11-20 03:02:30'), first.slice(0, 4));
});

test('between two lines too, where copies came a little later', (t) => {
  const log = says(0, 'app', 'DOWN', 0) + says(600, 'app', 'UP', 1) + says(1_200, 'web', 'DOWN', 0);
  assert.deepEqual(told(t, log, CONFIG), ['03:00:30 firing app', '03:12:00 resolved app', '03:20:30 firing web']);
});

test('a last line without a witness is settled at its own time', (t) => {
  const last = says(60, 'web', 'DOWN', 0).split('\n')[0]!;
  assert.deepEqual(told(t, `${says(0, 'app', 'DOWN', 0)}${last}\n`, CONFIG), [
    '03:00:30 firing app',
    '03:01:30 firing web',
  ]);
});

test('an outage in which HAProxy was restarted without a word is over a minute after the next worker was first heard, though that says no more', (t) => {
  const log = says(0, 'app', 'DOWN', 0) + says(601, 'app', 'DOWN', 0, 7, 9) + says(640, 'app', 'UP', 1, 7, 9);
  const next = says(760, 'web', 'DOWN', 0, 7, 9);
  assert.deepEqual(told(t, log, 'policy: { keep_firing: 10s }\n'), ['03:00:00 firing app', '03:11:01 resolved app']);
  assert.deepEqual(told(t, log, 'policy: { keep_firing: 1m }\n'), ['03:00:00 firing app', '03:11:40 resolved app']);
  assert.deepEqual(told(t, log + next, 'policy: { keep_firing: 1m }\n'), [
    '03:00:00 firing app',
    '03:11:40 resolved app',
    '03:12:40 firing web',
  ]);
});
