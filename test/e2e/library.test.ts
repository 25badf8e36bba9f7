/** haplog as others get it: packed, unpacked into a stranger's folder, and used as docs/library.md shows. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const doc = readFileSync(join(root, 'docs', 'library.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'haplog-library-'));
const LIMIT = { timeout: 60_000 };

after(() => rmSync(folder, { recursive: true, force: true }));

/** The first block of code behind `heading` that is marked as `language`. */
function block(heading: string, language: string): string {
  const found = new RegExp(`${heading}\\n+\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(doc);
  assert.ok(found, `docs/library.md has no ${language} block behind "${heading}"`);
  return found[1]!;
}

function run(program: string, args: string[], cwd: string): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

before(() => {
  const packed = run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], root).trim();
  const installed = join(folder, 'node_modules', 'haplog');
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', join(folder, packed), '--strip-components=1', '-C', installed], folder);
  // What it depends on stands beside it, as npm would put it there.
  for (const name of Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies)) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), place);
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(folder, 'example.ts'), block('## An example', 'ts'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { target: 'es2022', module: 'nodenext', strict: true, types: [], lib: ['es2023', 'dom'] },
      files: ['example.ts'],
    }),
  );
});

test('the example of docs/library.md compiles against the packed types', LIMIT, () => {
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], folder);
});

test('and prints what the page says', LIMIT, () => {
  assert.equal(run(process.execPath, ['example.js'], folder), block('It prints', ''));
});

test('nothing but the door is open', LIMIT, () => {
  const inside = "import('haplog/dist/parsers/scan.js').then(() => process.exit(1), (e) => console.log(e.code))";
  assert.equal(run(process.execPath, ['-e', inside], folder).trim(), 'ERR_PACKAGE_PATH_NOT_EXPORTED');
});

test(
  'the program does not hold the grammar of traffic, only a part of its own does, for the command that asks for it',
  LIMIT,
  () => {
    const sources = join(folder, 'node_modules', 'haplog', 'dist', 'src');
    const holders = readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'))
      .filter((name) => readFileSync(join(sources, name), 'utf8').includes('NetScaler Client IP'));
    assert.deepEqual(holders, [join('parts', 'typed-traffic.js')]);
  },
);
