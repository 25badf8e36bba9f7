/** Which part of history was asked for. */
import { backendOf, type Incident, serverOf } from '../../alerts/index.js';
import { isGlob, matcherOf } from '../glob.js';
import type { Happening, History } from '../store/store.js';
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

/** Returns a test of whether something that happened passes. What is about no server, or about no backend, passes no glob for these. */
export function passer(filter: Filter): (happening: Happening) => boolean {
  const host = passes('--host', filter.host);
  const backend = passes('--backend', filter.backend);
  const server = passes('--server', filter.server);
  const states = new Set<string>(filter.state);
  const anyState = states.size === 0;
  const backends = filter.server.length === 0 && (anyState || states.has('no-server'));
  // `no-server` asks for outages; other incidents are asked for by their rules.
  const incidents = ({ rule }: Incident) => (rule === 'outage' ? backends : anyState || states.has(rule));
  const about = (incident: Incident) => {
    const [ofBackend, ofServer] = [backendOf(incident), serverOf(incident)];
    if (ofBackend === null ? filter.backend.length > 0 : !backend(ofBackend)) return false;
    return ofServer === null ? filter.server.length === 0 : server(ofServer);
  };
  return ({ kind, fact }) => {
    switch (kind) {
      case 'transition':
        return (anyState || states.has(fact.to)) && host(fact.host) && backend(fact.backend) && server(fact.server);
      case 'outage':
        return backends && host(fact.host) && backend(fact.backend);
      case 'incident':
        return incidents(fact) && host(fact.host) && about(fact);
    }
  };
}

/** The part of a history that passes. */
export function select(history: History, passes: (happening: Happening) => boolean): History {
  return {
    transitions: history.transitions.filter((fact) => passes({ kind: 'transition', at: fact.at, fact })),
    outages: history.outages.filter((fact) => passes({ kind: 'outage', at: fact.start, fact })),
    incidents: history.incidents.filter((fact) => passes({ kind: 'incident', at: fact.openedAt, fact })),
  };
}

function passes(option: string, globs: readonly string[]): (name: string) => boolean {
  const wrong = globs.find((glob) => !isGlob(glob));
  if (wrong !== undefined)
    throw new UserError(
      `${option} takes a glob such as k8s-*, with its brackets closed, not ${JSON.stringify(wrong)}.`,
    );
  return globs.length === 0 ? () => true : matcherOf(globs);
}
