/**
 * What a process writes to stderr while it loads its configuration: the further lines of a warning, and what Lua prints, bear no prefix, and look like lines
 * of its own `log` target. Neither makes a client of it, nor takes from a master its voice; but a client may begin a line in either way.
 */
import { beginsWorker } from './event.js';
import { begunAt, type Heard } from './heard.js';
import { type WorkerRef, workerKey } from './keys.js';
import { isRunning, speakerAt } from './processes.js';
import { profileOf } from './profiles.js';
import type { Instant, LogRecord } from './record.js';
import { hostNameOf } from './speakers.js';

/** How long a process loads, at most: certificates, maps and name servers take their time. */
const LOADING_MS = 60_000;

/**
 * Whether a line that begins like nothing HAProxy writes by itself is of a process that loads: `behind`, it directly follows a line that the process began as
 * HAProxy begins those on stderr; or its master told that it is loading. A worker that serves writes what clients like, whatever stands before it.
 * @param writer with the host's name as it stands in the line
 */
export function isOfLoad(
  heard: Heard,
  writer: WorkerRef,
  { at, behind }: { at: Instant | null; behind: boolean },
): boolean {
  if (at === null) return false;
  const host = hostNameOf(heard, writer);
  const speaker = speakerAt(heard, host, writer.pid);
  if (speaker?.stage === 'loading') return isWithin(begunAt(speaker), at);
  if (!behind || isRunning(heard, host, writer.pid)) return false;
  // What carries the stderr of a container outlives it, and brings the next one's load as well.
  if (profileOf(heard, host).heads?.stderr?.carriers.includes(writer.pid)) return true;
  return isWithin(heard.strangers.get(workerKey(writer))?.since ?? at, at);
}

/**
 * Whether the process that speaks writes by `log` targets, for all that is known, and so is no master. What it wrote before it tells of its workers may be of
 * its load instead. Where stderr is heard, that is assumed of all that came within the time which a load takes. Elsewhere anybody may be the first to
 * speak so: then only of lines that do not vary, where it tells that a worker begins, and nothing or a master was heard before.
 */
export function writesLines(heard: Heard, host: string, record: LogRecord, at: Instant | undefined): boolean {
  const { pid, sentence } = record;
  const lines = pid === null ? undefined : heard.strangers.get(workerKey({ host: record.host, pid }));
  if (lines === undefined || lines.first === '') return false;
  const { announces, alive, open, tags } = profileOf(heard, host);
  if (lines.since === undefined) return !(alive && announces);
  if (at === undefined || !isWithin(lines.since, at)) return true;
  if (alive) return false;
  return !beginsWorker(sentence) || lines.varies || open === true || (tags.length > 0 && !announces);
}

const isWithin = (since: Instant, at: Instant): boolean => Math.abs(at - since) <= LOADING_MS;
