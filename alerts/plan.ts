/** All that decides what is told: the configuration, and what operators have said and imported by command since. */
import type { Receiver } from './channels/receiver.js';
import type { Acknowledgements, Maintenance, Policy, Route, Silence } from './policy.js';
import type { SeenOver } from './seen-over.js';

export interface Plan {
  /** The names of all receivers, whether a route leads to them or not. */
  receivers: ReadonlySet<string>;
  policy: Policy;
  routes: readonly Route[];
  maintenance: readonly Maintenance[];
  silences: readonly Silence[];
  acknowledgements: Acknowledgements;
  /** Outages whose end stands in logs that the operator has imported. */
  over: readonly SeenOver[];
}

/** What the configuration says of it. */
interface Written extends Pick<Plan, 'policy' | 'routes' | 'maintenance'> {
  receivers: readonly Pick<Receiver, 'name'>[];
}

/** The plan as the configuration alone makes it: nothing was said by command. */
export function planOf(config: Written): Plan {
  const { policy, routes, maintenance } = config;
  const receivers = new Set(config.receivers.map(({ name }) => name));
  return { receivers, policy, routes, maintenance, silences: [], acknowledgements: new Map(), over: [] };
}
