/** Discord, by a webhook of a channel (https://docs.discord.com/developers/resources/webhook). */
import { jsonPosting, type Medium } from './posting.js';
import { charactersOf, shortened } from './shorten.js';

/** Discord takes 2000 characters; the rest is for the block in which nothing is markup. */
const CHARS_MAX = 1_900;

export const discord: Medium = {
  postings({ text }) {
    const content = `\`\`\`\n${shortened(text.replaceAll('`', "'"), CHARS_MAX, charactersOf)}\n\`\`\``;
    return [jsonPosting({ content, allowed_mentions: { parse: [] } })];
  },
};
