/** The plan of commands that look at lines without a daemon. */
import type { Plan } from '../../alerts/index.js';
import { DEFAULTS } from '../config/defaults.js';
import { openConfig } from '../config/open.js';

/** Only a configuration that was named counts: what a log tells must not depend on the machine it is replayed on. */
export async function planOf(path: string | undefined): Promise<Plan> {
  const { policy, routes } = path === undefined ? DEFAULTS : (await openConfig(path)).config;
  return { policy, routes };
}
