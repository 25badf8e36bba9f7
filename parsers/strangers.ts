/**
 * Who can write a whole line? Where every `log-format` begins with what HAProxy fills in (an address, a brace, a word of the
 * operator's), no client can. Where one begins with a client's text, ordinary requests show it: lines that begin as nothing that
 * HAProxy writes of itself, and not all of them alike. There belief is stricter (docs/decisions/0007-belief.md).
 */
import { type Heard, heardWith, type Strangeness } from './heard.js';
import { speakerKey, type WorkerRef } from './keys.js';
import { expectsStderr, sourceOf } from './sources.js';
import { hostNameOf, hostOf, isWorker } from './speakers.js';

/** So many processes are kept: any program may log a line, but only a worker's count. */
const STRANGE_MAX = 100;

/** Takes in that a line of the process began with the character `first`, as none does that HAProxy writes of itself. */
export function hearStranger(heard: Heard, writer: WorkerRef, first: string): Heard {
  const key = speakerKey(writer);
  const known = heard.strangers.get(key);
  if (known?.varies || known?.first === first) return heard;
  const strangers = known === undefined ? withRoom(heard) : heard.strangers;
  return heardWith(heard, {
    strangers: strangers.with(key, { first: known?.first ?? first, varies: known !== undefined }),
  });
}

/** Whether clients of a worker of this host can begin lines as they like, for all that is known. */
export function clientsWriteLines(heard: Heard, host: string): boolean {
  return heard.strangers.size > 0 && heard.strangers.where((key, it) => hostOfOpen(heard, key, it) === host).length > 0;
}

/** The hosts of which that is known, and whether what HAProxy says there comes on stderr as well, where no client writes. */
export function openToClients(heard: Heard): { host: string; onStderr: boolean }[] {
  const hosts = [...heard.strangers].flatMap(([key, it]) => hostOfOpen(heard, key, it) ?? []);
  return [...new Set(hosts)].sort().map((host) => ({ host, onStderr: expectsStderr(sourceOf(heard, host)) }));
}

/** The host of the worker whose lines these are; null if they all begin alike, or are no worker's. */
function hostOfOpen(heard: Heard, key: string, { varies }: Strangeness): string | null {
  const writer = writerOf(key);
  const host = hostNameOf(heard, writer);
  return varies && isWorker(heard, host, writer.pid) ? host : null;
}

/** What is no worker's goes first. */
function withRoom(heard: Heard): Heard['strangers'] {
  const { strangers } = heard;
  if (strangers.size < STRANGE_MAX) return strangers;
  const isNobodys = (key: string) => {
    const writer = writerOf(key);
    return !isWorker(heard, hostNameOf(heard, writer), writer.pid);
  };
  const workers = strangers.withoutAll(isNobodys);
  return workers.size < STRANGE_MAX ? workers : heard.strangers.withoutAll(() => true);
}

function writerOf(key: string): { host: string; pid: number } {
  return { host: hostOf(key), pid: Number.parseInt(key, 10) };
}
