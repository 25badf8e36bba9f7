/** The house rules, held against every file of the house; and the proof that each rule can be broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { houseOf, readHouse } from './support/house.js';
import { type Rule, rules } from './support/house-rules.js';

const house = readHouse(fileURLToPath(new URL('..', import.meta.url)));

test('the house has its three rooms', () => {
  for (const door of ['parsers/index.ts', 'alerts/index.ts', 'src/main.ts']) assert.ok(house.has(door), door);
});

for (const file of house.values()) {
  test(`${file.path} keeps the house rules`, () => {
    const broken = Object.values<Rule>(rules).flatMap((rule) => rule(file, house));
    assert.deepEqual(broken, [], `${file.path} ${broken.join(', and ')}`);
  });
}

/** Each breaks one rule in the first of its files. */
const offences: { rule: keyof typeof rules; how: string; files: Record<string, string> }[] = [
  { rule: 'direction', how: 'to the right', files: { 'alerts/a.ts': "import { b } from '../src/b.js';" } },
  {
    rule: 'direction',
    how: 'to the right for a type',
    files: { 'parsers/a.ts': "import type { B } from '../alerts/index.js';" },
  },
  { rule: 'direction', how: 'past the door', files: { 'src/tail/a.ts': "export { b } from '../../parsers/b.js';" } },
  { rule: 'direction', how: 'past the door when called', files: { 'src/a.ts': "await import('../alerts/step.js');" } },
  {
    rule: 'circles',
    how: 'of two files',
    files: { 'src/a.ts': "import { b } from './b.js';", 'src/b.ts': "import { a } from './a.js';" },
  },
  {
    rule: 'circles',
    how: 'of types, over three files',
    files: {
      'src/a.ts': "import type { B } from './b.js';",
      'src/b.ts': "export type { C } from './c.js';",
      'src/c.ts': "export const c: import('./a.js').A = 1;",
    },
  },
  { rule: 'purity', how: 'by a module of Node', files: { 'parsers/a.ts': "import { readFileSync } from 'node:fs';" } },
  { rule: 'purity', how: 'by a package', files: { 'alerts/a.ts': "import nodemailer from 'nodemailer';" } },
  { rule: 'purity', how: 'by the clock', files: { 'alerts/a.ts': 'const at = Date.now();' } },
  { rule: 'purity', how: 'by the date', files: { 'alerts/a.ts': 'const at = new Date();' } },
  { rule: 'purity', how: 'by chance', files: { 'alerts/a.ts': 'const a = Math.random();' } },
  { rule: 'purity', how: 'by the process', files: { 'parsers/a.ts': "if (process.platform === 'linux') a();" } },
  { rule: 'purity', how: 'by a timer', files: { 'parsers/a.ts': 'setTimeout(a, 1);' } },
  { rule: 'purity', how: 'by the network', files: { 'alerts/a.ts': "await fetch('x');" } },
  { rule: 'purity', how: 'in src, by its own word', files: { 'src/a.ts': '/** Adds. Pure. */\nDate.now();' } },
  {
    rule: 'purity',
    how: 'by another file',
    files: {
      'alerts/a.ts': "import { b } from './b.js';",
      'alerts/b.ts': "export * from './channels/c.js';",
      'alerts/channels/c.ts': "import { connect } from 'node:net';",
    },
  },
  { rule: 'length', how: 'by a line', files: { 'src/a.ts': 'a();\n'.repeat(251) } },
  { rule: 'header', how: 'without one', files: { 'src/a.ts': 'a();\n/** Late. */' } },
  { rule: 'exit', how: 'in a command', files: { 'src/cli/a.ts': 'process.exit(1);' } },
  { rule: 'environment', how: 'in the daemon', files: { 'src/daemon.ts': 'const { HOME } = process.env;' } },
  { rule: 'sql', how: 'by its words', files: { 'src/cli/a.ts': 'db.all(`SELECT id\n FROM event`);' } },
  { rule: 'sql', how: 'by its engine', files: { 'src/a.ts': "import Database from 'better-sqlite3';" } },
  { rule: 'network', how: 'by a module', files: { 'src/a.ts': "import { connect } from 'node:net';" } },
  { rule: 'network', how: 'by fetch', files: { 'src/a.ts': "await fetch('x');" } },
  { rule: 'names', how: 'of a file', files: { 'src/string-utils.ts': '' } },
  { rule: 'names', how: 'of a class', files: { 'src/a.ts': 'export class StoreManager {}' } },
];

for (const { rule, how, files } of offences) {
  test(`the rule on ${rule} can be broken: ${how}`, () => {
    const small = houseOf(files);
    const [first] = [...small.values()];
    assert.equal(first && rules[rule](first, small).length, 1);
  });
}

test('what only looks like an offence is none', () => {
  const small = houseOf({
    'alerts/a.ts': `/** Nothing here calls Date.now() or process.exit(). */
      // import { b } from '../src/b.js';
      import { type B, type C } from './channels/b.js';
      import { D } from '../parsers/index.js';
      const at = new Date(0), said = 'process.env', quote = /['"\`]\\/[/*]/, it = "it's fetch(x)"; // Math.random()
      export class Databases {}`,
    'alerts/channels/b.ts': '/** Reaches out. */\nawait fetch(url);',
    'parsers/index.ts': "/** The door. */\nexport { D } from './d.js';",
    'src/a.ts': '/** Reads. */\nconst words = `selects it from b`; // SELECT a FROM b',
    'src/config/b.ts': '/** Reads. */\nconst { HOME } = process.env;',
  });
  for (const file of small.values()) {
    assert.deepEqual(
      Object.values<Rule>(rules).flatMap((rule) => rule(file, small)),
      [],
      file.path,
    );
  }
});
