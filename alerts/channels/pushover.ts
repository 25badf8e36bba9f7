/**
 * Tells phones by Pushover (https://pushover.net/api). Its messages are plain unless they ask for HTML, which ours never do. With
 * `emergency` a critical incident rings again every minute until somebody confirms it, until it is acknowledged or over, or until
 * `emergency` has passed: Pushover asks for both numbers. It cancels such calls by a tag (https://pushover.net/api/receipts). A message
 * about several incidents rings under one tag, its first one's, because to cancel one of several tags would silence those that are still down.
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
    ringsForMs: receiver.emergencyMs,
    understand: asPushoverMeans,
    requests: (message) =>
      target && [{ target, posting: jsonPosting(bodyFor(message, receiver)) }, ...silencing(message, receiver)],
  });
}

function toPath({ url, token, user }: PushoverReceiver, path: string): Target | undefined {
  return targetOf(`${url.replace(/\/+$/, '')}${path}`, [token.reveal(), user.reveal()], true);
}

function bodyFor(message: Message, { token, user, emergencyMs }: PushoverReceiver): object {
  const loudness = loudnessOf(message);
  const rings = emergencyMs !== null && isAlarm(message);
  return {
    token: token.reveal(),
    user: user.reveal(),
    title: plainText(message.subject, TITLE_MAX),
    message: shortened(message.text, TEXT_MAX, charactersOf),
    ...(rings
      ? { priority: EMERGENCY, retry: RETRY_S, expire: Math.floor(emergencyMs / 1_000), tags: tagOf(ringOf(message)) }
      : { priority: PRIORITY[loudness] }),
  };
}

/** Something critical begins with it that nobody has taken on. */
function isAlarm({ event, incident, alarm = false }: Message): boolean {
  if (incident === null) return alarm;
  return event === 'firing' && incident.severity === 'critical' && incident.ack === null;
}

/** Ends the ringing of emergencies. The message must arrive even if that fails, and before it, however long it takes. */
function silencing(message: Message, receiver: PushoverReceiver): Request[] {
  if (receiver.emergencyMs === null) return [];
  const { event, incident, over } = message;
  const isOver = (event === 'resolved' || event === 'acknowledged') && incident?.severity === 'critical';
  const rings = new Set(over ?? (isOver ? [ringOf(message)] : []));
  // What is over may be told with what begins, under its name.
  if (isAlarm(message)) rings.delete(ringOf(message));
  return [...rings].flatMap((ring) => {
    const target = toPath(receiver, `/1/receipts/cancel_by_tag/${tagOf(ring)}.json`);
    return target ? [{ target, posting: jsonPosting({ token: receiver.token.reveal() }), aside: true }] : [];
  });
}

/** What names the ringing: an incident, which outlives the letter's name where that is tried again in other company. */
function ringOf({ incident, incidentId, id, ring = id }: Message): string {
  return incident === null ? ring : incidentId;
}

function tagOf(ring: string): string {
  return `haplog-${digest(ring)}`;
}

/** `status` in the body is 1 for what was accepted, and any other number for what was not. */
function asPushoverMeans(answer: HttpAnswer): HttpAnswer {
  const { status } = jsonOf(answer);
  const refused = typeof status === 'number' && status !== 1 && answer.status < 400;
  return refused ? { ...answer, status: 400 } : answer;
}
