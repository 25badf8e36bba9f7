/** `haplog replay --against`: what a new configuration would send otherwise. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../../support/cli.js';
import { serverText, syslogLine } from '../../support/lines.js';
import { tempFolder } from '../store/temp-folder.js';

test('two configurations are held against each other: what the new one sends more, less, and at another time', (t) => {
  const folder = tempFolder(t);
  const log = join(folder, 'haproxy.log');
  const at = Date.parse('2026-11-22T12:00:00Z');
  const line = (minute: number, to: 'UP' | 'DOWN', left: number) =>
    syslogLine(at + minute * 60_000, serverText({ at, backend: 'app', server: 'a', to, left }));
  writeFileSync(
    log,
    `${[line(0, 'DOWN', 0), line(0, 'DOWN', 0), line(40, 'UP', 1), line(40, 'UP', 1), line(90, 'DOWN', 0)].join('\n')}\n`,
  );
  const config = (name: string, text: string) => {
    writeFileSync(join(folder, name), `receivers: [{ name: oncall, log: }, { name: boss, log: }]\n${text}`);
    return join(folder, name);
  };
  const old = config('old.yaml', 'routes: [{ receivers: [oncall] }]\n');
  const next = config(
    'new.yaml',
    'routes: [{ receivers: [oncall], escalate: { after: 15m, receivers: [boss] } }]\npolicy: { hold: 1m }\n',
  );
  const { stdout, status } = ask(folder, ['replay', '--config', next, '--against', old, log]);
  assert.equal(status, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(lines.slice(0, 3), [
    '- 2026-11-22 12:00:00 +00:00  oncall: firing: backend app on lb',
    '+ 2026-11-22 12:01:00 +00:00  oncall: firing: backend app on lb',
    '+ 2026-11-22 12:16:00 +00:00  boss: firing: backend app on lb',
  ]);
  assert.match(lines.at(-1)!, /^\d+ notifications less, \d+ more, \d+ the same$/);
  const none = ask(folder, ['replay', '--config', old, '--against', old, log]);
  assert.match(none.stdout, /^0 notifications less, 0 more, 3 the same\n$/);
});
