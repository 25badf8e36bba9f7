/**
 * Peggy writes a parser as one function that makes its rules, literals and actions anew for every text. Here they are
 * made once: all that stands in that function goes before it, and what differs from text to text is set when one begins.
 * Otherwise that was two thirds of all garbage, and V8 could not optimise what it sees as another function each time.
 *
 * And to note what was expected where costs as much as to read: it is asked only of a text that turns out to be none.
 *
 * And a run of characters, `[0-9]+`, is passed over in one step and not by the character. Its value, which Peggy makes a list of
 * them, is then the first alone: a grammar that wants a run takes its text (`$`).
 */

const PARSE = /^function peg\$parse\(input, options\) \{\n([\s\S]*?)^\}\n/m;
const FUNCTION = /^ {2}function (?:[^\n]*\}\n|[\s\S]*?^ {2}\}\n)/gm;
const CONSTANT = /^ {2}const peg\$(?:[cre]\d+|FAILED) = .*;\n/gm;
const START_RULES = /^ {2}const peg\$startRuleFunctions = \{\n[\s\S]*?^ {2}\};\n/gm;
const VARIABLE = /^ {2}(?:let|const) (peg\$\w+)(?: = (.*))?;\n/gm;

/** The rest of a run whose first character was looked at; a run of any characters; a literal, which is otherwise cut out to be compared. */
const RUN = loopOver(
  String.raw`\1 = input\.charAt\(peg\$currPos\);\s+if \(peg\$r(\d+)\.test\(\1\)\) \{\s+peg\$currPos\+\+;`,
);
const RUN_OF_ALL = loopOver(
  String.raw`if \(input\.length > peg\$currPos\) \{\s+\1 = input\.charAt\(peg\$currPos\);\s+peg\$currPos\+\+;`,
);
const LITERAL = /input\.substr\(peg\$currPos, \d+\) === (peg\$c\d+)/g;
const CLASS = /^const peg\$r(\d+) = \/\^(\[.*\])\/(i?);$/gm;

const READS = '  peg$result = peg$startRuleFunction();\n';
const READS_QUIETLY_FIRST = `  peg$silentFails++;
${READS}  peg$silentFails--;
  if (peg$result === peg$FAILED || peg$currPos < input.length) {
    peg$currPos = peg$savedPos = options.peg$currPos | 0;
  ${READS}  }
`;

const PASS_OVER = `function peg$passOver(run) {
  run.lastIndex = peg$currPos;
  run.test(input);
  peg$currPos = run.lastIndex;
}
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
    .replace(RUN, 'if ($1 !== peg$$FAILED) { peg$$passOver(peg$$run$2); $3 }')
    .replace(RUN_OF_ALL, 'if ($1 !== peg$$FAILED) { peg$$currPos = input.length; $2 }')
    .replace(LITERAL, 'input.startsWith($1, peg$$currPos)')
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
  const made = hoisted.join('').replace(CLASS, '$&\nconst peg$$run$1 = /$2*/y$3;');
  return source.replace(whole, () => `${made}${PASS_OVER}let ${names.join(', ')};\n\n${parse}`);
}

/** Peggy's loop for one character more, where `step` looks at it. */
function loopOver(step) {
  const failed = String.raw`\} else \{\s+\1 = peg\$FAILED;\s+(if .*\})\s+\}`;
  return new RegExp(
    String.raw`while \((s\d+) !== peg\$FAILED\) \{\s+s\d+\.push\(\1\);\s+${step}\s+${failed}\s+\}`,
    'g',
  );
}
