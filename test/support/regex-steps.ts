/**
 * How many steps a regular expression takes on a text if it is matched as Node matches it: by trying, and going back. Counted and not timed, so that a test
 * says the same on every machine. Knows what the grammar uses of regular expressions.
 */

type Part =
  | { kind: 'begin' }
  | { kind: 'end' }
  | { kind: 'one'; source: string; fits: (char: string) => boolean; min: number; max: number }
  | { kind: 'group'; choices: Part[][]; min: number; max: number };

const TIMES: Record<string, [number, number]> = {
  '?': [0, 1],
  '*': [0, Number.POSITIVE_INFINITY],
  '+': [1, Number.POSITIVE_INFINITY],
};
const ATOM = /\[(?:[^\]\\]|\\.)*\]|\\.|[^()|^$*+?{}]/y;
const REPEATS = /[*+?]|\{(\d+)(?:,(\d+))?\}/y;

/** The choices of an expression. Throws at what it does not know. */
export function choicesOf({ source }: RegExp): Part[][] {
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    at += found?.[0].length ?? 0;
    return found;
  };
  const times = () => {
    const found = take(REPEATS);
    const [min, max] = found === null ? [1, 1] : (TIMES[found[0]] ?? [Number(found[1]), Number(found[2] ?? found[1])]);
    return { min, max };
  };
  const part = (): Part => {
    if (take(/\^/y)) return { kind: 'begin' };
    if (take(/\$/y)) return { kind: 'end' };
    if (take(/\((?:\?:)?/y)) {
      const choices = all();
      if (!take(/\)/y)) throw new Error(`not understood at ${at}: ${source}`);
      return { kind: 'group', choices, ...times() };
    }
    const atom = take(ATOM)?.[0];
    if (atom === undefined) throw new Error(`not understood at ${at}: ${source}`);
    const alone = new RegExp(`^${atom}$`);
    return { kind: 'one', source: atom, fits: (char) => alone.test(char), ...times() };
  };
  const all = (): Part[][] => {
    const choices: Part[][] = [[]];
    while (at < source.length && source[at] !== ')') {
      if (take(/\|/y)) choices.push([]);
      else choices.at(-1)!.push(part());
    }
    return choices;
  };
  const whole = all();
  if (at < source.length) throw new Error(`not understood at ${at}: ${source}`);
  return whole;
}

/** Searches a text: whether it fits somewhere, and after how many looks at a character. */
export function search(choices: readonly Part[][], text: string): { fits: boolean; steps: number } {
  let steps = 0;
  const any = (all: readonly Part[][], at: number, next: (at: number) => boolean): boolean =>
    all.some((parts) => sequence(parts, 0, at, next));
  const sequence = (parts: readonly Part[], n: number, at: number, next: (at: number) => boolean): boolean => {
    const part = parts[n];
    const rest = (after: number) => sequence(parts, n + 1, after, next);
    steps++;
    if (part === undefined) return next(at);
    if (part.kind === 'begin') return at === 0 && rest(at);
    if (part.kind === 'end') return at === text.length && rest(at);
    if (part.kind === 'group') return again(part, 0, at, rest);
    let count = 0;
    while (count < part.max && at + count < text.length && part.fits(text[at + count]!)) count++;
    steps += count;
    for (; count >= part.min; count--) if (rest(at + count)) return true;
    return false;
  };
  const again = (
    group: Extract<Part, { kind: 'group' }>,
    count: number,
    at: number,
    rest: (at: number) => boolean,
  ): boolean => {
    const more = (after: number) => after > at && again(group, count + 1, after, rest);
    if (count < group.max && any(group.choices, at, group.max === 1 ? rest : more)) return true;
    return count >= group.min && rest(at);
  };
  const isAnchored = choices.every(([first]) => first?.kind === 'begin');
  for (let from = 0; from <= (isAnchored ? 0 : text.length); from++)
    if (any(choices, from, () => true)) return { fits: true, steps };
  return { fits: false, steps };
}

/**
 * Beginnings and pieces of which texts are made that are hard for an expression: what fits its beginning, and then again and again what fits from there on,
 * where one or the other may go on without end.
 */
export function hardOnes(choices: readonly Part[][]): { begin: string; piece: string }[] {
  const all = new Map<string, { begin: string; piece: string }>();
  for (const parts of choices.flatMap(straightened)) {
    const samples = parts.map(sampleOf);
    const bounds = [0, ...parts.flatMap(({ isUnbounded }, n) => (isUnbounded ? [n, n + 1] : [])), parts.length];
    for (const from of bounds) {
      const begin = samples.slice(0, from).join('');
      for (const to of bounds) {
        const piece = samples.slice(from, to).join('');
        if (piece !== '') all.set(`${begin}\0${piece}`, { begin, piece });
      }
    }
  }
  return [...all.values()];
}

interface Straight {
  part: Extract<Part, { kind: 'one' }>;
  isUnbounded: boolean;
}

/** Ways through a sequence in which each group is entered once, by its first choice or by those that hold what goes on without end. */
function straightened(parts: readonly Part[]): Straight[][] {
  let ways: Straight[][] = [[]];
  for (const part of parts) {
    if (part.kind === 'begin' || part.kind === 'end') continue;
    const next = part.kind === 'one' ? [[{ part, isUnbounded: isEndless(part) }]] : entered(part);
    ways = ways.flatMap((way) => next.map((one) => [...way, ...one]));
  }
  return ways;
}

const isEndless = ({ max }: { max: number }) => max === Number.POSITIVE_INFINITY;

function entered(group: Extract<Part, { kind: 'group' }>): Straight[][] {
  const all = group.choices.flatMap(straightened);
  if (isEndless(group)) return all.map((way) => way.map((one) => ({ ...one, isUnbounded: true })));
  const endless = all.filter((way) => way.some(({ isUnbounded }) => isUnbounded));
  return endless.length > 0 ? endless : all.slice(0, 1);
}

const CHARS = ' aA0x:/\'".-[](),=_#\n'.split('');

function sampleOf({ part }: Straight): string {
  const plain = part.source.length === 1 && part.source !== '.' ? part.source : null;
  const escaped = /^\\[^dws]$/.test(part.source) ? part.source.slice(1) : null;
  const char = plain ?? escaped ?? CHARS.find(part.fits);
  if (char === undefined) {
    for (let code = 33; code < 127; code++) if (part.fits(String.fromCharCode(code))) return String.fromCharCode(code);
    throw new Error(`nothing fits ${part.source}`);
  }
  return char.repeat(Math.max(1, part.min));
}
