/** All that decides what is told: the configuration, and what operators have said by command since. */
import type { Acknowledgements, Maintenance, Policy, Route, Silence } from './policy.js';

export interface Plan {
  policy: Policy;
  routes: readonly Route[];
  maintenance: readonly Maintenance[];
  silences: readonly Silence[];
  acknowledgements: Acknowledgements;
}

/** The plan as the configuration alone makes it: nothing was said by command. */
export function planOf({ policy, routes, maintenance }: Pick<Plan, 'policy' | 'routes' | 'maintenance'>): Plan {
  return { policy, routes, maintenance, silences: [], acknowledgements: new Map() };
}
