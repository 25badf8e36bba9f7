/**
 * Who speaks: workers by host name and pid. Over UDP the same worker's syslog lines may bear another host name than its
 * stderr lines (`localhost`, or what `log-send-hostname` sets).
 */

import { beginsWorker, isOfWorkers } from './event.js';
import { begunAt, COPY_DELAY_MAX_MS, type Heard, heardWith, type Speaker, type Subject } from './heard.js';
import { beyond, isCrowdOf, isStranger } from './kept.js';
import { processKey, speakerOf, type WorkerRef, workerKey } from './keys.js';
import { lastWords, withLastWord } from './last-words.js';
import { silenced } from './lives.js';
import { isWorker, speakerAt, speakersOf } from './processes.js';
import type { Instant, LogRecord, Origin } from './record.js';
import type { Shelf } from './shelf.js';

/**
 * Takes in that a worker speaks, and finds the name by which its host is known. Two names are one worker if they share the pid and no origin, neither host
 * has ever spoken in the other's way, and the first was announced by its master or heard within the last minute. The first name heard is the host's; but if
 * another worker of that name was known by the second one, a copy was heard before its original: what it said is to be handed over `from` that name.
 */
export function recognise(
  heard: Heard,
  { host, origin, sentence }: LogRecord,
  pid: number,
  at: Instant,
): { heard: Heard; host: string; from?: WorkerRef } {
  const key = processKey(host, pid);
  const { speakers } = heard;
  const known = speakers.get(key);
  const isOwn = !isOfWorkers(sentence);
  if (known?.origins[origin] && !(known.announced && isOwn)) return { heard, host: known.alias ?? host };
  const heardNow = (speaker: Speaker): Speaker => ({
    ...speaker,
    origins: { ...speaker.origins, [origin]: true },
    announced: speaker.announced && !isOwn,
    // From its own first word on the other name is to be expected, no matter how long ago its master told of it.
    at: speaker.announced && isOwn ? at : speaker.at,
  });
  if (known) {
    return { heard: heardWith(heard, { speakers: speakers.with(key, heardNow(known)) }), host: known.alias ?? host };
  }
  const announced = beginsWorker(sentence);
  // Each name keeps its own origins: by them the two names of the next worker are joined.
  const metAs = (speaker: Speaker): Speaker => ({ ...heardNow(speaker), origins: speaker.origins });
  const twin = twinOf(heard, host, pid, origin, at);
  const fresh = announced || isCrowded(heard, host) ? forgetOld(heard, host, at) : heard;
  const self: Speaker = { alias: null, origins: {}, at, begun: at, announced, known: false, doubted: [] };
  if (twin !== null && speakers.get(twin)!.known === false && isNameOf(heard, hostOf(twin), pid, host)) {
    const renamed = fresh.speakers.with(twin, { ...speakers.get(twin)!, alias: host });
    const both = renamed.with(key, { ...heardNow(self), announced });
    return { heard: heardWith(fresh, { speakers: both }), host, from: speakerOf(twin) };
  }
  const alias = twin === null ? hostNameOf(heard, { host, pid, origin }) : hostOf(twin);
  const joined = twin === null ? fresh.speakers : fresh.speakers.with(twin, metAs(speakers.get(twin)!));
  const named = alias === host || twin !== null ? joined : joined.with(processKey(alias, pid), metAs(self));
  const own = { ...heardNow(self), alias: alias === host ? null : alias, announced };
  return { heard: heardWith(fresh, { speakers: named.with(key, own) }), host: alias };
}

/** Makes a worker a known one. What its host's workers said long ago is forgotten: it has begun in the place of one of them. */
export function acquainted(heard: Heard, event: { host: string; pid: number; at: Instant }): Heard {
  const fresh = forgetOld(heard, event.host, event.at);
  const key = workerKey(event);
  const speaker = fresh.speakers.get(key) ?? heard.speakers.get(key)!;
  return heardWith(fresh, { speakers: fresh.speakers.with(key, { ...speaker, known: true, doubted: [] }) });
}

