/** A notification as a message, whatever the channel. */
import type { Instant } from '../parsers/index.js';
import type { Message } from './channels/channel.js';
import type { Incident } from './incident.js';
import { endMark, host, subjectInWords } from './incident-words.js';
import type { Notification, NotificationKind } from './notification.js';
import { webhookBody } from './payload.js';
import { RULE_WORDS } from './rules.js';
import { asText, sentenceOf } from './story-text.js';
import { type Circumstances, tell } from './tell.js';

/**
 * The mark before the stem of the subject. Words in square brackets do not change the base subject by which mail programs keep a thread
 * together (RFC 5256, section 2.1); other words would.
 */
function subjectMark(event: NotificationKind, incident: Incident): string {
  if (event === 'firing') return '';
  const { rule } = incident;
  const mark = { resolved: endMark(incident), reminder: RULE_WORDS[rule].still, acknowledged: 'Acknowledged' }[event];
  return `[${mark}] `;
}

/**
 * Takes a notification and the instant of sending by our clock, from which ages are counted; returns the message. The first line of its
 * text tells the whole in one sentence. Names and free text from the log are cleaned, so that no line can be forged.
 */
export function render(notification: Notification, now: Instant, how: Circumstances = {}): Message {
  const { incident, event } = notification;
  const { rule } = incident;
  const story = tell(notification, now, how);
  return {
    id: notification.dedupKey,
    incidentId: incident.id,
    event,
    incident,
    subject: `${subjectMark(event, incident)}[haplog] ${host(incident)}: ${subjectInWords(incident)} ${RULE_WORDS[rule].is}`,
    story,
    text: asText(story),
    json: webhookBody(notification, sentenceOf(story), how),
  };
}
