/** Folds one event into the board: what it says of servers, backends and workers. */
import { backendKey, type HaproxyEvent, type Operational, serverKey, type WorkerRef } from '../parsers/index.js';
import { countedAtBeginning, isOfFile, withoutOldCounts, workTakenOver } from './beginning.js';
import { SILENCE_MS } from './beside.js';
import {
  type Board,
  boardWith,
  type Change,
  FRESH_BACKEND,
  FRESH_SERVER,
  type OutageChange,
  outAfter,
  type ServerState,
  shown,
  unchanged,
} from './board.js';
import { mayBeOfBygone } from './bygone.js';
import { endWorker, lastWords, makeRoom, renewWorker, supersede } from './generation.js';
import { availabilityAfter, type ServerSentence, settle } from './outage.js';
import { isOfThePast } from './past.js';
import { isPlannedChange } from './planned.js';
import { isUpByFile } from './sources.js';
import type { Speaker } from './speaker.js';
import type { Evidence } from './state.js';
import { countedOnReturn } from './uncounted.js';
import { countedUnresolved } from './unresolved.js';
import { cameBackUnseen } from './unseen.js';
import { noteWorker } from './workers.js';

/**
 * What an event makes of the board.
 * @param copies how many lines have said so, up to now
 * @param speaker whose pid it bears
 */
export function observe(board: Board, event: HaproxyEvent, copies: number, speaker: Speaker): Change {
  const renewed = renewWorker(board, event, speaker);
  const again = renewed.board !== board && mayBeOfBygone(event);
  const superseded = supersede(noteWorker(renewed.board, event, again), event);
  const past = makeRoom(superseded.board, event);
  const change = lastWords(past.board, hearOf(past.board, event, copies), event);
  if (renewed.outages.length + superseded.outages.length + past.outages.length === 0) return change;
  // An outage that goes on in the younger worker was never over, nor was one that ends with that worker's death.
  const died = change.outages.some((one) => one.died);
  const before = superseded.outages.map((one) => ({ ...one, died }));
  const longOver = before.filter((one) => isLongOver(one, change));
  const others = before.filter((one) => !longOver.includes(one));
  return { ...change, outages: [...renewed.outages, ...past.outages, ...longOver, ...change.outages, ...others] };
}

/** Whether an outage was over a minute before its backend falls anew: what begins then is another one. */
function isLongOver({ outage: old }: OutageChange, { outages }: Change): boolean {
  return outages.some(
    ({ outage }) =>
      outage.end === null &&
      outage.backend === old.backend &&
      outage.pid !== old.pid &&
      outage.start - old.end! > SILENCE_MS,
  );
}

/** What an event makes of the board under a name that its host had before (renamed.ts); the event bears that name. */
export const observeAgain = (board: Board, event: HaproxyEvent): Change => hearOf(board, event, 1);

function hearOf(board: Board, event: HaproxyEvent, copies: number): Change {
  const { says } = event;
  if (isOfThePast(board, event)) return { ...unchanged(board), isOfThePast: true };
  switch (says.kind) {
    case 'server':
      return observeServer(board, event, says, copies);
    case 'backend.exhausted': {
      const { out } = board.backends.get(backendKey(event, says.backend)) ?? FRESH_BACKEND;
      return settle(board, event, says.backend, out, 'none');
    }
    default:
      return endWorker(board, event);
  }
}

function observeServer(board: Board, event: HaproxyEvent, says: ServerSentence, copies: number): Change {
  const known = board.servers.get(serverKey(event, says.server));
  const counted =
    says.counts === null
      ? (countedAtBeginning(board, event, says) ??
        countedUnresolved(board, event, says) ??
        countedOnReturn(board, event, says, changeServer(stateBefore(known, says, board, event), says, board, event)))
      : withoutOldCounts(board, event, says);
  if (counted !== null) {
    const meant = { ...event, says: counted };
    return { ...changeOf(board, meant, counted, copies, 'inferred'), event: meant };
  }
  const back = known === undefined ? null : cameBackUnseen(board, event, says, known);
  if (back === null) return changeOf(board, event, says, copies);
  const change = changeOf(back.board, event, says, copies);
  return { ...change, outages: [...back.outages, ...change.outages] };
}

