/** Which configuration a command goes by: the one in force, or only one that was named. */
import { type Plan, planOf } from '../../alerts/index.js';
import type { Config } from '../config/config.js';
import { DEFAULTS } from '../config/defaults.js';
import { openConfig } from '../config/open.js';
import { remark } from './say.js';

/**
 * For commands that look at the configuration in force. Takes the path after `--config`, if there is one; what is doubtful in it is told on
 * standard error. A mistake in the file is a `UserError`.
 */
export async function configInForce(path: string | undefined): Promise<Config> {
  const { config, warnings } = await openConfig(path ?? null);
  for (const warning of warnings) remark(`haplog: ${warning}`);
  return config;
}

/** For commands that look at lines without a daemon: what was named, else the defaults. A mistake in the file is a `UserError`. */
export async function configNamed(path: string | undefined): Promise<Config> {
  return path === undefined ? DEFAULTS : (await openConfig(path)).config;
}

/** Only a configuration that was named counts: what a log tells must not depend on the machine it is replayed on. */
export async function planFrom(path: string | undefined): Promise<Plan> {
  return planOf(await configNamed(path));
}
