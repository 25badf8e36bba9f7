/**
 * The tests as JavaScript, with what they share put together once. Read as TypeScript, each of the test files, a process of
 * its own, would spend more than a second on the same modules: a third of the whole run.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './freshness.mjs';
import { isAlive } from './lock.mjs';

/** Below node_modules/, where packages are found from; a run has the folder of its process id. */
const builds = join(root, 'node_modules', '.haplog-tests');

/** Calls `run` with what became of `files` (paths from the root), in their order. Returns what it returns. Throws what esbuild does not understand. */
export async function withBuiltTests(files, run) {
  clearAway();
  const outdir = join(builds, `${process.pid}`);
  try {
    await build({
      absWorkingDir: root,
      entryPoints: files,
      outdir,
      outbase: root,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      // A stack says where in the sources, which are at hand.
      sourcemap: 'inline',
      sourcesContent: false,
      plugins: [{ name: 'at-home', setup: atHome }],
      logLevel: 'silent',
    });
    return run(files.map((file) => join(outdir, file.replace(/\.ts$/, '.js'))));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** A module that asks where it stands (for a fixture, or a script beside it) is told where its source does. */
function atHome({ onLoad }) {
  onLoad({ filter: /\.(?:ts|mjs)$/ }, ({ path }) => {
    const source = readFileSync(path, 'utf8');
    if (!source.includes('import.meta.url')) return;
    const contents = source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
    return { contents, loader: extname(path) === '.ts' ? 'ts' : 'js' };
  });
}

/** Away with what runs left that were killed. */
function clearAway() {
  for (const name of existsSync(builds) ? readdirSync(builds) : []) {
    if (!isAlive(Number(name))) rmSync(join(builds, name), { recursive: true, force: true });
  }
}
