/**
 * What a master (`haproxy -W`) tells of its workers: who was started, who serves, and who stays because the new configuration was refused. From
 * src/mworker.c and src/haproxy.c; which version says what: grammar/process.peggy.
 */
import { inOneBreath } from './copies.js';
import { isOfWorkers, type StateSentence } from './event.js';
import { begunAt, type Heard, heardWith, type Speaker } from './heard.js';
import { speakerKey, speakerOf, type WorkerRef } from './keys.js';
import type { CauseClass, Instant, LogRecord, Sentence } from './record.js';
import { sourceOf, withSource } from './sources.js';
import { isWorker, speakersOf } from './speakers.js';
import { heirsAt } from './waiting.js';

/** So many masters that load anew, and whose last reload failed, are remembered of a host. */
const MASTERS_MAX = 8;

/** So many servers' states of a host wait for a worker: a state file has one line for each that is down. */
const HEIRS_MAX = 5_000;

const NONE: readonly number[] = [];

/**
 * What a master says once its workers run. Where it has left the terminal behind by then (`haproxy -W -D`), the last that its stderr tells is
 * `New worker forked`, and since 3.1 that the first one was loaded (tried with 2.2, 2.6, 3.0, 3.2 and 3.4).
 */
const WHILE_RUNNING = new Set<Sentence['kind']>(['reload.succeeded', 'reload.failed', 'worker.ended']);

/** Takes in that a master is to load its configuration anew. */
export function hearReload(heard: Heard, host: string, { pid, origin }: LogRecord): Heard {
  const { reloading = NONE } = sourceOf(heard, host);
  if (origin !== 'stderr' || pid === null || reloading.includes(pid)) return heard;
  return withSource(heard, host, { reloading: [...reloading, pid].slice(-MASTERS_MAX) });
}

/** Whether a master that tells of a worker has begun itself, as far as its word of a reload is not lost. */
export function isAnew(heard: Heard, host: string, { pid }: LogRecord): boolean {
  return pid !== null && sourceOf(heard, host).reloading?.includes(pid) !== true;
}

/** Takes in a master's word that was believed, its header first (writers.ts). */
export function hearMaster(heard: Heard, host: string, record: LogRecord): Heard {
  const { pid, tagPid, sentence } = record;
  const source = sourceOf(heard, host);
  // Of a worker that could not load nobody would have been told, had haplog begun to read after the one that serves.
  const isServed = sentence.kind === 'worker.started' || (pid !== null && isLoaded(heard, host, pid, sentence));
  const announces = source.announces || (isServed && isByItself(heard, host, record));
  const isWhileRunning = WHILE_RUNNING.has(sentence.kind) && !isFirstLoaded(heard, host, pid, sentence);
  const alive = source.alive === true || (announces && pid === tagPid && isWhileRunning);
  const failedReloads = failedAfter(source.failedReloads ?? NONE, pid, sentence);
  const reloading = reloadingAfter(source.reloading ?? NONE, pid, sentence);
  return withSource(heard, host, { announces, alive, failedReloads, reloading });
}

/** The worker was started by `master`, who tells of its end as well. */
export function startedBy(heard: Heard, worker: WorkerRef, master: number | null, { kind }: Sentence): Heard {
  const begun = withStage(heard, worker, kind === 'worker.loading' ? 'loading' : undefined);
  return withSpeaker(begun, worker, (speaker) => ({ ...speaker, master }));
}

/** The workers that `master` has loading. */
export function loadingBy(heard: Heard, host: string, master: number): readonly number[] {
  return ofMaster(heard, host, master)
    .filter(([, { stage }]) => stage === 'loading')
    .map(([key]) => speakerOf(key).pid);
}

/** What was heard, with the worker before its service, in it (undefined) or after it. */
export function withStage(heard: Heard, worker: WorkerRef, stage: Speaker['stage']): Heard {
  return withSpeaker(heard, worker, ({ stage: _, ...speaker }) =>
    stage === undefined ? speaker : { ...speaker, stage },
  );
}

/** Whether it told of a worker that it started. */
export function isMaster(heard: Heard, host: string, pid: number): boolean {
  return ofMaster(heard, host, pid).length > 0;
}

/**
 * The master behind a line: the one that tells of its workers or of a reload, or the one whose worker cannot read the configuration. Null where there is
 * none. A process that failed and has started no worker is no master: `haproxy -c`, or a second HAProxy that somebody tries to start.
 */
export function tellerOf(heard: Heard, host: string, { pid, sentence }: LogRecord): number | null {
  if (pid === null) return null;
  if (isOfWorkers(sentence) || sentence.kind === 'reload.succeeded') return pid;
  if (sentence.kind !== 'reload.failed' && sentence.kind !== 'configuration.refused') return null;
  return isMaster(heard, host, pid) ? pid : (heard.speakers.get(speakerKey({ host, pid }))?.master ?? null);
}

/** Whether a worker is still at its configuration, of which it tells itself since 3.1. */
export function isLoading({ speakers }: Heard, host: string, pid: number | null): boolean {
  return pid !== null && speakers.get(speakerKey({ host, pid }))?.stage === 'loading';
}

/**
 * Until 3.0 the state file is read before the worker is there, and told on stderr under the master's number; it is the
 * state in which the next worker begins (src/server_state.c). So is what follows from it: of servers that track others, of drain.
 * Since 3.1 the worker tells so itself, and serves when its master says that it was loaded.
 */
