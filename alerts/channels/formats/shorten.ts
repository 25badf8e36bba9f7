/** Makes a text fit into what a service takes: it loses its end, never its first sentence. */
import { plainText } from '../../words.js';

/**
 * As many of the text's lines as there is room for, and a line `…` if some are missing; if the first line alone is too long, its beginning.
 * @param most the room, in what `sizeOf` counts; at least a few dozen
 * @param sizeOf characters, bytes, or characters once they are escaped; must add up over parts
 */
export function shortened(text: string, most: number, sizeOf: (part: string) => number): string {
  const lines = text.trimEnd().split('\n');
  const kept: string[] = [];
  let left = most - sizeOf('\n…');
  for (const line of lines) {
    left -= sizeOf(line) + 1;
    if (left < 0) break;
    kept.push(line);
  }
  if (kept.length === lines.length) return kept.join('\n');
  return kept.length > 0 ? `${kept.join('\n')}\n…` : beginning(lines[0]!, most, sizeOf);
}

function beginning(line: string, most: number, sizeOf: (part: string) => number): string {
  let limit = most;
  let part = plainText(line, limit);
  while (sizeOf(part) > most && limit > 1) {
    limit = Math.floor(limit / 2);
    part = plainText(line, limit);
  }
  return part;
}

/** For `shortened`: what a service counts as characters, which is UTF-16 code units. */
export const charactersOf = (part: string): number => part.length;
