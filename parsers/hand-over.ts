/** Gives one process's waiting events to another: it shows that those were the other one's words (carriers.ts, speakers.ts). */
import { fold, type Spoken, saidOf } from './copies.js';
import { tellsOfState } from './event.js';
import { type Heard, heardWith, NOTHING_SAID, subjectKey } from './heard.js';
import type { WorkerRef } from './keys.js';
import { profileOf } from './profiles.js';
import { struck, waitingAt, withWaiting } from './waiting.js';

/** `heard` with the waiting events of `from` as those of `to`: each is a copy of the same sentence by the other way, if that came, else waits on. */
export function handedOver(heard: Heard, from: WorkerRef, to: WorkerRef): Heard {
  const own = waitingAt(heard.held, from.host).filter(({ event }) => event.pid === from.pid);
  return own.reduce((rest, held) => {
    const { id, text, copies, at, sealed, by } = saidOf(rest, held);
    const { says } = held.event;
    if (!tellsOfState(says)) return rest;
    const event = { ...held.event, ...to };
    const subject = subjectKey(event, says);
    const without = struck(rest, held);
    const before = without.subjects.get(subject) ?? NOTHING_SAID;
    const origin = by.syslog > 0 ? 'syslog' : 'stderr';
    const bothWays = profileOf(rest, to.host).stderr === true;
    const spoken: Spoken = { id, text, origin, lines: by[origin], copies, at, sealed, bothWays };
    const { subject: after, event: said } = fold(before, spoken);
    const moved = heardWith(without, { subjects: without.subjects.with(subject, after) });
    if (!said.held || moved.held.has(said.id)) return moved;
    return heardWith(moved, { held: withWaiting(moved.held, { ...held, event, subject, serial: said.serial }) });
  }, heard);
}
