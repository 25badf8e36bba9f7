/**
 * Events that wait for a witness, and what becomes of them. Within a backend events are told in the order in which they were heard: a witnessed event waits
 * behind one that is not witnessed yet, for a second at most.
 */
import { isWitnessed, lacksStderr, learn } from './belief.js';
import { isCarried } from './carried.js';
import { hearCarrier, isOfCarrier } from './carriers.js';
import { inOneBreath, saidOf, withSaid } from './copies.js';
import { type Doubt, doubt } from './doubt.js';
import { type EventId, type HaproxyEvent, isOfWorkers } from './event.js';
import { noteLone } from './forged.js';
import {
  type Doubted,
  type Heard,
  type Held,
  heardWith,
  type Profile,
  type RecentEvent,
  type Suspect,
} from './heard.js';
import { workerKey } from './keys.js';
import { asOfNow, mayBeBorneOut, passedOver, returnBefore } from './late.js';
import { isBeingReplaced, isLoading } from './masters.js';
import { withNameOf } from './names.js';
import { asOneWorker } from './one-worker.js';
import { isWorker } from './processes.js';
import { cameBothWays, profileOf, withProfile } from './profiles.js';
import type { Instant, LogRecord } from './record.js';
import { followedUp, startedAnew, waysOfFollowed, waysOfStartedAnew, withDoubted } from './second-word.js';
import { acquainted } from './speakers.js';
import { clientsWriteLines, opened } from './strangers.js';
import { remember } from './told.js';
import { byTurn, doubtedAt, legacies, legacyOf, struck, waitingWith, withoutWaiting, withWaiting } from './waiting.js';

/** How many events of a host that were not believed are kept for a late line: somebody who forges more must not slow down the rest. */
const DOUBTED_MAX = 50;
/** How many changes of one subject wait at once, at most. */
export const WAITING_MAX = 100;

const TOO_MANY: Doubt = { reason: 'more was said of it at once than HAProxy says', untilNext: false };
const NO_WORKER: Doubt = { reason: 'nothing was heard of the worker that it would be of', untilNext: false };
const UNCLAIMED: Doubt = { reason: 'no worker was started for it', untilNext: false };

/** The scratch paper of one line, or of a moment in which none came. It lives no longer, and nothing outside sees it. */
export class Verdicts {
  heard: Heard;
  readonly events: { event: HaproxyEvent; copies: number }[] = [];
  readonly suspects: Suspect[] = [];
  readonly cleared: EventId[] = [];

  constructor(heard: Heard) {
    this.heard = heard;
  }

  /** Judges the events that are due, one after the other, and tells what waited behind them. */
  settle(due: readonly Held[]): void {
    const carried = due.filter((held) => isCarried(this.heard, held)); // asked first: to judge one takes away what shows it of the next
    for (const { event } of due) {
      this.heard = asOneWorker(this.heard, event.id);
      const held = this.heard.held.get(event.id); // what was judged before may have given it another worker
      if (held === undefined) continue;
      const holdsUp = this.#holdsUp(held);
      if (held.doubted || carried.includes(held) || isCarried(this.heard, held)) this.#strike(held);
      else this.#judge(held);
      if (holdsUp) this.#release(held);
    }
  }

  /** Called before a line of a `log` target counts. If it repeats the last one in another breath, it is no witness to that: what waits is settled first. */
  settleAlone(subject: string, { origin, text }: LogRecord, at: Instant): void {
    if (origin !== 'syslog' || this.heard.held.size === 0) return;
    const last = this.heard.subjects.get(subject)?.voices.syslog;
    if (last === undefined || last.text !== text || inOneBreath(at, last.at)) return;
    const isAlone = (held: Held) =>
      held.subject === subject && held.serial === last.serial && saidOf(this.heard, held).by.stderr === 0;
    const alone = waitingWith(this.heard.held, subject).filter(isAlone);
    this.settle(alone);
    // Where clients can write lines, what still waits is struck: a client may say the same again and again, before HAProxy does.
    for (const { event } of alone) {
      const held = this.heard.held.get(event.id);
      if (held !== undefined && clientsWriteLines(this.heard, held.event)) this.#strike(held);
    }
  }

