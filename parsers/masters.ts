/**
 * What a master (`haproxy -W`) tells of its workers: which were started, which one serves, and which one stays because the new configuration was refused.
 * From src/mworker.c and src/haproxy.c; for which version says what, see grammar/process.peggy.
 */
import { inOneBreath } from './copies.js';
import { isOfWorkers, type StateSentence } from './event.js';
import { begunAt, type Heard, heardWith, type Speaker } from './heard.js';
import { speakerOf, type WorkerRef, workerKey } from './keys.js';
import { hasStoppedAny } from './lives.js';
import { isRunning, speakerAt, speakersOf } from './processes.js';
import { profileOf, withProfile } from './profiles.js';
import type { CauseClass, Instant, LogRecord, Sentence } from './record.js';
import { recognise } from './speakers.js';
import { legacies } from './waiting.js';

/** How many masters that are reloading, and how many whose last reload failed, are remembered of a host. */
const MASTERS_MAX = 8;

/** How many states of a host's servers wait for a worker: loading a state file makes one line for each server that is down. */
const LEGACIES_MAX = 5_000;

const NONE: readonly number[] = [];

/**
 * What a master says only once its workers run. If it has left the terminal behind by then (`haproxy -W -D`), its last words on stderr are `New worker
 * forked`, or since 3.1 that the first worker was loaded (tried with 2.2, 2.6, 3.0, 3.2 and 3.4).
 */
const WHILE_RUNNING = new Set<Sentence['kind']>(['reload.succeeded', 'reload.failed', 'worker.ended']);

/** Takes in that a master was told to reload its configuration. */
export function hearReload(heard: Heard, host: string, { pid, origin }: LogRecord): Heard {
  const { reloading = NONE } = profileOf(heard, host);
  if (origin !== 'stderr' || pid === null || reloading.includes(pid)) return heard;
  return withProfile(heard, host, { reloading: [...reloading, pid].slice(-MASTERS_MAX) });
}

/** Whether the master that speaks has just begun, and was not told to reload. (It seems so too if its word about the reload was lost.) */
export function isAnew(heard: Heard, host: string, { pid }: Pick<LogRecord, 'pid'>): boolean {
  return pid !== null && profileOf(heard, host).reloading?.includes(pid) !== true;
}

/** Takes in a master's word that was believed. Its header must have been taken in before (`hearHead`). */
export function hearMaster(heard: Heard, host: string, record: LogRecord): Heard {
  const { pid, tagPid, sentence } = record;
  const profile = profileOf(heard, host);
  // A worker that could not load does not show that masters announce theirs: the one that serves may have begun before haplog read, and then nobody told of it.
  const isServed = sentence.kind === 'worker.started' || (pid !== null && isLoaded(heard, host, pid, sentence));
  const announces = profile.announces || (isServed && isByItself(heard, host, record));
  const isWhileRunning = WHILE_RUNNING.has(sentence.kind) && !isFirstLoaded(heard, host, pid, sentence);
  const alive = profile.alive === true || (announces && pid === tagPid && isWhileRunning);
  const failedReloads = failedAfter(profile.failedReloads ?? NONE, pid, sentence);
  const reloading = reloadingAfter(profile.reloading ?? NONE, pid, sentence);
  return withProfile(heard, host, { announces, alive, failedReloads, reloading });
}

/**
 * Notes that `master` started the worker; it tells of its end as well.
 * @param began when; null if the worker had spoken before. In a container its pid may have been that of an older one, which is not the youngest any more
 */
export function startedBy(
  heard: Heard,
  worker: WorkerRef,
  master: number | null,
  { kind }: Sentence,
  began: Instant | null,
): Heard {
  const staged = withStage(heard, worker, kind === 'worker.loading' ? 'loading' : undefined);
  return withSpeaker(staged, worker, (speaker) => ({ ...speaker, master, begun: began ?? begunAt(speaker) }));
}

