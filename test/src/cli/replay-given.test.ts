/** `haplog replay` of logs that are handed in, or are none; and what it says of them at the end. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ask } from '../../support/cli.js';
import { serverText, syslogLine } from '../../support/lines.js';
import { tempFolder } from '../store/temp-folder.js';

const T = Date.parse('2026-11-20T03:00:00Z');

/** Twice, as two log targets write it. */
function says(afterS: number, backend: string, to: 'UP' | 'DOWN', left: number): string {
  const at = T + afterS * 1_000;
  return `${syslogLine(at, serverText({ at, backend, server: 'a', to, left }))}\n`.repeat(2);
}

const LOG = says(0, 'app', 'DOWN', 0) + says(60, 'app', 'UP', 1);

test('a log on standard input is replayed as one that is named, plain or compressed', (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'haproxy.log'), LOG);
  const named = ask(folder, ['replay', '--tz', 'UTC', 'haproxy.log']);
  assert.match(named.stdout, /would tell log: firing: backend app on lb/);
  assert.equal(named.stderr, '2 notifications to log; sent at once, about 2 messages\n');
  assert.deepEqual(ask(folder, ['replay', '--tz', 'UTC', '-'], LOG), named);
  assert.deepEqual(ask(folder, ['replay', '--tz', 'UTC', '-'], gzipSync(LOG)), named);
  const damaged = ask(folder, ['replay', '--tz', 'UTC', '-'], Buffer.concat([gzipSync(LOG), Buffer.from('junk')]));
  assert.equal(damaged.status, 2);
  assert.match(damaged.stderr, /haplog: Cannot read .*standard input.*\n$/);
  writeFileSync(join(folder, 'haplog.yaml'), 'policy: { hold: 2m }\n');
  const against = ask(
    folder,
    ['replay', '--tz', 'UTC', '--config', 'haplog.yaml', '--against', 'haplog.yaml', '-'],
    LOG,
  );
  assert.deepEqual([against.status, against.stdout], [0, '0 notifications less, 0 more, 0 the same\n']);
});

test('standard input stands alone, for it has no place in the order of logs', (t) => {
  const { status, stdout, stderr } = ask(tempFolder(t), ['replay', '-', 'haproxy.log'], LOG);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^haplog: - is standard input and stands alone: .*\.\n$/);
});

test('of what is no log it says that it was not understood', (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'noise'), Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * 131 + 7) % 256)));
  writeFileSync(join(folder, 'long'), `${'x'.repeat(5_000_000)}\n`);
  writeFileSync(join(folder, 'text.gz'), 'dear diary\n');
  for (const [name, lines] of [
    ['noise', '\\d+'],
    ['long', '1'],
    ['text.gz', '1'],
  ] as const) {
    const { status, stdout, stderr } = ask(folder, ['replay', name]);
    assert.deepEqual([status, stdout], [0, '']);
    const strange = name === 'noise' ? 'noise: its lines begin in no way that haplog knows, .*\n' : '';
    const unknown = `${lines} of ${lines} lines not understood: haplog parse --unknown shows them`;
    assert.match(stderr, new RegExp(`^${strange}nothing would have been sent\n${unknown}\n$`));
  }
  const json = ask(folder, ['replay', '-o', 'jsonl', '-'], `dear diary\n${LOG}`);
  assert.equal(json.stderr, '1 of 5 lines not understood: haplog parse --unknown shows them\n');
});

test('where sentences are cut on their way, it says what to do, and believes none of them', (t) => {
  const whole = LOG.split('\n', 1)[0]!;
  const { status, stdout, stderr } = ask(tempFolder(t), ['replay', '-'], `${whole.slice(0, -20)}\n`);
  assert.deepEqual([status, stdout], [0, '']);
  assert.match(
    stderr,
    /^nothing would have been sent\n1 of 1 lines not understood: .*\nHAProxy's sentences are cut off .*\n$/,
  );
});

test('a storm is a handful of messages to people, and one for each incident to programs', (t) => {
  const folder = tempFolder(t);
  const storm = Array.from({ length: 40 }, (_, i) => says(i * 3, `b${i}`, 'DOWN', 0)).join('');
  const receivers = [
    'receivers:',
    '  - { name: chat, webhook: { url: "http://127.0.0.1:1/x", format: slack } }',
    '  - { name: hook, webhook: { url: "http://127.0.0.1:1/y" } }',
  ];
  writeFileSync(join(folder, 'haplog.yaml'), `${receivers.join('\n')}\n`);
  const { stdout, stderr } = ask(folder, ['replay', '--config', 'haplog.yaml', '-'], storm);
  assert.equal(stdout.match(/would tell chat: firing/g)?.length, 40);
  const [, messages] = /^40 notifications to chat; sent at once, about (\d+) messages\n/.exec(stderr) ?? [];
  // Two minutes: six in the first, as many in the second, and the rest in one.
  assert.ok(Number(messages) >= 7 && Number(messages) <= 13, stderr);
  assert.match(stderr, /\n40 notifications to hook; sent at once, about 40 messages\n$/);
});
