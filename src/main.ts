/** From the command line to an exit status: the only place that ends the process. */
import { getSystemErrorMap } from 'node:util';
import { Command, CommanderError } from 'commander';
import { helpCommand } from './cli/help.js';
import { complain } from './cli/say.js';
import { UserError } from './user-error.js';
import { version } from './version.js';

const USAGE = 2;

/** In the order of the help. Loading and making all of them costs a start 4 ms: it is done only when no command is asked for, or an unknown one. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ['run', async () => (await import('./cli/run.js')).runCommand()],
  ['status', async () => (await import('./cli/status.js')).statusCommand()],
  ['query', async () => (await import('./cli/query.js')).queryCommand()],
  ['import', async () => (await import('./cli/import.js')).importCommand()],
  ['replay', async () => (await import('./cli/replay.js')).replayCommand()],
  ['parse', async () => (await import('./cli/parse.js')).parseCommand()],
  ['explain', async () => (await import('./cli/explain.js')).explainCommand()],
  ['silence', async () => (await import('./cli/silence.js')).silenceCommand()],
  ['ack', async () => (await import('./cli/ack.js')).ackCommand()],
  ['receivers', async () => (await import('./cli/receivers.js')).receiversCommand()],
  ['route', async () => (await import('./cli/route.js')).routeCommand()],
  ['outbox', async () => (await import('./cli/outbox.js')).outboxCommand()],
]);

async function main(argv: string[]): Promise<void> {
  const program = new Command('haplog')
    .description(
      "Reads HAProxy's log, keeps the history of every server and backend, and tells people when a backend has no server available, and when it is well again.",
    )
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'haplog: ').replace(/\n(?=\()/, ' ')),
    })
    .exitOverride();
  const asked = COMMANDS.get(argv[0] ?? '');
  const commands = await Promise.all(asked ? [asked()] : [...COMMANDS.values()].map((make) => make()));
  for (const command of commands) program.addCommand(command);
  for (const group of [program, ...commands.filter((command) => command.commands.length > 0)]) {
    if (group !== program) group.copyInheritedSettings(program);
    group.addCommand(helpCommand(group));
    for (const part of group.commands) part.copyInheritedSettings(group);
  }
  await program.parseAsync(argv, { from: 'user' });
}

/** The exit status for an error. The operator's mistake is told in one sentence, a bug with its stack. */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE; // it has printed its message
  if (!(error instanceof UserError)) throw error;
  complain(`haplog: ${error.message}\n`);
  return error.exitCode;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader has seen enough
  const why = getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? error.message;
  process.stderr.write(`haplog: Cannot write the output: ${why}.\n`);
  process.exit(1);
});

let settled = false;

// Everything is done and written. Without this, V8 would first take its heap apart, object by object (7 ms).
process.on('beforeExit', () => {
  if (settled) process.exit();
});

// Node also ends when nothing is left to wait for. What was asked for is not done then, and must not look as if it were.
process.on('exit', () => {
  if (settled || process.exitCode !== undefined) return;
  process.stderr.write('haplog: Ended before all was done. This is a bug of haplog.\n');
  process.exitCode = 1;
});

main(process.argv.slice(2))
  .catch((error: unknown) => {
    process.exitCode = statusOf(error);
  })
  .finally(() => {
    settled = true;
  });
