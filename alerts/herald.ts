/** Who is to be told of an incident, and what: its beginning, reminders, that somebody has taken it on, its end. */
import type { Instant } from '../parsers/index.js';
import { repeatsAt } from './due.js';
import type { Incident } from './incident.js';
import type { Ledger } from './ledger.js';
import { type Notification, type NotificationKind, notificationsFor } from './notification.js';
import { isToOffer } from './offer.js';
import type { Plan } from './plan.js';
import { quietUntil } from './quiet.js';
import { escalationsOf, firstTold, NEVER, nextOpening, receiversFor, remindedOf } from './route.js';

/** When a step is taken. */
export interface Moment {
  /** By the clock of each host. */
  nowAt: (host: string) => Instant;
  /** By ours. */
  now: Instant;
  /** Whether anybody may be told: not while lines are read that were written before haplog looked. */
  tells: boolean;
  /** Whether what is read was before haplog's time (`Incident.past`). */
  past: boolean;
}

/** Writes down what is to be told, and notes in the incidents that it is. */
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

  /** Tells what is due about an incident that fires. Of a rule that is off nothing: the incident ends when all is read (turn.ts). */
  tell(incident: Incident): void {
    if (!this.#plan.policy.rules[incident.rule].on) return;
    const { now, nowAt } = this.#moment;
    const there = nowAt(incident.host);
    const known = this.#acknowledge(incident);
    const quiet = quietUntil(known, this.#plan, this.#ledger.incidents, now);
    // Once noted, it is looked at again only when it has passed: every new look would have to be written down. Unless it ends sooner by now: a
    // silence was ended, or hours are no longer in the configuration.
    const noted = known.quietUntil !== null && known.quietUntil > there ? known.quietUntil : NEVER;
    const until = quiet === null ? this.closedUntil(known) : Math.min(noted, there + (quiet - now));
    const current = until === known.quietUntil ? known : { ...known, quietUntil: until };
    if (current !== known) this.#ledger.put(current);
    if (until !== null) return;
    if (current.toldAt === null) {
      // Whoever has taken it on knows of it.
      if (current.ack !== null) return;
      this.#lookAhead(this.#write({ ...current, toldAt: there }, 'firing', 'firing', this.#routed(current)));
      return;
    }
    const handed = isToOffer(current) ? this.#offer(current) : this.#handOver(current);
    let told = there >= repeatsAt(handed, this.#plan) ? this.#remind(handed) : handed;
    // Nobody has taken it on: others hear of it, as of something that begins.
    const late = escalationsOf(told, this.#plan.routes).filter(({ at }) => now >= at);
    if (late.length > 0) {
      const receivers = late.flatMap((each) => each.receivers);
      told = this.#write(told, 'firing', 'firing', receivers);
    }
    if (told !== current || there >= (told.othersAt ?? NEVER)) this.#lookAhead(told);
  }

  /** Tells the beginning and the end of an incident that is over already. Both go as one message (threads.ts). */
  tellWhole(incident: Incident): void {
    const receivers = this.#routed(incident);
    if (receivers.length === 0) return;
    const told = { ...incident, toldAt: this.#moment.nowAt(incident.host), receivers };
    this.#ledger.amend(told);
    for (const event of ['firing', 'resolved'] as const) this.#write(told, event, event, receivers, false);
  }

  /** Tells the end of an incident to every receiver that was told of it. */
  tellEnd(incident: Incident): void {
    if (incident.toldAt === null) return;
    // A receiver that is always told may have been told in the place of one that is gone; the store knows.
    const { now } = this.#moment;
    const always = receiversFor(
      incident,
      this.#plan.routes.filter(({ during }) => during === null),
      now,
    );
    this.#write(incident, 'resolved', 'resolved', [...always, ...incident.receivers]);
  }

  /** Until when nobody may be told of its beginning, because all receivers that would be are told at other hours; null if somebody may be, or nobody ever. */
  closedUntil(incident: Incident): Instant | null {
    return incident.toldAt !== null || this.#routed(incident).length > 0
      ? null
      : this.#there(incident, this.#opening(incident));
  }

  /** Notes when further receivers are to be told. Hours that have begun and could not be used are not looked at again. */
  #lookAhead(incident: Incident): void {
    const opens = this.#opening(incident, (receivers) => receivers.some((name) => !incident.receivers.includes(name)));
    const escalates = escalationsOf(incident, this.#plan.routes)[0]?.at ?? NEVER;
    const othersAt = this.#there(incident, Math.min(opens, escalates));
    if (othersAt !== (incident.othersAt ?? null)) this.#ledger.put({ ...incident, othersAt });
  }

  /** When hours of the incident's receivers next begin, by our clock; Infinity if there are none. */
  #opening(incident: Incident, isWanted: (receivers: readonly string[]) => boolean = () => true): Instant {
    return nextOpening(incident, this.#plan.routes, this.#moment.now, isWanted);
  }

  /** An instant of our clock, by the clock of the incident's host; null for one that never comes. */
  #there({ host }: Incident, at: Instant): Instant | null {
    return at === NEVER ? null : this.#moment.nowAt(host) + (at - this.#moment.now);
  }

  /** Told before, it is told as of something that begins; the store knows which receivers were told, or have it waiting, and passes those over. */
  #offer({ offersAgain, remindsFrom, ...incident }: Incident): Incident {
    return this.#write(incident, 'firing', 'firing', this.#routed(incident));
  }

  /** The hours of further receivers have begun: they are told now, as of something that begins. */
  #handOver(incident: Incident): Incident {
    if (incident.ack !== null) return incident;
    const others = this.#routed(incident).filter((name) => !incident.receivers.includes(name));
    return others.length === 0 ? incident : this.#write(incident, 'firing', 'firing', others);
  }

  #remind(incident: Incident): Incident {
    const { now, nowAt } = this.#moment;
    const receivers = remindedOf(incident, this.#plan.routes, now);
    const remindedAt = nowAt(incident.host);
    if (receivers.length === 0) {
      // It is put off until somebody's hour it is. Where no hour ever is, only the time passes.
      const remindsFrom = this.#there(incident, this.#opening(incident));
      const idle = remindsFrom === null ? { ...incident, remindedAt, cameBackAt: null } : { ...incident, remindsFrom };
      this.#ledger.put(idle);
      return idle;
    }
    const reminders = incident.reminders + 1;
    return this.#write(
      { ...incident, reminders, remindedAt, remindsFrom: null, cameBackAt: null },
      'reminder',
      `reminder-${reminders}`,
      receivers,
    );
  }

  /** If somebody has taken it on, every receiver that was told of it hears that too. */
  #acknowledge(incident: Incident): Incident {
    const ack = this.#plan.acknowledgements.get(incident.id);
    if (incident.ack !== null || ack === undefined) return incident;
    const taken: Incident = { ...incident, ack };
    return this.#write(taken, 'acknowledged', 'acknowledged', incident.receivers);
  }

  #routed(incident: Incident): string[] {
    return receiversFor(incident, this.#plan.routes, this.#moment.now);
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
    const fresh = each.filter((receiver) => !incident.receivers.includes(receiver));
    const told = {
      ...incident,
      receivers: [...incident.receivers, ...fresh],
      firstTold: [...firstTold(incident), ...fresh.map((receiver) => ({ receiver, at: this.#moment.now }))],
    };
    if (isOpen) this.#ledger.put(told);
    for (const one of notificationsFor(told, event, name, each, this.#moment.nowAt(told.host)))
      this.notifications.push(this.#plan.receivers.has(one.receiver) ? one : { ...one, gone: true });
    return told;
  }
}
