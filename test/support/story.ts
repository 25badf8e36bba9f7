/**
 * Stories on a simulated clock. A script is what the log says and when time passes; a story asserts what is told.
 *
 *   '0:05 down a 1'       server a of backend app falls, 1 usable server left     (also: up, maint, unresolved, drain, ready, undrain)
 *   '0:05 drain a 0 left' server a is drained, which is down already
 *   '0:05 took a 0'       server a is down as a file has it, from before a reload
 *   '0:05 exhausted'      backend app has no server available
 *   '0:05 @2 down a 0'    worker 2 says so (worker 1 where nothing is said)
 *   '0:05 other x 1'      a server of backend other falls
 *   '0:05 down web/a 1'   server a of backend web falls
 *   '0:05 down a 0+1'     no active server is left, and one backup server
 *   '0:05 follow a 0 web/b'  server a falls, which tracks web/b
 *   '0:05 stopping a 0 web/b'  server a is stopping, which tracks web/b (also: up, down)
 *   '0:05 backup ready k'  server k, a backup server, leaves maintenance (also before every other word about a server)
 *   '0:05 check a failed 2/3'  a check failed, and two more may fail until the server falls (also: succeeded 3/3; `down` or `drain` behind it, of one that is)
 *   '0:05 refused haproxy.cfg:41'  the configuration has a mistake there; without a place: it has mistakes
 *   '0:05 reload failed'  the master could not load its new configuration (also: succeeded; anew: it succeeded, and was the first)
 *   '0:05 @1 forked'      the master says that the worker began
 *   '0:05 @1/7 begun'     the same, of a master that has begun itself
 *   '0:05 @1/7 forked'    it is master 7 that says so (a master without a number where nothing is said)
 *   '0:05 @1 failed'      the master says that the worker could not load its configuration
 *   '0:05 @1 stopped'     the worker's proxy app stopped, or the one that is named behind it
 *   '0:05 @1 left 143'    the master says that the worker exited; `former` for one that was replaced
 *   '0:05 lb2! down a 1'  the load balancer lb2 says so (lb where nothing is said)
 *   '0:05=1:05 down a 1'  read at 0:05, and stamped 1:05 by the clock of the load balancer
 *   '0:30 tick'           every log is read to its end and it is 0:30
 */
import {
  type Incident,
  type Input,
  NOTHING_KNOWN,
  type Outage,
  type Policy,
  type Situation,
  step,
  type Transition,
} from '../../alerts/index.js';
import type { Cause, EventId, HaproxyEvent, ServerRef } from '../../parsers/index.js';
import { OUTAGES_ALONE, planWith } from './plan.js';

export interface Telling {
  /** `0:30 firing (since 0:00)`, in the order of telling. */
  says: string[];
  transitions: Transition[];
  /** The last version of each. */
  outages: Outage[];
  incidents: Incident[];
  /** What is known in the end. */
  situation: Situation;
}

/** Folds `step` over the script. `live: false` plays it as history that is caught up with. */
export function play(script: string[], policy: Partial<Policy> = {}, live = true): Telling {
  const plan = planWith({ rules: OUTAGES_ALONE, ...policy });
  const said = new Set<string>();
  const says: string[] = [];
  const transitions: Transition[] = [];
  const outages = new Map<string, Outage>();
  const incidents = new Map<string, Incident>();
  let situation: Situation = NOTHING_KNOWN;
  script.forEach((line, index) => {
    const next = step(situation, inputOf(line, index, live), plan);
    situation = next.situation;
    if (next.transition) transitions.push(next.transition);
    for (const outage of next.outages) outages.set(outage.id, outage);
    for (const incident of next.incidents) incidents.set(incident.id, incident);
    for (const { dedupKey, event, incident, createdAt } of next.notifications) {
      if (said.has(dedupKey)) throw new Error(`said twice: ${dedupKey}`);
      said.add(dedupKey);
      says.push(`${clock(createdAt)} ${event} (since ${clock(incident.openedAt)})`);
    }
  });
  return { says, transitions, outages: [...outages.values()], incidents: [...incidents.values()], situation };
}

export function inputOf(line: string, index: number, live: boolean): Input {
  const [time, ...words] = line.split(' ') as [string, ...string[]];
  const [heardAt, at = heardAt] = time.split('=').map(instant) as [number, number?];
  if (words[0] === 'tick') return { kind: 'tick', at };
  const host = words[0]?.endsWith('!') ? words.shift()!.slice(0, -1) : 'lb';
  const [pid, master] = words[0]?.startsWith('@') ? words.shift()!.slice(1).split('/').map(Number) : [1];
  const id = `story:${index}` as EventId;
  const event: HaproxyEvent = { id, at, utcOffsetMin: 0, host, pid: pid!, says: sentenceOf(words, pid!) };
  if (master !== undefined) event.master = master;
  if (words[0] === 'begun' || words[1] === 'anew') event.anew = true;
  return { kind: 'event', event, copies: 1, live, heardAt };
}

