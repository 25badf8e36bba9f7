/**
 * Gotify (https://gotify.net/docs/pushmsg): a POST to `/message` of the server, with the application's token as `?token=` in the address or
 * in the header `X-Gotify-Key`.
 */
import { plainText } from '../../words.js';
import { type Loudness, loudnessOf } from './loudness.js';
import { jsonPosting, type Medium } from './posting.js';
import { shortened } from './shorten.js';

/** Gotify names no limit; a phone shows no more. */
const BYTES_MAX = 16_000;

/** Its Android app makes a sound from 4 on, and is most insistent from 8 on. */
const PRIORITY: Record<Loudness, number> = { alarm: 8, loud: 6, normal: 4, quiet: 2 };

/** The app shows markdown only if a message asks for it; ours say that they are plain. */
const PLAIN = { 'client::display': { contentType: 'text/plain' } };

export const gotify: Medium = {
  postings(message) {
    const title = plainText(message.subject, 250);
    const text = shortened(message.text, BYTES_MAX, Buffer.byteLength);
    return [jsonPosting({ title, message: text, priority: PRIORITY[loudnessOf(message)], extras: PLAIN })];
  },
};
