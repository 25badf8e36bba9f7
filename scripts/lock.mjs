/**
 * One at a time: two terminals may run `npm start` in the same fresh clone. The lock is a folder, since making one
 * either succeeds or finds it there; a holder that died is found out by its process id.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const waitMaxMs = 20 * 60_000;
const lookEveryMs = 200;
/** Between making the folder and naming its holder; a folder nameless for longer was left by a dead one. */
const namelessMaxMs = 5_000;

/**
 * Runs `work` while holding the lock at `path`. `onWait` is called once, with the holder's process id, when another
 * holds it. Throws after twenty minutes of waiting.
 */
export async function withLock(path, onWait, work) {
  await acquire(path, onWait);
  try {
    return await work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

async function acquire(path, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  const giveUpAt = Date.now() + waitMaxMs;
  for (let told = false; Date.now() < giveUpAt; ) {
    if (take(path)) return;
    const holder = holderOf(path);
    if (isDead(path, holder)) {
      takeAway(path, holder);
      continue;
    }
    if (!told && holder !== null) {
      told = true;
      onWait(holder);
    }
    await pause(lookEveryMs);
  }
  throw new Error(`${path} is still held by process ${holderOf(path)} after ${waitMaxMs / 60_000} minutes`);
}

function take(path) {
  try {
    mkdirSync(path);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeFileSync(join(path, 'pid'), `${process.pid}`);
    return true;
  } catch (error) {
    // Somebody who took it for a dead one's has moved it aside for a moment. It comes back without a name, and soon goes.
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

function holderOf(path) {
  try {
    return Number(readFileSync(join(path, 'pid'), 'utf8')) || null;
  } catch {
    return null;
  }
}

function isDead(path, holder) {
  if (holder === null) {
    const made = statSync(path, { throwIfNoEntry: false });
    return made !== undefined && Date.now() - made.mtimeMs > namelessMaxMs;
  }
  return !isAlive(holder);
}

/** True when there is a process of this id, whoever owns it. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

/** Of several that found the holder dead only one succeeds in moving the folder; a living newcomer's is put back. */
function takeAway(path, deadHolder) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (holderOf(aside) !== deadHolder) return renameSync(aside, path);
    rmSync(aside, { recursive: true, force: true });
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}
