/**
 * What rotated files of a log are called. Pure. The number or date stands behind the log's name (`haproxy.log.1`, `haproxy.log-20260101`) or,
 * with logrotate's `extension .log`, before its ending (`haproxy.1.log`, `haproxy-20260101.log`); the packer's ending comes last.
 */

/** The last ones cannot be read (log-file.ts), but what is missing must be known. */
const PACKED = /\.(?:gz|xz|bz2|zst)$/;

/** One way to call rotated files: a mark between two parts of the name. */
interface Scheme {
  before: string;
  after: string;
  /** Finds the number or date. */
  mark: RegExp;
  isNumbered: boolean;
}

/**
 * A date is what digits and dashes of logrotate's `dateformat` make, the greatest unit first, or newsyslog's `20260101T000000` (FreeBSD,
 * usr.sbin/newsyslog). Before the ending only that counts which nobody gives to a log of its own, as to `haproxy-1.log` or `lb-10-0-0-5.log`:
 * the numbers of `extension`, and dates that begin with the year or count the seconds since 1970.
 */
function schemesOf(base: string): Scheme[] {
  const { stem, ending } = partsOf(base);
  const behind = { before: base, after: '' };
  const within = { before: stem, after: ending };
  const schemes = [
    { ...behind, mark: /^[.-](\d{1,7})$/, isNumbered: true },
    { ...behind, mark: /^[.-](\d[\dT-]*)$/, isNumbered: false },
    { ...within, mark: /^\.(\d{1,3})$/, isNumbered: true },
    { ...within, mark: /^[.-](20\d\d[\dT-]{2,}|\d{10})$/, isNumbered: false },
  ];
  return ending === '' ? schemes.slice(0, 2) : schemes;
}

/** What comes before the last dot of a log's name, and the rest, which may be nothing. */
export function partsOf(base: string): { stem: string; ending: string } {
  const ending = /(?<=.)\.[^.]*$/.exec(base)?.[0] ?? '';
  return { stem: base.slice(0, base.length - ending.length), ending };
}

/** The number or date in the name of a rotated file; null if it is not called so. */
function markOf(bare: string, { before, after, mark }: Scheme): string | null {
  if (!bare.startsWith(before) || !bare.endsWith(after)) return null;
  return mark.exec(bare.slice(before.length, bare.length - after.length))?.[1] ?? null;
}

/**
 * The rotated names of a log: one list for each scheme that is in use, the youngest first. Numbers count upwards with age (mostly), dates
 * downwards. Packed files that cannot be read are among them.
 */
export function rotatedNames(base: string, names: readonly string[]): string[][] {
  const bare = [...names].sort(plainFirst).map((name) => ({ name, bare: name.replace(PACKED, '') }));
  const claimed = new Set<string>();
  return schemesOf(base).flatMap((scheme) => {
    const byMark = new Map<string | number, string>();
    for (const { name, bare: called } of bare) {
      const mark = claimed.has(name) ? null : markOf(called, scheme);
      if (mark === null) continue;
      claimed.add(name);
      const key = scheme.isNumbered ? Number(mark) : mark;
      if (!byMark.has(key)) byMark.set(key, name);
    }
    const youngestFirst = [...byMark].sort(([a], [b]) => (a < b === scheme.isNumbered ? -1 : 1));
    return youngestFirst.length === 0 ? [] : [youngestFirst.map(([, name]) => name)];
  });
}

/** If a file is there plain and packed, the packer has not finished; of packed ones that is taken which can be read. */
function plainFirst(one: string, other: string): number {
  const rank = (name: string) => (!PACKED.test(name) ? 0 : name.endsWith('.gz') ? 1 : 2);
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}
