/**
 * Takes what Peggy's parsers make anew for every line out of the function that parses: the literals that rules expect, and
 * the functions that describe them, which are the same for every line. They were two thirds of all garbage.
 */

const CONSTANT = /^ {2}const peg\$[cre]\d+ = .*;\n/gm;
const DESCRIBES = /^ {2}function peg\$(?:literal|class|any|end|other)Expectation\([\s\S]*?^ {2}\}\n/gm;
const PARSES = /^function peg\$parse\(/m;

/** Takes a parser's source as Peggy 5 writes it; returns one that does the same. Throws where it is written otherwise. */
export function hoistConstants(source) {
  const constants = source.match(CONSTANT) ?? [];
  const descriptions = source.match(DESCRIBES) ?? [];
  if (constants.length === 0 || descriptions.length === 0 || !PARSES.test(source)) {
    throw new Error('Peggy writes its parsers otherwise than it did; see scripts/hoist.mjs');
  }
  const outside = [...descriptions, ...constants].map((text) => text.replace(/^ {2}/gm, '')).join('');
  const inside = source.replace(DESCRIBES, '').replace(CONSTANT, '');
  return inside.replace(PARSES, () => `${outside}\nfunction peg$parse(`);
}
