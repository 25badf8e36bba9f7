/**
 * Facts on their way to a printer: the newest version of each, held back until no later line can change it, so that a log of any size is
 * printed in bounded memory.
 */
import type { Instant } from '../parsers/index.js';
import type { News } from './store/store.js';

/** A copy comes at most a minute after its event (`COPY_DELAY_MAX_MS` in parsers/heard.ts); two leave room for clocks that step back. */
export const SETTLED_AFTER_MS = 120_000;

export type Facts = Pick<News, 'transitions' | 'outages' | 'incidents' | 'notifications'>;

export class Settling {
  readonly #transitions = new Map<string, Facts['transitions'][number]>();
  readonly #outages = new Map<string, Facts['outages'][number]>();
  readonly #incidents = new Map<string, Facts['incidents'][number]>();
  #notifications: Facts['notifications'] = [];

  add(news: News): void {
    for (const transition of news.transitions) this.#transitions.set(transition.id, transition);
    for (const outage of news.outages) this.#outages.set(outage.id, outage);
    for (const incident of news.incidents) this.#incidents.set(incident.id, incident);
    this.#notifications.push(...news.notifications);
    for (const { id, copies } of news.copies) {
      const transition = this.#transitions.get(id);
      if (transition) this.#transitions.set(id, { ...transition, copies });
    }
  }

  /** The facts that cannot change any more at the log's time `now`; each is handed out once. */
  settled(now: Instant): Facts {
    const old = (at: Instant | null) => at !== null && now - at > SETTLED_AFTER_MS;
    return this.#take(
      ({ at }) => old(at),
      ({ end }) => old(end),
      ({ phase, resolvedAt }) => phase === 'resolved' && old(resolvedAt),
    );
  }

  /** Everything that is left: the log has been read to its end. */
  rest(): Facts {
    const all = () => true;
    return this.#take(all, all, all);
  }

  #take(
    transition: (fact: Facts['transitions'][number]) => boolean,
    outage: (fact: Facts['outages'][number]) => boolean,
    incident: (fact: Facts['incidents'][number]) => boolean,
  ): Facts {
    const notifications = this.#notifications;
    this.#notifications = [];
    return {
      transitions: takeFrom(this.#transitions, transition),
      outages: takeFrom(this.#outages, outage),
      incidents: takeFrom(this.#incidents, incident),
      notifications,
    };
  }
}

function takeFrom<T extends { id: string }>(facts: Map<string, T>, wanted: (fact: T) => boolean): T[] {
  const taken: T[] = [];
  for (const fact of facts.values()) {
    if (!wanted(fact)) continue;
    facts.delete(fact.id);
    taken.push(fact);
  }
  return taken;
}
