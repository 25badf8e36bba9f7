/** Tells by an HTTP POST, in the manner of Standard Webhooks 1.0.0 or as Slack's incoming webhooks take it. */
import { createHash } from 'node:crypto';
import type { Channel, Message, Outcome } from './channel.js';
import { type Deadline, deadlineWithin } from './deadline.js';
import { httpOutcome } from './http-outcome.js';
import { post } from './post.js';
import type { WebhookReceiver } from './receiver.js';
import { troubleInWords } from './trouble.js';

/** Takes a receiver of kind webhook. Its URL is a secret: no outcome holds more of it than the host. */
export function webhookChannel(receiver: WebhookReceiver): Channel {
  const target = targetOf(receiver);
  return {
    async send(message, signal) {
      if (target === undefined) return { kind: 'rejected', reason: 'its url is no http or https address' };
      using deadline = deadlineWithin(signal, receiver.timeoutMs);
      return await tell(target, message, receiver, deadline);
    },
    close() {},
  };
}

interface Target {
  url: URL;
  host: string;
  authorization: Record<string, string>;
  /** What must not be repeated from an answer that quotes the request. */
  secrets: string[];
}

async function tell(target: Target, message: Message, receiver: WebhookReceiver, deadline: Deadline): Promise<Outcome> {
  const body = JSON.stringify(receiver.format === 'slack' ? { text: slackText(message.text) } : message.json);
  try {
    const answer = await post(target.url, headersOf(message, receiver, target), body, deadline.signal);
    return httpOutcome(answer, target, Date.now());
  } catch (thrown) {
    const why = deadline.passed ? 'no answer in time' : troubleInWords(thrown);
    return { kind: 'retry', reason: `${target.host}: ${why}` };
  }
}

function headersOf(message: Message, receiver: WebhookReceiver, target: Target): Record<string, string> {
  const id = `msg_${createHash('sha256').update(message.id).digest('hex').slice(0, 32)}`;
  const chosen = Object.entries(receiver.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    'user-agent': 'haplog',
    ...target.authorization,
    ...Object.fromEntries(chosen),
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
    'idempotency-key': id,
  };
}

/** Slack's control sequences begin with these three (`<!channel>` wakes everybody), so that text of the log must not hold them. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Undefined where the config holds no usable URL. */
function targetOf(receiver: WebhookReceiver): Target | undefined {
  const written = receiver.url.reveal().trim();
  if (!URL.canParse(written)) return undefined;
  const url = new URL(written);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const pieces = [
    url.pathname + url.search,
    url.username,
    url.password,
    ...`${url.pathname}${url.search}`.split(/[/?&=]/),
  ];
  const sent = Object.values(receiver.headers).flatMap((value) => [value, ...value.split(/\s+/)]);
  const authorization = basicAuthorization(url);
  // They travel in the header alone.
  url.username = '';
  url.password = '';
  return {
    url,
    host: url.host,
    authorization,
    secrets: [...pieces.flatMap((it) => [it, unescaped(it)]), ...sent],
  };
}

function basicAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${unescaped(username)}:${unescaped(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** `%40` becomes `@`; what is no proper escape stays as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
