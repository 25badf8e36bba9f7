/**
 * What waits for a witness, and what becomes of it. Within a backend events are told in the order in which they were
 * heard: what is witnessed waits behind what is not yet, for a second at most.
 */
import { isWitnessed, lacksStderr, learn } from './belief.js';
import { hearCarrier, isCarried } from './carriers.js';
import { inOneBreath, saidOf, withSaid } from './copies.js';
import { type Doubt, doubt } from './doubt.js';
import { type EventId, type HaproxyEvent, isOfWorkers } from './event.js';
import { noteLone } from './forged.js';
import {
  type Doubted,
  type Heard,
  type Held,
  heardWith,
  type RecentEvent,
  type Source,
  type Suspect,
} from './heard.js';
import { speakerKey } from './keys.js';
import { asOfNow, mayBeBorneOut, passedOver } from './late.js';
import { isBeingReplaced, isLoading } from './masters.js';
import type { Instant, LogRecord } from './record.js';
import { followedUp, startedAnew, waysOfFollowed, waysOfStartedAnew, withDoubted } from './second-word.js';
import { cameBothWays, sourceOf, withSource } from './sources.js';
import { acquainted, isWorker } from './speakers.js';
import { clientsWriteLines, opened } from './strangers.js';
import { remember } from './told.js';
import { byTurn, doubtedAt, heirsAt, legacyOf, struck, waitingWith, withoutWaiting, withWaiting } from './waiting.js';

/** So many of a host that were not believed are kept for a late line: whoever forges more shall not slow down the rest. */
const DOUBTED_MAX = 50;
/** No more changes of one subject wait at once. */
export const WAITING_MAX = 100;

const TOO_MANY: Doubt = { reason: 'more was said of it at once than HAProxy says', untilNext: false };
const NO_HEIR: Doubt = { reason: 'no worker was started for it', untilNext: false };

/** The scratch paper of one line, or of a moment in which none came. It lives no longer and nothing outside sees it. */
export class Verdicts {
  heard: Heard;
  readonly events: { event: HaproxyEvent; copies: number }[] = [];
  readonly suspects: Suspect[] = [];
  readonly cleared: EventId[] = [];

  constructor(heard: Heard) {
    this.heard = heard;
  }

  /** Judges what is due, one after the other, and what waited behind it. */
  settle(due: readonly Held[]): void {
    for (const held of due) {
      if (!this.heard.held.has(held.event.id)) continue;
      const holdsUp = this.#holdsUp(held);
      if (held.doubted || isCarried(this.heard, held)) this.#strike(held);
      else this.#judge(held);
      if (holdsUp) this.#release(held);
    }
  }

  /** Before a line counts: one that says the same but was not written in the breath of the first is no witness to it. */
  settleAlone(subject: string, { origin, text }: LogRecord, at: Instant): void {
    if (origin !== 'syslog') return;
    const last = this.heard.subjects.get(subject)?.voices.syslog;
    if (last === undefined || last.text !== text || inOneBreath(at, last.at)) return;
    const isAlone = (held: Held) =>
      held.subject === subject && held.serial === last.serial && saidOf(this.heard, held).by.stderr === 0;
    const alone = waitingWith(this.heard.held, subject).filter(isAlone);
    this.settle(alone);
    // A client may say so again and again, before HAProxy does.
    for (const held of alone)
      if (clientsWriteLines(this.heard, held.event) && this.heard.held.has(held.event.id)) this.#strike(held);
  }

  /** Takes in an event that was just heard, or heard again. */
  hold(held: Held): void {
    const said = saidOf(this.heard, held);
    if (this.heard.held.size === 0 && this.#isWitnessed(held)) {
      this.believe(held, said);
    } else {
      if (this.heard.held.get(said.id) !== held)
        this.heard = heardWith(this.heard, { held: withWaiting(this.heard.held, held) });
      this.#relieve(held.subject);
      if (!lacksStderr(this.heard, held.event, said)) this.#release(held);
    }
  }

  /** A worker begins with the state that its master has loaded for it, or (since 3.1: `master` is its own pid) it itself. */
  inherit(host: string, master: number | null, { pid, at, utcOffsetMin }: HaproxyEvent): void {
    for (const held of legacyOf(this.heard.held, host, master))
      this.believe({ ...held, event: { ...held.event, pid, at, utcOffsetMin } });
  }

  /** A worker never served: what it told while it read its configuration is as if it had not been. */
  disinherit(host: string, pid: number): void {
    for (const held of legacyOf(this.heard.held, host, pid)) this.#strike(held);
  }

