/** What `haplog run` does: opens what the daemon needs, runs it, and closes everything in good order. */
import { setFlagsFromString } from 'node:v8';
import { runDaemon } from '../daemon.js';
import { createLogger, type Logger } from '../log.js';
import { isCurable, patient } from '../patience.js';
import { explain } from '../store/explain.js';
import { lockForDaemon } from '../store/lock.js';
import { openStore } from '../store/open.js';
import { watchPlace } from '../store/place.js';
import { terms } from '../terms.js';
import { version } from '../version.js';
import { onDatabase } from './database.js';
import { type ConfigOptions, configReader } from './run-config.js';
import { heedSignals } from './signals.js';

export interface RunOptions extends ConfigOptions {
  from: 'start' | 'end';
  logLevel: string;
}

/** Runs until Ctrl-C or SIGTERM; SIGHUP has the configuration read again. What keeps it from beginning is a `UserError`. */
export async function run(options: RunOptions): Promise<void> {
  const log = createLogger({ level: options.logLevel });
  const { first, again } = await configReader(options, log);
  const { config, file, database } = first;
  // A daemon stays: with this flag V8 lets only 2 MB gather before it collects, instead of 8. It costs a tenth of the time, which a command
  // that reads a log once cannot spare. Set only here, because V8 accepts no code that was kept under other flags, neither the program's
  // nor that of what reads a configuration. (What sends is loaded later, and compiled anew.)
  setFlagsFromString('--optimize-for-size');
  await onDatabase(database, async () => {
    const lock = lockForDaemon(database);
    const life = terms(again);
    const signal = heedSignals(life.renew);
    try {
      const store = openStore(database, 'write');
      const waiting = patient(store, {
        signal,
        onTrouble: (error) =>
          log.error('%s Until then nothing is stored or told, and nothing is lost.', words(error, database)),
        onRelief: () => log.info('the database takes what it is given again'),
      });
      log.info('haplog %s, configuration %s, database %s', version, file ?? '(defaults)', database);
      const place = watchPlace(database);
      const deps = { store: waiting, log, from: options.from, lost: place.lost };
      await life
        .run(config, signal, (config, signal) => runDaemon({ ...deps, config, signal }))
        .catch(unlessEndedWaiting(signal, log))
        .finally(() => {
          place.stop();
          return store.end();
        });
      log.info('ended');
    } finally {
      lock.release();
    }
  });
}

function words(error: unknown, database: string): string {
  const explained = explain(error, database);
  return explained instanceof Error ? explained.message : String(explained);
}

/** A daemon that is asked to end while the disk is full has lost nothing: what was not stored is read again. */
function unlessEndedWaiting(signal: AbortSignal, log: Logger): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted || !isCurable(error)) throw error;
    log.warn('ended without storing what was read last; the next start reads it again');
  };
}