function changeOf(board: Board, event: HaproxyEvent, says: ServerSentence, copies: number, how?: Evidence): Change {
  const key = serverKey(event, says.server);
  const heard = board.servers.get(key);
  const known = heard ?? FRESH_SERVER;
  const before = stateBefore(heard, says, board, event);
  const ofFile = isOfFile(board, event, says);
  const work = ofFile ? workTakenOver(board, event, says) : null;
  const said = changeServer(before, says, board, event);
  const changed = work === null ? said : { ...said, ...work };
  const from = shown(before);
  const to = shown(changed);
  const planned = to !== 'up' && (work !== null || isPlanned(board, event, says, before));

  const { id, at, utcOffsetMin, host, pid } = event;
  const { backend, server } = says.server;
  // A server that was out already keeps the time and cause of its fall.
  const stays = known.left !== null && known.planned === planned;
  const left = to === 'up' ? null : stays ? known.left : { at, utcOffsetMin, cause: says.cause };
  // Of a state from a file the log says only that it was loaded; which worker loaded it follows from which one was started next.
  const evidence: Evidence = ofFile ? 'inferred' : 'observed';
  const { operational, maint, drain } = changed;
  const tracks = says.cause.via ?? known.tracks;
  const after: ServerState = { operational, maint, drain, planned, left, evidence };
  if (tracks) after.tracks = tracks;
  const servers = board.servers.with(key, after);
  const { out } = board.backends.get(backendKey(event, backend)) ?? FRESH_BACKEND;
  const now = outAfter(out, server, known, after);
  const change = settle(
    boardWith(board, { servers }),
    event,
    backend,
    now,
    availabilityAfter(says, changed),
    how ?? evidence,
  );
  if (from === to) return change;
  const { cause } = says;
  const transition = { id, at, utcOffsetMin, host, pid, backend, server, from, to, planned, evidence, copies, cause };
  return { board: change.board, transition, outages: change.outages };
}

/**
 * The state before a change. HAProxy writes only what changes (src/server.c), so a change also tells of the state before it. This is where
 * a worker's silent beginning shows: a server that waits for DNS or was added by command begins in maintenance.
 */
function stateBefore(
  known: ServerState | undefined,
  says: ServerSentence,
  board: Board,
  event: HaproxyEvent,
): ServerState {
  const { change } = says;
  if (change.to === 'drain' && isSaidOfDown(says)) return known ?? { ...FRESH_SERVER, operational: 'down' };
  if (change.to === 'ready') return { ...(known ?? FRESH_SERVER), maint: true };
  if (change.to === 'undrain') return { ...(known ?? FRESH_SERVER), drain: true };
  if (known !== undefined || change.to !== 'up' || isUpByFile(board, event)) return known ?? FRESH_SERVER;
  return { ...FRESH_SERVER, operational: 'down' };
}

/** A tracking server's change is as planned as its root's. */
function isPlanned(board: Board, event: HaproxyEvent, says: ServerSentence, before: ServerState): boolean {
  const root = says.cause.via === null ? undefined : board.servers.get(serverKey(event, says.cause.via));
  return root?.planned ?? isPlannedChange(says.change, says.cause, before);
}

/**
 * Whether the server is down: only then HAProxy tells how many servers are `left`, whatever else befalls it, and what became of its
 * sessions (src/server.c).
 */
const isSaidOfDown = ({ sessions }: ServerSentence): boolean => sessions !== null && sessions.active !== null;

function changeServer(server: ServerState, says: ServerSentence, board: Board, worker: WorkerRef): ServerState {
  const { change } = says;
  switch (change.to) {
    case 'up':
    case 'down':
    case 'stopping':
      return { ...server, maint: false, operational: change.to };
    case 'maint':
      return { ...server, maint: true };
    case 'drain':
      return { ...server, drain: true, operational: isSaidOfDown(says) ? 'down' : server.operational };
    case 'ready':
      return { ...server, maint: false, operational: followRoot(board, worker, server, change), drain: change.drain };
    case 'undrain':
      return { ...server, drain: false, operational: keepStopping(server, change.operational) };
  }
}

/** "is UP/READY (leaving forced maintenance)" is said of a server, too, that goes on stopping because the one that it tracks does (src/server.c). */
function followRoot(
  board: Board,
  worker: WorkerRef,
  { tracks }: ServerState,
  { operational }: { operational: Operational },
): ServerState['operational'] {
  const root = tracks && board.servers.get(serverKey(worker, tracks));
  return root && !root.maint ? keepStopping(root, operational) : operational;
}

/** "is UP (leaving drain)" is said of a stopping server too (src/server.c): it goes on stopping. */
function keepStopping(server: ServerState, operational: Operational): ServerState['operational'] {
  return operational === 'up' && server.operational === 'stopping' ? 'stopping' : operational;
}
