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

/** What HAProxy says of these steps, from a worker's start at `start` with all of `servers` up. */
export function toldOf(steps: readonly Step[], servers: readonly string[], start: number): Told[] {
  const states = new Map(servers.map((server): [string, State] => [server, 'up']));
  const active = () => [...states.values()].filter((state) => state === 'up').length;
  let at = start;
  return steps.flatMap(({ server, admin, wait }) => {
    at += wait;
    const [from, before] = [states.get(server)!, active()];
    const to = admin ? (from === 'maint' ? 'up' : 'maint') : from === 'up' ? 'down' : 'up';
    states.set(server, to);
    const told = [{ at, text: sentence(server, from, to, active()) }];
    if (before > 0 && active() === 0) told.push({ at, text: 'backend app has no server available!' });
    return told;
  });
}

/** Up to `maxLength` steps of up to three servers within seconds; some follow each other within a millisecond. */
export function histories(start: number, maxLength = 14): fc.Arbitrary<Told[]> {
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
      .map((steps) => toldOf(steps, names, start)),
  );
}
