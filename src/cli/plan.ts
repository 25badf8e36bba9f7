/** The plan of commands that look at lines without a daemon. */
import { type Plan, planOf } from '../../alerts/index.js';
import { DEFAULTS } from '../config/defaults.js';
import { openConfig } from '../config/open.js';

/** Only a configuration that was named counts: what a log tells must not depend on the machine it is replayed on. */
export async function planFrom(path: string | undefined): Promise<Plan> {
  return planOf(path === undefined ? DEFAULTS : (await openConfig(path)).config);
}
