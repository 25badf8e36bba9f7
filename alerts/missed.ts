/** The incidents that began and ended while haplog did not look, and which of them are worth telling. */
import { type Instant, Shelf } from '../parsers/index.js';
import { Herald, type Moment } from './herald.js';
import { backendOf, type Incident } from './incident.js';
import { inOrder, type Ledger } from './ledger.js';
import type { Notification } from './notification.js';
import type { Plan } from './plan.js';
import { LOOK_AGAIN_MS, quietUntil, worseThan } from './quiet.js';
import { NEVER, receiversFor } from './route.js';

/** Nobody is told of more; the history has them. */
const MOST_MISSED = 1_000;

/** Lives no longer than the step; nothing outside sees it. */
export class Missed {
  readonly #plan: Plan;
  readonly #ledger: Ledger;
  readonly #moment: Moment;
  #notifications: readonly Notification[] = [];
  #waiting: Shelf<Incident>;

  constructor(waiting: Shelf<Incident>, plan: Plan, ledger: Ledger, moment: Moment) {
    this.#waiting = waiting;
    this.#plan = plan;
    this.#ledger = ledger;
    this.#moment = moment;
  }

  get waiting(): Shelf<Incident> {
    return this.#waiting;
  }

  /**
   * Adds an incident that is over, if its rule is on, it fired after haplog had come to its log, nobody was told or had taken it on, and haplog would have told
   * it while it lasted, as far as clocks agree.
   */
  note(over: Incident): void {
    const { toldAt, firedAt, planned, ack, past, rule } = over;
    const isKnown = toldAt !== null || firedAt === null || planned || ack !== null;
    if (isKnown || past || !this.#plan.policy.rules[rule].on || this.#waiting.size >= MOST_MISSED) return;
    if (wasQuiet(over, firedAt, this.#plan) || isSaidByWorse(over, firedAt, this.#ledger)) return;
    this.#waiting = this.#waiting.with(over.id, { ...over, quietUntil: null });
  }

  /** What is to be told of them. It goes before what is told of open incidents: of one subject, what is older is told first. */
  get notifications(): readonly Notification[] {
    return this.#notifications;
  }

  /** Tells them, now that nothing is left to read. In silences and maintenance, and out of the hours of everybody, they wait. */
  tell(): void {
    if (this.#waiting.size === 0) return;
    const herald = new Herald(this.#ledger, this.#plan, this.#moment);
    const worth = new Set(worthTelling(this.#waiting));
    for (const [id, one] of this.#waiting)
      if (!worth.has(one) || !this.#plan.policy.rules[one.rule].on) this.#waiting = this.#waiting.without(id);
    for (const incident of inOrder([...this.#waiting].map(([, one]) => one))) this.#tellOne(incident, herald);
    this.#notifications = herald.notifications;
  }

  #tellOne(incident: Incident, herald: Herald): void {
    const { now, nowAt } = this.#moment;
    const there = nowAt(incident.host);
    const kept = keptQuietUntil(incident, now, this.#plan);
    const until = kept === null ? herald.closedUntil(incident) : there + (kept - now);
    if (until === null) {
      this.#waiting = this.#waiting.without(incident.id);
      herald.tellWhole({ ...incident, quietUntil: null });
      return;
    }
    // Once noted, it is changed only when it has passed, or when it ends sooner by now: every change has to be written down.
    const noted = incident.quietUntil !== null && incident.quietUntil > there ? incident.quietUntil : NEVER;
    if (until < noted) this.#waiting = this.#waiting.with(incident.id, { ...incident, quietUntil: until });
  }
}

/** Whether silences, maintenance and hours kept it quiet from `firedAt` until it was over, one after another. */
function wasQuiet(over: Incident, firedAt: Instant, plan: Plan): boolean {
  const { quietUntil: noted, resolvedAt } = over;
  if (noted === null) return isQuietUntil(over, firedAt, plan);
  // haplog was there when it began, and has not looked since that was to be over. What a worse incident said of it is not looked into.
  const isByPlan =
    keptQuietUntil(over, firedAt, plan) !== null || receiversFor(over, plan.routes, firedAt).length === 0;
  return !isByPlan || noted >= (resolvedAt ?? noted) || isQuietUntil(over, noted, plan);
}

/** Whether it was kept quiet from `from` until it was over. */
function isQuietUntil(over: Incident, from: Instant, plan: Plan): boolean {
  for (let at = from; ; ) {
    const until = keptQuietUntil(over, at, plan);
    if (until === null) return false;
    if (until >= (over.resolvedAt ?? from)) return true;
    at = until;
  }
}

/** Until when silences and maintenance stand against telling of it at `at`; null if none do. */
function keptQuietUntil(incident: Incident, at: Instant, plan: Plan): Instant | null {
  return quietUntil(incident, plan, NO_INCIDENTS, at);
}

const NO_INCIDENTS: Shelf<Incident> = Shelf.of();

/** Whether a worse incident that is not over yet has said it all since it fired, or an outage that is over now and has been told. */
function isSaidByWorse(over: Incident, firedAt: Instant, ledger: Ledger): boolean {
  const worse = worseThan(over, ledger.incidents);
  if (worse !== null && worse.openedAt <= firedAt) return true;
  const backend = backendOf(over);
  if (over.rule === 'outage' || backend === null) return false;
  const outages = ledger.all({ host: over.host, rule: 'outage', subject: backend });
  return isBelow(over, inOrder(outages.filter(isOverAndTold)));
}

/** (Of one that nobody was told of it is known only later whether it will be told.) */
const isOverAndTold = ({ planned, toldAt, resolvedAt }: Incident): boolean =>
  !planned && toldAt !== null && resolvedAt !== null;

/** The incidents that are worth telling, the oldest first. */
function worthTelling(missed: Shelf<Incident>): Incident[] {
  const all = inOrder([...missed].map(([, one]) => one));
  const outages = all.filter(({ rule }) => rule === 'outage');
  return all.filter((incident) => incident.rule === 'outage' || !isBelow(incident, outages));
}

/**
 * Whether outages of its backend say all that there is to say of it: they lasted, one after another, from when it fired until it was over, or until it would
 * have been looked at again.
 * @param outages the oldest first
 */
function isBelow(incident: Incident, outages: readonly Incident[]): boolean {
  const backend = backendOf(incident);
  let saidUntil = incident.firedAt ?? incident.openedAt;
  for (const { host, subject, openedAt, resolvedAt } of outages) {
    if (host !== incident.host || subject !== backend || openedAt > saidUntil) continue;
    saidUntil = Math.max(saidUntil, (resolvedAt ?? openedAt) + LOOK_AGAIN_MS);
  }
  return saidUntil > (incident.resolvedAt ?? saidUntil);
}
