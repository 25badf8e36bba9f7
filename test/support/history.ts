/**
 * Histories that one worker could live through, as HAProxy would tell them: servers of a backend that fall and rise by
 * checks, go into maintenance and come back, with the right counts, and the backend's own word when the last one is gone.
 */
import fc from 'fast-check';

/** One thing that happened, and what HAProxy says of it. */
export interface Told {
  /** ms since 1970 UTC. */
  at: number;
  text: string;
}

type State = 'up' | 'down' | 'maint';

const TAIL = {
  left: '0 sessions active, 0 requeued, 0 remaining in queue.',
  online: '0 sessions requeued, 0 total in queue.',
};

/** What each change says (src/server.c of 2.6); durations are 0 ms, so that equal changes are equal to the letter. */
function sentence(server: string, from: State, to: State, active: number): string {
  const counts = (word: 'left' | 'online') => `${active} active and 0 backup servers ${word}. ${TAIL[word]}`;
  if (to === 'down')
    return `Server app/${server} is DOWN, reason: Layer4 timeout, check duration: 0ms. ${counts('left')}`;
  if (to === 'maint') {
    if (from === 'down') return `Server app/${server} was DOWN and now enters maintenance.`;
    return `Server app/${server} is going DOWN for maintenance. ${counts('left')}`;
  }
  if (from === 'maint') return `Server app/${server} is UP/READY (leaving forced maintenance).`;
  return `Server app/${server} is UP, reason: Layer4 check passed, check duration: 0ms. ${counts('online')}`;
}

export interface Step {
  server: string;
  /** Maintenance instead of a fall; a server in it comes back by the next step. */
  admin: boolean;
  /** ms after the step before. */
  wait: number;
}

/** What happened, and what HAProxy says of it. Times in the facts are ms after the start. */
export interface History {
  told: Told[];
  /** `+5 a up>down`. */
  transitions: string[];
  /** `+5 to 9`, `+5 to ?` for one that is still open. */
  outages: string[];
}

/** These steps, from a worker's start at `start` with all of `servers` up. */
export function historyOf(steps: readonly Step[], servers: readonly string[], start: number): History {
  const states = new Map(servers.map((server): [string, State] => [server, 'up']));
  const active = () => [...states.values()].filter((state) => state === 'up').length;
  const history: History = { told: [], transitions: [], outages: [] };
  let at = start;
  let since: number | null = null;
  for (const { server, admin, wait } of steps) {
    at += wait;
    const from = states.get(server)!;
    const to = admin ? (from === 'maint' ? 'up' : 'maint') : from === 'up' ? 'down' : 'up';
    states.set(server, to);
    history.told.push({ at, text: sentence(server, from, to, active()) });
    history.transitions.push(`+${at - start} ${server} ${from}>${to}`);
    if (active() === 0 && since === null) {
      since = at;
      history.told.push({ at, text: 'backend app has no server available!' });
    } else if (active() > 0 && since !== null) {
      history.outages.push(`+${since - start} to ${at - start}`);
      since = null;
    }
  }
  if (since !== null) history.outages.push(`+${since - start} to ?`);
  return history;
}

/** Up to `maxLength` steps of up to three servers within seconds; some follow each other within a millisecond. */
export function histories(start: number, maxLength = 14): fc.Arbitrary<History> {
  const servers = fc.constantFrom(['a'], ['a', 'b'], ['a', 'b', 'c']);
  return servers.chain((names) =>
    fc
      .array(
        fc.record({
          server: fc.constantFrom(...names),
          admin: fc.integer({ min: 0, max: 3 }).map((throwOf) => throwOf === 0),
          wait: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 900 })),
        }),
        { minLength: 1, maxLength },
      )
      .map((steps) => historyOf(steps, names, start)),
  );
}
