/**
 * Two hosts whose workers have one number, as in containers, where pids are small. Over UDP one worker has two names: that of its `log` lines, and its host's on
 * stderr (speakers.ts). But if `log` targets tell under each of them what none tells under the other, these are two workers of two hosts.
 */
import { isAtOnce } from './copies.js';
import { isOfWorkers, type StateSentence } from './event.js';
import { type Heard, heardWith, type Speaker, subjectKey } from './heard.js';
import { processKey, speakerOf } from './keys.js';
import { speakerAt } from './processes.js';
import type { Instant, LogRecord } from './record.js';

/** So many times the names must tell different things oftener than the same, at most: of one worker's two targets a burst loses lines. */
const AGREED_MAX = 3;

type Names = NonNullable<Speaker['names']>;

/** A worker's name, the other one that was taken for its, and what both have told. */
interface Joined {
  main: string;
  alias: string;
  names: Names;
}

/**
 * Takes the names of a worker apart if `log` targets tell under one of them what none tells under the other at the same time. To be called with each state that
 * is heard, before its worker is named. What was told until then stays the first name's, and what that worker said of its servers is not known any more.
 */
export function takenApart(
  heard: Heard,
  { host, origin, text }: LogRecord,
  pid: number,
  sentence: StateSentence,
  at: Instant,
): Heard {
  if (origin !== 'syslog' || isOfWorkers(sentence)) return heard;
  const joined = joinedBy(heard, host, pid);
  if (joined === null) return heard;
  const { main, alias, names } = joined;
  const { alone, agreed } = names;
  if (alone !== undefined && isAtOnce(alone.at, at)) {
    const isSame = alone.text === text && alone.host !== host;
    return isSame ? withNames(heard, main, pid, { agreed: Math.min(agreed + 1, AGREED_MAX) }) : heard;
  }
  if (alone !== undefined && agreed === 0) return apart(heard, joined, pid);
  const other = speakerAt(heard, host === main ? alias : main, pid);
  const left = alone === undefined ? agreed : agreed - 1;
  const isFirst = speakerAt(heard, main, pid)?.names === undefined;
  // The other name has stderr alone: that is one worker.
  const isAlone = other?.origins.syslog === true && !isCopy(heard, main, pid, sentence, text, at);
  if (isAlone) return withNames(heard, main, pid, { agreed: left, alone: { host, text, at } });
  return alone === undefined && !isFirst ? heard : withNames(heard, main, pid, { agreed: left });
}

/** Whether a `log` target has just told the same, under whichever name. */
function isCopy(heard: Heard, host: string, pid: number, sentence: StateSentence, text: string, at: Instant): boolean {
  const last = heard.subjects.get(subjectKey({ host, pid }, sentence))?.voices.syslog;
  return last?.text === text && isAtOnce(last.at, at);
}

/** The names of the worker, if it has two and a `log` target has told of it under the second; else null. */
function joinedBy(heard: Heard, host: string, pid: number): Joined | null {
  const own = speakerAt(heard, host, pid);
  if (own === undefined) return null;
  if (own.alias !== null) {
    const { names = { agreed: 0 } } = speakerAt(heard, own.alias, pid) ?? {};
    return { main: own.alias, alias: host, names };
  }
  const { names } = own;
  // Most workers have one name, and are not to be looked for among all others with each line.
  if (names === undefined) return null;
  const [other] = heard.speakers.where((key, { alias }) => alias === host && speakerOf(key).pid === pid);
  return other === undefined ? null : { main: host, alias: speakerOf(other[0]).host, names };
}

function withNames(heard: Heard, host: string, pid: number, names: Names): Heard {
  const key = processKey(host, pid);
  const speaker = heard.speakers.get(key);
  return speaker === undefined
    ? heard
    : heardWith(heard, { speakers: heard.speakers.with(key, { ...speaker, names }) });
}

function apart(heard: Heard, { main, alias }: Joined, pid: number): Heard {
  const worker = processKey(main, pid);
  const key = processKey(alias, pid);
  const own = heard.speakers.get(key)!;
  const { names: _, ...first } = heard.speakers.get(worker)!;
  const known = own.known || first.known;
  return heardWith(heard, {
    speakers: heard.speakers.with(worker, first).with(key, { ...own, alias: null, known }),
    told: heard.told.withoutUnder(main, (name) => name.startsWith(`${worker} `)),
  });
}
