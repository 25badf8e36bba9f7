/** What a daemon is asked by signals. */
import { isatty } from 'node:tty';

const STDIN = 0;

/**
 * Returns what aborts at the first Ctrl-C or SIGTERM; the second one ends the process at once. SIGHUP asks to `reload`, as
 * service managers and logrotate mean it; where standard input is a terminal it says that this one was closed, and ends too.
 */
export function heedSignals(reload: () => void): AbortSignal {
  const ending = new AbortController();
  const end = () => ending.abort();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, end);
  if (isatty(STDIN))
    process.once('SIGHUP', () => {
      dieOfHangup();
      end();
    });
  else process.on('SIGHUP', reload);
  return ending.signal;
}

/** When all is done. Node would put back the modes of the terminal that is gone, and abort over it (seen with 20.20). */
function dieOfHangup(): void {
  process.once('exit', () => process.kill(process.pid, 'SIGHUP'));
}
