/**
 * The state machine: what an event, or the passing of time, makes of the incidents, and who is to be told.
 *
 * Time comes in with the input, and each host has its own (clocks.ts). A firing is due at `openedAt + hold`, whenever it is noticed. Lines
 * written before haplog looked (`live: false`) change incidents, but nothing is told of them before the tick that follows the last unread
 * line. That tick tells of what still holds, and of what began and ended unseen, unless it began before its log was read for the first time
 * (`past`).
 */
import { type HaproxyEvent, type Instant, isSign } from '../parsers/index.js';
import { type Board, type Change, NO_OUTAGES } from './board.js';
import { clockAfter, hostTime } from './clocks.js';
import { changesAt } from './due.js';
import { withoutOld } from './flapping.js';
import { endWithMaster } from './generation.js';
import type { Incident } from './incident.js';
import { endMute, nextMuteAt } from './mute.js';
import { observe, observeAgain } from './observe.js';
import { toOffer } from './offer.js';
import type { Plan } from './plan.js';
import { endings, namesBefore } from './renamed.js';
import { endSeenOver, isOpenHere, noneSeen } from './seen-over.js';
import { setBack } from './set-back.js';
import { signsOf } from './signs.js';
import type { Input, Situation, Step } from './situation.js';
import { isNewWorker, speakerOf } from './speaker.js';
import { Turn } from './turn.js';
import { forgetHosts, NO_HOSTS, vanishedHosts, without } from './vanished.js';
import { endedWorkers, replacedWorker, stoppedBackend } from './workers.js';

/** One step of the machine: pure and whole. Apart from it, only the impact of an outage changes an incident (strike.ts). */
export function step(situation: Situation, input: Input, plan: Plan): Step {
  if (input.kind === 'tick') {
    const { clocks } = situation;
    const ofHost = (host: string) => Math.max(clocks.get(host)?.at ?? input.at, input.at);
    const nowAt = input.host === undefined ? (host: string) => hostTime(clocks, host, input.at) : ofHost;
    const incidents = input.anew ? toOffer(situation.incidents) : situation.incidents;
    const turn = new Turn({ ...situation, incidents }, plan, { nowAt, now: input.at, tells: true, past: false });
    if (input.anew) turn.endTurnedOff();
    const seen = input.host === undefined ? endSeenOver(situation.board, plan.over) : noneSeen(situation.board);
    for (const outage of seen.outages) turn.follow(outage);
    for (const { saying, sign } of seen.returns) turn.heed(saying, sign);
    const hosts = input.host === undefined ? [...seen.board.workers].map(([host]) => host) : [input.host];
    const mute = muted(turn, seen.board, hosts, nowAt);
    if (input.host !== undefined) turn.passTime(input.host);
    else turn.passTimeEverywhere();
    turn.tellMissed();
    const outages = [...seen.outages, ...mute.outages].map(({ outage }) => outage);
    return turn.end({ board: mute.board, clocks }, null, outages);
  }
  const { event, copies, live, past = false, heardAt, traffic } = input;
  const { host } = event;
  const known = situation.clocks.get(host);
  const clock = clockAfter(known, event.at, heardAt, live);
  const vanished = known === undefined ? vanishedHosts(situation.clocks, event, heardAt, traffic) : NO_HOSTS;
  const clocks = without(situation.clocks, vanished).with(host, clock);
  const now = clock.at;
  const before = known?.at ?? now;
  const changes = withoutOld(situation.changes, { host, before, now }, plan.policy.flapping);
  const isSetBack = now < before;
  const back = isSetBack ? setBack(situation.board, host, before, now) : { board: situation.board, outages: [] };
  const turn = new Turn({ ...situation, board: back.board, changes }, plan, {
    nowAt: () => now,
    now: heardAt,
    tells: live,
    past,
  });
  if (isSetBack) turn.setBack(host);
  const mute = muted(turn, back.board, [host], () => now);
  const { board } = mute;
  turn.passTime(host);
  const speaker = speakerOf(board, event);
  // A sign does not make its speaker a new worker: a master, for one, says that a reload failed.
  const isOfState = !isSign(event.says);
  if (isOfState && isNewWorker(board, event, speaker)) turn.takeOver(event);
  const forgotten = forgetHosts(board, vanished, now);
  for (const outage of forgotten.outages) turn.follow(outage);
  turn.vanish(vanished);
  const change = isOfState ? observe(forgotten.board, event, copies, speaker) : endWithMaster(forgotten.board, event);
  for (const outage of change.outages) turn.follow(outage);
  turn.retire(host, endedWorkers(forgotten.board, change.board, event, speaker));
  turn.retire(host, stoppedBackend(change.board, event));
  turn.retire(host, replacedWorker(event));
  for (const sign of signsOf(change.event ?? event, change)) turn.heed(event, sign);
  let after = change.board;
  let followed = mute.outages.concat(forgotten.outages, change.outages);
  for (const name of namesBefore(forgotten.board, event)) {
    const seen = underName(turn, after, { ...event, host: name });
    after = seen.board;
    followed = followed.concat(seen.outages);
  }
  const outages = back.outages.concat(followed.map(({ outage }) => outage));
  return turn.end({ board: after, clocks }, change.transition, outages);
}

/** Ends what has passed with time: what is open in workers that have been silent beside the next one for a minute. */
function muted(turn: Turn, before: Board, hosts: readonly string[], nowAt: (host: string) => Instant) {
  let board = before;
  let outages: Change['outages'] = NO_OUTAGES;
  for (const host of hosts) {
    const ended = endMute(board, host, nowAt(host));
    if (ended === null) continue;
    for (const outage of ended.outages) turn.follow(outage);
    turn.retire(host, ended.ending);
    board = ended.board;
    outages = outages.concat(ended.outages);
  }
  return { board, outages };
}

/** Ends what an event ends under a name that its host had before, which it bears here. */
function underName(turn: Turn, board: Board, event: HaproxyEvent): Change {
  const seen = observeAgain(board, event);
  const ended = endings(seen);
  for (const outage of ended.outages) turn.follow(outage);
  for (const sign of signsOf(seen.event ?? event, seen)) if (sign.is === 'absent') turn.heed(event, sign);
  return ended;
}

/**
 * The next instant of our clock at which time alone changes something: a hold or a keep-firing passes, a worker has been silent for long enough, or something
 * is to be told, such as a reminder. Infinity if nothing waits.
 */
export function nextTickAt({ board, incidents, missed, clocks }: Situation, plan: Plan): Instant {
  if (plan.over.some((one) => isOpenHere(board, one))) return Number.NEGATIVE_INFINITY;
  let next = Number.POSITIVE_INFINITY;
  const note = ({ host }: Pick<Incident, 'host'>, at: Instant) => {
    next = Math.min(next, at - (clocks.get(host)?.skewMs ?? 0));
  };
  for (const [host, workers] of board.workers) note({ host }, nextMuteAt(workers));
  for (const [, incident] of incidents) note(incident, changesAt(incident, plan));
  // What nothing is known to keep was missed since the last tick.
  for (const [, incident] of missed) note(incident, incident.quietUntil ?? Number.NEGATIVE_INFINITY);
  return next;
}

/**
 * The next instant, by a host's own clock, at which something may be due there; when it comes, it may turn out that nothing is. Infinity if
 * nothing waits, or if nobody has looked at the host yet.
 */
export function nextDueAt({ agendas, board }: Pick<Situation, 'agendas' | 'board'>, host: string): Instant {
  const first = agendas.get(host)?.first?.at ?? Number.POSITIVE_INFINITY;
  return Math.min(first, nextMuteAt(board.workers.get(host)));
}
