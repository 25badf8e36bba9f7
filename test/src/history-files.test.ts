import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Play } from '../../src/cli/play.js';
import { readHistory } from '../../src/history-files.js';
import { down, EXHAUSTED, serverText, syslogLine, up } from '../support/lines.js';
import { planWith } from '../support/plan.js';
import { UTC } from '../support/reading.js';
import { tempFolder } from './store/temp-folder.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const traffic = (at: number) =>
  syslogLine(at, '10.0.0.1:52 [22/Nov/2026:12:00:00.000] fe app/a 0/0/0 101 -- 1/1/0/0/0 0/0');
const state = (at: number, to: 'UP' | 'DOWN') =>
  syslogLine(at, serverText({ at, backend: 'app', server: 'a', to, left: 1 }));

async function said(paths: string[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of readHistory(paths, () => UTC))
    lines.push(...batch.lines.map(({ text }) => (text.includes('UP') ? 'UP' : 'DOWN')));
  return lines;
}

test('files are read in the order of their first line, though that is traffic and its first state line is far behind', async (t) => {
  const folder = tempFolder(t);
  const [older, younger] = [join(folder, 'haproxy.log.1'), join(folder, 'haproxy.log')];
  writeFileSync(older, `${traffic(T)}\n${state(T + 1000, 'DOWN')}\n`);
  const busy = Array.from({ length: 150_000 }, (_, i) => traffic(T + 2000 + i)).join('\n');
  writeFileSync(younger, `${busy}\n${state(T + 200_000, 'UP')}\n`);
  assert.deepEqual(await said([younger, older]), ['DOWN', 'UP']);
});

test('files that begin at the same instant are read by the numbers that logrotate gave them', async (t) => {
  const folder = tempFolder(t);
  const names = ['haproxy.log', 'haproxy.log.1', 'haproxy.log.2.gz', 'haproxy.log.10.gz'].map((name) =>
    join(folder, name),
  );
  const texts = ['UP', 'DOWN', 'UP', 'DOWN'] as const;
  for (const [n, path] of names.entries()) {
    const text = `${state(T, texts[n]!).replace('app/a', `app/a${n}`)}\n`;
    writeFileSync(path, path.endsWith('.gz') ? gzipSync(text) : text);
  }
  for (const order of [names, [...names].reverse()]) assert.deepEqual(await said(order), ['DOWN', 'UP', 'DOWN', 'UP']);
});

test('a number before the ending is one if the log itself is given: the files are read one after the other', async (t) => {
  const folder = tempFolder(t);
  for (const older of ['h.1.log', 'h-20261121.log']) {
    const [current, rotated] = ['h.log', older].map((name) => join(folder, name));
    writeFileSync(rotated!, `${state(T, 'DOWN')}\n${state(T + 9_000, 'UP')}\n`);
    // The clock was set back a little over the rotation.
    writeFileSync(current!, `${state(T + 1_000, 'DOWN')}\n`);
    assert.deepEqual(await said([current!, rotated!]), ['DOWN', 'UP', 'DOWN']);
  }
});

test('a number that is part of a name is no rotation: such files are read as they are given', async (t) => {
  const folder = tempFolder(t);
  for (const [first, second] of [
    ['lb.2026.log', 'lb.2025.log'],
    ['10.0.0.1.log', '10.0.0.5.log'],
  ] as const) {
    writeFileSync(join(folder, first), `${state(T, 'DOWN')}\n`);
    writeFileSync(join(folder, second), `${state(T, 'UP').replace('app/a', 'app/b')}\n`);
    assert.deepEqual(await said([join(folder, first), join(folder, second)]), ['DOWN', 'UP']);
    assert.deepEqual(await said([join(folder, second), join(folder, first)]), ['UP', 'DOWN']);
  }
  const [current, older] = ['10.0.0.5.log', '10.0.0.5.log.1'].map((name) => join(folder, name));
  writeFileSync(older!, `${state(T, 'DOWN')}\n`);
  assert.deepEqual(await said([current!, older!]), ['DOWN', 'UP']);
});

test('files that begin with equal lines and go on otherwise are two', async (t) => {
  const folder = tempFolder(t);
  const [older, younger] = [join(folder, 'haproxy.log.1'), join(folder, 'haproxy.log')];
  writeFileSync(older, `${state(T, 'DOWN')}\n${state(T + 100, 'UP')}\n`);
  writeFileSync(younger, `${state(T, 'DOWN')}\n${state(T + 300, 'UP')}\n${state(T + 900, 'DOWN')}\n`);
  assert.deepEqual(await said([younger, older]), ['DOWN', 'UP', 'DOWN', 'UP', 'DOWN']);
});

