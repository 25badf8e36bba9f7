/** Incidents as rows for people, beside those of history-rows.ts: the words of their rules are loaded only if there is one. Pure. */
import { type Incident, RULE_WORDS, type Severity } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import { formatDuration } from '../duration.js';
import { causeText } from './cause-text.js';
import type { Row, Tone } from './history-rows.js';

const TONES: Record<Severity, Tone> = { critical: 'worst', warning: 'bad', info: 'quiet' };

/** What the subject was like, for how long, and why. */
export function incidentRow(incident: Incident, now: Instant): Row {
  const { openedAt: at, host, workers, rule, severity, subject, planned, endEvidence } = incident;
  return {
    at,
    host,
    // No pid is shown if it was so in several workers.
    pid: workers.length === 1 ? workers[0]! : null,
    what: subject,
    change: RULE_WORDS[rule].is,
    tone: TONES[severity],
    lasted: lasted(incident, now),
    why: why(incident),
    planned,
    evidence: endEvidence ?? '',
    copies: null,
  };
}

/** A server that flaps is well for a moment again and again: the incident has ended when it has settled. */
function lasted({ openedAt, resolvedAt, phase, rule }: Incident, now: Instant): string {
  const isOver = resolvedAt !== null && (phase === 'resolved' || rule !== 'flapping');
  return isOver ? formatDuration(resolvedAt - openedAt) : `${formatDuration(Math.max(0, now - openedAt))} so far`;
}

function why({ flaps, cause, ruleOff }: Incident): string {
  if (flaps !== null) return `${flaps.changes} changes`;
  const parts = [cause === null ? '' : causeText(cause), ruleOff ? 'closed: its rule was turned off' : ''];
  return parts.filter((part) => part !== '').join('; ');
}
