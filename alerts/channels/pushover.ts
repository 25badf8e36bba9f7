/**
 * Tells phones by Pushover (https://pushover.net/api). Its messages are plain unless they ask for HTML, which ours never do. With
 * `emergency` a critical incident rings again every minute until somebody confirms it, until it is acknowledged or over, or until
 * `emergency` has passed: Pushover asks for both numbers. It cancels such calls by a tag (https://pushover.net/api/receipts).
 */
import { plainText } from '../words.js';
import type { Channel, Message } from './channel.js';
import { type Loudness, loudnessOf } from './formats/loudness.js';
import { jsonPosting } from './formats/posting.js';
import { charactersOf, shortened } from './formats/shorten.js';
import { type HttpAnswer, jsonOf } from './http-answer.js';
import { digest, httpChannel, type Request } from './http-channel.js';
import { type Target, targetOf } from './http-target.js';
import type { PushoverReceiver } from './receiver.js';

const TEXT_MAX = 1_024;
const TITLE_MAX = 250;
/** Seconds between two rings of an emergency; Pushover asks for 30 at least. */
const RETRY_S = 60;

/** 1 rings through the quiet hours, -1 makes no sound. */
const PRIORITY: Record<Loudness, number> = { alarm: 1, loud: 0, normal: 0, quiet: -1 };
const EMERGENCY = 2;

export function pushoverChannel(receiver: PushoverReceiver): Channel {
  const target = toPath(receiver, '/1/messages.json');
  return httpChannel({
    timeoutMs: receiver.timeoutMs,
    understand: asPushoverMeans,
    requests: (message) =>
      target && [...silencing(message, receiver), { target, posting: jsonPosting(bodyFor(message, receiver)) }],
  });
}

function toPath({ url, token, user }: PushoverReceiver, path: string): Target | undefined {
  return targetOf(`${url.replace(/\/+$/, '')}${path}`, [token.reveal(), user.reveal()], true);
}

function bodyFor(message: Message, { token, user, emergencyMs }: PushoverReceiver): object {
  const loudness = loudnessOf(message);
  // No single end could call off an emergency about several incidents, so only a message about one rings.
  const isOne = message.event === 'firing' && message.incident !== null;
  const rings = emergencyMs !== null && isOne && loudness === 'alarm';
  return {
    token: token.reveal(),
    user: user.reveal(),
    title: plainText(message.subject, TITLE_MAX),
    message: shortened(message.text, TEXT_MAX, charactersOf),
    ...(rings
      ? { priority: EMERGENCY, retry: RETRY_S, expire: Math.floor(emergencyMs / 1_000), tags: tagOf(message) }
      : { priority: PRIORITY[loudness] }),
  };
}

/** Ends the ringing of an emergency. The message must arrive even if that fails. */
function silencing(message: Message, receiver: PushoverReceiver): Request[] {
  const over = message.event === 'resolved' || message.event === 'acknowledged';
  if (receiver.emergencyMs === null || !over || message.incident?.severity !== 'critical') return [];
  const target = toPath(receiver, `/1/receipts/cancel_by_tag/${tagOf(message)}.json`);
  return target ? [{ target, posting: jsonPosting({ token: receiver.token.reveal() }), aside: true }] : [];
}

function tagOf({ incidentId }: Message): string {
  return `haplog-${digest(incidentId)}`;
}

/** `status` in the body is 1 for what was accepted, and any other number for what was not. */
function asPushoverMeans(answer: HttpAnswer): HttpAnswer {
  const { status } = jsonOf(answer);
  const refused = typeof status === 'number' && status !== 1 && answer.status < 400;
  return refused ? { ...answer, status: 400 } : answer;
}
