/** Slack, by an incoming webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
import { jsonOf } from '../http-answer.js';
import { jsonPosting, type Medium } from './posting.js';
import { shortened } from './shorten.js';

/** Slack cuts a text at 40,000 characters, in the middle of a word. */
const CHARS_MAX = 38_000;

export const slack: Medium = {
  postings({ text }) {
    const said = escaped(shortened(text, CHARS_MAX, (part) => escaped(part).length));
    // Stars and underscores stay as they are, and no address in the log is looked up.
    return [jsonPosting({ text: said, mrkdwn: false, unfurl_links: false, unfurl_media: false })];
  },
  /** An incoming webhook says `ok`. Slack's other methods, and what imitates them, refuse in JSON under HTTP 200. */
  understand: (answer) => (jsonOf(answer).ok === false && answer.status < 300 ? { ...answer, status: 400 } : answer),
};

/** Control sequences begin with these three characters (`<!channel>` wakes everybody), so text from the log must not hold them. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