test('a damaged .gz is told after everything else was read, also where nothing of it could be', async (t) => {
  const folder = tempFolder(t);
  const [damaged, sound] = [join(folder, 'haproxy.log.2.gz'), join(folder, 'haproxy.log.1.gz')];
  const packed = gzipSync(`${state(T, 'DOWN')}\n`.repeat(20));
  writeFileSync(damaged, packed.fill(0xff, 14, 40));
  writeFileSync(sound, gzipSync(`${state(T + 1000, 'UP')}\n`));
  const read: string[] = [];
  await assert.rejects(
    async () => {
      for await (const batch of readHistory([damaged, sound], () => UTC))
        read.push(...batch.lines.map(({ text }) => text));
    },
    { name: 'UserError', message: /^Cannot read ".*haproxy\.log\.2\.gz": damaged data/, exitCode: 2 },
  );
  assert.deepEqual(read, [state(T + 1000, 'UP')]);
});

test('of a log that is there damaged and whole, the whole is read', async (t) => {
  const folder = tempFolder(t);
  const whole = [traffic(T), state(T + 1000, 'DOWN'), state(T + 2000, 'UP'), ''].join('\n');
  const [damaged, sound] = [join(folder, 'a.gz'), join(folder, 'b.gz')];
  writeFileSync(damaged, gzipSync(whole).subarray(0, -20));
  writeFileSync(sound, gzipSync(whole));
  assert.deepEqual(await said([damaged, sound]), ['DOWN', 'UP']);
});

test('of a log that is there whole and in part, plain and compressed, the whole is read once', async (t) => {
  const folder = tempFolder(t);
  const whole = [traffic(T), state(T + 1000, 'DOWN'), state(T + 2000, 'UP'), ''].join('\n');
  const files = { part: whole.slice(0, whole.indexOf('DOWN') + 160), whole, packed: gzipSync(whole) };
  const paths = Object.entries(files).map(([name, content]) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  });
  assert.deepEqual(await said(paths), ['DOWN', 'UP']);
  assert.deepEqual(await said(paths.reverse()), ['DOWN', 'UP']);
});

test('two logs that were written at the same time are read line by line, each in its own order', async (t) => {
  const folder = tempFolder(t);
  const [one, rotated, other] = ['a.log', 'a.log.1', 'b.log'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(rotated, `${state(T, 'DOWN')}\n${traffic(T + 1)}\n${state(T + 4000, 'UP')}\n`);
  // A late line goes with what stands before it, and one without a date with what stands behind it.
  writeFileSync(
    one,
    `${state(T + 6000, 'DOWN')}\n${state(T + 5000, 'DOWN')}\nnobody haproxy\n${state(T + 9000, 'UP')}\n`,
  );
  writeFileSync(other, `${state(T + 3000, 'DOWN')}\n${state(T + 5500, 'DOWN')}\n${state(T + 8000, 'UP')}\n`);
  const read: string[] = [];
  for await (const { checkpoint, lines } of readHistory([other, one, rotated], () => UTC))
    for (const { text } of lines) read.push(`${checkpoint.path.slice(folder.length + 1)} ${text.slice(17, 19)}`);
  assert.deepEqual(read, [
    'a.log.1 00',
    'b.log 03',
    'a.log.1 04',
    'b.log 05',
    'a.log 06',
    'a.log 05',
    'b.log 08',
    'a.log 09',
  ]);
});

test('an outage of which two logs tell, and one of them of its end, is one', async (t) => {
  const folder = tempFolder(t);
  const [all, errors] = [join(folder, 'haproxy.log'), join(folder, 'haproxy-err.log')];
  const fall = (at: number) => `${syslogLine(at, down('a', 0))}\n${syslogLine(at, EXHAUSTED)}\n`;
  writeFileSync(all, `${fall(T)}${syslogLine(T + 300_000, up('a', 1))}\n`);
  writeFileSync(errors, fall(T + 1));
  const told: string[] = [];
  const play = new Play(planWith(), UTC, ({ notifications }) => told.push(...notifications.map(({ event }) => event)));
  for await (const batch of readHistory([all, errors], () => UTC)) play.take(batch);
  play.end(null);
  assert.deepEqual(told, ['firing', 'resolved']);
});
