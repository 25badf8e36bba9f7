/** What is told at once because no second line is to come: a master's words about its workers and reloads, and the results of checks. */
import { doubtOfSign } from './belief.js';
import { beginsWorker, type EventId, type HaproxyEvent, type SignSentence } from './event.js';
import { noteAttempt } from './forged.js';
import { begunAt, type Heard, type Held } from './heard.js';
import { backendKey, serverKey, type WorkerRef, workerKey } from './keys.js';
import { passedOver } from './late.js';
import {
  hearLoaded,
  hearMaster,
  hearReload,
  isAnew,
  isLoading,
  loadingBy,
  mayBeLoading,
  replacing,
  startedBy,
  tellerOf,
  withStage,
} from './masters.js';
import { asMasters, withoutLines } from './numbers.js';
import { isRunning, speakerAt } from './processes.js';
import type { Instant, LogRecord, Stamp } from './record.js';
import { forgetWorker, hasJustBegun, hostNameOf, OVERTAKEN_MS } from './speakers.js';
import { clientsWriteLines } from './strangers.js';
import type { Verdicts } from './verdict.js';
import { loadedBy } from './waiting.js';
import { hearHead } from './writers.js';

/** Takes in a master's word about a worker. It has no second witness, and counts at once. */
export function takeOfWorker(verdicts: Verdicts, held: Held, record: LogRecord): void {
  const { event } = held;
  const { host, pid, says } = event;
  // What was written under the worker's number before it was there is another process's. Its own first lines may have overtaken the master's word.
  if (beginsWorker(says)) verdicts.heard = withoutLines(verdicts.heard, event, event.at - OVERTAKEN_MS);
  verdicts.believe(held);
  hearWord(verdicts, host, record);
  if (says.kind === 'worker.ended') end(verdicts, event);
  if (says.kind === 'worker.failed') fail(verdicts, event);
  if (!beginsWorker(says)) return;
  const isOvertaken = hasJustBegun(verdicts.heard, event);
  // Before its own first word, also where its master's is late.
  const began = isOvertaken ? begunAt(verdicts.heard.speakers.get(workerKey(event))!) : event.at;
  verdicts.heard = startedBy(verdicts.heard, event, record.pid, says, isOvertaken ? null : event.at);
  if (!isOvertaken) verdicts.heard = forgetWorker(verdicts.heard, host, pid);
  // The master loads the states anew for its next worker: equal sentences are then no copies.
  if (record.pid !== null) verdicts.heard = forgetWorker(verdicts.heard, host, record.pid);
  if (says.kind === 'worker.started') inherit(verdicts, record.pid, event, () => began);
}

/** Takes in a word that was believed. What a master wrote before that was of its load. */
function hearWord(verdicts: Verdicts, host: string, record: LogRecord): void {
  const { pid } = record;
  const heard = hearMaster(hearHead(verdicts.heard, host, record), host, record);
  const speaker = pid === null || isRunning(heard, host, pid) ? null : { host, pid };
  verdicts.heard = speaker === null ? heard : asMasters(withoutLines(heard, speaker), speaker);
}

/** Takes in that a master was told to reload. If it had loaded states for a worker, it has not started that one: the word that it failed was lost. */
export function takeReload(verdicts: Verdicts, host: string, record: LogRecord): void {
  verdicts.heard = hearReload(verdicts.heard, host, record);
  if (record.pid !== null && mayBeLoading(verdicts.heard, host, record)) verdicts.disinherit(host, record.pid);
}

/** Takes in a sign. It is told at once and with each of its lines. It waits for no witness, so it must not be doubtful. */
export function takeSign(verdicts: Verdicts, record: LogRecord, says: SignSentence, stamp: Stamp, id: EventId): void {
  const { heard } = verdicts;
  const host = hostNameOf(heard, record);
  const reason = doubtOfSign(heard, host, record, stamp.at);
  const master = tellerOf(heard, host, record);
  const event: HaproxyEvent = { id, ...stamp, host, pid: record.pid ?? 0, master, says };
  if (says.kind === 'reload.succeeded') event.anew = isAnew(heard, host, record);
  if (reason !== null) {
    const { tag, tagPid, text } = record;
    // Of failing checks even HAProxy's own copies are doubted.
    if (says.kind !== 'check.result')
      verdicts.suspects.push({ id, event: { ...event, pid: tagPid ?? event.pid }, tag, text, reason });
    verdicts.heard = noteAttempt(heard, record, stamp.at);
    return;
  }
  hearWord(verdicts, host, record);
  // Until 3.0 the master itself has loaded the states, and starts no worker with them.
  if (says.kind === 'reload.failed') verdicts.disinherit(host, event.pid);
  if (says.kind === 'reload.succeeded' || says.kind === 'reload.failed') {
    for (const pid of loadingBy(verdicts.heard, host, event.pid)) {
      if (says.kind === 'reload.failed') fail(verdicts, { host, pid });
      else serve(verdicts, { ...event, pid, says: { kind: 'worker.started', pid } }, record.times);
    }
  }
  verdicts.events.push({ event, copies: record.times });
}

