import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { simpleParser } from 'mailparser';
import type { EmailReceiver, Message, Outcome } from '../../../alerts/index.js';
import { tempFolder } from '../../src/store/temp-folder.js';
import { lives } from '../../support/lives.js';
import { emailTo, message, sendOnce as send } from '../../support/telling.js';
import { limitOf } from '../../support/time-up.js';
import { until } from '../../support/until.js';

const LIMIT = { timeout: 20_000 };

/** A program that stands where sendmail stands; in its script `$D` is a folder of its own. */
function program(t: TestContext, script: string) {
  const folder = tempFolder(t);
  const path = join(folder, 'sendmail');
  writeFileSync(path, `#!/bin/sh\nD='${folder}'\n${script}\n`);
  chmodSync(path, 0o755);
  return { path, file: (name: string) => join(folder, name) };
}

function by(path: string, changes: Partial<EmailReceiver> = {}): EmailReceiver {
  return { ...emailTo(25), via: { kind: 'sendmail', path }, ...changes };
}

/** Keeps what it is given: its arguments, one a line, its environment, and the mail. */
const KEEPS = 'for a in "$@"; do echo "$a"; done > "$D/args"; env > "$D/env"; cat > "$D/mail"';

test(
  "a mail goes to the machine's own mail program, with sender and addresses, and lines that end as here",
  LIMIT,
  async (t) => {
    const { path, file } = program(t, KEEPS);
    const told = message();
    const outcome = await send(by(path, { to: ['ops@example.org', 'Night shift <night@example.org>'] }), told);
    assert.deepEqual(outcome, { kind: 'delivered', answer: `taken by ${path}` });
    assert.equal(
      readFileSync(file('args'), 'utf8'),
      '-i\n-f\nhaplog@lb.example.org\n--\nops@example.org\nnight@example.org\n',
    );
    const raw = readFileSync(file('mail'), 'utf8');
    assert.ok(!raw.includes('\r'), 'a carriage return is in it');
    const parsed = await simpleParser(raw);
    assert.equal(parsed.text, told.text);
    assert.equal(parsed.subject, told.subject);
    assert.match(parsed.messageId ?? '', /^<firing\.[0-9a-f]{32}@lb\.example\.org>$/);
  },
);

test('no secret of the environment reaches the program', LIMIT, async (t) => {
  const { path, file } = program(t, KEEPS);
  process.env.HAPLOG_TEST_SECRET = 'hunter2';
  t.after(() => delete process.env.HAPLOG_TEST_SECRET);
  await send(by(path));
  assert.doesNotMatch(readFileSync(file('env'), 'utf8'), /hunter2/);
});

test('an address that looks like an option is an address all the same', LIMIT, async (t) => {
  const { path, file } = program(t, KEEPS);
  await send(by(path, { to: ['-oQ/tmp@example.org'] }));
  const args = readFileSync(file('args'), 'utf8').split('\n');
  assert.ok(args.indexOf('--') < args.indexOf('-oQ/tmp@example.org'));
});

for (const { status, means, words } of [
  {
    status: 65,
    means: 'rejected',
    words: ' refused it: what it was given is not good (exit status 65): no such luck',
  },
  { status: 67, means: 'rejected', words: ' refused it: it does not know the address (exit status 67): no such luck' },
  { status: 69, means: 'retry', words: ': a service is not available (exit status 69): no such luck' },
  { status: 75, means: 'retry', words: ': it failed for now (exit status 75): no such luck' },
  { status: 78, means: 'retry', words: ': its configuration is wrong (exit status 78): no such luck' },
  { status: 1, means: 'retry', words: ': exit status 1: no such luck' },
] as const) {
  test(`a program that ends with ${status} means ${means}, in its own words`, LIMIT, async (t) => {
    const { path } = program(t, `cat > /dev/null; echo 'no such\nluck' >&2; exit ${status}`);
    const outcome = await send(by(path));
    assert.equal(outcome.kind, means);
    assert.ok(reasonOf(outcome).startsWith(path));
    assert.ok(reasonOf(outcome).endsWith(words), reasonOf(outcome));
  });
}

test('a program that is ended by a signal, or that is not there, has not taken the mail', LIMIT, async (t) => {
  const { path, file } = program(t, 'kill -9 $$');
  assert.deepEqual(await send(by(path)), { kind: 'retry', reason: `${path}: ended by SIGKILL` });
  const none = file('none');
  assert.deepEqual(await send(by(none)), { kind: 'retry', reason: `${none}: there is no such program` });
  const data = file('data');
  writeFileSync(data, 'x', { mode: 0o644 });
  assert.deepEqual(await send(by(data)), { kind: 'retry', reason: `${data}: not permitted to run it` });
});

test('a program that ends well before it has read the mail has not taken it', LIMIT, async (t) => {
  const { path } = program(t, 'exec 0<&-; exit 0');
  // More than a pipe holds.
  const long: Message = { ...message(), text: 'x\n'.repeat(200_000) };
  assert.deepEqual(await send(by(path), long), {
    kind: 'retry',
    reason: `${path}: it ended before it had read the mail`,
  });
});

test('a program that hangs is ended when haplog stops', LIMIT, async (t) => {
  const { path, file } = program(t, 'echo $$ > "$D/pid"; exec sleep 600');
  const stopping = new AbortController();
  const started = appears(file('pid'));
  const sent = send(by(path), message(), stopping.signal);
  await started;
  stopping.abort();
  assert.deepEqual(await sent, { kind: 'retry', reason: `${path}: interrupted` });
});

test('a program that has sent a child to deliver in its stead is not waited for longer', LIMIT, async (t) => {
  const { path, file } = program(t, 'cat > /dev/null; sleep 600 & echo $! > "$D/pid"; exit 0');
  assert.deepEqual(await send(by(path)), { kind: 'delivered', answer: `taken by ${path}` });
  process.kill(Number(readFileSync(file('pid'), 'utf8')));
});

test('a program that hangs and ignores SIGTERM is ended with all that it started', LIMIT, async (t) => {
  const { path, file } = program(t, 'trap "" TERM; sleep 600 & echo $! > "$D/child"; mv "$D/child" "$D/pid"; wait');
  const stopping = new AbortController();
  const started = appears(file('pid'));
  const sent = send(by(path), message(), stopping.signal);
  await started;
  stopping.abort();
  assert.deepEqual(await sent, { kind: 'retry', reason: `${path}: interrupted` });
  const child = Number(readFileSync(file('pid'), 'utf8'));
  await until(
    () => !lives(child),
    () => 'its child lives on',
  );
});

test('a program that hangs is not waited for without end', LIMIT, async (t) => {
  const { path, file } = program(t, 'echo $$ > "$D/pid"; exec sleep 600');
  const started = appears(file('pid'));
  const timeIsUp = limitOf(t, 120_000);
  const sent = send(by(path));
  await started;
  timeIsUp();
  assert.deepEqual(await sent, { kind: 'retry', reason: `${path}: not done in time` });
});

/** Resolves when the file is there, which must not be so yet. */
function appears(path: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(path), () => {
      if (!existsSync(path)) return;
      watcher.close();
      resolve();
    });
  });
}

function reasonOf(outcome: Outcome): string {
  return outcome.kind === 'delivered' ? 'delivered' : outcome.reason;
}
