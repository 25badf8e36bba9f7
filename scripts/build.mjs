/**
 * Builds dist/: the grammars by Peggy, the sweep over traffic by wabt, all else checked by tsc; dist/parsers/ for who imports
 * it as a library, with its types, and dist/src/program.js and rest.js as two bundles with what they use, dist/src/main.js that
 * starts them, and V8's code for them. `--generate` stops after Peggy and wabt.
 * dist/ is replaced at the end and in one go, so that a failed or interrupted build leaves the last good one.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtMark, grammars, root, sweep, wantedBuild } from './freshness.mjs';
import { hoistRules } from './hoist.mjs';
import { isAlive } from './lock.mjs';

const dist = join(root, 'dist');
const hoisting = join(root, 'scripts', 'hoist.mjs');
const thisFile = fileURLToPath(import.meta.url);
/** A folder in which a build works; its process id follows. */
const stageName = '.stage-';

/** A step of the build failed; `output` is what its program said. */
export class BuildError extends Error {
  constructor(message, output) {
    super(message);
    this.output = output;
  }
}

/** Makes what is generated beside the sources, where it is not newer already. */
export async function generate() {
  for (const grammar of grammars()) {
    if (isNewer(grammar.compiled, [grammar.options, ...grammar.sources, hoisting, thisFile])) continue;
    await arrive(grammar.compiled, (place) => compileGrammar(grammar, place));
  }
  if (!isNewer(sweep.compiled, [sweep.source, thisFile])) await arrive(sweep.compiled, compileSweep);
}

/** A grammar as an ES module with types beside it; KINDS are those of the sentences that its rules give, where they give some. */
function compileGrammar({ options, sources }, place) {
  tool('peggy/bin/peggy.js', ['-c', options, '-o', place], 'The grammar does not compile');
  const rules = sources.map((path) => readFileSync(path, 'utf8')).join('');
  const kinds = [...new Set(Array.from(rules.matchAll(/\bkind: ('[\w.]+')/g), ([, kind]) => kind))].sort();
  const exported = kinds.length === 0 ? '' : `export const KINDS = [${kinds}];\n`;
  writeFileSync(place, `${hoistRules(readFileSync(place, 'utf8'))}${exported}`);
  if (exported !== '') appendFileSync(typesOf(place), `export const KINDS: readonly (${kinds.join(' | ')})[];\n`);
}

const typesOf = (module) => module.replace(/\.js$/, '.d.ts');

/** src/tail/sweep.wat as an ES module that holds its bytes, with types beside it. */
async function compileSweep(place) {
  const { default: wabt } = await import('wabt');
  const text = readFileSync(sweep.source, 'utf8');
  try {
    const { buffer } = (await wabt()).parseWat(relative(root, sweep.source), text, { simd: true }).toBinary({});
    writeFileSync(place, `export const SWEEP = '${Buffer.from(buffer).toString('base64')}';\n`);
  } catch (error) {
    throw new BuildError('The sweep does not compile', error.message);
  }
  writeFileSync(typesOf(place), 'export const SWEEP: string;\n');
}

