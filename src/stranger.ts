/** What it means how a line begins that begins like nothing HAProxy writes by itself: belief remembers it (parsers/strangers.ts). Pure. */
import { hearStranger, type LineContext, parseHeader, withHost } from '../parsers/index.js';
import { type Memory, memoryWith } from './memory.js';
import type { StrangerSeen } from './tail/batch.js';

/** Takes in what the tail noted, with the time at which it was written. */
export function withStranger(memory: Memory, seen: StrangerSeen, context: LineContext): Memory {
  const { first, header, behind } = seen;
  const at = parseHeader(header, context)?.stamp.at ?? null;
  return memoryWith(memory, { heard: hearStranger(memory.heard, withHost(seen, context), first, { at, behind }) });
}
