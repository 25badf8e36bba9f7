/** Keeps the memory small: a client can make up names without end, and each is remembered as long as a copy may take to arrive. */
import type { Heard } from './heard.js';
import { profileOf, withProfile } from './profiles.js';
import type { Instant } from './record.js';
import { forgetOld } from './speakers.js';

/** With this many subjects in the memory, old ones are forgotten before another is added. */
const CROWD = 10_000;

/** How often at most, because forgetting looks at everything. */
const THINNED_EVERY_MS = 1_000;

/** `heard` with room for another subject of this host. */
export function withRoomFor(heard: Heard, subject: string, { host, at }: { host: string; at: Instant }): Heard {
  if (heard.subjects.size < CROWD || heard.subjects.has(subject)) return heard;
  const { thinnedAt } = profileOf(heard, host);
  if (thinnedAt !== undefined && Math.abs(at - thinnedAt) < THINNED_EVERY_MS) return heard;
  return forgetOld(withProfile(heard, host, { thinnedAt: at }), host, at);
}
