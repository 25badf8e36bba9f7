/** The plan of commands that look at lines without a daemon. */
import { type Plan, planOf } from '../../alerts/index.js';
import type { Config } from '../config/config.js';
import { DEFAULTS } from '../config/defaults.js';
import { openConfig } from '../config/open.js';

/** What was named, else the defaults. */
export async function configFrom(path: string | undefined): Promise<Config> {
  return path === undefined ? DEFAULTS : (await openConfig(path)).config;
}

/** Only a configuration that was named counts: what a log tells must not depend on the machine it is replayed on. */
export async function planFrom(path: string | undefined): Promise<Plan> {
  return planOf(await configFrom(path));
}
