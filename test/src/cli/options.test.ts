/** That the commands are called alike, and that --config leads all of them to the same database. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Command } from 'commander';
import { ackCommand } from '../../../src/cli/ack.js';
import { explainCommand } from '../../../src/cli/explain.js';
import { importCommand } from '../../../src/cli/import.js';
import { outboxCommand } from '../../../src/cli/outbox.js';
import { parseCommand } from '../../../src/cli/parse.js';
import { queryCommand } from '../../../src/cli/query.js';
import { receiversCommand } from '../../../src/cli/receivers.js';
import { replayCommand } from '../../../src/cli/replay.js';
import { routeCommand } from '../../../src/cli/route.js';
import { runCommand } from '../../../src/cli/run.js';
import { silenceCommand } from '../../../src/cli/silence.js';
import { statusCommand } from '../../../src/cli/status.js';
import { openStore } from '../../../src/store/open.js';
import { ask } from '../../support/cli.js';
import { incident } from '../../support/telling.js';
import { commitOf } from '../store/examples.js';
import { tempFolder } from '../store/temp-folder.js';

const commands = [
  ...[runCommand(), statusCommand(), queryCommand(), importCommand(), replayCommand(), parseCommand()],
  ...[explainCommand(), silenceCommand(), ackCommand(), receiversCommand(), routeCommand(), outboxCommand()],
].flatMap((command): [string, Command][] =>
  command.commands.length === 0
    ? [[command.name(), command]]
    : command.commands.map((part) => [`${command.name()} ${part.name()}`, part]),
);

const flags = (command: Command) => command.options.map(({ long }) => long);

/** What only changes rows by their numbers, or reads logs, has nothing to print for programs or in a zone. */
const SAYS_LITTLE = ['run', 'import', 'silence expire', 'outbox retry', 'outbox drop'];

for (const [name, command] of commands) {
  test(`haplog ${name} is called as the others are`, () => {
    const has = flags(command);
    if (has.includes('--db')) assert.ok(has.includes('--config'), '--config names the database too');
    if (has.includes('--utc')) assert.ok(has.includes('--tz'), '--tz');
    assert.equal(has.includes('--output'), !SAYS_LITTLE.includes(name), '--output');
    const db = command.options.find(({ long }) => long === '--db');
    if (db) assert.throws(() => db.parseArg?.('', undefined), /It is empty/);
    const config = command.options.find(({ long }) => long === '--config');
    if (config) assert.equal(config.short, '-c');
  });
}

/** A configuration that keeps the database beside itself, with an incident in it; and a home that knows nothing of it. */
async function elsewhere(t: TestContext): Promise<{ home: string; config: string }> {
  const home = tempFolder(t);
  const folder = join(home, 'etc');
  mkdirSync(folder);
  const config = join(folder, 'haplog.yaml');
  // Nothing else in it counts for who only looks for the database.
  writeFileSync(config, 'database: state.db\nreceivers: [{ name: x, email: { to: nobody } }]\n');
  const store = openStore(join(folder, 'state.db'), 'write');
  await store.apply(commitOf({ incidents: [incident()] }));
  await store.end();
  return { home, config };
}

test('--config names the database for every command that has one', async (t) => {
  const { home, config } = await elsewhere(t);
  const said = (...args: string[]) => {
    const { status, stdout, stderr } = ask(home, [...args, '--config', config]);
    assert.ok(status === 0 || args[0] === 'status', `${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  assert.match(said('status'), /not running on .*\/etc\/state\.db\n/);
  assert.match(said('ack'), /^5f1c:4711 /);
  assert.match(said('silence', 'add', '--everything', '--for', '1h', '--reason', 'x'), /^1: /);
  assert.match(said('silence', 'list'), /^1 {2}lasts/);
  assert.equal(said('silence', 'expire', '1'), '1: over\n');
  assert.match(said('query', '--since', '2024-01-01', '-o', 'jsonl'), /"kind":"incident"/);
  assert.deepEqual(JSON.parse(said('outbox', 'list', '-o', 'json')), []);
});

test('a configuration that is not there, or names no path, is told; --db comes first', async (t) => {
  const { home, config } = await elsewhere(t);
  const none = join(home, 'none.yaml');
  assert.match(
    ask(home, ['query', '-c', none]).stderr,
    /^haplog: Cannot read the configuration ".*none\.yaml": no such/,
  );
  writeFileSync(none, 'database: [1]\n');
  const { status, stderr } = ask(home, ['ack', '-c', none]);
  assert.deepEqual([status, stderr], [2, `haplog: ${none}:1:11: database: expected a path, found a list\n`]);
  const database = join(config, '../state.db');
  assert.match(ask(home, ['ack', '-c', none, '--db', database]).stdout, /^5f1c:4711 /);
});