const BY_CHECK: Cause = {
  class: 'layer4',
  reason: 'Layer4 timeout',
  code: null,
  info: null,
  durationMs: 1,
  via: null,
};
const BY_COMMAND: Cause = { ...BY_CHECK, class: 'admin', reason: null, durationMs: null };

function sentenceOf([verb, ...rest]: string[], pid: number): HaproxyEvent['says'] {
  if (verb === 'backup') {
    const says = sentenceOf(rest, pid);
    return says.kind === 'server' ? { ...says, backup: true } : says;
  }
  if (verb === 'reload') {
    return rest[0] === 'failed' ? { kind: 'reload.failed', reason: 'Loading failure!' } : { kind: 'reload.succeeded' };
  }
  if (verb === 'refused') {
    const place = rest[0] ?? null;
    return { kind: 'configuration.refused', place, reason: place === null ? 'Fatal errors' : `parsing [${place}]` };
  }
  if (verb === 'check') return checkOf(rest);
  if (verb === 'exhausted') return { kind: 'backend.exhausted', backend: 'app' };
  if (verb === 'forked' || verb === 'begun') return { kind: 'worker.started', pid };
  if (verb === 'failed') return { kind: 'worker.failed', pid, code: 1 };
  if (verb === 'stopped') return { kind: 'proxy.stopped', proxy: rest[0] ?? 'app' };
  if (verb === 'left' || verb === 'former') {
    return { kind: 'worker.ended', pid, code: Number(rest[0]), former: verb === 'former' };
  }
  const [name = '', left, root] = rest;
  const [active = 0, backup = 0] = (left ?? '').split('+').map(Number);
  const counts = left === undefined ? null : { active, backup };
  const server = serverOf(verb === 'other' ? `other/${name}` : name);
  const base = { kind: 'server', server, backup: false, counts, sessions: null } as const;
  switch (verb) {
    case 'other':
      return { ...base, change: { to: 'down' }, cause: BY_CHECK };
    case 'took':
      return { ...base, change: { to: 'down' }, cause: { ...BY_CHECK, class: 'state_file' } };
    case 'follow':
      return { ...base, change: { to: 'down' }, cause: tracking(root!) };
    case 'up':
    case 'down':
    case 'stopping':
      return { ...base, change: { to: verb }, cause: root === undefined ? BY_CHECK : tracking(root) };
    case 'unresolved':
      return { ...base, change: { to: 'maint' }, cause: { ...BY_COMMAND, class: 'dns' } };
    case 'resolved':
      return { ...base, change: { to: 'up' }, cause: { ...BY_COMMAND, class: 'dns' } };
    case 'maint':
      return { ...base, change: { to: verb }, cause: BY_COMMAND };
    case 'drain': {
      const sessions = { active: rest[2] === 'left' ? 0 : null, requeued: 0, queued: 0 };
      return { ...base, change: { to: verb }, cause: BY_COMMAND, sessions };
    }
    case 'ready':
      return { ...base, change: { to: 'ready', operational: 'up', drain: false }, cause: BY_COMMAND };
    case 'ready-drained':
      return { ...base, change: { to: 'ready', operational: 'up', drain: true }, cause: BY_COMMAND };
    case 'undrain':
      return { ...base, change: { to: 'undrain', operational: 'up' }, cause: BY_COMMAND };
    default:
      throw new Error(`no such word in a story: ${verb}`);
  }
}

const tracking = (root: string): Cause => ({ ...BY_CHECK, class: 'tracked', via: serverOf(root) });

/** `a` of the backend app, or `web/a`. */
function serverOf(name: string): ServerRef {
  const [backend, server] = name.includes('/') ? name.split('/') : ['app', name];
  return { backend: backend!, server: server! };
}

function checkOf([name = '', outcome = '', health = '', state = 'up']: string[]): HaproxyEvent['says'] {
  const [now, of] = health.split('/').map(Number);
  const about = { kind: 'check.result', agent: false, backup: false, server: serverOf(name), cause: BY_CHECK } as const;
  return { ...about, outcome: outcome as 'failed', health: now!, of: of!, state: state as 'up' };
}

/** `1:02:03` or `2:03`, as ms. */
export function instant(time: string): number {
  return time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}

export function clock(at: number): string {
  const seconds = Math.floor(at / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
