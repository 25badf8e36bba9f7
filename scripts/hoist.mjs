/**
 * Takes what Peggy's parsers make anew for every line out of the function that parses, where it is the same for every
 * line: the literals that rules expect, the functions that describe them, and the actions that ask nothing of the place
 * in the text. They were two thirds of all garbage.
 */

const CONSTANT = /^ {2}const peg\$[cre]\d+ = .*;\n/gm;
const DESCRIBES = /^ {2}function peg\$(?:literal|class|any|end|other)Expectation\([\s\S]*?^ {2}\}\n/gm;
const ACTION = /^ {2}function peg\$f\d+(\([^)]*\) \{(?:[^\n]*\}\n|\n[\s\S]*?^ {2}\}\n))/gm;
const PARSES = /^function peg\$parse\(/m;

/** What stands in the function that parses and means something else for every text. */
const OF_THE_TEXT = /\b(?:text|location|offset|range|error|expected)\(|\b(?:input|options)\b|\bpeg\$/;

/** Takes a parser's source as Peggy 5 writes it; returns one that does the same. Throws where it is written otherwise. */
export function hoistConstants(source) {
  const constants = source.match(CONSTANT) ?? [];
  const descriptions = source.match(DESCRIBES) ?? [];
  if (constants.length === 0 || descriptions.length === 0 || !PARSES.test(source)) {
    throw new Error('Peggy writes its parsers otherwise than it did; see scripts/hoist.mjs');
  }
  const actions = [];
  const inside = source
    .replace(DESCRIBES, '')
    .replace(CONSTANT, '')
    .replace(ACTION, (action, rest) => {
      if (OF_THE_TEXT.test(rest)) return action;
      actions.push(action);
      return '';
    });
  const outside = [...descriptions, ...constants, ...actions].map((text) => text.replace(/^ {2}/gm, '')).join('');
  return inside.replace(PARSES, () => `${outside}\nfunction peg$parse(`);
}
