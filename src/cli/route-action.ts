/** What `haplog route` does. */
import {
  formatDuration,
  matches,
  openUntil,
  type Route,
  RULES,
  type Rule,
  receiversFor,
  SEVERITIES,
  SUBJECT_OF,
  takesRoute,
} from '../../alerts/index.js';
import { printableJson } from '../printable.js';
import { UserError } from '../user-error.js';
import { zoneToPrint } from '../zone.js';
import { localTime } from './local-time.js';
import { matchInWords, timesInWords } from './match-text.js';
import { snakeCased } from './record.js';
import { say } from './say.js';
import { parseTime } from './time-words.js';
import { configInForce } from './which-config.js';
import { wordOf } from './word-of.js';

export interface RouteOptions {
  backend?: string;
  server?: string;
  host: string;
  rule: string;
  severity?: string;
  at?: string;
  tz?: string;
  utc?: boolean;
  config?: string;
  output: 'text' | 'json';
}

/** Prints for each route whether it is taken, and at last who is told. A mistake in the configuration is a `UserError`. */
export async function route(options: RouteOptions): Promise<void> {
  const { host, output } = options;
  const rule = wordOf(RULES, '--rule', options.rule);
  const tz = zoneToPrint(options);
  const config = await configInForce(options.config);
  const now = Date.now();
  const at = options.at === undefined ? now : parseTime(options.at, { now, tz });
  const settings = config.policy.rules[rule];
  const severity = options.severity ? wordOf(SEVERITIES, '--severity', options.severity) : settings.severity;
  const about = { host, rule, subject: subjectOf(rule, options), severity };
  const routes = config.routes.map((each) => ({ ...each, taken: takesRoute(about, each, at) }));
  const told = settings.on ? receiversFor(about, config.routes, at) : [];
  const later = routes.flatMap(({ taken, escalation }) => (taken && settings.on && escalation ? [escalation] : []));
  if (output === 'json') {
    const { backend = null, server = null } = options;
    return say(printableJson(snakeCased({ backend, server, host, rule, severity, routes, told, later })));
  }
  if (!settings.on) say(`The rule ${rule} is off.`);
  for (const { match, during } of config.maintenance) {
    const until = matches(match, about) ? openUntil(during, at) : null;
    if (until !== null) say(`In maintenance until ${localTime(tz)(until)}: nobody is told before.`);
  }
  for (const [i, each] of routes.entries()) {
    say(`${each.taken ? 'taken  ' : 'passed '}  routes[${i}] ${whenTaken(each, at)} -> ${each.receivers.join(', ')}`);
  }
  say(told.length === 0 ? 'Nobody is told.' : `Told: ${told.join(', ')}`);
  for (const { afterMs, receivers } of later) {
    say(`Told as well after ${formatDuration(afterMs)} without \`haplog ack\`: ${receivers.join(', ')}`);
  }
}

function subjectOf(rule: Rule, { backend, server }: RouteOptions): string {
  const kind = SUBJECT_OF[rule];
  if (kind === 'haproxy') return 'haproxy';
  if (backend === undefined) throw new UserError(`The rule ${rule} is about a ${kind}: --backend is needed.`);
  if (kind === 'backend') return backend;
  if (server === undefined) throw new UserError(`The rule ${rule} is about a server: --server is needed.`);
  return `${backend}/${server}`;
}

function whenTaken({ match, during }: Route, at: number): string {
  if (during === null) return matchInWords(match);
  return `${matchInWords(match)}, ${timesInWords(during)}${openUntil(during, at) === null ? ' (not now)' : ''}`;
}
