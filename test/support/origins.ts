/**
 * The ways a history takes into the log: through `log` targets, which are one ordered origin with neighbouring copies, and
 * through stderr. Each keeps its own order; between them there is none, and copies get lost.
 */
import fc from 'fast-check';
import type { Told } from './history.js';
import { stderrLine, syslogLine } from './lines.js';

/** What may be lost: `copies`: each origin still tells of every event; `syslog` or `stderr`: whole events of that one; `any`. */
export type Loss = 'copies' | 'syslog' | 'stderr' | 'any';

/**
 * How the origins mix. `anyhow`; `in order`: the first copy of an event comes before any copy of a later one, so that what
 * is told never runs ahead of an event that is still to come; `syslog first` and `stderr first`: the other comes behind it all.
 */
export type Mixing = 'anyhow' | 'in order' | 'syslog first' | 'stderr first';

interface Line {
  /** Which event of the history it tells of. */
  of: number;
  text: string;
}

const TELLINGS_MAX = 40;

/** How many lines of each sentence the two origins bring: up to three targets, and one stderr. */
const copies = fc.record({ syslog: fc.integer({ min: 0, max: 3 }), stderr: fc.integer({ min: 0, max: 1 }) });

export interface Path {
  copies: readonly { syslog: number; stderr: number }[];
  stderrNext: readonly boolean[];
}

export const paths: fc.Arbitrary<Path> = fc.record({
  copies: fc.array(copies, { minLength: TELLINGS_MAX, maxLength: TELLINGS_MAX }),
  stderrNext: fc.array(fc.boolean(), { minLength: 101, maxLength: 101 }),
});

/** The log's lines, when `told` takes this path. Of every event at least one line arrives. */
export function arriving(told: readonly Told[], path: Path, loss: Loss, mixing: Mixing): string[] {
  const syslog: Line[] = [];
  const stderr: Line[] = [];
  told.forEach(({ at, text }, of) => {
    const whole = path.copies[of % path.copies.length]!;
    const keepsSyslog = loss === 'copies' || loss === 'stderr';
    const keepsStderr = loss === 'copies' || loss === 'syslog' || whole.syslog === 0;
    const fromSyslog = Math.max(whole.syslog, keepsSyslog ? 1 : 0);
    for (let copy = 0; copy < fromSyslog; copy++) syslog.push({ of, text: syslogLine(at, text) });
    if (whole.stderr === 1 || (keepsStderr && (loss !== 'stderr' || fromSyslog === 0))) {
      stderr.push({ of, text: stderrLine(at, text) });
    }
  });
  return mixed(syslog, stderr, path.stderrNext, mixing);
}

function mixed(syslog: Line[], stderr: Line[], stderrNext: readonly boolean[], mixing: Mixing): string[] {
  const lines: string[] = [];
  let heard = -1;
  const may = (next: Line | undefined) => next !== undefined && (mixing !== 'in order' || next.of <= heard + 1);
  for (let turn = 0; syslog.length + stderr.length > 0; turn++) {
    const wanted = mixing === 'stderr first' || (mixing !== 'syslog first' && stderrNext[turn % stderrNext.length]);
    const [first, second] = wanted ? [stderr, syslog] : [syslog, stderr];
    const next = (may(first[0]) ? first : second).shift()!;
    heard = Math.max(heard, next.of);
    lines.push(next.text);
  }
  return lines;
}
