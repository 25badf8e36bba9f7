/** Microsoft Teams, by a webhook of its Workflows: an Adaptive Card, whose text runs, unlike its text blocks, know no markdown. */
import { jsonPosting, type Medium } from './posting.js';
import { shortened } from './shorten.js';

/** A message may have 28 kB; the card around a line takes more than the line itself. */
const BYTES_MAX = 20_000;
const BYTES_AROUND_LINE = 130;

export const teams: Medium = {
  postings({ text }) {
    const said = shortened(text, BYTES_MAX, (part) => Buffer.byteLength(JSON.stringify(part)) + BYTES_AROUND_LINE);
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      body: said.split('\n').map(block),
    };
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
    return [jsonPosting({ type: 'message', attachments: [attachment] })];
  },
};

function block(line: string, n: number): object {
  return {
    type: 'RichTextBlock',
    spacing: n < 2 ? 'default' : 'none',
    inlines: [{ type: 'TextRun', text: line === '' ? ' ' : line, weight: n === 0 ? 'bolder' : 'default' }],
  };
}
