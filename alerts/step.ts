/**
 * The state machine: what an event, or the passing of time, makes of the incidents, and who is to be told.
 *
 * Time comes in with the input, and each host has its own (clocks.ts). A firing is due at `openedAt + hold`, whenever it is noticed.
 * What happened before haplog looked (`live: false`) changes incidents but is told only by the tick that follows the
 * last unread line, and only if it still holds.
 */
import { type HaproxyEvent, type Instant, Shelf } from '../parsers/index.js';
import { type Board, EMPTY_BOARD, type OutageChange } from './board.js';
import { type HostClock, hostTime, noteTime } from './clocks.js';
import { begun, broughtBack, type Incident, incidentKey, isAhead, joined, left } from './incident.js';
import type { Notification, NotificationKind } from './notification.js';
import { observe } from './observe.js';
import type { Policy, Route } from './policy.js';
import { receiversFor } from './route.js';
import type { Outage, Transition } from './state.js';
import { isNewWorker } from './workers.js';

export interface Situation {
  board: Board;
  /** Incidents that are not over, by host and subject. */
  incidents: Shelf<Incident>;
  clocks: Shelf<HostClock>;
}

export const NOTHING_KNOWN: Situation = { board: EMPTY_BOARD, incidents: Shelf.of(), clocks: Shelf.of() };

export type Input =
  /** `heardAt` is our clock when the line was read. */
  | { kind: 'event'; event: HaproxyEvent; copies: number; live: boolean; heardAt: Instant }
  /** Only when every source has been read to its end. */
  | { kind: 'tick'; at: Instant };

/** What the operator wants: when, and who. */
export interface Plan {
  policy: Policy;
  routes: readonly Route[];
}

/** What must become true; nothing has happened yet. */
export interface Step {
  situation: Situation;
  transition: Transition | null;
  outages: Outage[];
  /** Incidents that began or changed, as they are now. */
  incidents: Incident[];
  notifications: Notification[];
}

/** One step of the machine: pure, whole, and the only way a situation changes. */
export function step(situation: Situation, input: Input, plan: Plan): Step {
  if (input.kind === 'tick') {
    const turn = new Turn(situation, plan, (host) => hostTime(situation.clocks, host, input.at), true);
    turn.passTime();
    return turn.end(situation, null, []);
  }
  const { event, copies, live, heardAt } = input;
  const clocks = noteTime(situation.clocks, event.host, event.at, heardAt, live);
  const now = clocks.get(event.host)!.at;
  const turn = new Turn(situation, plan, () => now, live);
  turn.passTime(event.host);
  if (isNewWorker(situation.board, event)) turn.takeOver(event);
  const change = observe(situation.board, event, copies);
  for (const outage of change.outages) turn.follow(outage);
  const outages = change.outages.map(({ outage }) => outage);
  return turn.end({ board: change.board, clocks }, change.transition, outages);
}

/**
 * The next instant of our clock at which time alone changes something: a hold or a keep-firing that passes, a reminder.
 * Infinity where nothing waits.
 */
export function nextTickAt({ incidents, clocks }: Situation, { policy }: Plan): Instant {
  let next = Number.POSITIVE_INFINITY;
  for (const [, incident] of incidents) {
    next = Math.min(next, changesAt(incident, policy) - (clocks.get(incident.host)?.skewMs ?? 0));
  }
  return next;
}

function changesAt(incident: Incident, policy: Policy): Instant {
  if (incident.resolvedAt !== null) return incident.resolvedAt + policy.keepFiringMs;
  if (incident.phase === 'pending') return incident.openedAt + policy.holdMs;
  if (incident.planned || incident.toldAt === null || policy.reminderMs === null) return Number.POSITIVE_INFINITY;
  return incident.toldAt + (incident.reminders + 1) * policy.reminderMs;
}

/** The scratch paper of one step. It lives no longer than the step and nothing outside sees it. */
class Turn {
  readonly #plan: Plan;
  readonly #nowAt: (host: string) => Instant;
  readonly #tells: boolean;
  #incidents: Shelf<Incident>;
  readonly #changed = new Map<string, Incident>();
  readonly #notifications: Notification[] = [];

  constructor({ incidents }: Situation, plan: Plan, nowAt: (host: string) => Instant, tells: boolean) {
    this.#plan = plan;
    this.#nowAt = nowAt;
    this.#tells = tells;
    this.#incidents = incidents;
  }

