/** Receivers of the services that have an account, at a server of the test. */
import {
  type AlertmanagerReceiver,
  type ExecReceiver,
  type PagerDutyReceiver,
  type PushoverReceiver,
  Secret,
  type TelegramReceiver,
} from '../../alerts/index.js';

const origin = (url: string) => new URL(url).origin;

export function pagerAt(url: string, changes: Partial<PagerDutyReceiver> = {}): PagerDutyReceiver {
  const routingKey = new Secret('R0SECRETKEY');
  return {
    kind: 'pagerduty',
    name: 'pager',
    routingKey,
    url: `${origin(url)}/v2/enqueue`,
    timeoutMs: 5_000,
    ...changes,
  };
}

export function telegramAt(url: string, changes: Partial<TelegramReceiver> = {}): TelegramReceiver {
  const token = new Secret('7654321:SECRET-token');
  return {
    kind: 'telegram',
    name: 'family',
    token,
    chat: '-100123',
    thread: null,
    url: origin(url),
    timeoutMs: 5_000,
    ...changes,
  };
}

export function pushoverAt(url: string, changes: Partial<PushoverReceiver> = {}): PushoverReceiver {
  const [token, user] = [new Secret('azSECRETapp'), new Secret('uqSECRETuser')];
  return {
    kind: 'pushover',
    name: 'phone',
    token,
    user,
    emergencyMs: null,
    url: origin(url),
    timeoutMs: 5_000,
    ...changes,
  };
}

export function alertmanagerAt(urls: string[], changes: Partial<AlertmanagerReceiver> = {}): AlertmanagerReceiver {
  return {
    kind: 'alertmanager',
    name: 'prometheus',
    urls: urls.map((url) => new Secret(url)),
    headers: {},
    expireMs: 7 * 86_400_000,
    timeoutMs: 5_000,
    ...changes,
  };
}

/** A command that is a script of Node's, so that it is there wherever the tests are. */
export function execOf(script: string, changes: Partial<ExecReceiver> = {}): ExecReceiver {
  const command = [process.execPath, '-e', script];
  return {
    kind: 'exec',
    name: 'script',
    command,
    env: { PATH: process.env.PATH ?? '' },
    timeoutMs: 10_000,
    ...changes,
  };
}
