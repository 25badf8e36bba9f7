/** Which event a line about a state tells of, and of which worker: under its number and the host name by which it is known. */
import { withReason } from './checks.js';
import { type EventId, type HaproxyEvent, isOfWorkers, type StateSentence } from './event.js';
import { noteAttempt } from './forged.js';
import { handedOver } from './hand-over.js';
import { isAnew } from './masters.js';
import { isOneTooMany, TOO_MANY_NAMES } from './names.js';
import { takenApart } from './one-number.js';
import { hasOneName } from './processes.js';
import type { Instant, LogRecord, Stamp } from './record.js';
import { hostNameOf, recognise } from './speakers.js';
import { opened } from './strangers.js';
import type { Verdicts } from './verdict.js';
import { contradiction, isSealed } from './writers.js';

export type StateEvent = HaproxyEvent & { says: StateSentence };

/** The event that a line tells of, under the host name by which its worker is known. Null if the line cannot be true: then it is suspect. */
export function eventOf(
  verdicts: Verdicts,
  record: LogRecord,
  sentence: StateSentence,
  { at, utcOffsetMin }: Stamp,
  id: EventId,
): StateEvent | null {
  const isMasters = isOfWorkers(sentence);
  // A master names its workers by pid. 0 if the log names no pid.
  const pid = isMasters ? sentence.pid : (record.pid ?? 0);
  const { origin } = record;
  const isFamiliar = !isMasters && hasOneName(verdicts.heard, record.host, pid, origin);
  if (!isFamiliar) verdicts.heard = takenApart(verdicts.heard, record, pid, sentence, at);
  const named = isFamiliar ? record.host : hostNameOf(verdicts.heard, { host: record.host, pid, origin });
  const says = withReason(verdicts.heard, named, pid, sentence, at);
  const event: StateEvent = { id, at, utcOffsetMin, host: named, pid, master: isMasters ? record.pid : null, says };
  const isExcess = isOneTooMany(verdicts.heard, event) && !isSealed(verdicts.heard, named, record);
  const against = contradiction(verdicts.heard, named, record, at) ?? (isExcess ? TOO_MANY_NAMES : null);
  if (against !== null) {
    // With the pid in its header, by which the line is found in the log.
    const claimed: HaproxyEvent = { id, at, utcOffsetMin, host: named, pid: record.tagPid ?? pid, says };
    verdicts.suspects.push({ id, event: claimed, tag: record.tag, text: record.text, reason: against });
    verdicts.heard = noteAttempt(verdicts.heard, record, at);
    return null;
  }
  if (!isFamiliar) event.host = recognised(verdicts, record, pid, at);
  if (says.kind === 'worker.started') event.anew = isAnew(verdicts.heard, event.host, record);
  return event;
}

/** Takes in that a worker speaks. Returns the name by which its host is known. */
function recognised(verdicts: Verdicts, record: LogRecord, pid: number, at: Instant): string {
  const { heard, host, from } = recognise(verdicts.heard, record, pid, at);
  if (heard !== verdicts.heard)
    verdicts.heard = opened(from ? handedOver(heard, from, { host, pid }) : heard, { host, pid });
  return host;
}
