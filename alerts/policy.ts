/** The operator's numbers, and who is told of what. */
import type { Incident } from './incident.js';
import type { Rule, Severity } from './rules.js';
import { isUnresolvedAtLoad } from './sources.js';
import type { Times } from './times.js';

/** The settings of one rule. What is absent is as the policy says for all rules. */
export interface RuleSettings {
  on: boolean;
  severity: Severity;
  holdMs?: number;
  keepFiringMs?: number;
  reminderMs?: number | null;
}

export type Rules = Readonly<Record<Rule, RuleSettings>>;

export interface Policy {
  /** How long a trouble must last before anybody is told. */
  holdMs: number;
  /** How long all must be well before the incident is over. */
  keepFiringMs: number;
  /** After how long an incident that still fires is told again; null: never. */
  reminderMs: number | null;
  /** The most reminders of one incident; null: as many as come while it fires. */
  mostReminders: number | null;
  rules: Rules;
  /** A server flaps if it has gone up or down this often within this time. */
  flapping: { changes: number; withinMs: number };
}

const MINUTE = 60_000;

/**
 * On are the rules that an operator who has configured nothing must know of. A server that is down while others serve is what HAProxy is
 * for (`server_down`), and many a backend has only one server (`last_server`).
 */
export const DEFAULT_RULES: Rules = {
  outage: { on: true, severity: 'critical' },
  backup_only: { on: true, severity: 'warning' },
  last_server: { on: false, severity: 'warning' },
  server_down: { on: false, severity: 'warning' },
  // A server has settled when it has not changed for `keepFiringMs`.
  flapping: { on: true, severity: 'warning', holdMs: 0, keepFiringMs: 5 * MINUTE },
  checks_failing: { on: false, severity: 'info' },
  worker_killed: { on: true, severity: 'critical' },
  // A restart takes a moment; what takes longer may be a mistake.
  stopped: { on: true, severity: 'info', holdMs: 2 * MINUTE },
  reload_failed: { on: true, severity: 'warning' },
};

export const DEFAULT_POLICY: Policy = {
  holdMs: 0,
  keepFiringMs: 10_000,
  reminderMs: 4 * 60 * MINUTE,
  mostReminders: null,
  rules: DEFAULT_RULES,
  flapping: { changes: 6, withinMs: 10 * MINUTE },
};

/**
 * The least that a trouble of the rule must last where the rule has no hold of its own. Active and backup servers often fall, or return, in one breath
 * (two that track one server, a reload), and between the two lines a backend seems to be on its backup servers.
 */
const LEAST_HOLD_MS: Partial<Record<Rule, number>> = { backup_only: 1_000 };

/**
 * Likewise where names were not found at a load: mostly HAProxy's own resolvers know them 50 to 150 ms later (unresolved.ts). Between stamps of whole seconds
 * that may seem to be one.
 */
const LEAST_HOLD_OF_LOAD_MS = 2_000;

/** How long a trouble must last before it fires, in ms. */
export function holdMs(policy: Policy, { rule, cause }: Pick<Incident, 'rule' | 'cause'>): number {
  const least = isUnresolvedAtLoad(cause) ? LEAST_HOLD_OF_LOAD_MS : (LEAST_HOLD_MS[rule] ?? 0);
  return policy.rules[rule].holdMs ?? Math.max(policy.holdMs, least);
}

/** Whether it was over in the moment after such a load, and nobody was told. A load that comes next begins another one. */
export const wasOfLoad = ({ phase, cause, openedAt, resolvedAt }: Incident): boolean =>
  phase === 'pending' &&
  isUnresolvedAtLoad(cause) &&
  resolvedAt !== null &&
  resolvedAt - openedAt < LEAST_HOLD_OF_LOAD_MS;

/** How long its subject must be well before it is over, in ms. */
export const keepFiringMs = (policy: Policy, rule: Rule): number =>
  policy.rules[rule].keepFiringMs ?? policy.keepFiringMs;

/** After how long it is told again, in ms; null: never. */
export function reminderMs(policy: Policy, rule: Rule): number | null {
  const own = policy.rules[rule].reminderMs;
  return own === undefined ? policy.reminderMs : own;
}

/** Which incidents are meant. Globs match whole names; what is null matches everything. */
export interface Match {
  backend: string | null;
  /** A server's name without its backend; an incident that is about no server does not match. */
  server: string | null;
  host: string | null;
  rules: readonly Rule[] | null;
  severities: readonly Severity[] | null;
}

export const EVERYTHING: Match = { backend: null, server: null, host: null, rules: null, severities: null };

export interface Route {
  match: Match;
  /** When it is taken; null: always. */
  during: Times | null;
  /** Names of receivers. */
  receivers: string[];
  /** Receivers that are told as well if nobody has acknowledged it for this long; null: none. */
  escalation: { afterMs: number; receivers: string[] } | null;
}

/** Somebody wants to hear nothing for a while. Instants are by our own clock. */
export interface Silence {
  id: number;
  match: Match;
  from: number;
  until: number;
  author: string;
  reason: string;
}

/** Planned work that recurs. */
export interface Maintenance {
  match: Match;
  during: Times;
}

/** The acknowledgements that operators have given, by the incident's id. */
export type Acknowledgements = ReadonlyMap<Incident['id'], NonNullable<Incident['ack']>>;
