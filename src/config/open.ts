/** The configuration in force: the file that was named or found, else the defaults. */
import type { Environment } from '../paths.js';
import { DEFAULTS } from './defaults.js';
import { configPlaces, findConfig } from './find.js';
import type { LoadedConfig } from './load.js';

/** As `loadConfig`; what reads and checks a file is loaded only when there is one. */
export async function openConfig(explicitPath: string | null, env: Environment = process.env): Promise<LoadedConfig> {
  const path = explicitPath ?? findConfig(configPlaces(env));
  if (path === null) return { config: DEFAULTS, path, empty: true, warnings: [] };
  const { loadConfig } = await import('./load.js');
  return loadConfig(path, env);
}
