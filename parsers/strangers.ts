/**
 * Whether clients can write whole lines. They cannot if every `log-format` begins with what HAProxy fills in (an address, a brace, a word of the
 * operator's). If one begins with a client's text, ordinary requests show it: their lines begin like nothing that HAProxy writes by itself, and not all
 * alike. Then the load balancer is open to its clients, and belief is stricter (docs/decisions/0007-belief.md).
 */
import { begunAt, type Heard, heardWith, type Strangeness } from './heard.js';
import { processKey, speakerOf, type WorkerRef, workerKey } from './keys.js';
import { isOfLoad } from './loads.js';
import { isRunning, isWorker } from './processes.js';
import { profileOf, withProfile } from './profiles.js';
import type { Instant } from './record.js';
import type { Shelf } from './shelf.js';
import { hostNameOf } from './speakers.js';

/** Why a line of an open load balancer is doubted. */
export const OPEN = 'clients of this load balancer seem to begin lines of its log as they like';

/** How many processes are kept: any program may log such lines, and each new worker does. */
const STRANGE_MAX = 1_000;

/** How long a worker must have served before it counts that its lines do not vary. */
const DAY = 86_400_000;

/**
 * Takes in that a line began with the character `first`, like no line that HAProxy writes by itself.
 * @param writer with the host's name as it stands in the line
 * @param behind it may be a further line of what the process had just said on stderr
 */
export function hearStranger(
  heard: Heard,
  writer: WorkerRef,
  first: string,
  { at = null, behind = false }: { at?: Instant | null; behind?: boolean } = {},
): Heard {
  const key = workerKey(writer);
  const known = heard.strangers.get(key);
  if (known?.varies || known?.first === first) return heard;
  const counted = isOfLoad(heard, writer, { at, behind }) ? '' : first;
  if (known !== undefined && counted === '') return heard;
  const strangers = known === undefined ? withRoom(heard.strangers) : heard.strangers;
  const { since = at } = known ?? {};
  const noted: Strangeness = { first: known?.first || counted, varies: known !== undefined && known.first !== '' };
  if (since !== null) noted.since = since;
  const next = heardWith(heard, { strangers: strangers.with(key, noted) });
  return opened(next, { host: hostNameOf(heard, writer), pid: writer.pid });
}

/**
 * Opens the load balancer if the lines of this worker vary. To be called whenever that may have become true: when its lines begin to vary, when it has
 * become a known worker, or when another name of its host has become known.
 * @param worker with the name by which its host is known
 */
export function opened(heard: Heard, worker: WorkerRef): Heard {
  const { host, pid } = worker;
  if (heard.strangers.size === 0 || profileOf(heard, host).open) return heard;
  if (!isWorker(heard, host, pid) && !carriersOf(heard, host).includes(pid)) return heard;
  const pids = writersFor(heard, worker);
  const isOfHost = (key: string) => hostNameOf(heard, speakerOf(key)) === host;
  const own = heard.strangers.where((key, { varies }) => varies && pids.includes(speakerOf(key).pid) && isOfHost(key));
  return own.length === 0 ? heard : withProfile(heard, host, { open: true });
}

/**
 * Closes a load balancer whose formats seem to have been changed: the lines of a worker that has served for a day do not vary, nor do those of any other
 * one that has not ended. To be called with each change that a known worker told: with that worker and the instant.
 */
export function reconsidered(heard: Heard, worker: WorkerRef & { at: Instant }): Heard {
  const { host, at } = worker;
  if (!profileOf(heard, host).open) return heard;
  const speaker = heard.speakers.get(workerKey(worker));
  if (speaker === undefined || at - begunAt(speaker) < DAY) return heard;
  const serves = ({ host: name, pid }: WorkerRef) => {
    const isOfHost = hostNameOf(heard, { host: name, pid }) === host;
    if (isOfHost && carriersOf(heard, host).includes(pid)) return true;
    return isOfHost && isRunning(heard, host, pid);
  };
  const open = heard.strangers.where((key, { varies }) => varies && serves(speakerOf(key)));
  return open.length === 0 ? closed(heard, host) : heard;
}

/** Forgets how the lines of the load balancer begin, and closes it. */
export function closed(heard: Heard, host: string): Heard {
  const profile = profileOf(heard, host);
  const strangers = heard.strangers.withoutAll((key) => hostNameOf(heard, speakerOf(key)) === host);
  if (!profile.open && strangers === heard.strangers) return heard;
  return heardWith(heard, {
    strangers,
    profiles: profile.open ? heard.profiles.with(host, { ...profile, open: false }) : heard.profiles,
  });
}

/** Whether clients can write a whole line in this worker's name, for all that is known. */
export function clientsWriteLines(heard: Heard, worker: WorkerRef): boolean {
  return profileOf(heard, worker.host).open === true || linesVary(heard, worker);
}

/** Whether the lines of the process, known or not, begin as clients like. */
export function linesVary(heard: Heard, writer: WorkerRef): boolean {
  return heard.strangers.size > 0 && strangenessOf(heard, writer).some((one) => one?.varies === true);
}

/**
 * Whether a line of the process began like nothing that HAProxy writes by itself: with a word of the operator's, or with a client's text, and the clients
 * seen so far are all of a kind.
 */
export function linesAreStrange(heard: Heard, writer: WorkerRef): boolean {
  return heard.strangers.size > 0 && strangenessOf(heard, writer).some((one) => (one?.first ?? '') !== '');
}

const strangenessOf = (heard: Heard, writer: WorkerRef): readonly (Strangeness | undefined)[] =>
  writersFor(heard, writer).map((pid) => heard.strangers.get(processKey(writer.host, pid)));

/** The pids under which a process's lines are in the log: its own, and those of the processes that carry what the host's workers log. */
const writersFor = (heard: Heard, { host, pid }: WorkerRef): readonly number[] => [pid, ...carriersOf(heard, host)];

/** The processes that were believed to carry what the host's workers log (carriers.ts). */
const carriersOf = (heard: Heard, host: string): readonly number[] =>
  profileOf(heard, host).heads?.syslog?.carriers ?? [];

/**
 * The open load balancers. `onStderr`: what HAProxy says there while it runs comes on stderr as well, where no client writes. `forgedAt`: when somebody
 * last tried to forge it (forged.ts).
 */
export function openToClients({ profiles }: Heard): { host: string; onStderr: boolean; forgedAt: Instant | null }[] {
  return profiles
    .where((_, { open }) => open === true)
    .map(([host, { alive, forgedAt = null }]) => ({ host, onStderr: alive === true, forgedAt }))
    .sort((a, b) => (a.host < b.host ? -1 : 1));
}

/** Makes room for another process. A process of whose lines less is known goes first. */
function withRoom(strangers: Shelf<Strangeness>): Shelf<Strangeness> {
  if (strangers.size < STRANGE_MAX) return strangers;
  const [first = ''] = (strangers.where((_, { varies }) => !varies)[0] ?? [...strangers][0])!;
  return strangers.without(first);
}
