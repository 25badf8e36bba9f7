/** Who is to be told of an incident, and what: its beginning, reminders, that somebody has taken it on, its end. */
import type { Instant } from '../parsers/index.js';
import { remindsAt } from './due.js';
import type { Incident } from './incident.js';
import type { Ledger } from './ledger.js';
import { type Notification, type NotificationKind, notificationsFor } from './notification.js';
import type { Plan } from './plan.js';
import { reminderMs } from './policy.js';
import { quietUntil } from './quiet.js';
import { escalationsOf, receiversFor } from './route.js';

/** When a step is taken. */
export interface Moment {
  /** By the clock of each host. */
  nowAt: (host: string) => Instant;
  /** By ours. */
  now: Instant;
  /** Whether anybody may be told: not while what is read was written before haplog looked. */
  tells: boolean;
}

/** Writes down what is to be told, and in the incidents that it is. */
export class Herald {
  readonly notifications: Notification[] = [];
  readonly #ledger: Ledger;
  readonly #plan: Plan;
  readonly #moment: Moment;

  constructor(ledger: Ledger, plan: Plan, moment: Moment) {
    this.#ledger = ledger;
    this.#plan = plan;
    this.#moment = moment;
  }

  /** What is due of an incident that fires. */
  tell(incident: Incident): void {
    const { now, nowAt } = this.#moment;
    const there = nowAt(incident.host);
    const known = this.#acknowledge(incident);
    const quiet = quietUntil(known, this.#plan, this.#ledger.incidents, now);
    const until = quiet === null ? null : there + (quiet - now);
    const current = until === known.quietUntil ? known : { ...known, quietUntil: until };
    if (current !== known) this.#ledger.put(current);
    if (quiet !== null) return;
    if (current.toldAt === null) {
      this.#write({ ...current, toldAt: there }, 'firing', 'firing', this.#routed(current));
      return;
    }
    const reminded = there >= remindsAt(current, this.#plan) ? this.#remind(current, current.toldAt) : current;
    for (const { at, receivers } of escalationsOf(reminded, this.#plan.routes)) {
      // Nobody has taken it on: others hear of it, as of something that begins.
      if (there >= at) this.#write(this.#ledger.get(reminded) ?? reminded, 'firing', 'firing', receivers);
    }
  }

  /** Of what is over already beginning and end are told together; a receiver for people gets one message (letters.ts). */
  tellWhole(incident: Incident): void {
    const receivers = this.#routed(incident);
    for (const event of ['firing', 'resolved'] as const) this.#write(incident, event, event, receivers, false);
  }

  /** Whoever was told of it is told of its end. */
  tellEnd(incident: Incident): void {
    if (incident.toldAt === null) return;
    const receivers = [...this.#routed(incident), ...this.#stillKnown(incident.receivers)];
    this.#write(incident, 'resolved', 'resolved', receivers);
  }

  #remind(incident: Incident, toldAt: Instant): Incident {
    const { policy, routes } = this.#plan;
    const due = Math.floor((this.#moment.nowAt(incident.host) - toldAt) / reminderMs(policy, incident.rule)!);
    const reminders = Math.min(due, policy.mostReminders ?? due);
    const later = routes.flatMap(({ escalation }) => escalation?.receivers ?? []);
    const escalatedTo = incident.receivers.filter((name) => later.includes(name));
    const receivers = [...this.#routed(incident), ...escalatedTo];
    return this.#write({ ...incident, reminders }, 'reminder', `reminder-${reminders}`, receivers);
  }

  /** Somebody has taken it on: whoever was told of it hears that too. */
  #acknowledge(incident: Incident): Incident {
    const ack = this.#plan.acknowledgements.get(incident.id);
    if (incident.ack !== null || ack === undefined) return incident;
    const taken: Incident = { ...incident, ack };
    const receivers = incident.toldAt === null ? [] : this.#stillKnown(incident.receivers);
    return this.#write(taken, 'acknowledged', 'acknowledged', receivers);
  }

  #routed(incident: Incident): string[] {
    return receiversFor(incident, this.#plan.routes, this.#moment.now);
  }

  /** Those of the receivers that the configuration still names. */
  #stillKnown(receivers: readonly string[]): string[] {
    const { routes } = this.#plan;
    const named = new Set(
      routes.flatMap(({ receivers: own, escalation }) => [...own, ...(escalation?.receivers ?? [])]),
    );
    return receivers.filter((name) => named.has(name));
  }

  /** @param name the event in the dedup key; a reminder's with its number */
  #write(
    incident: Incident,
    event: NotificationKind,
    name: string,
    receivers: readonly string[],
    isOpen = event !== 'resolved',
  ): Incident {
    const each = [...new Set(receivers)];
    const told = { ...incident, receivers: [...new Set([...incident.receivers, ...each])] };
    if (isOpen) this.#ledger.put(told);
    this.notifications.push(...notificationsFor(told, event, name, each, this.#moment.nowAt(told.host)));
    return told;
  }
}
