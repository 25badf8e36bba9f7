/**
 * The reason of a change where `option log-health-checks` is set: HAProxy then gives the reason in the line about the check, and the sentence about
 * the server, right behind it, has none (src/server.c, srv_append_status()).
 */
import type { StateSentence } from './event.js';
import { type Checked, type Heard, WITNESS_MS } from './heard.js';
import { profileOf, withProfile } from './profiles.js';
import type { Instant, LogRecord, ServerChange } from './record.js';
import { clientsWriteLines } from './strangers.js';
import { contradiction } from './writers.js';

/** How many results are kept of a host, the last ones: threads write between each other's lines. */
const CHECKED_MAX = 16;

/** Takes in the result of a check. Where clients can write whole lines only stderr counts, because the reason is shown to people. */
export function hearCheck(heard: Heard, host: string, record: LogRecord, at: Instant): Heard {
  const { origin, pid, sentence } = record;
  if (sentence.kind !== 'check.result' || pid === null) return heard;
  if (origin === 'syslog' && clientsWriteLines(heard, { host, pid })) return heard;
  if (contradiction(heard, host, record) !== null) return heard;
  const { server, outcome, cause } = sentence;
  const one: Checked = { pid, server, outcome, cause, at };
  return withProfile(heard, host, { checked: [...(profileOf(heard, host).checked ?? []), one].slice(-CHECKED_MAX) });
}

/** The sentence, with the reason from the line about the check if it has none of its own. */
export function withReason(heard: Heard, host: string, pid: number, says: StateSentence, at: Instant): StateSentence {
  if (says.kind !== 'server' || says.cause.class !== 'unknown' || says.cause.reason !== null) return says;
  const { server, change } = says;
  const isMeant = (one: Checked) =>
    one.pid === pid &&
    one.server.backend === server.backend &&
    one.server.server === server.server &&
    one.outcome === OUTCOME[change.to] &&
    Math.abs(at - one.at) <= WITNESS_MS;
  const checked = profileOf(heard, host).checked?.findLast(isMeant);
  return checked === undefined ? says : { ...says, cause: { ...checked.cause, via: says.cause.via } };
}

/** The result of a check that leads to each change. */
const OUTCOME: Partial<Record<ServerChange['to'], Checked['outcome']>> = {
  up: 'succeeded',
  down: 'failed',
  stopping: 'conditionally succeeded',
};
