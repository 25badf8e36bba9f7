/** One turn of the state machine: what an event or the time makes of the incidents, step by step. */
import type { HaproxyEvent, Instant, Shelf } from '../parsers/index.js';
import { type Agenda, changesAt, EMPTY_AGENDA, isUntold, noted, takeDue } from './agenda.js';
import type { OutageChange } from './board.js';
import { begun, broughtBack, type Incident, incidentKey, joined, left } from './incident.js';
import { type Notification, type NotificationKind, notificationsFor } from './notification.js';
import type { Policy } from './policy.js';
import type { Plan, Situation, Step } from './situation.js';
import type { Outage, Transition } from './state.js';

/** An agenda has so many entries more than its incidents before it is worth making it anew. */
const AGENDA_SLACK = 1_000;

/** The scratch paper of one step. It lives no longer than the step and nothing outside sees it. */
export class Turn {
  readonly #plan: Plan;
  readonly #nowAt: (host: string) => Instant;
  readonly #tells: boolean;
  readonly #before: Shelf<Incident>;
  #incidents: Shelf<Incident>;
  #agendas: Shelf<Agenda>;
  readonly #changed = new Map<string, Incident>();
  readonly #notifications: Notification[] = [];

  constructor({ incidents, agendas }: Situation, plan: Plan, nowAt: (host: string) => Instant, tells: boolean) {
    this.#plan = plan;
    this.#nowAt = nowAt;
    this.#tells = tells;
    this.#incidents = incidents;
    this.#before = incidents;
    this.#agendas = agendas;
  }

