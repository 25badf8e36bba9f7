/** Times that are a length of time before now. Apart from the other time words, as they need no calendar. */
import type { Instant } from '../../parsers/index.js';
import { readDuration } from '../duration.js';

/** Takes `1h30m`, `-2d`, `90m ago` or `now`; returns that moment, not before 1970, or null for any other text. */
export function ago(text: string, now: Instant): Instant | null {
  const words = text.trim();
  if (words.toLowerCase() === 'now') return now;
  const ms = readDuration(words.replace(/^-/, '').replace(/ ago$/, ''));
  return ms === null ? null : Math.max(0, now - ms);
}
