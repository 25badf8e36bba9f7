/** Names of time zones, as the operator may give them. */
import { closest, distance } from 'fastest-levenshtein';
import { UserError } from './user-error.js';

/** The machine's zone (`TZ`, else /etc/localtime); UTC if the platform has no name for it, as with `TZ=UTC-2`. */
export function localZone(): string {
  local ??= nameOfLocalZone();
  return local;
}

/** Asked once: a process keeps its zone. */
let local: string | undefined;

function nameOfLocalZone(): string {
  const name: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return name !== undefined && isZone(name) ? name : 'UTC';
}

/** Whether it is an IANA name such as `Europe/Berlin`. Offsets are not: Node 20 cannot print times in them. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Returns the name if it is that of a zone; otherwise throws a `UserError` with a hint. */
export function parseZone(name: string): string {
  if (isZone(name)) return name;
  throw new UserError(`Unknown time zone ${JSON.stringify(name)}; ${zoneHint(name)}`);
}

/** The zone in which to print times, as the options say. */
export function zoneToPrint({ tz, utc }: { tz?: string; utc?: boolean }): string {
  if (utc) return 'UTC';
  return tz === undefined ? localZone() : parseZone(tz);
}

/** `did you mean Europe/Berlin?`, or if no name is near, what a name looks like. */
export function zoneHint(name: string): string {
  const nearest = closest(name, Intl.supportedValuesOf('timeZone'));
  return distance(name, nearest) <= 3 ? `did you mean ${nearest}?` : 'a name is wanted, such as Europe/Berlin';
}