  /** Who speaks for itself has loaded for itself what it said before; but not where clients write lines in its name. */
  #adopt({ host, pid, says }: HaproxyEvent): void {
    if (isOfWorkers(says) || isLoading(this.heard, host, pid) || clientsWriteLines(this.heard, { host, pid })) return;
    for (const held of legacyOf(this.heard.held, host, pid)) this.believe(held);
  }

  /** Whose master has no worker loading any more, and who was told to stop meanwhile, has stopped. */
  stop(host: string): void {
    const hasStopped = ({ event: { says, pid } }: Held) =>
      says.kind === 'proxy.stopped' && !isBeingReplaced(this.heard, host, pid);
    const heirs = heirsAt(this.heard.held, host).filter(hasStopped).sort(byTurn);
    for (const held of heirs) this.believe(held);
  }

  /** What waits and matches, in the order in which it was heard. */
  #waiting(matches: (held: Held) => boolean): Held[] {
    return [...this.heard.held]
      .map(([, held]) => held)
      .filter(matches)
      .sort(byTurn);
  }

  /** HAProxy says less of one server within a second: whoever says more shall not make each further line cost more. */
  #relieve(subject: string): void {
    if (this.heard.subjects.get(subject)!.recent.length <= WAITING_MAX) return;
    const waiting = waitingWith(this.heard.held, subject).filter((one) => one.subject === subject && !one.doubted);
    if (waiting.length > WAITING_MAX) this.#suspect(waiting[0]!, saidOf(this.heard, waiting[0]!), TOO_MANY);
  }

  /** Where everything must stand on stderr, that alone tells the order, and what clients write holds up nothing. */
  #holdsUp(held: Held): boolean {
    return !held.doubted && !lacksStderr(this.heard, held.event, saidOf(this.heard, held));
  }

  /** Tells what is witnessed in the backend of `held`, up to the first that is not. */
  #release(held: Held): void {
    for (const next of [...waitingWith(this.heard.held, held.subject)]) {
      if (!this.heard.held.has(next.event.id)) continue;
      if (!this.#isWitnessed(next)) {
        if (this.#holdsUp(next)) return;
        continue;
      }
      const now = asOfNow(this.heard, next);
      if (now !== null) this.believe(now);
      else this.heard = passedOver(this.heard, next);
    }
  }

  #isWitnessed(held: Held): boolean {
    if (held.heir) return false;
    const said = saidOf(this.heard, held);
    // What contradicted may fit later, and be no truer for it: only a line that comes by the other way bears it out.
    if (held.doubted && !cameBothWays(said)) return false;
    if (isWitnessed(this.heard, held, said)) return true;
    const { host, pid } = held.event;
    const others = () =>
      this.#waiting(({ event }) => event.host === host && event.pid === pid).map((one) => saidOf(this.heard, one));
    // Of a worker whose announcement was lost two sentences count, stderr late or not.
    const doubted = held.doubted ? followedUp(this.heard, held) : startedAnew(this.heard, held, said, others);
    if (doubted === null) return false;
    this.#bringBack(held, doubted, held.doubted ? {} : waysOfStartedAnew(held, said));
    return true;
  }

  #judge(held: Held): void {
    const said = saidOf(this.heard, held);
    const { host } = held.event;
    // That it was loaded may have been lost: a worker's own word counts all the same, if late.
    const isOwn = held.event.says.kind === 'proxy.stopped' || isLoading(this.heard, host, held.event.pid);
    const why = held.heir && !isOwn ? NO_HEIR : doubt(this.heard, held, said);
    if (why !== null) {
      const doubted = why.untilNext ? followedUp(this.heard, held) : null;
      if (doubted === null) {
        this.#suspect(held, said, why);
        return;
      }
      this.#bringBack(held, doubted, waysOfFollowed(said));
    }
    this.believe(held, said);
    const source = sourceOf(this.heard, host);
    // It waited for what did not come: so much is known of the source now.
    const stderr = said.by.stderr > 0 || (source.stderr ?? source.announces);
    const pairs = source.pairs ?? (said.by.syslog > 0 ? false : null);
    this.heard = withSource(this.heard, host, { stderr, pairs });
  }

  /** Tells it. `said` is what is known of its lines. */
  believe(held: Held, said: RecentEvent = saidOf(this.heard, held)): void {
    const { event, subject, tag, doubted, heir } = held;
    const { host, pid } = event;
    const wasKnown = isWorker(this.heard, host, pid);
    if (!wasKnown && !heir) this.#adopt(event);
    this.events.push({ event, copies: said.copies });
    if (doubted) this.cleared.push(event.id);
    else this.heard = noteLone(this.heard, event, said); // what was doubted was noted then
    const told = withSaid(this.heard, subject, { ...said, held: false });
    const learned = learn(hearCarrier(told, held, said), event, said, tag);
    this.heard = heardWith(learned, {
      held: withoutWaiting(learned.held, said.id),
      told: remember(learned.told, event),
    });
    if (wasKnown) return;
    for (const other of this.#waiting((one) => one.event.host === host && one.event.pid === pid)) this.#release(other);
  }

  #suspect(held: Held, said: RecentEvent, { reason, untilNext }: Doubt): void {
    const { event, tag, heir } = held;
    const { id, text, pair } = said;
    this.suspects.push({ id, event, tag, text, reason });
    this.heard = noteLone(this.heard, event, said);
    const { speakers } = this.heard;
    const key = speakerKey(event);
    const speaker = speakers.get(key);
    if (speaker && (untilNext || !speaker.known)) {
      const known = withDoubted(speaker, { event, tagPid: held.tagPid, text, pair });
      this.heard = heardWith(this.heard, { speakers: speakers.with(key, known) });
    }
    if (heir || !mayBeBorneOut(this.heard, event, said)) {
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

  /** A worker is believed by its second word, and what it said before. */
  #bringBack({ event }: Held, doubted: readonly Doubted[], ways: Partial<Source>): void {
    this.#adopt(event);
    this.heard = opened(acquainted(withSource(this.heard, event.host, ways), event), event);
    for (const { event: first } of doubted) {
      const waiting = this.heard.held.get(first.id);
      if (waiting) {
        this.believe(waiting);
      } else {
        this.events.push({ event: first, copies: 1 });
        this.cleared.push(first.id);
        this.heard = heardWith(this.heard, { told: remember(this.heard.told, first) });
      }
    }
  }
}