/**
 * Judges what is due. If that waited for a worker that is loading, a minute has passed without a word of what came of it, and the word that it was loaded
 * was lost: it serves. The worker before is told to stop only then (src/cli.c), which shows it as well.
 */
export function settleDue(verdicts: Verdicts, due: readonly Held[]): void {
  const waited = due.filter(({ legacy }) => legacy).map(({ event }) => event);
  const isStop = ({ says }: HaproxyEvent) => says.kind === 'proxy.stopped';
  for (const event of waited) if (!isStop(event)) serveUnsaid(verdicts, event, [event.pid]);
  verdicts.settle(due);
  for (const event of waited.filter(isStop))
    serveUnsaid(verdicts, event, replacing(verdicts.heard, event.host, event.pid));
}

/** Takes in who speaks by a `log` target: no process does before it serves. But where clients can write lines, one of them may have. */
export function hearLogged(verdicts: Verdicts, event: HaproxyEvent, { origin }: LogRecord): void {
  const { heard } = verdicts;
  if (origin !== 'syslog' || !isLoading(heard, event.host, event.pid) || clientsWriteLines(heard, event)) return;
  serveUnsaid(verdicts, event, [event.pid]);
}

/** Takes in that those of these workers that are loading serve, though no word of it came. It shows in an event. */
function serveUnsaid(verdicts: Verdicts, { id, at, utcOffsetMin, host }: HaproxyEvent, pids: readonly number[]): void {
  for (const pid of pids) {
    if (!isLoading(verdicts.heard, host, pid)) continue;
    const master = speakerAt(verdicts.heard, host, pid)?.master ?? null;
    const anew = isAnew(verdicts.heard, host, { pid: master });
    verdicts.heard = hearLoaded(verdicts.heard, host, master);
    serve(verdicts, { id, at, utcOffsetMin, host, pid, master, anew, says: { kind: 'worker.started', pid } }, 1);
  }
}

/** Since 3.1 a worker begins to serve when its master says that it was loaded. */
function serve(verdicts: Verdicts, event: HaproxyEvent, copies: number): void {
  verdicts.heard = withStage(verdicts.heard, event, undefined);
  verdicts.events.push({ event, copies });
  // What came later is its own word, of its own time.
  inherit(verdicts, event.pid, event, (at) => Math.max(at, event.at));
  verdicts.stop(event.host);
}

/**
 * Gives a worker that begins the states that its master has loaded for it, or that it has loaded itself (since 3.1; `master` is then its own pid).
 * Of what the worker has spoken of since it began, they say nothing any more.
 * @param dated when a state is of, by when it was said
 */
function inherit(
  verdicts: Verdicts,
  master: number | null,
  event: HaproxyEvent,
  dated: (at: Instant) => Instant,
): void {
  const { host, pid, utcOffsetMin } = event;
  const { told } = verdicts.heard;
  for (const { event: one } of loadedBy(verdicts.heard, host, master)) {
    const held = verdicts.heard.held.get(one.id);
    if (held === undefined) continue; // with one before it, it was believed
    const given = asOfBeginning(told, { ...held.event, pid, at: dated(held.event.at), utcOffsetMin });
    // What a master says under its own number is the worker's then, and not carried by the master (carriers.ts).
    const tagPid = held.tagPid === held.event.pid ? pid : held.tagPid;
    if (given === null) verdicts.heard = passedOver(verdicts.heard, held);
    else verdicts.believe({ ...held, event: given, tagPid });
  }
}

/**
 * A state in which a worker begins, without its counts if the worker has counted the backend's servers since; null if it has told newer ones. Not all of
 * those are counted: that a server's name resolves again, or that it leaves a drain, says nothing of its backend.
 */
function asOfBeginning(told: Heard['told'], event: HaproxyEvent): HaproxyEvent | null {
  const { says } = event;
  if (says.kind === 'backend.exhausted') return told.has(backendKey(event, says.backend)) ? null : event;
  if (says.kind !== 'server') return event;
  if (told.has(serverKey(event, says.server))) return null;
  if (!told.has(backendKey(event, says.server.backend))) return event;
  return { ...event, says: { ...says, counts: null, sessions: null } };
}

/** The worker has ended. Another process may get its number, and has not written its lines. */
function end(verdicts: Verdicts, worker: WorkerRef): void {
  verdicts.heard = withStage(withoutLines(verdicts.heard, worker), worker, 'ended');
}

/** The worker never served. 3.1 says so without its pid: `Failed to load worker!`. */
function fail(verdicts: Verdicts, worker: WorkerRef): void {
  end(verdicts, worker);
  verdicts.disinherit(worker.host, worker.pid);
  verdicts.stop(worker.host);
}
