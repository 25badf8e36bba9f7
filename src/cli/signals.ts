/** What signals ask of the daemon. */
import { isatty } from 'node:tty';
import { hungUpEarly } from '../hangup.js';

const STDIN = 0;

/**
 * Returns a signal that aborts at the first Ctrl-C or SIGTERM; the second one ends the process at once. SIGHUP asks to `reload`, as service
 * managers and logrotate mean it; if standard input is a terminal, it says that the terminal was closed, and ends the daemon too. One that came
 * before is heeded now.
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
  if (hungUpEarly()) process.emit('SIGHUP', 'SIGHUP');
  return ending.signal;
}

/**
 * Ends the process by SIGHUP when all is done. Otherwise Node would put back the modes of the terminal that is gone, and abort over it
 * (seen with 20.20).
 */
function dieOfHangup(): void {
  process.once('exit', () => process.kill(process.pid, 'SIGHUP'));
}
