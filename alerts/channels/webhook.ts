/** Tells by an HTTP POST, in the manner of Standard Webhooks 1.0.0, with a body of the kind that its receiver takes (formats/). */
import type { Channel } from './channel.js';
import { MEDIA } from './formats/index.js';
import type { Posting } from './formats/posting.js';
import { httpChannel, messageName } from './http-channel.js';
import { targetOf } from './http-target.js';
import type { WebhookReceiver } from './receiver.js';
import { signature } from './signature.js';

/** Takes a receiver of kind webhook. Its URL is a secret: no outcome holds more of it than the host. */
export function webhookChannel(receiver: WebhookReceiver): Channel {
  const target = targetOf(receiver.url.reveal(), Object.values(receiver.headers));
  const { postings, understand, takesDigests, tellsApart } = MEDIA[receiver.format];
  return httpChannel({
    timeoutMs: receiver.timeoutMs,
    understand,
    takesDigests: takesDigests ?? true,
    tellsApart: tellsApart ?? false,
    requests: (message) =>
      target &&
      postings(message, receiver.name).map((posting, n) => {
        const id = n === 0 ? messageName(message) : messageName({ id: `${message.id}:${n}` });
        return { target, posting: { ...posting, headers: headersOf(id, receiver, posting) } };
      }),
  });
}

function headersOf(id: string, receiver: WebhookReceiver, { headers, body }: Posting): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const { signing } = receiver;
  const chosen = Object.entries(receiver.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    ...headers,
    ...Object.fromEntries(chosen),
    'content-type': headers['content-type']!,
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signing.length > 0 && { 'webhook-signature': signature(id, timestamp, body, signing) }),
    'idempotency-key': id,
  };
}