/**
 * The name by which a worker's host is known, if its other lines bear another one; else the name given. What a process that was not heard yet, or a master,
 * says on stderr is of the host as which all workers of that name were known: where haplog began to read while a worker was running, that is the one that UDP
 * gives it.
 */
export function hostNameOf(
  heard: Heard,
  { host, pid, origin }: Pick<LogRecord, 'host' | 'pid'> & { origin?: Origin },
): string {
  const speaker = speakerAt(heard, host, pid);
  if (speaker !== undefined) return speaker.alias ?? host;
  return origin === 'stderr' ? (onlyName(heard, host, pid) ?? host) : host;
}

function twinOf(heard: Heard, host: string, pid: number, origin: Origin, at: Instant): string | null {
  const mayBe = (name: string, speaker: Speaker) =>
    speaker.announced || Math.abs(at - speaker.at) <= COPY_DELAY_MAX_MS || hostOf(name) === usualName(heard, host, pid);
  return namesakesOf(heard, { host, pid }, origin, mayBe)[0] ?? null;
}

/** The workers that have this one's number under another name, of those that are `wanted`, if neither host has ever spoken in the other's way. */
export function namesakesOf(
  { speakers }: Heard,
  { host, pid }: WorkerRef,
  origin: Origin,
  wanted: (name: string, speaker: Speaker) => boolean = () => true,
): string[] {
  const ending = ` ${pid}`;
  const candidates = speakers.where(
    (name, speaker) =>
      name.endsWith(ending) && speaker.alias === null && !speaker.origins[origin] && wanted(name, speaker),
  );
  if (candidates.length === 0) return [];
  const origins = originsByHost(speakers);
  // A worker has one name by each origin: one that already has a name by this origin is not meant.
  const isNamed = (name: string) =>
    [...speakers].some(
      ([key, { alias, origins: own }]) => alias === hostOf(name) && key.endsWith(ending) && own[origin],
    );
  const shareNone = (other: string) => ![...(origins.get(host) ?? [])].some((each) => origins.get(other)?.has(each));
  return candidates.map(([name]) => name).filter((name) => shareNone(hostOf(name)) && !isNamed(name));
}

/**
 * Whether a process that is no known worker may have its lines on stderr under the usual name of its host, as over UDP: until these come, nothing is certain,
 * not even its host.
 */
export function awaitsItsName(heard: Heard, { host, pid }: WorkerRef): boolean {
  return !isWorker(heard, host, pid) && usualName(heard, host, pid) !== null;
}

/** The other name by which the youngest worker of this host's name but this one was known; null if there is none. */
function usualName(heard: Heard, host: string, pid: number): string | null {
  const [youngest] = othersOf(heard, host, pid).sort((a, b) => begunAt(b) - begunAt(a));
  return youngest?.alias ?? null;
}

/** Whether a worker of this host's name but this one was known by that name: of a fleet behind one rsyslog UDP may call each host alike. */
function isNameOf(heard: Heard, host: string, pid: number, name: string): boolean {
  return othersOf(heard, host, pid).some(({ alias }) => alias === name);
}

/**
 * The other name by which all workers of this host's name but this one were known; null if there is none, or if it is that of other hosts as well: behind one
 * rsyslog `localhost` may be the name that UDP gives to each of many.
 */
function onlyName(heard: Heard, host: string, pid: number | null): string | null {
  const aliases = othersOf(heard, host, pid).map(({ alias }) => alias);
  const [first = null] = aliases;
  if (first === null || !aliases.every((alias) => alias === first)) return null;
  const isAnothers = (key: string, { alias }: Speaker) =>
    hostOf(key) === host ? false : alias === first || (hostOf(key) === first && alias !== null && alias !== host);
  return heard.speakers.where(isAnothers).length === 0 ? first : null;
}

