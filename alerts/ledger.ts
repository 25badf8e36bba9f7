/** The incidents that are not over, while one step writes to them; and what falls due next at each host. */
import type { Instant, Shelf } from '../parsers/index.js';
import { type Agenda, EMPTY_AGENDA, noted, takeDue } from './agenda.js';
import { changesAt, isUntold } from './due.js';
import { broughtBack, type Ending, type Incident, incidentKey, isEndedBy } from './incident.js';
import type { Plan } from './plan.js';
import { RULES } from './rules.js';
import type { Situation } from './situation.js';

/** How many entries an agenda may have, beyond four for each open incident, before it is worth making anew. */
const AGENDA_SLACK = 1_000;

/** Scratch paper: it lives no longer than the step, and nothing outside sees it. */
export class Ledger {
  readonly #plan: Plan;
  readonly #before: Shelf<Incident>;
  #incidents: Shelf<Incident>;
  #agendas: Shelf<Agenda>;
  readonly #changed = new Map<string, Incident>();

  constructor({ incidents, agendas }: Pick<Situation, 'incidents' | 'agendas'>, plan: Plan) {
    this.#plan = plan;
    this.#before = incidents;
    this.#incidents = incidents;
    this.#agendas = agendas;
  }

  get incidents(): Shelf<Incident> {
    return this.#incidents;
  }

  /** Incidents that began or changed, as they are now. */
  get changed(): Incident[] {
    return [...this.#changed.values()];
  }

  get(about: Pick<Incident, 'host' | 'rule' | 'subject'>): Incident | undefined {
    return this.#incidents.get(incidentKey(about));
  }

  /** Those under one key: the one that is not over, and those that are since this step. */
  all({ host, rule, subject }: Pick<Incident, 'host' | 'rule' | 'subject'>): Incident[] {
    const open = this.get({ host, rule, subject });
    const found = open === undefined ? [] : [open];
    for (const one of this.#changed.values())
      if (one.subject === subject && one.rule === rule && one.host === host && one.id !== open?.id) found.push(one);
    return found;
  }

  put(incident: Incident): void {
    this.#incidents = this.#incidents.with(incidentKey(incident), incident);
    this.#changed.set(incident.id, incident);
  }

  /** Puts an incident for the last time: it is over. */
  close(incident: Incident): void {
    this.put(incident);
    this.#incidents = this.#incidents.without(incidentKey(incident));
  }

  /** Notes that more is known of an incident than when it was closed. Another one under its key may be open by now. */
  amend(incident: Incident): void {
    this.#changed.set(incident.id, incident);
  }

  /** The incidents that are wanted, the oldest first, so that what happened first is told first. */
  open(wanted: (incident: Incident) => boolean): Incident[] {
    const found: Incident[] = [];
    for (const [, incident] of this.#incidents) if (wanted(incident)) found.push(incident);
    return inOrder(found);
  }

  /** The incidents of a host that have ended so, the oldest first. A reload stops thousands of backends: where it can be helped, not all are looked at for each. */
  endedBy(host: string, ending: Ending): Incident[] {
    const { backend, servers } = ending;
    const isEnded = (one: Incident) => one.host === host && isEndedBy(one, ending);
    // Of servers whose checks fail, but that are up, nobody keeps the names.
    if (backend === null || servers === null || this.#plan.policy.rules.checks_failing.on) return this.open(isEnded);
    const subjects = [backend, ...servers.map((server) => `${backend}/${server}`)];
    const all = subjects.flatMap((subject) => RULES.map((rule) => this.get({ host, rule, subject })));
    return inOrder(all.filter((one) => one !== undefined).filter(isEnded));
  }

  /** The clock of a host was set back: instants that it has stamped and that are still to come count as now, which is `ours` by our own clock. */
  setBack(host: string, now: Instant, ours: Instant): void {
    for (const one of this.open((each) => each.host === host)) {
      const back = broughtBack(one, now, ours);
      if (back !== one) this.put(back);
    }
    this.forgetDue(host);
  }

  /** Drops the agenda of a host: what is to come there is looked up anew. */
  forgetDue(host: string): void {
    this.#agendas = this.#agendas.without(host);
  }

  /** Whether nothing may be due at a host by now; mostly so. */
  isIdle(host: string, now: Instant, tells: boolean): boolean {
    const agenda = this.#agendas.get(host);
    return agenda !== undefined && !(tells && !agenda.allTold) && (agenda.first === null || agenda.first.at > now);
  }

  /**
   * The incidents of a host that may be due by now, each once; it is not idle.
   * @param tells whether anybody may be told
   * @param mayBeTold whether there is something to tell of an incident: what may not be told now is not forgotten
   */
  due(host: string, now: Instant, tells: boolean, mayBeTold: (incident: Incident) => boolean): Incident[] {
    const agenda = this.#agendas.get(host);
    if (!agenda || (tells && !agenda.allTold)) return this.open((one) => one.host === host);
    const { keys, rest } = takeDue(agenda, now);
    const due = [...keys].map((key) => this.#incidents.get(key)).filter((one) => one !== undefined);
    const allTold = rest.allTold && (tells || !due.some(mayBeTold));
    this.#agendas = this.#agendas.with(host, { ...rest, allTold });
    return inOrder(due);
  }

  /** Makes a host's agenda anew if there is none, or if it still holds what could not be told before and can be now. */
  refresh(host: string, tells: boolean): void {
    const agenda = this.#agendas.get(host);
    if (agenda && !(tells && !agenda.allTold)) return;
    const all = this.open((one) => one.host === host);
    const anew = all.reduce((known, one) => noted(known, one, this.#plan), EMPTY_AGENDA);
    this.#agendas = this.#agendas.with(host, anew);
  }

  /** The agendas with what has changed. One that is mostly out of date is dropped, and made anew at the next look. */
  agendas(): Shelf<Agenda> {
    let agendas = this.#agendas;
    for (const incident of this.#changed.values()) {
      const agenda = agendas.get(incident.host);
      if (!agenda || incident.phase === 'resolved') continue;
      const before = this.#before.get(incidentKey(incident));
      const isNew = before?.id !== incident.id || isUntold(before) !== isUntold(incident);
      if (!isNew && changesAt(before, this.#plan) === changesAt(incident, this.#plan)) continue;
      const isOld = agenda.size > 4 * this.#incidents.size + AGENDA_SLACK;
      const { host } = incident;
      agendas = isOld ? agendas.without(host) : agendas.with(host, noted(agenda, incident, this.#plan));
    }
    return agendas;
  }
}

/** The oldest first. */
export function inOrder(incidents: Incident[]): Incident[] {
  return incidents.sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
}
