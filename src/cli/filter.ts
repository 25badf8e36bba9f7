/** Which part of history was asked for. */
import picomatch from 'picomatch';
import type { History } from '../store/store.js';
import { UserError } from '../user-error.js';
import { STATES, type StateWord } from './accepted.js';

/** Globs over whole names; an empty list lets everything pass. */
export interface Filter {
  host: readonly string[];
  backend: readonly string[];
  server: readonly string[];
  state: readonly StateWord[];
}

/** Takes `down,maint` and returns its words; a wrong one is a `UserError`. */
export function parseStates(text: string): StateWord[] {
  return text.split(',').map((part) => {
    const word = STATES.find((state) => state === part.trim());
    if (word === undefined)
      throw new UserError(
        `Unknown state ${JSON.stringify(part)}: expected ${STATES.slice(0, -1).join(', ')} or ${STATES.at(-1)}.`,
      );
    return word;
  });
}

/** Takes a history and returns what of it passes. Outages and incidents are about no server: none passes a `server` glob. */
export function select(history: History, filter: Filter): History {
  const host = passes(filter.host);
  const backend = passes(filter.backend);
  const server = passes(filter.server);
  const states = new Set<string>(filter.state);
  const anyState = states.size === 0;
  const backends = filter.server.length === 0 && (anyState || states.has('no-server'));
  return {
    transitions: history.transitions.filter(
      (t) => (anyState || states.has(t.to)) && host(t.host) && backend(t.backend) && server(t.server),
    ),
    outages: history.outages.filter((outage) => backends && host(outage.host) && backend(outage.backend)),
    incidents: history.incidents.filter((incident) => backends && host(incident.host) && backend(incident.subject)),
  };
}

function passes(globs: readonly string[]): (name: string) => boolean {
  return globs.length === 0 ? () => true : picomatch([...globs], { dot: true });
}
