/** The configuration as the rest of haplog sees it: defaults filled in, secrets read. */
import type { Maintenance, Policy, Receiver, Route } from '../../alerts/index.js';

export interface Source {
  path: string;
  /** IANA zone of stamps that bear none; null: the machine's. */
  tz: string | null;
  /** The host of lines that name none; null: `localhost`. */
  host: string | null;
}

/** How much of the past is kept. */
export interface Keeping {
  /** Null: however old it is. */
  keepMs: number | null;
  /** How big the database may become before the oldest goes. */
  bytes: number;
}

export interface Config {
  sources: Source[];
  /** Null: the default place. */
  database: string | null;
  receivers: Receiver[];
  routes: Route[];
  policy: Policy;
  maintenance: Maintenance[];
  history: Keeping;
}