  /** An outage opened, ended, or is no planned work any more. */
  follow({ outage, out, died = false }: OutageChange): void {
    const incident = this.#incidents.get(incidentKey(outage.host, outage.backend));
    if (outage.end !== null) {
      if (incident) this.#advance(left(incident, outage, died));
    } else if (incident?.planned && incident.resolvedAt !== null && !outage.planned) {
      this.#resolve(incident); // the work was over; this is trouble of its own
      this.#advance(begun(outage, out));
    } else {
      this.#advance(incident ? joined(incident, outage, out) : begun(outage, out));
    }
  }

  /** A new worker serves where others died: until it says otherwise, all is well again. */
  takeOver({ host, at }: HaproxyEvent): void {
    for (const incident of this.#inOrder(host)) {
      if (incident.workers.length > 0 || incident.resolvedAt !== null) continue;
      this.#advance({ ...incident, resolvedAt: Math.max(at, incident.openedAt), endEvidence: 'assumed' });
    }
  }

  /** What is due by now at one host, or everywhere. */
  passTime(host?: string): void {
    for (const incident of this.#inOrder(host)) {
      if (this.#isDue(incident)) this.#advance(incident);
    }
  }

  end(rest: Omit<Situation, 'incidents'>, transition: Transition | null, outages: Outage[]): Step {
    return {
      situation: { board: rest.board, clocks: rest.clocks, incidents: this.#incidents },
      transition,
      outages,
      incidents: [...this.#changed.values()],
      notifications: this.#notifications,
    };
  }

  /** The oldest first, so that what happened first is told first. */
  #inOrder(host?: string): Incident[] {
    if (this.#incidents.size === 0) return [];
    return [...this.#incidents]
      .map(([, incident]) => incident)
      .filter((incident) => host === undefined || incident.host === host)
      .sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
  }

  /** Time has something to change, or there is something untold that may be told now. */
  #isDue(incident: Incident): boolean {
    const untold = this.#tells && incident.phase === 'firing' && incident.toldAt === null && !incident.planned;
    const now = this.#nowAt(incident.host);
    return untold || isAhead(incident, now) || now >= changesAt(incident, this.#plan.policy);
  }

  /** The incident as it is by now, and what is to be told of it. */
  #advance(changed: Incident): void {
    const { policy } = this.#plan;
    const now = this.#nowAt(changed.host);
    const incident = broughtBack(changed, now);
    const fires = incident.phase === 'pending' && now >= incident.openedAt + policy.holdMs && lasted(incident, policy);
    const current: Incident = fires
      ? { ...incident, phase: 'firing', firedAt: incident.openedAt + policy.holdMs }
      : incident;
    this.#put(current);
    if (current.resolvedAt !== null) {
      if (now >= current.resolvedAt + policy.keepFiringMs) this.#resolve(current);
    } else if (this.#tells && current.phase === 'firing' && !current.planned) {
      this.#tell(current, now);
    }
  }

  #resolve(incident: Incident): void {
    const resolved: Incident = { ...incident, phase: 'resolved' };
    this.#put(resolved);
    this.#incidents = this.#incidents.without(incidentKey(incident.host, incident.subject));
    if (incident.toldAt !== null) this.#notify(resolved, 'resolved', 'resolved');
  }

  #tell(incident: Incident, now: Instant): void {
    if (incident.toldAt === null) {
      const told = { ...incident, toldAt: now };
      this.#put(told);
      this.#notify(told, 'firing', 'firing');
    } else if (now >= changesAt(incident, this.#plan.policy)) {
      const reminders = Math.floor((now - incident.toldAt) / this.#plan.policy.reminderMs!);
      const reminded = { ...incident, reminders };
      this.#put(reminded);
      this.#notify(reminded, 'reminder', `reminder-${reminders}`);
    }
  }

  #notify(incident: Incident, event: NotificationKind, name: string): void {
    for (const receiver of receiversFor(incident, this.#plan.routes)) {
      const dedupKey = `${incident.id}:${name}:${receiver}`;
      this.#notifications.push({ dedupKey, event, receiver, incident, createdAt: this.#nowAt(incident.host) });
    }
  }

  #put(incident: Incident): void {
    this.#incidents = this.#incidents.with(incidentKey(incident.host, incident.subject), incident);
    this.#changed.set(incident.id, incident);
  }
}

/** A pending incident whose trouble ended before its hold had passed never fires. */
function lasted(incident: Incident, policy: Policy): boolean {
  return incident.resolvedAt === null || incident.resolvedAt >= incident.openedAt + policy.holdMs;
}
