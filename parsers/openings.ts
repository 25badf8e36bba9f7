/** How HAProxy's sentences about states begin, found by their bytes. */

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** How a sentence about a state begins, after tag and blank (grammar/: server, proxy, process; stderr and repetitions). */
const OPENINGS = [
  'Server ',
  'Backup Server ',
  'Load-balancing on ',
  'backend ',
  'proxy ',
  'Proxy ',
  'Stopping ',
  'frontend ',
  'peers section ',
  '[',
  'message repeated ',
  'New worker ',
  'Initializing new worker ',
  'Current worker ',
  'Former worker ',
  'Failed to load worker ',
  // About checks and whole processes: no states, but known, so that they do not count as unknown.
  'Health check for ',
  'Agent check for ',
  'SIGHUP',
  'Pausing ',
  'Paused ',
  'Enabling ',
  'Resumed ',
  'Scheduling a soft-stop ',
  'last message repeated ',
  'Lua',
  'SPOE: [',
  'acme: ',
  '<OCSP-UPDATE> ',
  'Email alert [',
  'DNS : ',
  'server-state ',
  // The further lines of a text of several lines (src/errors.c), behind blanks that were skipped.
  '| ',
];

/** Openings by their first byte, so that one look decides for almost every line. */
export type Openings = (Uint8Array[] | undefined)[];

export function byFirstByte(texts: readonly string[]): Openings {
  const openings: Openings = [];
  for (const opening of texts.map(bytesOf)) {
    const first = opening[0]!;
    openings[first] ??= [];
    openings[first].push(opening);
  }
  return openings;
}

export const OF_STATES = byFirstByte(OPENINGS);

/** Whether the bytes at `at` begin with one of these openings. */
export function isOneOf(openings: Openings, bytes: Uint8Array, at: number, end: number): boolean {
  const mayBe = at < end ? openings[bytes[at]!] : undefined;
  if (mayBe === undefined) return false;
  for (let i = 0; i < mayBe.length; i++) if (startsWith(bytes, at, end, mayBe[i]!)) return true;
  return false;
}

function startsWith(bytes: Uint8Array, at: number, end: number, opening: Uint8Array): boolean {
  if (end - at < opening.length) return false;
  for (let i = 0; i < opening.length; i++) if (bytes[at + i] !== opening[i]) return false;
  return true;
}
