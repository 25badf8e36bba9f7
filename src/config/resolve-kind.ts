/** From a service as the file writes it to the receiver that alerts/ works with. */
import { type Receiver, Secret } from '../../alerts/index.js';
import type { Environment } from '../paths.js';
import { resolvePath } from './find.js';
import type { ConfigFile } from './schema.js';

export interface KindSurroundings {
  /** The secret of a key of the receiver. */
  secret: (kind: string, key: string) => Secret;
  /** Relative paths start here. */
  folder: string;
  env: Environment;
  reminderMs: number | null;
}

/** What a command may need to find its way, and nothing that may be secret. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** Null if it is none of the services. */
export function resolveKind(
  written: ConfigFile['receivers'][number],
  { secret, folder, env, reminderMs }: KindSurroundings,
): Receiver | null {
  const { name, pagerduty, telegram, pushover, alertmanager, exec } = written;
  if (pagerduty) {
    const { url, timeout: timeoutMs } = pagerduty;
    return { kind: 'pagerduty', name, routingKey: secret('pagerduty', 'routing_key'), url, timeoutMs };
  }
  if (telegram) {
    const { chat, thread = null, url, timeout: timeoutMs } = telegram;
    return { kind: 'telegram', name, token: secret('telegram', 'token'), chat, thread, url, timeoutMs };
  }
  if (pushover) {
    const { emergency: emergencyMs = null, url, timeout: timeoutMs } = pushover;
    const [token, user] = [secret('pushover', 'token'), secret('pushover', 'user')];
    return { kind: 'pushover', name, token, user, emergencyMs, url, timeoutMs };
  }
  if (alertmanager) {
    const { urls, headers, expire, timeout: timeoutMs } = alertmanager;
    // Two reminders in a row may get lost.
    const expireMs = Math.max(expire, 3 * (reminderMs ?? 0));
    return { kind: 'alertmanager', name, urls: urls.map((url) => new Secret(url)), headers, expireMs, timeoutMs };
  }
  if (exec) {
    const [program = '', ...args] = exec.command;
    const command = [/[/]/.test(program) ? resolvePath(folder, program) : program, ...args];
    const passed = PASSED_ON.flatMap((variable) => {
      const value = env[variable];
      return value === undefined ? [] : [[variable, value] as const];
    });
    return { kind: 'exec', name, command, env: Object.fromEntries(passed), timeoutMs: exec.timeout };
  }
  return null;
}
