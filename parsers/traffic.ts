/** Takes traffic lines apart by a grammar of their own, which a bundler leaves out of programs that read only states. */
import { parse } from './traffic.gen.js';
import type { Traffic } from './traffic-record.js';

/**
 * Reads a message as traffic.
 * @param message what stands behind the header: `text` of a record whose sentence is `other`
 * @returns null if it is in none of HAProxy's built-in formats. Never throws.
 */
export function parseTraffic(message: string): Traffic | null {
  try {
    return parse(message);
  } catch (error) {
    if ((error as { location?: unknown }).location === undefined) throw error;
    return null;
  }
}
