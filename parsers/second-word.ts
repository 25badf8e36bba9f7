/**
 * The second word of a worker. The first may be anybody's; with the second the worker may be believed, and then the first is as well
 * (docs/decisions/0007-belief.md).
 */
import { lacksStderr } from './belief.js';
import { inOneBreath } from './copies.js';
import { backendOf } from './event.js';
import { isWary } from './forged.js';
import type { Doubted, Heard, Held, Profile, RecentEvent, Speaker } from './heard.js';
import { workerKey } from './keys.js';
import { isWorker } from './processes.js';
import { expectsStderr, hasName, profileOf, showsTwoTargets } from './profiles.js';
import { awaitsItsName } from './speakers.js';
import { clientsWriteLines } from './strangers.js';
import { followsFrom, isNamed } from './told.js';

/** How many sentences that were not believed are remembered of a worker. */
const DOUBTED_MAX = 8;

/** What a worker said without being believed. Older memories hold one sentence at most, in another form. */
const doubtedOf = (speaker: Speaker | undefined): readonly Doubted[] =>
  Array.isArray(speaker?.doubted) ? speaker.doubted : [];

/** The speaker with one more such sentence. Of each backend the last about its servers is kept, and the last that it has none. */
export function withDoubted(speaker: Speaker, one: Doubted): Speaker {
  const about = ({ event: { says } }: Doubted) => `${says.kind} ${backendOf(says)}`;
  const others = doubtedOf(speaker).filter((other) => about(other) !== about(one));
  return { ...speaker, doubted: [...others, one].slice(-DOUBTED_MAX) };
}

/**
 * What is believed with this event if HAProxy, which was heard before, was started anew and writes less than it did. Null if the event is not believed.
 * @param others what else of the worker waits; looked for only where it matters
 */
export function startedAnew(
  heard: Heard,
  held: Held,
  said: RecentEvent,
  others: () => RecentEvent[],
): readonly Doubted[] | null {
  const { host, pid } = held.event;
  const profile = profileOf(heard, host);
  if (said.by.syslog === 0 || !hasName(profile, held.tag) || isWorker(heard, host, pid)) return null;
  if (lacksStderr(heard, held, said) || awaitsItsName(heard, held.event)) return null;
  // Where clients can write lines, two of them say as little as one.
  if (profile.pairs && !said.pair && clientsWriteLines(heard, held.event)) return null;
  // Where a master would have told of the worker, stderr itself must have fallen silent. Then both targets must tell each sentence.
  if (profile.announces && !said.pair) return null;
  const counts = ({ pair, text }: Pick<RecentEvent, 'pair' | 'text'>) =>
    text !== said.text && (pair || !profile.announces);
  // Anybody on the host can write under that name. A process that knows what HAProxy spoke of before is more likely HAProxy.
  if (!isNamed(heard, held.event)) return null;
  const doubted = doubtedOf(heard.speakers.get(workerKey(held.event))).filter(({ event }) => isNamed(heard, event));
  return [...others(), ...doubted].some(counts) ? doubted : null;
}

/**
 * What the same process said before without being believed, and is believed now because this line follows from some of it: anybody may write one such line,
 * but hardly two that fit. Of the line's own backend these are the sentences from which it follows; of other backends all, unless somebody has tried to
 * forge lines. Null if it follows from nothing.
 */
export function followedUp(heard: Heard, { event, tagPid }: Held): readonly Doubted[] | null {
  // Of the processes that write without pids, the lines of one breath are one's.
  const isOfSeveral = event.pid === 0 && isWorker(heard, event.host, event.pid);
  const isOther = (one: Doubted) =>
    one.tagPid === tagPid && one.event.id !== event.id && (!isOfSeveral || inOneBreath(one.event.at, event.at));
  const doubted = doubtedOf(heard.speakers.get(workerKey(event))).filter(isOther);
  // With the time that a late line gave it.
  const redated = ({ event: first }: Doubted) => heard.held.get(first.id)?.event ?? first;
  const precedes = (first: Doubted) => followsFrom(heard, redated(first), event);
  if (!doubted.some(precedes)) return null;
  const isElsewhere = (first: Doubted) => backendOf(first.event.says) !== backendOf(event.says);
  return doubted.filter((first) => precedes(first) || (isElsewhere(first) && !isWary(heard, event)));
}

/** The ways in which a load balancer writes that was started anew. */
export const waysOfStartedAnew = ({ event }: Held, said: RecentEvent): Partial<Profile> => ({
  stderr: false,
  alive: false,
  pairs: showsTwoTargets(event, said),
});

/**
 * The ways in which a load balancer writes if one of its lines was believed because it follows from another. Nothing new if it bears a severity, which is
 * enough whatever way the line took; nor if its backend alone may have fewer `log` lines, which is remembered of that one (reach.ts).
 */
export function waysOfFollowed(profile: Profile, { by, sealed }: RecentEvent): Partial<Profile> {
  if (sealed) return {};
  if (by.syslog === 0) return { stderr: true };
  return { stderr: false, alive: false, pairs: profile.pairs === true && !expectsStderr(profile) };
}
