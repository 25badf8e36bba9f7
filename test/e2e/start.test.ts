/** What a start promises: code that the build kept makes it sooner, and nothing about it can keep haplog from starting. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { projectRoot } from '../support/haplog.js';
import { openFolder, type TemporaryFolder } from '../support/stage.js';

let folder: TemporaryFolder;
before(() => {
  folder = openFolder();
  symlinkSync(join(projectRoot, 'node_modules'), join(folder.path, 'node_modules')); // where npm puts SQLite
});
after(() => folder[Symbol.dispose]());
beforeEach(() => {
  rmSync(built(), { recursive: true, force: true });
  cpSync(join(projectRoot, 'dist', 'src'), built(), { recursive: true });
});

const built = (...path: string[]) => join(folder.path, 'src', ...path);

/** Runs a command of haplog: what it prints, and of which of its files V8 took the code that was kept; undefined where none was offered. */
function started(command: string[], ...flags: string[]): { said: string; taken: Record<string, boolean | undefined> } {
  const start = `
    process.argv = [process.argv[0], 'haplog', ...${JSON.stringify(command)}];
    const { loaded } = require(${JSON.stringify(built('main.js'))});
    const isTaken = ({ script: { cachedDataRejected: rejected } }) => rejected === undefined ? undefined : !rejected;
    process.on('exit', () => {
      const taken = [...loaded].map(([path, one]) => [require('node:path').basename(path), isTaken(one)]);
      console.log(JSON.stringify(Object.fromEntries(taken)));
    });`;
  const lines = execFileSync(process.execPath, [...flags, '-e', start], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  return { taken: JSON.parse(lines.pop() ?? ''), said: lines.join('\n') };
}

/** Starts haplog; did V8 take the code that was kept of the program? */
function taken(...flags: string[]): boolean | undefined {
  const { said, taken: files } = started(['--version'], ...flags);
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  assert.equal(said, version);
  return files['program.js'];
}

test('haplog starts with the code that the build kept', () => {
  assert.equal(taken(), true);
});

test('who has a configuration starts with the code that was kept of what reads it', () => {
  const config = join(projectRoot, 'fixtures', 'config', 'good.full.yaml');
  const log = join(folder.path, 'empty.log');
  writeFileSync(log, '');
  const { taken: files } = started(['replay', '--config', config, log]);
  const needed = ['program.js', 'rest.js', 'yaml.js', 'zod.js', 'nodemailer.js'];
  assert.deepEqual(files, Object.fromEntries(needed.map((name) => [name, true])));
});

test('what reads a log loads nothing that only other commands and configurations need', () => {
  const log = join(projectRoot, 'fixtures', 'allyrion', 'haproxy.log');
  assert.deepEqual(started(['replay', log]).taken, { 'program.js': true });
  assert.deepEqual(started(['import', '--db', join(folder.path, 'haplog.db'), log]).taken, { 'program.js': true });
});

test('where that is missing, or a folder, it starts without', () => {
  rmSync(built('program.cache'));
  assert.equal(taken(), undefined);
  cpSync(built('parts'), built('program.cache'), { recursive: true });
  assert.equal(taken(), undefined);
});

test('where that is cut off or empty, it starts without', () => {
  const kept = readFileSync(built('program.cache'));
  for (const length of [0, 255]) {
    writeFileSync(built('program.cache'), kept.subarray(0, length));
    assert.equal(taken(), undefined);
  }
  for (const length of [256, 264, kept.length >> 1, kept.length - 8]) {
    writeFileSync(built('program.cache'), kept.subarray(0, length));
    assert.notEqual(taken(), true);
  }
});

test('where a disk has lost a part of that, it starts without', () => {
  const kept = readFileSync(built('program.cache'));
  const sectors = kept.length / 512;
  assert.ok(Number.isInteger(sectors));
  for (const sector of [1, 2, sectors >> 2, (sectors >> 1) + 1, sectors - 2, sectors - 1]) {
    writeFileSync(built('program.cache'), Buffer.from(kept).fill(0, sector * 512, (sector + 1) * 512));
    assert.equal(taken(), undefined, `sector ${sector} of ${sectors}`);
  }
});

test('a stack names haplog, and no folder of the machine that built it', () => {
  const log = join(projectRoot, 'fixtures', 'allyrion', 'haproxy.log');
  const start = `
    process.argv = [process.argv[0], 'haplog', 'replay', ${JSON.stringify(log)}];
    const fs = require('node:fs');
    const { openSync } = fs;
    fs.openSync = (path, ...how) => {
      if (path === ${JSON.stringify(log)}) console.error(new Error('here').stack);
      return openSync(path, ...how);
    };
    require(${JSON.stringify(built('main.js'))});`;
  const { stderr } = spawnSync(process.execPath, ['-e', start], { encoding: 'utf8' });
  assert.match(stderr, /\(haplog\/program\.js:\d+:\d+\)/);
  assert.doesNotMatch(stderr, /[^( ]haplog\/program\.js|stage/);
});

test('a part that cannot be loaded is asked for again', () => {
  const start = `
    process.argv = [process.argv[0], 'haplog', '--version'];
    const { loadLater } = require(${JSON.stringify(built('main.js'))});
    const { throws, equal } = require('node:assert/strict');
    throws(() => loadLater('./parts/broken.js'), /not yet/);
    globalThis.isMended = true;
    equal(loadLater('./parts/broken.js').answer, 42);`;
  const broken = 'if (!globalThis.isMended) throw new Error("not yet"); exports.answer = 42;';
  writeFileSync(built('parts', 'broken.js'), `// ${'0'.repeat(64)}\n(function (exports) {${broken}\n})\n`);
  execFileSync(process.execPath, ['-e', start], { stdio: ['ignore', 'ignore', 'inherit'] });
});

test('where the program is of another build, and no longer than this one, it starts without', () => {
  const program = readFileSync(built('program.js'), 'utf8');
  const [name = ''] = program.split('\n');
  assert.match(name, /^\/\/ [0-9a-f]{64}$/);
  writeFileSync(built('program.js'), program.replace(name, `// ${'0'.repeat(64)}`));
  assert.equal(taken(), undefined);
});

test('the build names the program by what is in it', () => {
  const [name, ...rest] = readFileSync(built('program.js'), 'utf8').split('\n');
  const around = ['(function (exports, require, module, __filename, __dirname) {', '\n})\n'] as const;
  const program = rest.join('\n').slice(around[0].length, -around[1].length);
  assert.equal(name, `// ${createHash('sha256').update(program).digest('hex')}`);
});

test('a module that is loaded later is what it stands for', () => {
  const start = `
    process.argv = [process.argv[0], 'haplog', '--version'];
    const { loadLater } = require(${JSON.stringify(built('main.js'))});
    const [late, os] = [loadLater('node:os'), require('node:os')];
    const { deepEqual } = require('node:assert/strict');
    deepEqual(Object.keys(late), Object.keys(os));
    deepEqual([late.EOL, 'hostname' in late, 'nothing' in late, late.nothing], [os.EOL, true, false, undefined]);
    deepEqual([Object.hasOwn(late, 'EOL'), Object.hasOwn(late, 'nothing')], [true, false]);
    deepEqual({ ...late }, { ...os });`;
  execFileSync(process.execPath, ['-e', start], { stdio: ['ignore', 'ignore', 'inherit'] });
});

test('of the modules that take long to load, none is loaded that a command does not need', () => {
  const modules = (...args: string[]) => {
    const start = `
      process.argv = [process.argv[0], 'haplog', ...${JSON.stringify(args)}];
      process.on('exit', () => console.log(process.moduleLoadList.join()));
      require(${JSON.stringify(built('main.js'))});`;
    return execFileSync(process.execPath, ['-e', start], { encoding: 'utf8' });
  };
  assert.doesNotMatch(modules('--version'), /NativeModule (?:child_process|crypto|zlib|fs\/promises)\b/);
  const log = join(projectRoot, 'fixtures', 'allyrion', 'haproxy.log');
  assert.doesNotMatch(modules('replay', log), /NativeModule (?:child_process|zlib|fs\/promises)\b/);
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