/** Lets a module be made elsewhere, so that each file arrives whole: a test that runs meanwhile never reads half of one. */
async function arrive(module, make) {
  const stage = join(dist, `${stageName}${process.pid}`);
  mkdirSync(stage, { recursive: true });
  try {
    await make(join(stage, basename(module)));
    for (const name of readdirSync(stage)) renameSync(join(stage, name), join(dirname(module), name));
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Builds everything and remembers from which sources. */
export async function build() {
  const sources = wantedBuild();
  clearAway();
  await generate();
  const stage = join(dist, `${stageName}${process.pid}`);
  try {
    tool(
      'typescript/bin/tsc',
      ['-p', 'tsconfig.json', '--outDir', stage, '--pretty', 'false'],
      'The sources do not compile',
    );
    for (const name of readdirSync(join(root, 'parsers')).filter((name) => name.includes('.gen.'))) {
      copyFileSync(join(root, 'parsers', name), join(stage, 'parsers', name));
    }
    for (const name of readdirSync(stage)) if (name !== 'parsers') rmSync(join(stage, name), { recursive: true });
    await bundle(join(stage, 'src'));
    keepCode(join(stage, 'src', 'main.js'));
    rmSync(builtMark, { force: true });
    for (const folder of readdirSync(stage))
      replace(join(dist, folder), join(stage, folder), join(stage, `${folder}.old`));
    const kept = new Set([...readdirSync(dist).filter((name) => name.startsWith('.')), ...['parsers', 'src']]);
    for (const name of readdirSync(dist)) if (!kept.has(name)) rmSync(join(dist, name), { recursive: true });
    writeFileSync(builtMark, `${sources}\n`);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Large parts that not every command needs: what each is made of, and how it is imported. */
const PARTS = {
  nodemailer: 'nodemailer',
  pino: 'pino',
  yaml: 'yaml',
  [join('src', 'config', 'zod.ts')]: './zod.js',
  [join('src', 'cli', 'typed-traffic.ts')]: './typed-traffic.js',
};
const isPart = new RegExp(`^(?:${Object.values(PARTS).join('|').replaceAll('.', '\\.')})$`);

/**
 * What is imported on demand and is in program.js all the same: the commands that read long logs. All else that is imported on
 * demand is in rest.js, with whatever only that needs, and those commands do not load it.
 */
const AT_HAND = [
  ...['replay.ts', 'replay-action.ts', 'import.ts', 'import-action.ts', 'database.ts'].map((name) =>
    join('src', 'cli', name),
  ),
  join('alerts', 'channels', 'log.ts'),
];
/** Is in both: what each needs of it is a third of it. */
const isInBoth = /^node_modules\/temporal-/;

/**
 * Two files for all of haplog, in which a module runs when it is first asked for, and one for each of those packages: each
 * file costs half a millisecond of a start, and Node's older module system half of what the newer one does
 * (docs/decisions/0006-memory.md, 0008-speed.md).
 */
async function bundle(outdir) {
  const { build: esbuild, transform } = await import('esbuild');
  // Peggy writes a line for every step: without its blanks a parser is half as long, and sooner ready.
  const tightly = async ({ path }) => ({
    contents: (await transform(readFileSync(path, 'utf8'), { minifyWhitespace: true, minifySyntax: true })).code,
  });
  const apart = ({ path, kind }) =>
    kind === 'entry-point' ? undefined : { path: `./parts/${basename(path, '.js')}.js`, external: true };
  const options = {
    absWorkingDir: root,
    outdir,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // A start reads it all. Names stay, and lines are short, so that a stack still says where.
    minifyWhitespace: true,
    lineLimit: 120,
    // What is imported on demand is required on demand.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '__filename' },
    plugins: [
      { name: 'grammar', setup: ({ onLoad }) => onLoad({ filter: /\.gen\.js$/ }, tightly) },
      { name: 'addon', setup: addon },
      { name: 'parts', setup: ({ onResolve }) => onResolve({ filter: isPart }, apart) },
    ],
    // It is loaded by name, where there is a terminal.
    external: ['pino-pretty'],
    logLevel: 'silent',
    metafile: true,
  };
  /** A file that gives `modules` by their names; `elsewhere` is the name of a module that is in the other file, else undefined. */
  const half = (name, modules, elsewhere) => {
    const { outdir: _, ...one } = options;
    const contents = modules.map((path) => `exports['${path}'] = () => require('./${path}');`).join('\n');
    const plugins = [...options.plugins, { name: 'halves', setup: (steps) => divide(steps, elsewhere) }];
    return esbuild({ ...one, plugins, stdin: { contents, resolveDir: root }, outfile: join(outdir, `${name}.js`) });
  };
  try {
    await esbuild({ ...options, entryPoints: [{ in: join('src', 'start.ts'), out: 'main' }] });
    const parts = Object.entries(PARTS).map(([made, as]) => ({ in: made, out: join('parts', basename(as, '.js')) }));
    await esbuild({ ...options, entryPoints: parts });
    const onDemand = new Set();
    const program = (modules) =>
      half('program', modules, (path, kind) => {
        if (kind !== 'dynamic-import' || AT_HAND.includes(path)) return undefined;
        onDemand.add(path);
        return `rest:${path}`;
      });
    const main = join('src', 'main.ts');
    const { inputs } = (await program([main])).metafile;
    // Through an index the program would have to give all that is behind it.
    const isShared = (path) => path in inputs && basename(path) !== 'index.ts' && !isInBoth.test(path);
    const rest = await half('rest', [...onDemand], (path) => (isShared(path) ? `program:${path}` : undefined));
    const asked = Object.values(rest.metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    const shared = asked.filter((path) => path.startsWith('program:')).map((path) => path.slice('program:'.length));
    await program([...new Set([main, ...shared])]);
  } catch (error) {
    throw new BuildError('The sources cannot be bundled', error.message);
  }
  const parts = readdirSync(join(outdir, 'parts')).map((name) => join('parts', name));
  for (const name of ['program.js', 'rest.js', ...parts]) makeLoadable(join(outdir, name));
  writeFileSync(join(outdir, 'package.json'), '{ "type": "commonjs" }\n');
  chmodSync(join(outdir, 'main.js'), 0o755);
}

/** Lets each half of haplog ask for the modules of the other one, as src/start.ts answers. */
function divide({ onResolve, resolve }, elsewhere) {
  onResolve({ filter: /^[^:]+$/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
    if (kind === 'entry-point' || pluginData === divide) return undefined;
    const found = await resolve(path, { kind, resolveDir, importer, pluginData: divide });
    const there =
      found.namespace === 'file' && !found.external ? elsewhere(relative(root, found.path), kind) : undefined;
    return there && { path: there, external: true, sideEffects: false };
  });
}

/** What `better-sqlite3` asks for its compiled part, which lies where npm puts it; `bindings` looks in twelve places for it. */
function addon({ onResolve, onLoad }) {
  const contents = "module.exports = (name) => require('better-sqlite3/build/Release/' + name);";
  onResolve({ filter: /^bindings$/ }, ({ path }) => ({ path, namespace: 'addon' }));
  onLoad({ filter: /.*/, namespace: 'addon' }, () => ({ contents }));
}

/** Makes a file a function of what Node gives a CommonJS module, behind a line that tells it from every other (src/built-file.ts). */
function makeLoadable(path) {
  const code = readFileSync(path);
  const name = createHash('sha256').update(code).digest('hex');
  writeFileSync(path, `// ${name}\n(function (exports, require, module, __filename, __dirname) {${code}\n})\n`);
}

/** What V8 makes of the program and its parts, for the next starts. Without it haplog starts later, and no worse. */
function keepCode(main) {
  const corpora = join(root, 'fixtures', 'corpora');
  const logs = readdirSync(corpora).map((name) => join(corpora, name, 'haproxy.log'));
  const command = [
    'replay',
    '--config',
    join(root, 'fixtures', 'config', 'good.full.yaml'),
    ...logs.filter(existsSync),
  ];
  spawnSync(process.execPath, [join(root, 'scripts', 'code-cache.cjs'), main, ...command], {
    cwd: root,
    stdio: 'ignore',
    timeout: 60_000,
  });
}

/** Away with what builds left that were interrupted. */
function clearAway() {
  const left = existsSync(dist) ? readdirSync(dist).filter((name) => name.startsWith(stageName)) : [];
  for (const name of left) {
    if (!isAlive(Number(name.slice(stageName.length)))) rmSync(join(dist, name), { recursive: true, force: true });
  }
}

function replace(place, fresh, aside) {
  if (existsSync(place)) renameSync(place, aside);
  renameSync(fresh, place);
}

function tool(bin, args, failure) {
  const run = spawnSync(process.execPath, [join(root, 'node_modules', bin), ...args], { cwd: root, encoding: 'utf8' });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new BuildError(failure, `${run.stdout}${run.stderr}`.trim());
}

function isNewer(made, from) {
  const at = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return from.every((path) => (at(path) ?? 0) < (at(made) ?? Number.NEGATIVE_INFINITY));
}

if (process.argv[1] === thisFile) {
  try {
    if (process.argv.includes('--generate')) await generate();
    else await build();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(`${error.output}\n${error.message}.`);
    process.exitCode = 1;
  }
}
