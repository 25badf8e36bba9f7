/** Reads a configuration, checks it, and fills in what it does not say. */
import { dirname, resolve } from 'node:path';
import type { Environment } from '../paths.js';
import { UserError } from '../user-error.js';
import type { Config } from './config.js';
import { crossMistakes, part, unreachedReceivers } from './cross.js';
import { readDocument } from './document.js';
import { explain, mistakesOf } from './explain.js';
import { mistake } from './mistake.js';
import { resolveConfig } from './resolve.js';
import { idleMatches, routingMistakes } from './routing.js';
import { configFile } from './schema.js';
import { readSecrets } from './secrets.js';
import { readTrust } from './trust.js';

export interface LoadedConfig {
  config: Config;
  /** The file it came from; null: there is none, and every default holds. */
  path: string | null;
  /** Whether the file says nothing. */
  empty: boolean;
  /** What works, but should not stay so; one line each, with its place. */
  warnings: string[];
}

/**
 * Reads the configuration at `path`, and the secrets and certificates it points to. All mistakes are told at once, as a `UserError` with a
 * line for each.
 */
export function loadConfig(path: string, env: Environment): LoadedConfig {
  const document = readDocument(path);
  const folder = dirname(resolve(path));
  const parsed = configFile.safeParse(document.value);
  const secrets = readSecrets(document.value, { folder, env, worldReadable: document.worldReadable });
  const trust = readTrust(document.value, folder);
  const issues = parsed.success ? [] : mistakesOf(parsed.error.issues);
  const mistakes = [
    ...issues,
    ...crossMistakes(document.value),
    ...routingMistakes(part(document.value)),
    ...secrets.mistakes,
    ...trust.mistakes,
  ];
  if (!parsed.success || mistakes.length > 0) throw new UserError(explain(mistakes, document).join('\n'));

  const file = parsed.data;
  const routed =
    file.routes?.flatMap(({ receivers, escalate }) => [...receivers, ...(escalate?.receivers ?? [])]) ?? null;
  const found = { secrets: secrets.found, trust: trust.found, env };
  const config = resolveConfig(file, folder, found);
  const idle = unreachedReceivers(file.receivers, routed).map((name) => {
    const standsIn = config.receivers.some(({ fallback }) => fallback === name);
    const what = `no route leads to it${standsIn ? ': it is told only what another one refuses' : ''}`;
    return mistake(['receivers', file.receivers.findIndex((receiver) => receiver.name === name)], what);
  });
  const written = { ...config, routes: file.routes === undefined ? [] : config.routes };
  const warnings = explain([...secrets.warnings, ...idle, ...idleMatches(written)], document);
  return { config, path, empty: document.empty, warnings };
}
