/**
 * Is what stands in node_modules/ and dist/ made from what stands in the tree? Answered from content, not from times:
 * a checkout touches every file and changes none.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Remembers for which lock file and which Node the packages were installed. */
export const installedMark = join(root, 'node_modules', '.haplog-ready');
/** Remembers from which sources dist/ was built. */
export const builtMark = join(root, 'dist', '.haplog-built');

/**
 * What Peggy makes of parsers/grammar/: for each `NAME.config.json`, which lists its files in their order, the module
 * `NAME.gen.js` that tests and the build read.
 */
export function grammars() {
  const folder = join(root, 'parsers');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.config.json'))
    .map((name) => {
      const options = join(folder, name);
      const sources = JSON.parse(readFileSync(options, 'utf8')).input.map((path) => join(root, path));
      return { options, sources, compiled: options.replace('.config.json', '.gen.js') };
    });
}

/** What wabt makes of WebAssembly's text: a module that tests and the build read. */
export const sweep = {
  source: join(root, 'src', 'tail', 'sweep.wat'),
  compiled: join(root, 'src', 'tail', 'sweep.gen.js'),
};

const sources = [
  'src',
  'parsers',
  'alerts',
  'scripts/build.mjs',
  'scripts/hoist.mjs',
  'scripts/code-cache.cjs',
  'package.json',
  'tsconfig.json',
];
const generated = /\.gen\./;

/** What the packages must match: the lock file, and Node's binary interface, since SQLite is compiled for one. */
export function wantedInstall() {
  return digest(
    [join(root, 'package-lock.json')],
    `abi ${process.versions.modules} ${process.platform} ${process.arch}`,
  );
}

/** What the build must match: every file that it is made from. */
export function wantedBuild() {
  return digest(sources.flatMap((path) => filesBelow(join(root, path))).filter((path) => !generated.test(path)));
}

/** True when node_modules/ holds what package-lock.json asks for, in a form that this Node can load. */
export function isInstalled() {
  return read(installedMark) === wantedInstall();
}

/** True when dist/ and what is generated beside the sources are of these sources. */
export function isBuilt() {
  return read(builtMark) === wantedBuild() && [...grammars(), sweep].every(({ compiled }) => existsSync(compiled));
}

/**
 * True when somebody ran npm by hand and the outcome is as good as ours: npm's own record of what it installed agrees
 * with package-lock.json, and SQLite's native part opens. Spares minutes of compiling.
 */
export function installedByHand() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null || present === null) return false;
  // A package for another platform is optional, or hangs below one that is, and npm leaves it out.
  const agrees = Object.entries(wanted).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || (present[path] ? present[path].version === version : optional || devOptional),
  );
  return agrees && Object.keys(present).every((path) => path in wanted) && nativePartLoads();
}

/** Whether SQLite's compiled part is there, and of this Node. */
export function nativePartLoads() {
  try {
    const Database = createRequire(join(root, 'package.json'))('better-sqlite3');
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => filesBelow(join(path, entry.name)));
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
}

function digest(paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const path of paths) hash.update(`\0${relative(root, path)}\0`).update(readFileSync(path));
  return hash.digest('hex');
}
