/** The configuration in force, for commands that only look at it: what is doubtful in it is told on standard error. */
import type { Config } from '../config/config.js';
import { openConfig } from '../config/open.js';
import { remark } from './say.js';

/** Takes the path after `--config`, if there is one. A mistake in the file is a `UserError`. */
export async function configInForce(path: string | undefined): Promise<Config> {
  const { config, warnings } = await openConfig(path ?? null);
  for (const warning of warnings) remark(`haplog: ${warning}`);
  return config;
}
