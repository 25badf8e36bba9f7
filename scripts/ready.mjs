/**
 * Makes ready what the next command needs, so that each command works alone in a fresh clone: the packages, when they
 * are missing or of another lock file, and the build, when a source is newer. Silent and quick when nothing is to do.
 * Needs nothing but Node and npm; speaks on standard error only.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  installedByHand,
  installedMark,
  isBuilt,
  isInstalled,
  nativePartLoads,
  root,
  wantedInstall,
} from './freshness.mjs';
import { withLock } from './lock.mjs';

const nodeWanted = 20;

/** What went wrong, in a sentence for whoever typed the command. */
class NotReady extends Error {}

function say(line) {
  process.stderr.write(`${line}\n`);
}

async function makeReady() {
  if (Number(process.versions.node.split('.')[0]) < nodeWanted) {
    throw new NotReady(`haplog needs Node ${nodeWanted} or newer; this is ${process.version} (${process.execPath}).`);
  }
  if (isInstalled() && isBuilt()) return;
  const onWait = (pid) => say(`Process ${pid} is already making this folder ready; waiting for it ...`);
  await withLock(join(root, 'dist', '.lock'), onWait, async () => {
    if (!isInstalled()) await install();
    if (!isBuilt()) await compile();
  });
}

async function install() {
  const wanted = wantedInstall();
  if (!installedByHand()) {
    say('Installing packages (the first time; about two minutes where SQLite must be compiled) ...');
    await npmInstall();
    if (!nativePartLoads()) {
      throw new NotReady(
        `SQLite's compiled part does not load under this Node (${process.version}): was it compiled for another one? A \`nodedir\` in npm's configuration says for which (npm config get nodedir).`,
      );
    }
  }
  writeFileSync(installedMark, `${wanted}\n`);
}

async function npmInstall() {
  // --include=dev: building needs TypeScript, also where NODE_ENV=production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, output } = await run(npm(), args, { ...process.env, ...headersAtHand() });
  if (status === 0) return;
  throw new NotReady(`${output.trim()}\n\nnpm could not install the packages (its words stand above).${hint(output)}`);
}

function hint(output) {
  if (/\b(EAI_AGAIN|ENOTFOUND|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ECONNRESET|ETIMEDOUT)\b/.test(output)) {
    return ' It did not reach its registry: is the network there?';
  }
  if (/gyp ERR/.test(output)) {
    return ' SQLite is compiled where no ready-made one fits, which needs: apt install python3 make g++';
  }
  return '';
}

/** The npm that called us, else the one on the PATH. */
function npm() {
  const caller = process.env.npm_execpath ?? '';
  return caller.endsWith('npm-cli.js') ? [process.execPath, caller] : ['npm'];
}

/** Where this Node brought its own headers, compiling against them spares their download; unless npm is told of others that are as good. */
function headersAtHand() {
  const prefix = dirname(dirname(process.execPath));
  const told = process.env.npm_config_nodedir;
  const isToldWell = told !== undefined && isOfThisNode(told);
  return !isToldWell && isOfThisNode(prefix) ? { npm_config_nodedir: prefix } : {};
}

function isOfThisNode(prefix) {
  try {
    const header = readFileSync(join(prefix, 'include', 'node', 'node_version.h'), 'utf8');
    return new RegExp(`define NODE_MODULE_VERSION ${process.versions.modules}\\b`).test(header);
  } catch {
    return false;
  }
}

/** Runs a program to its end; its output is kept, to be shown only when it fails. */
function run([program, ...first], args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => {
      const missing = error.code === 'ENOENT';
      reject(
        missing ? new NotReady(`${program} is needed to install haplog's packages, and is not on the PATH.`) : error,
      );
    });
    child.on('close', (status) => resolve({ status, output: Buffer.concat(output).toString() }));
  });
}

async function compile() {
  say('Building ...');
  const { build, BuildError } = await import('./build.mjs');
  try {
    await build();
  } catch (error) {
    throw error instanceof BuildError ? new NotReady(`${error.output}\n\n${error.message}.`) : error;
  }
}

try {
  await makeReady();
} catch (error) {
  if (!(error instanceof NotReady)) throw error;
  say(error.message);
  process.exitCode = 1;
}
