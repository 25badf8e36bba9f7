/** All that decides what is told: the configuration, and what was said since by command. */
import type { Acknowledgements, Maintenance, Policy, Route, Silence } from './policy.js';

export interface Plan {
  policy: Policy;
  routes: readonly Route[];
  maintenance: readonly Maintenance[];
  silences: readonly Silence[];
  acknowledgements: Acknowledgements;
}

/** The plan of who has said nothing by command. */
export function planOf({ policy, routes, maintenance }: Pick<Plan, 'policy' | 'routes' | 'maintenance'>): Plan {
  return { policy, routes, maintenance, silences: [], acknowledgements: new Map() };
}
