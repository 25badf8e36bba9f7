/** Lengths of time as people write and read them: `10s`, `90m`, `1h30m`, `2 days`. */
import prettyMilliseconds from 'pretty-ms';

/** From the longest to the shortest, the order in which they are written. A day is 24 hours, a year 365 days. */
const UNITS: readonly (readonly [words: string, ms: number])[] = [
  ['y|years?', 31_536_000_000],
  ['w|weeks?', 604_800_000],
  ['d|days?', 86_400_000],
  ['h|hr|hrs|hours?', 3_600_000],
  ['m|min|mins|minutes?', 60_000],
  ['s|sec|secs|seconds?', 1000],
  ['ms', 1],
];

/** `M` is not a minute: it may well be meant as a month. */
const PATTERN = new RegExp(`^${UNITS.map(([words]) => `(?:(\\d+(?:\\.\\d+)?) *(?:${words})\\b *)?`).join('')}$`);

/** Takes `1h30m`, `2d`, `1.5 hours`, `0`; returns whole milliseconds, or null for any other text. */
export function readDuration(text: string): number | null {
  if (text === '0') return 0;
  // A unit may be followed directly by the next number; the blank gives the pattern a word boundary.
  const spaced = text.trim().replace(/([a-z])(?=\d)/g, '$1 ');
  const amounts = spaced === '' ? null : PATTERN.exec(spaced)?.slice(1);
  if (!amounts) return null;
  const ms = Math.round(UNITS.reduce((sum, [, unit], i) => sum + Number(amounts[i] ?? 0) * unit, 0));
  return Number.isSafeInteger(ms) ? ms : null;
}

/** Milliseconds for a person: the two largest units, `3m 12s`; under a minute with tenths, `1.5s`. `readDuration` understands it. */
export function formatDuration(ms: number): string {
  return prettyMilliseconds(ms, { unitCount: 2, secondsDecimalDigits: ms < 60_000 ? 1 : 0 });
}
