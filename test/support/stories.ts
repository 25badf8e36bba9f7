/**
 * Stories as data (fixtures/stories/): the operator's configuration, what the log says and what people say by command, and
 * what is told to whom. The script's words are those of story.ts, and besides
 *
 *   '0:10 silence 1 until 1:00:00 {backend: app}'   silence number 1; what it matches as a route does
 *   '0:20 unsilence 1'                              it is ended
 *   '0:30 ack app alice'                            alice takes on what is open of that subject
 *   '0:40 restart'                                  haplog starts, or reads its configuration, again: from now on it is `anew`
 *   '0:45 return'                                   the same, and the configuration is the first one again
 *   '0:50 timer'                                    a tick, if haplog has set itself one for then or earlier
 *
 * A receiver that no route names stands in `receivers`. What only those hear who were told in the place of a receiver that is gone ends in
 * `, gone`.
 *
 * What is told is written `0:30 chat: firing server_down app/a (since 0:00)`; to oncall, of the outage of app, `0:30 firing (since 0:00)`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import {
  type Incident,
  type Input,
  NOTHING_KNOWN,
  type Notification,
  nextTickAt,
  type Plan,
  planOf,
  step,
} from '../../alerts/index.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { configFile } from '../../src/config/schema.js';
import { clock, inputOf, instant } from './story.js';

export interface Story {
  story: string;
  /** All but ticks was written before haplog looked: after a pause, or for the first time. */
  read?: 'after a pause' | 'for the first time';
  /** As in haplog.yaml. Without it nothing is waited for and nobody is reminded. */
  config?: {
    policy?: object;
    rules?: object;
    receivers?: string[];
    routes?: { receivers: string[]; escalate?: { receivers: string[] } }[];
  };
  /** The configuration after a restart, if it is another one then. */
  anew?: Story['config'];
  script: string[];
  says: string[];
}

const FOLDER = new URL('../../fixtures/stories/', import.meta.url);

export function storiesIn(file: string): Story[] {
  return parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

export function storyFiles(): string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
}

/** What is told, in the order of telling. Who was told nothing of an incident is not told its end. */
export function sayings({ config = {}, anew = config, read, script }: Story): string[] {
  let plan = planFor(config);
  let situation = NOTHING_KNOWN;
  const open = new Map<string, Incident>();
  const said = new Set<string>();
  const heard = new Set<string>();
  const says: string[] = [];
  let restarted = false;
  for (const [index, line] of script.entries()) {
    const begins = RESTART.exec(line);
    if (begins) {
      restarted = true;
      const { silences, acknowledgements } = plan;
      plan = { ...planFor(begins[1] === 'restart' ? anew : config), silences, acknowledgements };
    }
    if (TIMER.test(line) && nextTickAt(situation, plan) > timeOf(line)) continue;
    plan = heeded(plan, line, [...open.values()]) ?? plan;
    const next = step(situation, inputFor(line, index, read), plan);
    situation = next.situation;
    for (const incident of next.incidents) {
      if (incident.phase === 'resolved') open.delete(incident.id);
      else open.set(incident.id, incident);
    }
    for (const notification of next.notifications) {
      const { dedupKey, event, receiver, incident } = notification;
      const thread = `${incident.id} ${receiver}`;
      // The store passes over these.
      if (restarted && (event === 'firing' ? said.has(dedupKey) : event === 'resolved' && !heard.has(thread))) continue;
      if (said.has(dedupKey)) throw new Error(`said twice: ${dedupKey}`);
      heard.add(thread);
      said.add(dedupKey);
      says.push(saying(notification));
    }
  }
  return says;
}

function planFor({ policy, rules: ownRules, receivers: unrouted = [], ...rest }: NonNullable<Story['config']>): Plan {
  const routed = (rest.routes ?? []).flatMap(({ receivers, escalate }) => [
    ...receivers,
    ...(escalate?.receivers ?? []),
  ]);
  const names = new Set([...(routed.length > 0 ? routed : ['oncall']), ...unrouted]);
  const receivers = [...names].map((name) => ({ name, log: {} }));
  const quiet = { hold: '0s', keep_firing: '0s', reminder: 'off' };
  const rules = { backup_only: { hold: '0s' }, ...ownRules };
  const file = configFile.parse({ receivers, ...rest, rules, policy: { ...quiet, ...policy } });
  return planOf(resolveConfig(file, '/', { secrets: new Map(), trust: new Map(), env: {} }));
}

const RESTART = /^\S+ (restart|return)$/;
const TIMER = /^\S+ timer$/;
const COMMANDS = /^(\S+) (silence|unsilence|ack) (.*)$/;

/** The plan with what somebody says by command; null for a line of the log. */
function heeded(plan: Plan, line: string, open: readonly Incident[]): Plan | null {
  const [, time = '', verb, rest = ''] = COMMANDS.exec(line) ?? [];
  const at = instant(time);
  if (verb === 'silence') {
    const [, id, until = '', match = ''] = /^(\d+) until (\S+) (.*)$/.exec(rest)!;
    const { silences } = plan;
    const silence = {
      id: Number(id),
      from: at,
      until: instant(until),
      author: 'alice',
      reason: 'work',
      match: matchOf(match),
    };
    return { ...plan, silences: [...silences, silence] };
  }
  if (verb === 'unsilence') {
    return { ...plan, silences: plan.silences.map((one) => (String(one.id) === rest ? { ...one, until: at } : one)) };
  }
  if (verb !== 'ack') return null;
  const [subject, by = ''] = rest.split(' ');
  const taken = open.filter((one) => one.subject === subject).map((one) => [one.id, { at, by, note: null }] as const);
  return { ...plan, acknowledgements: new Map([...plan.acknowledgements, ...taken]) };
}

/** A match, in the words of a route. */
function matchOf(text: string): Plan['routes'][number]['match'] {
  return planFor({ routes: [{ receivers: ['oncall'], match: parse(text) } as never] }).routes[0]!.match;
}

/** haplog heeds a command by looking at everything that is open. */
function inputFor(line: string, index: number, read: Story['read']): Input {
  if (RESTART.test(line)) return { kind: 'tick', at: timeOf(line), anew: true };
  if (TIMER.test(line)) return { kind: 'tick', at: timeOf(line) };
  const [, time] = COMMANDS.exec(line) ?? [];
  const input = inputOf(time === undefined ? line : `${time} tick`, index, read === undefined);
  return input.kind === 'event' ? { ...input, past: read === 'for the first time' } : input;
}

const timeOf = (line: string) => instant(line.split(' ', 1)[0]!);

function saying({ event, receiver, incident, createdAt, gone }: Notification): string {
  const { rule, subject, openedAt } = incident;
  const to = receiver === 'oncall' ? '' : `${receiver}: `;
  const about = rule === 'outage' && subject === 'app' ? '' : ` ${rule} ${subject}`;
  return `${clock(createdAt)} ${to}${event}${about} (since ${clock(openedAt)})${gone ? ', gone' : ''}`;
}
