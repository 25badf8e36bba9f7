/** What holds where there is no configuration. */
import { DEFAULT_POLICY } from '../../alerts/index.js';
import type { Config } from './config.js';

/** The same as an empty file gives; without one neither the YAML parser nor the schema need be loaded. */
export const DEFAULTS: Config = {
  sources: [{ path: '/var/log/haproxy.log', tz: null }],
  database: null,
  receivers: [{ kind: 'log', name: 'log' }],
  routes: [{ match: { backend: null, host: null }, receivers: ['log'] }],
  policy: DEFAULT_POLICY,
};