/** The pids of the workers that `master` started and that are still loading. */
export function loadingBy(heard: Heard, host: string, master: number): readonly number[] {
  return ofMaster(heard, host, master)
    .filter(([, { stage }]) => stage === 'loading')
    .map(([key]) => speakerOf(key).pid);
}

/** `heard` with the worker loading, serving (undefined) or ended. */
export function withStage(heard: Heard, worker: WorkerRef, stage: Speaker['stage']): Heard {
  return withSpeaker(heard, worker, ({ stage: _, ...speaker }) =>
    stage === undefined ? speaker : { ...speaker, stage },
  );
}

/** Whether the process told of a worker that it started. */
export function isMaster(heard: Heard, host: string, pid: number): boolean {
  return ofMaster(heard, host, pid).length > 0;
}

/**
 * The master behind a line: the process that speaks, if it tells of its workers or of a reload; or that of the worker that cannot read its configuration.
 * Null if there is none. A process that failed and has started no worker is no master: `haproxy -c`, or a second HAProxy that somebody tries to start.
 */
export function tellerOf(heard: Heard, host: string, { pid, sentence }: LogRecord): number | null {
  if (pid === null) return null;
  if (isOfWorkers(sentence) || sentence.kind === 'reload.succeeded') return pid;
  if (sentence.kind !== 'reload.failed' && sentence.kind !== 'configuration.refused') return null;
  return isMaster(heard, host, pid) ? pid : (speakerAt(heard, host, pid)?.master ?? null);
}

/** Whether a worker is still loading its configuration, of which it tells itself since 3.1. */
export function isLoading(heard: Heard, host: string, pid: number | null): boolean {
  return speakerAt(heard, host, pid)?.stage === 'loading';
}

/**
 * Whether a line tells of a state that waits for the worker that begins in it. Until 3.0 the master reads the state file before the worker is there, and
 * tells on stderr, under its own pid, the states in which the next worker begins (src/server_state.c). What follows from these is such a state, too: of
 * servers that track others, of drain. Since 3.1 the worker itself tells them, and serves when its master says that it was loaded.
 */
export function isInheritance(
  heard: Heard,
  host: string,
  record: LogRecord,
  says: StateSentence,
  at: Instant,
): boolean {
  const { pid } = record;
  // A worker that is being replaced is told to stop before the master says that the next one was loaded (src/cli.c).
  if (says.kind === 'proxy.stopped') return isBeingReplaced(heard, host, pid);
  if (says.kind !== 'server' && says.kind !== 'backend.exhausted') return false;
  if (pid === null || legacies(heard.held, host).length >= LEGACIES_MAX) return false;
  if (isLoading(heard, host, pid)) return true;
  if (isRunning(heard, host, pid) || !mayBeLoading(heard, host, record)) return false;
  if (isOfBeginning(says, record.text)) return true;
  // A master that has just begun is not known as one yet: what follows the file's own words in one breath waits with them. A process without a master soon
  // speaks for itself.
  const last = legacies(heard.held, host).at(-1)?.event;
  return isMaster(heard, host, pid) || (last?.pid === pid && mayFollow(says) && inOneBreath(at, last.at));
}

/** Whether a line tells of a state from a file that is beyond the number that can wait for a worker. It would be that worker's alone. */
export function isExcess(heard: Heard, host: string, { origin, pid, sentence, text }: LogRecord): boolean {
  if (origin !== 'stderr' || legacies(heard.held, host).length < LEGACIES_MAX) return false;
  return isOfBeginning(sentence, text) && !isRunning(heard, host, pid);
}

/**
 * Whether a sentence tells of a state in which a worker begins: of a server that the state file calls down or (1.8 to 2.7) drained (src/server_state.c), or
 * whose name is unknown.
 */
const isOfBeginning = (says: Sentence, text: string): boolean =>
  says.kind === 'server' && (says.cause.class === 'state_file' || AT_BEGINNING.test(text));

/** (`remains in drain mode` and its like are said while HAProxy runs.) */
const AT_BEGINNING = / remains in forced drain mode\.$|', disabling server\.$/;

