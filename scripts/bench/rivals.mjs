/**
 * Other tools that read logs, set to the same task: of every line that tells of a state, its server or backend and the
 * state. None of them keeps histories, folds copies or knows of outages, which haplog does meanwhile.
 *
 *  - rg searches and prints what the pattern caught.
 *  - halog, HAProxy's own, reads traffic and passes over every state line: it stands here for its speed (statistics by server).
 *  - lnav loads the whole log into an index, then answers SQL; its own haproxy_log format knows no state sentence.
 *  - mtail counts by server and state; the order and time of changes are gone.
 *  - SEC writes a line for each.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rules = join(dirname(fileURLToPath(import.meta.url)), 'rivals');

/** Slow tools read so much of the log; their speed is told in MB/s all the same. */
export const PIECE_BYTES = 38_000_000;

const linesOf = (out) => out.split('\n').filter((line) => line !== '').length;

/**
 * `command`, and its arguments by the log and a folder to write in; `stdin`: it reads the log there; `piece`: it gets
 * the first part of the log only; `codes`: it may end with these (0); `found` gives the state lines in what it wrote, null where it cannot find any.
 */
export const rivals = [
  {
    name: 'rg',
    command: 'rg',
    args: (log) => ['--no-config', '-N', '-o', '-f', join(rules, 'states.rg'), '-r', '$1$3 $2', log],
    codes: [0, 1], // 1: nothing was found
    found: linesOf,
  },
  {
    name: 'halog -srv',
    command: 'halog',
    args: () => ['-q', '-s', '-1', '-srv'],
    stdin: true,
    found: () => null,
  },
  {
    name: 'lnav',
    command: 'lnav',
    args: (log, folder) => [
      ...['-n', '-q', '-I', join(rules, 'lnav')],
      ...[
        '-c',
        ";SELECT coalesce(server, backend) AS name, coalesce(state, 'exhausted') AS state FROM haplog_states WHERE state IS NOT NULL OR backend IS NOT NULL",
      ],
      ...['-c', `:write-csv-to ${join(folder, 'lnav.csv')}`, log],
    ],
    piece: true,
    found: (_, folder) => linesOf(readFileSync(join(folder, 'lnav.csv'), 'utf8')) - 1,
  },
  {
    name: 'mtail',
    command: 'mtail',
    args: (log) => [
      ...['--one_shot', '--one_shot_format', 'prometheus', '--progs', join(rules, 'states.mtail'), '--logs', log],
      ...['--address', '127.0.0.1', '--port', '0', '--logtostderr'],
    ],
    piece: true,
    found: (out) =>
      [...out.matchAll(/^(?:server|backend)_lines\{.*\} (\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0),
  },
  {
    name: 'sec',
    command: 'sec',
    args: (log) => [`--conf=${join(rules, 'states.sec')}`, `--input=${log}`, '--fromstart', '--notail'],
    piece: true,
    found: linesOf,
  },
];
