/** An incident in words: what it is about, why it is so, when, and who has taken it on. Each text is one line, safe to show. */
import type { Instant } from '../parsers/index.js';
import type { Incident } from './incident.js';
import { RULE_WORDS, SUBJECT_OF } from './rules.js';
import { causeInWords, formatStamp, plainText } from './words.js';

/** `backend api`, `server api/web1`, `HAProxy`. */
export function subjectInWords({ rule, subject }: Pick<Incident, 'rule' | 'subject'>): string {
  const kind = SUBJECT_OF[rule];
  return kind === 'haproxy' ? 'HAProxy' : `${kind} ${plainText(subject, 400)}`;
}

/** `backend api on lb1`; for all rules but the outage with the rule's name: `server api/web1 on lb1 (flapping)`. */
export function incidentInWords(incident: Pick<Incident, 'rule' | 'subject' | 'host'>): string {
  const rule = incident.rule === 'outage' ? '' : ` (${incident.rule})`;
  return `${subjectInWords(incident)} on ${plainText(incident.host, 200)}${rule}`;
}

/** Why it is so: HAProxy's reason, that it gave none, or how often a flapping server has changed. */
export function causeOf(incident: Incident): string {
  if (incident.flaps !== null) return `${incident.flaps.changes} changes so far`;
  return incident.cause === null ? 'HAProxy gave no reason' : causeInWords(incident.cause);
}

/** An instant as the log's own clock would show it, with the UTC offset that it had when the incident began. */
export function localTime(incident: Incident, at: Instant): string {
  return formatStamp(at, incident.utcOffsetMin);
}

/** The machine, as HAProxy's log names it. */
export function host(incident: Incident): string {
  return plainText(incident.host, 200);
}

/** What its subject has become, in the words of its rule; or, where the rule was turned off, that nobody looks at it any more. */
export function overInWords({ rule, endEvidence, ruleOff }: Incident): string {
  if (ruleOff) return `is no longer watched: the rule ${rule} was turned off`;
  const { over } = RULE_WORDS[rule];
  return endEvidence === 'assumed' ? over.replace(/^has/, 'is taken to have') : over;
}

/** A server that has settled but is not up is `Settled`: its trouble is not over. What is no longer watched may not be over either. */
export function endMark({ flaps, ruleOff }: Pick<Incident, 'flaps' | 'ruleOff'>): string {
  if (ruleOff) return 'Closed';
  return flaps === null || flaps.state === 'up' ? 'Resolved' : 'Settled';
}

/** ` by alice (looking into it)`; empty while nobody has taken it on. */
export function takenOnBy({ ack }: Incident): string {
  if (ack === null) return '';
  const note = ack.note === null ? '' : ` (${plainText(ack.note, 300)})`;
  return ` by ${plainText(ack.by, 100)}${note}`;
}

export const acknowledgedInWords = (incident: Incident): string => `Acknowledged${takenOnBy(incident)}`;
