/** haplog's own log: lines for people on a terminal, JSON lines for everything else. */
import { createRequire } from 'node:module';
import { type DestinationStream, destination, type Logger, levels, pino, stdTimeFunctions } from 'pino';
import type { PrettyOptions } from 'pino-pretty';
import { printable } from './printable.js';
import { type Output, wantsColour } from './terminal.js';
import { UserError } from './user-error.js';

export type { Logger } from 'pino';

/** Where every command writes its log: standard output is for the command's result. */
const STDERR = 2;

const LEVELS = [...Object.keys(levels.values), 'silent'];

export interface LogOptions {
  /** `trace` to `fatal`, or `silent`. */
  level: string;
  /** Default: standard error, written at once, so that nothing is left to flush when the process ends. */
  stream?: DestinationStream & Output;
}

/** Returns a logger; an unknown level is a `UserError` that names the known ones. */
export function createLogger({ level, stream }: LogOptions): Logger {
  if (!LEVELS.includes(level)) {
    throw new UserError(
      `Unknown log level ${JSON.stringify(level)}: expected ${LEVELS.slice(0, -1).join(', ')} or silent.`,
    );
  }
  const output: Output = stream ?? process.stderr;
  const lines = stream ?? standardError();
  const options = {
    level,
    // Neither pid nor hostname: journald knows both, and `host` means the load balancer here.
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, output.isTTY ? prettified(lines, wantsColour(output)) : lines);
}

/**
 * The other end of standard error may be gone: a pipe's reader (EPIPE, which pino sees to), or the terminal (EIO), after which haplog ends
 * in good order.
 */
function standardError(): DestinationStream {
  const lines = destination({ dest: STDERR, sync: true });
  lines.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EIO' && error.code !== 'EPIPE') throw error;
  });
  return lines;
}

/**
 * Makes the lines readable for people. The printer takes longer to load than all of pino, so it is loaded only for a terminal. It runs in
 * this process, never in a thread of its own.
 */
function prettified(lines: DestinationStream, colorize: boolean): DestinationStream {
  const pretty: typeof import('pino-pretty') = createRequire(import.meta.url)('pino-pretty');
  const options: PrettyOptions = {
    colorize,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    // The words say it all; the fields are for programs.
    hideObject: true,
    // Messages contain what checked servers answer, and that must not steer the terminal.
    messageFormat: (entry, key) => printable(String(entry[key] ?? '')),
  };
  const print = pretty.prettyFactory(options);
  return { write: (line) => lines.write(print(JSON.parse(line)) ?? '') };
}
