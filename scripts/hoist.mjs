/**
 * Peggy writes a parser as one function that makes its rules, literals and actions anew for every text. Here they are
 * made once: all that stands in that function goes before it, and what differs from text to text is set when one begins.
 * Otherwise that was two thirds of all garbage, and V8 could not optimise what it sees as another function each time.
 *
 * And to note what was expected where costs as much as to read: it is asked only of a text that turns out to be none.
 */

const PARSE = /^function peg\$parse\(input, options\) \{\n([\s\S]*?)^\}\n/m;
const FUNCTION = /^ {2}function (?:[^\n]*\}\n|[\s\S]*?^ {2}\}\n)/gm;
const CONSTANT = /^ {2}const peg\$(?:[cre]\d+|FAILED) = .*;\n/gm;
const START_RULES = /^ {2}const peg\$startRuleFunctions = \{\n[\s\S]*?^ {2}\};\n/gm;
const VARIABLE = /^ {2}(?:let|const) (peg\$\w+)(?: = (.*))?;\n/gm;

const READS = '  peg$result = peg$startRuleFunction();\n';
const READS_QUIETLY_FIRST = `  peg$silentFails++;
${READS}  peg$silentFails--;
  if (peg$result === peg$FAILED || peg$currPos < input.length) {
    peg$currPos = peg$savedPos = options.peg$currPos | 0;
  ${READS}  }
`;

/** Takes a parser's source as Peggy 5 writes it; returns one that does the same. Throws where it is written otherwise. */
export function hoistRules(source) {
  const [whole, inside] = PARSE.exec(source) ?? [];
  if (!inside?.includes(READS))
    throw new Error('Peggy writes its parsers otherwise than it did; see scripts/hoist.mjs');
  const hoisted = [];
  const names = ['input', 'options'];
  const hoist = (text) => {
    hoisted.push(text.replace(/^ {2}/gm, ''));
    return '';
  };
  const rest = inside
    .replace(FUNCTION, hoist)
    .replace(CONSTANT, hoist)
    .replace(START_RULES, hoist)
    .replace(VARIABLE, (_, name, value) => {
      names.push(name);
      return value === undefined ? '' : `  ${name} = ${value};\n`;
    })
    .replace(READS, () => READS_QUIETLY_FIRST)
    .replace(/\n{2,}/g, '\n');
  const parse = `function peg$parse(text, given) {\n  input = text;\n  options = given;\n${rest}}\n`;
  return source.replace(whole, () => `${hoisted.join('')}let ${names.join(', ')};\n\n${parse}`);
}
