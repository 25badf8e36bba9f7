/**
 * Where clients can write whole lines, they may foretell a change to the letter. What they wrote earlier must then not be the first copy of what
 * HAProxy says on stderr, or at least must not give the event its time (docs/decisions/0007-belief.md).
 */
import { standsOnStderr } from './belief.js';
import { inOneBreath, saidOf, withSaid } from './copies.js';
import { backendOf, type HaproxyEvent } from './event.js';
import { type Heard, type Held, heardWith, type RecentEvent } from './heard.js';
import { movedKey } from './keys.js';
import { profileOf } from './profiles.js';
import type { Stamp } from './record.js';
import { clientsWriteLines } from './strangers.js';
import { struck, waitingWith, withWaiting } from './waiting.js';

/** Stderr comes seconds late at worst, unless the whole load balancer is stalled. */
const LATE_MS = 10_000;

/**
 * To be called before a line on stderr is counted. If that line is believed by itself, waiting events of its subject that came earlier, in fewer
 * lines than the load balancer's targets write, are no first copies of it, and are struck. So are lone ones of the same words that were doubted, if a
 * `log` target has said them again by now: then that line is the copy.
 */
export function withoutForetold(before: Heard, subject: string, event: HaproxyEvent, text: string): Heard {
  if (before.held.size === 0) return before;
  const heard = withoutEarlier(before, subject, text);
  if (!clientsWriteLines(heard, event) || profileOf(heard, event.host).pairs !== true) return heard;
  const foretold = waitingWith(heard.held, subject).filter((held) => {
    if (held.subject !== subject || inOneBreath(event.at, held.event.at)) return false;
    const { by, pair } = saidOf(heard, held);
    return by.stderr === 0 && !pair;
  });
  return standsOnStderr(heard, event) ? foretold.reduce(struck, heard) : heard;
}

/**
 * Redates a waiting event that stderr has just borne out; `said` is what is known about its lines. It gets the time of the line on stderr if its first line may have been a client's, or if an
 * earlier sentence about its backend was itself moved to a later time.
 */
export function redated(
  heard: Heard,
  held: Held,
  said: RecentEvent,
  { at, utcOffsetMin }: Stamp,
): { heard: Heard; held: Held } {
  const lateness = at - said.at;
  if (said.by.syslog === 0 || said.by.stderr > 1 || lateness < 0) return { heard, held };
  const isLone = held.doubted === true && !said.pair;
  const isOpen = clientsWriteLines(heard, held.event);
  if (!isOpen && !(isLone && lateness > LATE_MS)) return { heard, held };
  const mayBeForetold = isLone || (said.pair && lateness > LATE_MS);
  const backend = backendOf(held.event.says);
  const moved = backend === null ? null : movedKey(held.event, backend);
  const isAhead = moved !== null && Number(heard.told.get(moved) ?? 0) > said.at;
  if (!mayBeForetold && !isAhead) return { heard, held };
  const later: Held = { ...held, event: { ...held.event, at, utcOffsetMin } };
  const dated = withSaid(heard, held.subject, { ...said, at });
  const told = moved === null ? heard.told : heard.told.with(moved, at);
  const waits = heard.held.has(held.event.id);
  return {
    held: later,
    heard: heardWith(dated, { told, held: waits ? withWaiting(heard.held, later) : heard.held }),
  };
}

/** Strikes lone doubted events of the same words if a `log` target has said them again and that still waits: that one is the copy of this line on stderr. */
function withoutEarlier(heard: Heard, subject: string, text: string): Heard {
  const same = waitingWith(heard.held, subject).filter(
    (held) => held.subject === subject && saidOf(heard, held).text === text,
  );
  if (!same.some((held) => !held.doubted)) return heard;
  return same.filter((held) => held.doubted && saidOf(heard, held).by.stderr === 0).reduce(struck, heard);
}
