/**
 * A message as each service takes it. Text of the log must do nothing there: ping a channel, become markup, break a header.
 * What is too long for a service loses its end, never its first sentence.
 */
import { headerText, plainText } from '../words.js';
import type { Message } from './channel.js';

export const FORMATS = ['json', 'slack', 'discord', 'teams', 'ntfy'] as const;

export type Format = (typeof FORMATS)[number];

/** What is posted: the body, and headers in lower case. */
export interface Posting {
  headers: Record<string, string>;
  body: string;
}

export function posting(message: Message, format: Format): Posting {
  switch (format) {
    case 'json':
      return json(message.json);
    case 'slack':
      return json({ text: slackText(message.text) });
    case 'discord':
      return json({ content: discordText(message.text), allowed_mentions: { parse: [] } });
    case 'teams':
      return json(teamsCard(message.text));
    case 'ntfy':
      return ntfyPosting(message);
  }
}

function json(value: unknown): Posting {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** Slack's control sequences begin with these three (`<!channel>` wakes everybody), so that text of the log must not hold them. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Discord takes 2000 characters; some are for the block in which nothing is markup. */
const DISCORD_CHARS_MAX = 1_900;

function discordText(text: string): string {
  return `\`\`\`\n${shortened(text.replaceAll('`', "'"), DISCORD_CHARS_MAX, (part) => part.length)}\n\`\`\``;
}

/** An Adaptive Card, for a webhook of Teams' Workflows. Its text runs, unlike its text blocks, know no markdown. */
function teamsCard(text: string): object {
  const body = text
    .trimEnd()
    .split('\n')
    .map((line, n) => ({
      type: 'RichTextBlock',
      spacing: n < 2 ? 'default' : 'none',
      inlines: [{ type: 'TextRun', text: line === '' ? ' ' : line, weight: n === 0 ? 'bolder' : 'default' }],
    }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body,
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return { type: 'message', attachments: [attachment] };
}

/** ntfy makes a longer text an attachment: 4096 bytes. */
const NTFY_BYTES_MAX = 4_000;

/** 5 rings through a phone's silence, 2 makes no sound. */
const NTFY_LOOKS: Record<Message['event'], { priority: string; tags: string }> = {
  firing: { priority: '5', tags: 'rotating_light' },
  reminder: { priority: '4', tags: 'rotating_light' },
  digest: { priority: '5', tags: 'rotating_light' },
  acknowledged: { priority: '2', tags: 'eyes' },
  resolved: { priority: '2', tags: 'white_check_mark' },
  test: { priority: '3', tags: 'test_tube' },
};

function ntfyPosting({ subject, text, event }: Message): Posting {
  const title = headerText(subject, 200);
  const headers = { 'content-type': 'text/plain; charset=utf-8', title, ...NTFY_LOOKS[event] };
  return { headers, body: shortened(text, NTFY_BYTES_MAX, Buffer.byteLength) };
}

/** As many of its lines as there is room for; of a first line that is longer itself, the beginning. */
function shortened(text: string, most: number, sizeOf: (part: string) => number): string {
  const lines = text.trimEnd().split('\n');
  const kept: string[] = [];
  let left = most - sizeOf('\n…');
  for (const line of lines) {
    left -= sizeOf(line) + 1;
    if (left < 0) break;
    kept.push(line);
  }
  if (kept.length === lines.length) return kept.join('\n');
  // A character of UTF-8 takes four bytes at most.
  return kept.length > 0 ? `${kept.join('\n')}\n…` : plainText(lines[0]!, Math.floor(most / 4));
}