export function isInheritance(
  heard: Heard,
  host: string,
  record: LogRecord,
  says: StateSentence,
  at: Instant,
): boolean {
  const { origin, pid } = record;
  // Whose place a worker takes that is loading is told to stop before its master says that it was loaded (src/cli.c).
  if (says.kind === 'proxy.stopped') return isBeingReplaced(heard, host, pid);
  if (says.kind !== 'server' && says.kind !== 'backend.exhausted') return false;
  if (pid === null || heirsAt(heard.held, host).length >= HEIRS_MAX) return false;
  if (isLoading(heard, host, pid)) return true;
  if (origin !== 'stderr' || isWorker(heard, host, pid) || !isByItself(heard, host, record)) return false;
  if (isOfBeginning(says, record.text)) return true;
  // A master that has just begun is known by the file's own words. A process without one goes on to speak for itself.
  const last = heirsAt(heard.held, host).at(-1)?.event;
  return isMaster(heard, host, pid) || (last?.pid === pid && mayFollow(says) && inOneBreath(at, last.at));
}

/** Whether it is a state from a file that cannot wait for its worker any more, whose alone it would be. */
export function isExcess(heard: Heard, host: string, { origin, pid, sentence, text }: LogRecord): boolean {
  if (origin !== 'stderr' || heirsAt(heard.held, host).length < HEIRS_MAX) return false;
  return isOfBeginning(sentence, text) && !isWorker(heard, host, pid);
}

/** What is told of the states in which a worker begins: of a state file who is down, and (1.8 to 2.7) who is drained (src/server_state.c); whose name is unknown. */
const isOfBeginning = (says: Sentence, text: string): boolean =>
  says.kind === 'server' && (says.cause.class === 'state_file' || AT_BEGINNING.test(text));

/** `remains in drain mode` and its like are said while HAProxy runs. */
const AT_BEGINNING = / remains in forced drain mode\.$|', disabling server\.$/;

/** What follows from such: of servers that track others, and of backends. A check tells of how things are. */
const mayFollow = (says: StateSentence): boolean => says.kind !== 'server' || CONSEQUENCES.has(says.cause.class);
const CONSEQUENCES = new Set<CauseClass>(['tracked', 'admin', 'unknown']);

/** Whether it is the process that speaks, or one that carries its stderr: under another number than its own anybody can write into a message. */
function isByItself(heard: Heard, host: string, { pid, tagPid }: LogRecord): boolean {
  const { stderr } = sourceOf(heard, host).heads ?? {};
  return tagPid === null ? stderr?.numbered !== true : tagPid === pid || stderr?.carriers.includes(tagPid) === true;
}

/** Whether its master has another one loading. */
export function isBeingReplaced(heard: Heard, host: string, pid: number | null): boolean {
  const master = pid === null ? null : heard.speakers.get(speakerKey({ host, pid }))?.master;
  return typeof master === 'number' && loadingBy(heard, host, master).some((other) => other !== pid);
}

/**
 * What a master's word of an end means. After a reload that failed, or while the next one is loading, HAProxy 2.2 and 3.1 and above call the worker
 * `Former` that serves (tried with 2.2, 3.2 and 3.4; 2.6 and 3.0 do not).
 */
export function asItServed<S extends StateSentence>(heard: Heard, host: string, master: number | null, says: S): S {
  if (says.kind !== 'worker.ended' || !says.former || master === null) return says;
  const isReloaded = sourceOf(heard, host).failedReloads?.includes(master) !== true;
  if (isReloaded && loadingBy(heard, host, master).length === 0) return says;
  const own = heard.speakers.get(speakerKey({ host, pid: says.pid }));
  if (!own?.known) return says;
  const isYounger = (one: Speaker) =>
    one.known && one.stage === undefined && begunAt(one) > begunAt(own) && (one.master ?? master) === master;
  return speakersOf(heard, host, isYounger).length === 0 ? { ...says, former: false } : says;
}

/** Whether it says that a worker was loaded which it told of before. */
function isLoaded(heard: Heard, host: string, master: number, { kind }: Sentence): boolean {
  return kind === 'reload.succeeded' && loadingBy(heard, host, master).length > 0;
}

function isFirstLoaded(heard: Heard, host: string, master: number | null, { kind }: Sentence): boolean {
  if (kind !== 'reload.succeeded' || master === null) return false;
  const own = ofMaster(heard, host, master);
  return own.length > 0 && own.every(([, { stage }]) => stage === 'loading');
}

function failedAfter(failed: readonly number[], master: number | null, { kind }: Sentence): readonly number[] {
  if (master === null) return failed;
  const isKnown = failed.includes(master);
  if (kind === 'reload.failed' || kind === 'worker.failed')
    return isKnown ? failed : [...failed, master].slice(-MASTERS_MAX);
  const isMended = kind === 'reload.succeeded' || kind === 'worker.started';
  return isMended && isKnown ? failed.filter((other) => other !== master) : failed;
}

function reloadingAfter(reloading: readonly number[], master: number | null, { kind }: Sentence): readonly number[] {
  const isOver = kind === 'reload.succeeded' || kind === 'reload.failed' || kind === 'worker.failed';
  if (!isOver || master === null || !reloading.includes(master)) return reloading;
  return reloading.filter((pid) => pid !== master);
}

function ofMaster(heard: Heard, host: string, master: number): [string, Speaker][] {
  return speakersOf(heard, host, (one) => one.master === master);
}

function withSpeaker(heard: Heard, worker: WorkerRef, change: (speaker: Speaker) => Speaker): Heard {
  const key = speakerKey(worker);
  const speaker = heard.speakers.get(key);
  return speaker === undefined ? heard : heardWith(heard, { speakers: heard.speakers.with(key, change(speaker)) });
}
