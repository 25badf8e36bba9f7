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
  settled(now: Instant): Iterable<string>;
  rest(): Iterable<string>;
}

export function textTeller(): Teller {
  const text = new ReplayText();
  return {
    add: (news) => text.add(news),
    settled: (now) => safe(text.settled(now)),
    rest: () => safe(text.rest()),
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

function* safe(lines: Iterable<string>): Iterable<string> {
  for (const line of lines) yield printable(line);
}

function* jsonLines({ transitions, outages, incidents, notifications }: Facts): Iterable<string> {
  for (const fact of transitions) yield printableJson(transitionJson(fact));
  for (const fact of outages) yield printableJson(outageJson(fact));
  for (const fact of incidents) yield printableJson(incidentJson(fact));
  for (const fact of notifications) yield printableJson(notificationJson(fact));
}
