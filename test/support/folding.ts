/** What copies.ts alone makes of a log of one worker: every event with its first copy, whether it is believed or not. */
import { NOTHING_KNOWN, type Outage, step, type Transition } from '../../alerts/index.js';
import { fold } from '../../parsers/copies.js';
import { NOTHING_HEARD, NOTHING_SAID, subjectKey } from '../../parsers/heard.js';
import { type EventId, parseLine, tellsOfState } from '../../parsers/index.js';
import { separate } from '../../parsers/runs.js';
import { PLAN, UTC } from './reading.js';

/** Takes the lines of a log; returns what is told where every line counts. */
export function folded(lines: readonly string[]): { transitions: Transition[]; outages: Outage[] } {
  const transitions: Transition[] = [];
  const outages = new Map<string, Outage>();
  let { subjects } = NOTHING_HEARD;
  let situation = NOTHING_KNOWN;
  for (const [index, line] of lines.entries()) {
    const parsed = parseLine(line, UTC);
    if (!parsed.ok || !tellsOfState(parsed.record.sentence)) throw new Error(`no state: ${line}`);
    const { host, origin, text, times, sentence: says } = parsed.record;
    const { at } = parsed.stamp;
    const pid = parsed.record.pid ?? 0;
    const id = `f:${index}` as EventId;
    const key = subjectKey({ host, pid }, says);
    const before = subjects.get(key) ?? NOTHING_SAID;
    const { subject, event: told } = fold(before, {
      id,
      text,
      origin,
      lines: 1,
      copies: times,
      at,
      sealed: false,
      bothWays: true,
    });
    const isNew = before.voices[origin]?.text !== text;
    subjects = separate(subjects, { host, pid }, origin, says, isNew).with(key, subject);
    if (told.id !== id) continue;
    const event = { id, ...parsed.stamp, host, pid, says };
    const next = step(situation, { kind: 'event', event, copies: 1, live: true, heardAt: at }, PLAN);
    situation = next.situation;
    if (next.transition) transitions.push(next.transition);
    for (const outage of next.outages) outages.set(outage.id, outage);
  }
  return { transitions, outages: [...outages.values()] };
}
