/** How a replay is told: to people, or to programs. */
import type { Instant } from '../../parsers/index.js';
import { printable, printableJson } from '../printable.js';
import { type Facts, Settling } from '../settling.js';
import type { News } from '../store/store.js';
import { incidentJson, notificationJson, outageJson, transitionJson } from './json-rows.js';
import { ReplayText } from './replay-text.js';

/** Takes what each batch brought, and gives lines as soon as nothing can change them. */
interface Teller {
  add(news: News): void;
  settled(now: Instant): string[];
  rest(): string[];
}

export function textTeller(): Teller {
  const text = new ReplayText();
  return {
    add: (news) => text.add(news),
    settled: (now) => text.settled(now).map(printable),
    rest: () => text.rest().map(printable),
  };
}

export function jsonTeller(): Teller {
  const settling = new Settling();
  return {
    add: (news) => settling.add(news),
    settled: (now) => jsonLines(settling.settled(now)),
    rest: () => jsonLines(settling.rest()),
  };
}

function jsonLines({ transitions, outages, incidents, notifications }: Facts): string[] {
  const rows = [
    ...transitions.map(transitionJson),
    ...outages.map(outageJson),
    ...incidents.map(incidentJson),
    ...notifications.map(notificationJson),
  ];
  return rows.map(printableJson);
}
