/** A command of the operator's, as a real process: what it is given, what its end means, and that it does not outlive its time. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { execChannel } from '../../../alerts/channels/exec.js';
import { programOutcome } from '../../../alerts/channels/program-outcome.js';
import { tempFolder } from '../../src/store/temp-folder.js';
import { UNCLEAN } from '../../support/charms.js';
import { lives } from '../../support/lives.js';
import { execOf } from '../../support/services.js';
import { message, sendOnce } from '../../support/telling.js';
import { until } from '../../support/until.js';

const LIMIT = { timeout: 30_000 };
/** What `node -e` reads of standard input, before it goes on. */
const READ = "const said = require('node:fs').readFileSync(0, 'utf8');";

test("a command gets the webhook's JSON on its standard input, and its first line is the answer", LIMIT, async () => {
  const script = `${READ} const { type, data } = JSON.parse(said); console.log('told of', type, data.backend); console.log('more')`;
  const outcome = await sendOnce(execOf(script), message('firing'));
  assert.deepEqual(outcome, { kind: 'delivered', answer: 'told of incident.opened k8s-api-server' });
});

test('a command sees what it needs of the environment, what names the message, and nothing else', LIMIT, async () => {
  process.env.HAPLOG_TEST_SECRET = 'hunter2';
  const outcome = await sendOnce(
    execOf('console.log(Object.keys(process.env).sort().join(), process.env.HAPLOG_EVENT)'),
  );
  delete process.env.HAPLOG_TEST_SECRET;
  assert.deepEqual(outcome, { kind: 'delivered', answer: 'HAPLOG_EVENT,HAPLOG_MESSAGE_ID,PATH firing' });
});

test('no shell reads its arguments, and nothing of the log is among them', LIMIT, async () => {
  const argument = '$(touch /tmp/haplog-shell); `id` > x';
  const receiver = execOf('console.log(process.argv.slice(1).join("|"))');
  const outcome = await sendOnce({ ...receiver, command: [...receiver.command, argument] });
  assert.deepEqual(outcome, { kind: 'delivered', answer: argument });
  assert.equal(existsSync('/tmp/haplog-shell'), false);
});

for (const [status, kind, words] of [
  [0, 'delivered', 'exit status 0'],
  [1, 'retry', ': exit status 1: the reason'],
  [64, 'retry', ': it was not called as it wants to be (exit status 64): the reason'],
  [65, 'rejected', ' refused it: what it was given is not good (exit status 65): the reason'],
  [67, 'rejected', ' refused it: it does not know the address (exit status 67): the reason'],
  [75, 'retry', ': it failed for now (exit status 75): the reason'],
  [127, 'retry', ': exit status 127: the reason'],
] as const) {
  test(`exit status ${status} means ${kind}`, LIMIT, async () => {
    const outcome = await sendOnce(execOf(`console.error('the reason'); process.exitCode = ${status}`));
    assert.equal(outcome.kind, kind);
    const detail = outcome.kind === 'delivered' ? outcome.answer : outcome.reason;
    assert.equal(detail, status === 0 ? words : `${process.execPath}${words}`);
  });
}

test('a command that a signal ends is tried again', LIMIT, async () => {
  const outcome = await sendOnce(execOf("process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)"));
  assert.deepEqual(outcome, { kind: 'retry', reason: `${process.execPath}: ended by SIGKILL` });
});

test('a command that is not there, or may not be run, is tried again: an operator may mend that', LIMIT, async (t) => {
  const there = join(tempFolder(t), 'tell');
  writeFileSync(there, '#!/bin/sh\n');
  chmodSync(there, 0o644);
  const outcomes = [];
  for (const program of ['/nowhere/tell', there]) outcomes.push(await sendOnce(execOf('', { command: [program] })));
  assert.deepEqual(outcomes, [
    { kind: 'retry', reason: '/nowhere/tell: there is no such program' },
    { kind: 'retry', reason: `${there}: not permitted to run it` },
  ]);
});

