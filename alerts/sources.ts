/** Where a state that an event tells of comes from: a check has found it out, or a state file has it; and who has told of nothing but a file. */
import type { Cause, CauseClass, HaproxyEvent } from '../parsers/index.js';
import { type Board, type WorkerState, workerOf } from './board.js';

/** Whether a check changed a server. Anything else may come with the configuration, or with a state file. */
export const isFoundByCheck = ({ says }: HaproxyEvent): boolean =>
  says.kind === 'server' && OF_CHECKS.has(says.cause.class);

const OF_CHECKS: ReadonlySet<CauseClass> = new Set([
  'layer4',
  'layer6',
  'layer7',
  'agent',
  'external',
  'socket',
] as const);

/** Whether a server's state is said to come from a state file. */
export const isFromFile = ({ says }: HaproxyEvent): boolean =>
  says.kind === 'server' && says.cause.class === 'state_file';

/**
 * Whether a server is said to be up while its worker reads the state file: it was up already, and in its slow start (tried with 2.6.12 and 3.0.11). What is told
 * then has the time at which the worker began.
 */
export const isUpByFile = (board: Board, event: HaproxyEvent): boolean =>
  event.says.kind === 'server' &&
  event.says.change.to === 'up' &&
  !isFoundByCheck(event) &&
  workerOf(board, event)?.startedAt === event.at;

/** Whether a server is out because its name was not found while the configuration was loaded (unresolved.ts). */
export const isUnresolvedAtLoad = (cause: Cause | null): boolean =>
  cause?.class === 'dns' && cause.reason === 'could not resolve address';

/** How long it takes to read a state file. */
const LOADED_WITHIN_MS = 1_000;

/** Whether all that a process has told, up to this event, comes from a state file: maintenance and drain, too, which may come first. */
export function hasOnlyTakenOver({ tookOver, firstAt }: WorkerState, event: HaproxyEvent): boolean {
  const isAtOnce = event.at - firstAt <= LOADED_WITHIN_MS;
  if (tookOver !== true) return isAtOnce && isFromFile(event);
  return isFromFile(event) || event.says.kind === 'backend.exhausted' || (isAtOnce && !isFoundByCheck(event));
}