/**
 * Whether a sentence can follow from such states: about servers that track others, and about backends. The result of a check cannot, because it tells how
 * things are.
 */
const mayFollow = (says: StateSentence): boolean => says.kind !== 'server' || CONSEQUENCES.has(says.cause.class);
const CONSEQUENCES = new Set<CauseClass>(['tracked', 'admin', 'unknown']);

/**
 * Whether a process that loads a configuration may have written the line. A state that no worker begins in is told by nobody: where stderr was heard from
 * carriers alone, another one may have come.
 */
export function mayBeLoading(heard: Heard, host: string, record: LogRecord): boolean {
  if (record.origin !== 'stderr') return false;
  return profileOf(heard, host).heads?.stderr?.direct !== true || isByItself(heard, host, record);
}

/** Whether the process that speaks wrote the line itself, or a carrier of its stderr did. Anybody can write another process's pid into a message. */
function isByItself(heard: Heard, host: string, { pid, tagPid }: LogRecord): boolean {
  const { stderr } = profileOf(heard, host).heads ?? {};
  return tagPid === null ? stderr?.numbered !== true : tagPid === pid || stderr?.carriers.includes(tagPid) === true;
}

/** Whether the worker's master has another one loading. */
export function isBeingReplaced(heard: Heard, host: string, pid: number | null): boolean {
  return replacing(heard, host, pid).length > 0;
}

/** The workers that the worker's master has loading besides it. */
export function replacing(heard: Heard, host: string, pid: number | null): readonly number[] {
  const master = speakerAt(heard, host, pid)?.master;
  return typeof master === 'number' ? loadingBy(heard, host, master).filter((other) => other !== pid) : NONE;
}

/** Takes in that a master's configuration was loaded, though it was not heard to say so. */
export function hearLoaded(heard: Heard, host: string, master: number | null): Heard {
  const { failedReloads = NONE, reloading = NONE } = profileOf(heard, host);
  return withProfile(heard, host, {
    failedReloads: failedAfter(failedReloads, master, LOADED),
    reloading: reloadingAfter(reloading, master, LOADED),
  });
}
const LOADED: Sentence = { kind: 'reload.succeeded' };

/**
 * The record with what a master's word about an end means. After a reload that failed, or while the next worker is loading, HAProxy 2.2 and 3.1 and above
 * call the worker that serves `Former` (tried with 2.2, 3.2 and 3.4; 2.6 and 3.0 do not). After a reload that failed 1.8 calls its workers nothing at all:
 * one that has stopped is a former one.
 */
export function asItServed(heard: Heard, record: LogRecord, at: Instant): LogRecord {
  const { pid: master, sentence } = record;
  if (master === null || (sentence.kind !== 'worker.ended' && sentence.kind !== 'process.ended')) return record;
  const { pid, code } = sentence;
  const { host } = recognise(heard, record, pid, at);
  const own = speakerAt(heard, host, pid);
  if (!own?.known) return record;
  const isYounger = (one: Speaker) =>
    one.known && one.stage === undefined && begunAt(one) > begunAt(own) && (one.master ?? master) === master;
  const isReplaced = () => speakersOf(heard, host, isYounger).length > 0;
  if (sentence.kind === 'process.ended') {
    const former = hasStoppedAny(heard, { host, pid }) || isReplaced();
    return { ...record, sentence: { kind: 'worker.ended', pid, code, former } };
  }
  if (!sentence.former || sentence.loaded) return record;
  const hasFailed = profileOf(heard, host).failedReloads?.includes(master) === true;
  if (!hasFailed && loadingBy(heard, host, master).length === 0) return record;
  return isReplaced() ? record : { ...record, sentence: { ...sentence, former: false } };
}

/** Whether a master says that a worker was loaded of which it told before. */
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
  const key = workerKey(worker);
  const speaker = heard.speakers.get(key);
  return speaker === undefined ? heard : heardWith(heard, { speakers: heard.speakers.with(key, change(speaker)) });
}
