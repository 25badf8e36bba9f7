/** What a start promises: code that the build kept makes it sooner, and nothing about it can keep haplog from starting. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { projectRoot } from '../support/haplog.js';
import { openFolder, type TemporaryFolder } from '../support/stage.js';

let folder: TemporaryFolder;
before(() => {
  folder = openFolder();
});
after(() => folder[Symbol.dispose]());
beforeEach(() => {
  rmSync(built(), { recursive: true, force: true });
  cpSync(join(projectRoot, 'dist', 'src'), built(), { recursive: true });
});

const built = (...path: string[]) => join(folder.path, 'src', ...path);

/** Starts haplog; did V8 take the code that was kept? Undefined where none was offered. */
function taken(...flags: string[]): boolean | undefined {
  const start = `
    process.argv = [process.argv[0], 'haplog', '--version'];
    const { script } = require(${JSON.stringify(built('main.js'))});
    process.on('exit', () => console.log(script.cachedDataRejected));`;
  const said = execFileSync(process.execPath, [...flags, '-e', start], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  assert.equal(said[0], version);
  return said[1] === 'undefined' ? undefined : said[1] === 'false';
}

test('haplog starts with the code that the build kept', () => {
  assert.equal(taken(), true);
});

test('where that is missing, or a folder, it starts without', () => {
  rmSync(built('program.cache'));
  assert.equal(taken(), undefined);
  cpSync(built('parts'), built('program.cache'), { recursive: true });
  assert.equal(taken(), undefined);
});

test('where that is cut off or empty, it starts without', () => {
  const kept = readFileSync(built('program.cache'));
  for (const length of [0, 31]) {
    writeFileSync(built('program.cache'), kept.subarray(0, length));
    assert.equal(taken(), undefined);
  }
  for (const length of [32, 40, kept.length >> 1, kept.length - 8]) {
    writeFileSync(built('program.cache'), kept.subarray(0, length));
    assert.notEqual(taken(), true);
  }
});

test('where the program is another one of the same length, it starts without', () => {
  const program = readFileSync(built('program.js'), 'utf8');
  writeFileSync(built('program.js'), program.replace('print the version', 'tells the version'));
  assert.equal(taken(), undefined);
});

test('where V8 has other flags, it starts without', () => {
  assert.equal(taken('--no-opt'), undefined);
});

test('a start writes nothing', () => {
  chmodSync(built('program.cache'), 0o444);
  const before = readFileSync(built('program.cache'));
  taken('--no-opt');
  assert.ok(readFileSync(built('program.cache')).equals(before));
});