/** A command that ignores SIGTERM, starts a child that does too, and writes both pids into a file. */
const stubborn = (file: string) => `
  process.on('SIGTERM', () => {});
  const child = require('node:child_process').spawn(process.execPath,
    ['-e', "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"], { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.once('data', () => require('node:fs').writeFileSync(${JSON.stringify(file)}, process.pid + ' ' + child.pid));
  setInterval(() => {}, 1000);`;

test(
  'a command that takes too long is ended with all that it started, though they ignore SIGTERM',
  LIMIT,
  async (t) => {
    const file = join(tempFolder(t), 'pids');
    const outcome = await sendOnce(execOf(stubborn(file), { timeoutMs: 3_000 }));
    assert.deepEqual(outcome, { kind: 'retry', reason: `${process.execPath}: not done in time` });
    const pids = readFileSync(file, 'utf8').split(' ').map(Number);
    assert.equal(pids.length, 2);
    await until(
      () => !pids.some(lives),
      () => `${pids.filter(lives)} live on`,
    );
  },
);

test('a command ends when haplog stops, and the message is told another time', LIMIT, async (t) => {
  const file = join(tempFolder(t), 'up');
  const stopping = new AbortController();
  const script = `require('node:fs').writeFileSync(${JSON.stringify(file)}, ''); setInterval(() => {}, 1000)`;
  const told = sendOnce(execOf(script), message(), stopping.signal);
  await until(
    () => existsSync(file),
    () => 'the command began',
  );
  stopping.abort();
  assert.deepEqual(await told, { kind: 'retry', reason: `${process.execPath}: interrupted` });
});

test('what a command leaves running behind it is not waited for', LIMIT, async (t) => {
  const file = join(tempFolder(t), 'pid');
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    require('node:fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
    require('node:fs').writeSync(1, 'done\\n'); process.exit(0);`;
  const began = performance.now();
  const outcome = await sendOnce(execOf(script));
  process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
  assert.deepEqual(outcome, { kind: 'delivered', answer: 'done' });
  assert.ok(performance.now() - began < 8_000);
});

test('a command may say as much as it likes, and need not listen', LIMIT, async () => {
  const much = "process.stdout.write('x'.repeat(5_000_000) + '\\n', () => process.exit(0))";
  const outcome = await sendOnce(execOf(much));
  assert.deepEqual(outcome, { kind: 'delivered', answer: `${'x'.repeat(199)}\u2026` });
});

test('a channel that is closed leaves no command behind', LIMIT, async (t) => {
  const file = join(tempFolder(t), 'pids');
  const channel = execChannel(execOf(stubborn(file)));
  const told = channel.send(message(), new AbortController().signal);
  await until(
    () => existsSync(file) && readFileSync(file, 'utf8').includes(' '),
    () => 'the command began',
  );
  channel.close();
  assert.equal((await told).kind, 'retry');
  const pids = readFileSync(file, 'utf8').split(' ').map(Number);
  await until(
    () => !pids.some(lives),
    () => `${pids.filter(lives)} live on`,
  );
});

test('what a command says cannot reach a terminal as it is', LIMIT, async () => {
  const script = "console.log('\\u001b[2Jall \\u009b2Jgone\\r\\u202e')";
  const outcome = await sendOnce(execOf(script));
  assert.equal(outcome.kind, 'delivered');
  assert.doesNotMatch(outcome.kind === 'delivered' ? outcome.answer : '', UNCLEAN);
});

test('every end of a command means something, and only two numbers give a message up', () => {
  const ending = { signal: null, cut: null, given: true, stdout: '', stderr: '' };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), (status) => {
      const { kind } = programOutcome('tell', { ...ending, status }, () => ({ kind: 'delivered', answer: '' }));
      assert.equal(kind, status === 0 ? 'delivered' : status === 65 || status === 67 ? 'rejected' : 'retry');
    }),
  );
});
