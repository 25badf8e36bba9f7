/** Walks fixtures/config: every good file loads, every bad one is refused in the words its first lines expect. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../../src/config/load.js';
import { UserError } from '../../../src/user-error.js';

const FOLDER = fileURLToPath(new URL('../../../fixtures/config', import.meta.url));

/** Stand in the fixtures where a secret may stand, rightly or wrongly. */
const SECRETS = ['hunter2', 'secret-token', 'correct horse', '20240221', 'xyz', 'c2hvcnQ', 'MfKQ9r8G'];

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

for (const name of files.filter((file) => file.startsWith('good.'))) {
  test(`${name} is accepted, and shows no secret`, () => {
    const loaded = JSON.stringify(loadConfig(join(FOLDER, name), {}));
    for (const secret of SECRETS) assert.ok(!loaded.includes(secret), `${secret} stands in ${loaded}`);
  });
}

for (const name of files.filter((file) => file.startsWith('bad.'))) {
  test(`${name} is refused in words that help, and shows no secret`, () => {
    const path = join(FOLDER, name);
    const expected = [...readFileSync(path, 'utf8').matchAll(/^# expect: (.*)$/gm)].map(([, words = '']) => words);
    assert.notDeepEqual(expected, []);
    assert.throws(
      () => loadConfig(path, {}),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        for (const words of expected)
          assert.ok(error.message.includes(words), `"${words}" is not in\n${error.message}`);
        for (const secret of SECRETS) assert.ok(!error.message.includes(secret), error.message);
        return true;
      },
    );
  });
}

test('mistakes are told in the order of the file, each once', () => {
  const lines = mistakesOf('bad.many.yaml').map((line) => Number(/\.yaml:(\d+):/.exec(line)?.[1]));
  assert.deepEqual(
    lines,
    lines.toSorted((a, b) => a - b),
  );
  assert.equal(lines.length, 5);
});

function mistakesOf(name: string): string[] {
  try {
    loadConfig(join(FOLDER, name), {});
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
}