  /** An outage opened, ended, or is no planned work any more. */
  follow({ outage, fall, died = false }: OutageChange): void {
    const incident = this.#incidents.get(incidentKey({ host: outage.host, rule: 'outage', subject: outage.backend }));
    if (outage.end !== null) {
      // It may have begun while the host's clock was ahead, and cannot end later than now.
      const end = Math.min(outage.end, this.#nowAt(outage.host));
      if (incident) this.#advance(left(incident, { ...outage, end }, died));
    } else if (incident?.planned && incident.resolvedAt !== null && !outage.planned) {
      this.#resolve(incident); // the work was over; this is trouble of its own
      this.#advance(begun(outage, fall));
    } else {
      this.#advance(incident ? joined(incident, outage, fall) : begun(outage, fall));
    }
  }

  /** A new worker serves where others died: until it says otherwise, all is well again. */
  takeOver({ host, at }: HaproxyEvent): void {
    const isDead = ({ workers, resolvedAt }: Incident) => workers.length === 0 && resolvedAt === null;
    for (const incident of inOrder(this.#open((one) => one.host === host && isDead(one)))) {
      this.#advance({ ...incident, resolvedAt: Math.max(at, incident.openedAt), endEvidence: 'assumed' });
    }
  }

  /** Hosts that are gone for good: whatever was still open there is over, as far as can be known. */
  vanish(hosts: ReadonlySet<string>): void {
    for (const host of hosts) this.#agendas = this.#agendas.without(host);
    const open = hosts.size === 0 ? [] : this.#open(({ host, resolvedAt }) => hosts.has(host) && resolvedAt === null);
    for (const incident of inOrder(open)) {
      const resolvedAt = Math.max(this.#nowAt(incident.host), incident.openedAt);
      this.#advance({ ...incident, workers: [], resolvedAt, endEvidence: 'assumed' });
    }
  }

  /** The clock of a host was set back: what it has stamped that is still to come counts as now. */
  setBack(host: string): void {
    for (const one of this.#open((each) => each.host === host)) {
      const back = broughtBack(one, this.#nowAt(host));
      if (back !== one) this.#put(back);
    }
    this.#agendas = this.#agendas.without(host);
  }

  /** What is due by now at one host. */
  passTime(host: string): void {
    const agenda = this.#agendas.get(host);
    if (!agenda || (this.#tells && !agenda.allTold)) {
      this.#passTimeOf(this.#open((one) => one.host === host));
      const all = this.#open((one) => one.host === host);
      const anew = all.reduce((known, one) => noted(known, one, this.#plan.policy), EMPTY_AGENDA);
      this.#agendas = this.#agendas.with(host, anew);
      return;
    }
    const { keys, rest } = takeDue(agenda, this.#nowAt(host));
    if (keys.size === 0) return;
    const due = [...keys].map((key) => this.#incidents.get(key)).filter((one) => one !== undefined);
    const allTold = rest.allTold && (this.#tells || !due.some((one) => this.#isReminderDue(one)));
    this.#agendas = this.#agendas.with(host, { ...rest, allTold });
    this.#passTimeOf(due);
  }

  passTimeEverywhere(): void {
    this.#passTimeOf(this.#open(() => true));
  }

  end(rest: Pick<Situation, 'board' | 'clocks'>, transition: Transition | null, outages: Outage[]): Step {
    return {
      situation: { board: rest.board, clocks: rest.clocks, incidents: this.#incidents, agendas: this.#agendasNow() },
      transition,
      outages,
      incidents: [...this.#changed.values()],
      notifications: this.#notifications,
    };
  }

  /** What has changed is put on the agenda again; one that is mostly out of date is made anew at the next look. */
  #agendasNow(): Shelf<Agenda> {
    const { policy } = this.#plan;
    let agendas = this.#agendas;
    for (const incident of this.#changed.values()) {
      const agenda = agendas.get(incident.host);
      if (!agenda || incident.phase === 'resolved') continue;
      const before = this.#before.get(incidentKey(incident));
      const isNew = before?.id !== incident.id || isUntold(before) !== isUntold(incident);
      if (!isNew && changesAt(before, policy) === changesAt(incident, policy)) continue;
      const isOld = agenda.size > 4 * this.#incidents.size + AGENDA_SLACK;
      agendas = isOld ? agendas.without(incident.host) : agendas.with(incident.host, noted(agenda, incident, policy));
    }
    return agendas;
  }

  #open(wanted: (incident: Incident) => boolean): Incident[] {
    const found: Incident[] = [];
    for (const [, incident] of this.#incidents) if (wanted(incident)) found.push(incident);
    return found;
  }

  /** The oldest first, so that what happened first is told first. */
  #passTimeOf(incidents: Incident[]): void {
    for (const incident of inOrder(incidents.filter((one) => this.#isDue(one)))) this.#advance(incident);
  }

  /** Time has something to change, or there is something untold that may be told now. */
  #isDue(incident: Incident): boolean {
    if (isUntold(incident) || this.#isReminderDue(incident)) return this.#tells;
    return this.#nowAt(incident.host) >= changesAt(incident, this.#plan.policy);
  }

  #isReminderDue(incident: Incident): boolean {
    const { phase, resolvedAt } = incident;
    if (phase !== 'firing' || resolvedAt !== null) return false;
    return this.#nowAt(incident.host) >= changesAt(incident, this.#plan.policy);
  }

  /** The incident as it is by now, and what is to be told of it. */
  #advance(incident: Incident): void {
    const { policy } = this.#plan;
    const now = this.#nowAt(incident.host);
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
    this.#incidents = this.#incidents.without(incidentKey(incident));
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
    const { routes } = this.#plan;
    this.#notifications.push(...notificationsFor(incident, event, name, routes, this.#nowAt(incident.host)));
  }

  #put(incident: Incident): void {
    this.#incidents = this.#incidents.with(incidentKey(incident), incident);
    this.#changed.set(incident.id, incident);
  }
}

function inOrder(incidents: Incident[]): Incident[] {
  return incidents.sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
}

/** A pending incident whose trouble ended before its hold had passed never fires. */
function lasted(incident: Incident, policy: Policy): boolean {
  return incident.resolvedAt === null || incident.resolvedAt >= incident.openedAt + policy.holdMs;
}
