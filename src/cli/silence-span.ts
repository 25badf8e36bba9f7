/** When a silence begins and ends, as its options say. */
import type { Instant } from '../../parsers/index.js';
import { readDuration } from '../duration.js';
import { UserError } from '../user-error.js';
import { ago } from './ago.js';
import { isTimeOfDay, parseComingTime } from './coming-time.js';
import { type Here, parseTime } from './time-words.js';

export interface SilenceTimes {
  from?: string;
  until?: string;
  for?: string;
}

/**
 * Takes the options. A bare time of day is the next such time; as an end, the next one after the beginning. A beginning that has passed
 * today counts if the silence then still lasts. What makes no sense is a `UserError`.
 */
export function silenceSpan(times: SilenceTimes, here: Here): { from: Instant; until: Instant } {
  const { from: begins, until, for: length } = times;
  if ((length === undefined) === (until === undefined)) throw new UserError('A silence takes either --for or --until.');
  const ms = length === undefined ? null : readDuration(length);
  if (length !== undefined && !ms)
    throw new UserError(`--for takes a duration such as 2h, not ${JSON.stringify(length)}.`);
  for (const from of beginningsOf(begins, here)) {
    const end = until === undefined ? from + ms! : parseComingTime(until, here, from);
    if (end > Math.max(from, here.now)) return { from, until: end };
  }
  // Elsewhere such a word means that long ago.
  const isLength = until !== undefined && readDuration(until) !== null && ago(until, here.now) !== null;
  const hint = isLength ? `: ${JSON.stringify(until)} is a time in the past; --for takes a length of time` : '';
  throw new UserError(`The silence would end before it begins, or is over already${hint}.`);
}

function beginningsOf(text: string | undefined, here: Here): Instant[] {
  if (text === undefined) return [here.now];
  const next = parseComingTime(text, here);
  return isTimeOfDay(text) ? [parseTime(text, here), next] : [next];
}