  /** Takes in an event that was just heard, or heard again. */
  hold(held: Held): void {
    const said = saidOf(this.heard, held);
    if (this.heard.held.size === 0 && this.#isWitnessed(held, said)) {
      this.believe(held, said);
    } else {
      if (this.heard.held.get(said.id) !== held)
        this.heard = heardWith(this.heard, { held: withWaiting(this.heard.held, held) });
      this.#relieve(held.subject);
      if (!lacksStderr(this.heard, held, said)) this.#release(held);
    }
  }

  /** Drops what a worker, or until 3.0 its master, told while it read a configuration, because no worker ever served with it. */
  disinherit(host: string, pid: number): void {
    for (const held of legacyOf(this.heard.held, host, pid)) this.#strike(held);
  }

  /** Believes, as a process's own, the states that it told before, once it speaks for itself; but not where clients can write lines in its name. */
  #adopt({ host, pid, says }: HaproxyEvent): void {
    if (isOfWorkers(says) || isLoading(this.heard, host, pid) || clientsWriteLines(this.heard, { host, pid })) return;
    for (const held of legacyOf(this.heard.held, host, pid)) this.believe(held);
  }

  /** Tells the proxies that have stopped: their worker was told to stop while its master had another one loading, and there is none any more. */
  stop(host: string): void {
    const hasStopped = ({ event: { says, pid } }: Held) =>
      says.kind === 'proxy.stopped' && !isBeingReplaced(this.heard, host, pid);
    for (const held of legacies(this.heard.held, host).filter(hasStopped).sort(byTurn)) this.believe(held);
  }

  /** The waiting events that match, in the order in which they were heard. */
  #waiting(matches: (held: Held) => boolean): Held[] {
    return [...this.heard.held]
      .map(([, held]) => held)
      .filter(matches)
      .sort(byTurn);
  }

  /** Suspects a subject's oldest waiting change if there are too many. HAProxy says less within a second, and more must not make each line cost more. */
  #relieve(subject: string): void {
    if (this.heard.subjects.get(subject)!.recent.length <= WAITING_MAX) return;
    const waiting = waitingWith(this.heard.held, subject).filter((one) => one.subject === subject && !one.doubted);
    if (waiting.length > WAITING_MAX) this.#suspect(waiting[0]!, saidOf(this.heard, waiting[0]!), TOO_MANY);
  }

  /** Whether an event holds up those behind it. Where all must stand on stderr, stderr alone tells the order, and what clients write holds up nothing. */
  #holdsUp(held: Held): boolean {
    return !held.doubted && !lacksStderr(this.heard, held, saidOf(this.heard, held));
  }

  /** Tells the witnessed events in the backend of `held`, up to the first unwitnessed one that holds up the others. */
  #release(held: Held): void {
    for (const { event } of [...waitingWith(this.heard.held, held.subject)]) {
      const next = this.heard.held.get(event.id);
      if (next === undefined) continue;
      if (!this.#isWitnessed(next, saidOf(this.heard, next))) {
        if (this.#holdsUp(next)) return;
        continue;
      }
      const now = asOfNow(this.heard, next);
      if (now !== null) this.believe(now);
      else this.heard = passedOver(this.heard, next);
    }
  }

  #isWitnessed(held: Held, said: RecentEvent): boolean {
    if (held.legacy || isOfCarrier(this.heard, held) || isCarried(this.heard, held)) return false;
    // An event that contradicted what was said may fit later without being any truer: only a line by the other way bears it out.
    if (held.doubted && !cameBothWays(said)) return false;
    if (isWitnessed(this.heard, held, said)) return true;
    const { host, pid } = held.event;
    const others = () =>
      this.#waiting(({ event }) => event.host === host && event.pid === pid).map((one) => saidOf(this.heard, one));
    // Of a worker whose announcement was lost two sentences count, whether stderr is late or not.
    const doubted = held.doubted ? followedUp(this.heard, held) : startedAnew(this.heard, held, said, others);
    if (doubted === null) return false;
    this.#bringBack(held, doubted, held.doubted ? {} : waysOfStartedAnew(held, said));
    return true;
  }

  #judge(held: Held): void {
    const said = saidOf(this.heard, held);
    const { host } = held.event;
    // The word that it was loaded may have been lost: what the worker says itself counts all the same, if late.
    const isOwn = held.event.says.kind === 'proxy.stopped' || isLoading(this.heard, host, held.event.pid);
    const isNobodys = isOfCarrier(this.heard, held);
    const why = held.legacy && !isOwn ? UNCLAIMED : isNobodys ? NO_WORKER : doubt(this.heard, held, said);
    if (why !== null) {
      const doubted = why.untilNext ? followedUp(this.heard, held) : null;
      if (doubted === null) {
        this.#suspect(held, said, why);
        return;
      }
      this.#bringBack(held, doubted, waysOfFollowed(profileOf(this.heard, host), said));
    }
    this.believe(held, said);
    const profile = profileOf(this.heard, host);
    // It waited in vain for further lines: this shows that the load balancer does not write them.
    const stderr = said.by.stderr > 0 || (profile.stderr ?? profile.announces);
    const pairs = profile.pairs ?? (said.by.syslog > 0 ? false : null);
    this.heard = withProfile(this.heard, host, { stderr, pairs });
  }

  /** Tells an event. `said` is what is known about its lines. */
  believe(held: Held, said: RecentEvent = saidOf(this.heard, held)): void {
    const { event, subject, tag, doubted, legacy } = held;
    const { host, pid } = event;
    const back = returnBefore(this.heard, held);
    if (back !== null) this.believe(back);
    const wasKnown = isWorker(this.heard, host, pid);
    if (!wasKnown && !legacy) this.#adopt(event);
    this.events.push({ event, copies: said.copies });
    if (doubted) this.cleared.push(event.id);
    else this.heard = noteLone(this.heard, event, said); // what was doubted was noted then
    const told = withSaid(withNameOf(this.heard, event), subject, { ...said, held: false });
    const learned = learn(hearCarrier(told, held, said), event, said, tag);
    const waiting = withoutWaiting(learned.held, said.id);
    this.heard = heardWith(learned, { held: waiting, told: remember(learned.told, event) });
    if (wasKnown || legacy) return;
    for (const other of this.#waiting((one) => one.event.host === host && one.event.pid === pid)) this.#release(other);
  }

  #suspect(held: Held, said: RecentEvent, { reason, untilNext }: Doubt): void {
    const { event, tag, legacy } = held;
    const { id, text, pair } = said;
    this.suspects.push({ id, event, tag, text, reason });
    this.heard = noteLone(this.heard, event, said);
    const { speakers } = this.heard;
    const key = workerKey(event);
    const speaker = speakers.get(key);
    if (speaker && (untilNext || !speaker.known)) {
      const known = withDoubted(speaker, { event, tagPid: held.tagPid, text, pair });
      this.heard = heardWith(this.heard, { speakers: speakers.with(key, known) });
    }
    if (legacy || !mayBeBorneOut(this.heard, held, said)) {
      this.#strike(held);
      return;
    }
    this.heard = heardWith(this.heard, { held: withWaiting(this.heard.held, { ...held, doubted: true }) });
    const doubted = doubtedAt(this.heard.held, event.host);
    if (doubted.length > DOUBTED_MAX) this.#strike(doubted.toSorted(byTurn)[0]!);
  }

  #strike(held: Held): void {
    this.heard = struck(this.heard, held);
  }

  /** Believes a worker by its second word, and with it what it said before. `ways` is what this shows of its load balancer. */
  #bringBack({ event }: Held, doubted: readonly Doubted[], ways: Partial<Profile>): void {
    this.#adopt(event);
    this.heard = opened(acquainted(withProfile(this.heard, event.host, ways), event), event);
    for (const { event: first } of doubted) {
      const waiting = this.heard.held.get(first.id);
      if (waiting) {
        this.believe(waiting);
      } else {
        this.events.push({ event: first, copies: 1 });
        this.cleared.push(first.id);
        const named = withNameOf(this.heard, first);
        this.heard = heardWith(named, { told: remember(named.told, first) });
      }
    }
  }
}
