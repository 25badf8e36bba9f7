/**
 * Tells a chat of Telegram as a bot (https://core.telegram.org/bots/api#sendmessage). The text is sent without a `parse_mode`, so that
 * nothing in it is markup, and as one block of `pre`, in which Telegram looks for no @name (which it would ping), no address, and no
 * /command.
 */
import type { Channel, Message } from './channel.js';
import { loudnessOf } from './formats/loudness.js';
import { jsonPosting } from './formats/posting.js';
import { charactersOf, shortened } from './formats/shorten.js';
import { type HttpAnswer, jsonOf } from './http-answer.js';
import { httpChannel } from './http-channel.js';
import { targetOf } from './http-target.js';
import type { TelegramReceiver } from './receiver.js';

/** A message has 4096 characters at most. */
const CHARS_MAX = 4_096;

/** Takes a receiver of kind telegram. The token is part of the address, which is therefore a secret. */
export function telegramChannel(receiver: TelegramReceiver): Channel {
  const token = receiver.token.reveal();
  const target = targetOf(`${receiver.url.replace(/\/+$/, '')}/bot${token}/sendMessage`, [token]);
  return httpChannel({
    timeoutMs: receiver.timeoutMs,
    understand: asTelegramMeans,
    requests: (message) => target && [{ target, posting: jsonPosting(bodyFor(message, receiver)) }],
  });
}

function bodyFor(message: Message, { chat, thread }: TelegramReceiver): object {
  const text = shortened(message.text, CHARS_MAX, charactersOf);
  return {
    chat_id: chat,
    ...(thread === null ? {} : { message_thread_id: thread }),
    text,
    entities: [{ type: 'pre', offset: 0, length: text.length }],
    link_preview_options: { is_disabled: true },
    disable_notification: loudnessOf(message) === 'quiet',
  };
}

/**
 * The answer as its body means it. The body says whether it worked (`ok`), with what status (`error_code`), and for how many seconds to be
 * silent: `parameters.retry_after` (https://core.telegram.org/bots/api#making-requests).
 */
function asTelegramMeans(answer: HttpAnswer): HttpAnswer {
  const { ok, error_code: code, parameters } = jsonOf(answer);
  if (ok !== false) return answer;
  const seconds = (parameters as { retry_after?: unknown } | undefined)?.retry_after;
  const pause = typeof seconds === 'number' ? { 'retry-after': String(Math.ceil(seconds)) } : {};
  const said = typeof code === 'number' && code >= 400 ? code : 400;
  return { ...answer, status: answer.status < 400 ? said : answer.status, headers: { ...answer.headers, ...pause } };
}