const othersOf = (heard: Heard, host: string, pid: number | null): Speaker[] =>
  speakersOf(heard, host).flatMap(([key, speaker]) => (speakerOf(key).pid === pid ? [] : [speaker]));

function originsByHost(speakers: Shelf<Speaker>): Map<string, Set<string>> {
  const origins = new Map<string, Set<string>>();
  for (const [name, { alias, origins: own }] of speakers) {
    const all = origins.get(hostOf(name)) ?? new Set();
    if (alias === null) for (const origin of Object.keys(own)) all.add(origin);
    origins.set(hostOf(name), all);
  }
  return origins;
}

/**
 * Forgets what the host's workers said longer ago than a copy takes, but for their last words, and workers beyond those that are kept. Called when a
 * worker begins, and when there is too much that is new.
 */
export function forgetOld(heard: Heard, host: string, at: Instant): Heard {
  const silent = ({ voices }: Subject) => Object.values(voices).every((voice) => at - voice.at > COPY_DELAY_MAX_MS);
  const waiting = new Set([...heard.held].map(([, { subject }]) => subject));
  const gone = beyond(speakersOf(heard, host));
  const workers = gone.map((key) => `${workerKey(speakerOf(key))} `);
  const speakers = gone.reduce((rest, key) => rest.without(key), heard.speakers);
  const last = lastWords({ subjects: heard.subjects, speakers }, host);
  let { subjects } = heard;
  for (const [key, subject] of heard.subjects.under(host, (key, one) => !waiting.has(key) && silent(one)))
    subjects = last.has(key) ? subjects.with(key, withLastWord(subject)) : subjects.without(key);
  return heardWith(heard, {
    subjects,
    speakers,
    told:
      workers.length === 0
        ? heard.told
        : heard.told.withoutUnder(host, (key) => workers.some((worker) => key.startsWith(worker))),
  });
}

/** Whether a host has too many unknown pids. Somebody who makes up a pid for each line must not cause forgetting each time. */
function isCrowded(heard: Heard, host: string): boolean {
  return isCrowdOf(speakersOf(heard, host, isStranger).length);
}

/** How much later than the worker's own first words by `log` targets its master's word on stderr may come, at most. */
export const OVERTAKEN_MS = 10_000;

/**
 * Whether the worker of which its master tells now had already begun to speak. Not if a master told of this pid before: that was an earlier worker, as in a
 * container that is started again and again.
 */
export function hasJustBegun(heard: Heard, { host, pid, at }: WorkerRef & { at: Instant }): boolean {
  const speaker = speakerAt(heard, host, pid);
  return speaker !== undefined && speaker.master === undefined && at - begunAt(speaker) < OVERTAKEN_MS;
}

/** Ends all runs of a pid and forgets its states, because a worker begins: in a container it has the pid of the one before, whose words it cannot repeat. */
export function forgetWorker(heard: Heard, host: string, pid: number): Heard {
  const prefix = `${host} ${pid} `;
  const own = (key: string) => key.startsWith(prefix);
  const subjects = heard.subjects
    .under(host, own)
    .reduce((rest, [key, it]) => rest.with(key, silenced(it)), heard.subjects);
  return heardWith(heard, { subjects, told: heard.told.withoutUnder(host, own) });
}

/** Forgets all about a host that has long been silent, under each of its names. */
export function forgetHost(heard: Heard, host: string): Heard {
  const aliasOf = (process: string) => heard.speakers.get(process)?.alias;
  return {
    subjects: heard.subjects.withoutUnder(host),
    speakers: heard.speakers.withoutAll((key, { alias }) => hostOf(key) === host || alias === host),
    profiles: heard.profiles.without(host),
    held: heard.held.withoutAll((_, { event }) => event.host === host),
    told: heard.told.withoutUnder(host),
    strangers: heard.strangers.withoutAll((key) => hostOf(key) === host || aliasOf(key) === host),
  };
}

const hostOf = (speaker: string) => speakerOf(speaker).host;
