/** What holds if there is no configuration. */
import { DEFAULT_POLICY, EVERYTHING } from '../../alerts/index.js';
import type { Config } from './config.js';

/** The same as an empty file gives; without a file neither the YAML parser nor the schema need be loaded. */
export const DEFAULTS: Config = {
  sources: [{ path: '/var/log/haproxy.log', tz: null, host: null }],
  database: null,
  receivers: [{ kind: 'log', name: 'log' }],
  routes: [{ match: EVERYTHING, during: null, receivers: ['log'], escalation: null }],
  policy: DEFAULT_POLICY,
  maintenance: [],
  history: { keepMs: null, bytes: 1_000_000_000 },
};
