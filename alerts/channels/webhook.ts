/** Tells by an HTTP POST, in the manner of Standard Webhooks 1.0.0, with a body as its receiver takes it (formats.ts). */
import { createHash } from 'node:crypto';
import type { Channel, Message, Outcome } from './channel.js';
import { type Deadline, deadlineWithin } from './deadline.js';
import { type Posting, posting } from './formats.js';
import { httpOutcome } from './http-outcome.js';
import { post } from './post.js';
import type { WebhookReceiver } from './receiver.js';
import { signature } from './signature.js';
import { troubleInWords } from './trouble.js';

/** Shorter pieces of a path or a query are ordinary words and no secret. */
const SHORTEST_SECRET_PIECE = 6;

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
  const posted = posting(message, receiver.format);
  try {
    const answer = await post(target.url, headersOf(message, receiver, target, posted), posted.body, deadline.signal);
    return httpOutcome(answer, target, Date.now());
  } catch (thrown) {
    const why = deadline.passed ? 'no answer in time' : troubleInWords(thrown);
    return { kind: 'retry', reason: `${target.host}: ${why}` };
  }
}

function headersOf(
  message: Message,
  receiver: WebhookReceiver,
  target: Target,
  { headers, body }: Posting,
): Record<string, string> {
  const id = `msg_${createHash('sha256').update(message.id).digest('hex').slice(0, 32)}`;
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const { signing } = receiver;
  const chosen = Object.entries(receiver.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    'user-agent': 'haplog',
    ...target.authorization,
    ...headers,
    ...Object.fromEntries(chosen),
    'content-type': headers['content-type']!,
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signing.length > 0 && { 'webhook-signature': signature(id, timestamp, body, signing) }),
    'idempotency-key': id,
  };
}

/** Undefined where the config holds no usable URL. */
function targetOf(receiver: WebhookReceiver): Target | undefined {
  const written = receiver.url.reveal().trim();
  if (!URL.canParse(written)) return undefined;
  const url = new URL(written);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const authorization = basicAuthorization(url);
  const secrets = [
    ...piecesOf(url),
    ...loginOf(url),
    ...Object.values(receiver.headers),
    ...Object.values(authorization),
  ];
  // They travel in the header alone.
  url.username = '';
  url.password = '';
  return { url, host: url.host, authorization, secrets: secrets.flatMap(formsOf) };
}

/** Of the path and the query only what is long enough to be no ordinary word. */
function piecesOf({ pathname, search }: URL): string[] {
  const whole = pathname + search;
  return [whole, ...whole.split(/[/?&=]/)].filter((piece) => piece.length >= SHORTEST_SECRET_PIECE);
}

function loginOf({ username, password }: URL): string[] {
  return [username, password].filter((part) => part !== '');
}

/** A secret as an answer may quote it: whole, word by word (`Bearer x`), without escapes, and read out of base64. */
function formsOf(secret: string): string[] {
  const login = /^Basic +(\S+)$/i.exec(secret)?.[1];
  const pair = login === undefined ? [] : [Buffer.from(login, 'base64').toString()];
  return [secret, unescaped(secret), ...secret.split(/\s+/), ...pair, ...pair.flatMap((it) => it.split(':'))];
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
