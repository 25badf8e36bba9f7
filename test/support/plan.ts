/** Plans for tests: the usual rules, with nothing waited for and nobody reminded. */
import { DEFAULT_POLICY, EVERYTHING, type Plan, type Policy, planOf, type Route, RULES } from '../../alerts/index.js';

/** A route that everything takes, always. */
export function toEverybody(...receivers: string[]): Route {
  return { match: EVERYTHING, during: null, receivers, escalation: null };
}

/** Only what befalls a whole backend is trouble. */
export const OUTAGES_ALONE: Policy['rules'] = Object.fromEntries(
  RULES.map((rule) => [rule, { ...DEFAULT_POLICY.rules[rule], on: rule === 'outage' }]),
) as Policy['rules'];

export function policyWith(changes: Partial<Policy> = {}): Policy {
  return { ...DEFAULT_POLICY, holdMs: 0, keepFiringMs: 0, reminderMs: null, ...changes };
}

export function planWith(policy: Partial<Policy> = {}, changes: Partial<Plan> = {}): Plan {
  const { routes = [toEverybody('oncall')] } = changes;
  const names = routes.flatMap(({ receivers, escalation }) => [...receivers, ...(escalation?.receivers ?? [])]);
  const receivers = names.map((name) => ({ name }));
  return { ...planOf({ receivers, policy: policyWith(policy), routes, maintenance: [] }), ...changes };
}
