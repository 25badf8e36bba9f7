/**
 * Which workers of a host are remembered. Those that may serve are, for their words are believed only while they are known: the youngest of each master, and
 * what began together with it (`nbproc`, until 2.4). Besides these, the youngest: a reload a minute must not fill the memory.
 */
import { begunAt, type Speaker } from './heard.js';

/** How many workers are kept beside those that may serve. */
const KNOWN_MAX = 50;

/** How many pids of which nothing was believed are: anybody can write one into a message. */
const UNKNOWN_MAX = 50;

/** The processes of one HAProxy begin one after the other; without a master, each is heard first when a check of its own has ended. */
const TOGETHER_MS = 10_000;

/** How many these are: as many as there are bits in a word (src/cfgparse-global.c). */
const TOGETHER_MAX = 64;

/** How many may serve in all. A master that was killed never tells what became of its worker. */
const SERVING_MAX = 256;

type Named = [string, Speaker];

/** Those of a host's processes that are to be forgotten. */
export function beyond(own: readonly Named[]): string[] {
  const byFirst = own.toSorted(([, a], [, b]) => b.at - a.at);
  const serving = new Set(servingOf(byFirst));
  // Workers that have ended go first: one service may be reloaded every minute beside another that is not for a year.
  const others = byFirst
    .filter((one) => !isStranger(one[1]) && !serving.has(one))
    .sort(([, a], [, b]) => ended(a) - ended(b));
  const strangers = byFirst.filter(([, speaker]) => isStranger(speaker));
  return [...others.slice(KNOWN_MAX), ...strangers.slice(UNKNOWN_MAX)].map(([key]) => key);
}

/** Nothing was believed of it, and no master told of it. */
export const isStranger = ({ known, announced }: Speaker): boolean => !known && !announced;

/** Whether so many processes of a host are strangers that some must go. Twice as many as are kept, because forgetting looks at everything. */
export const isCrowdOf = (strangers: number): boolean => strangers >= 2 * UNKNOWN_MAX;

/** The workers that may serve, the youngest first. Those of which no master told count as of one. */
function servingOf(own: readonly Named[]): Named[] {
  const byMaster = new Map<number | null, Named[]>();
  for (const one of own) {
    const { master = null, stage } = one[1];
    if (isStranger(one[1]) || stage !== undefined) continue;
    byMaster.set(master, [...(byMaster.get(master) ?? []), one]);
  }
  return [...byMaster.values()].flatMap(togetherWithYoungest).sort(byAge).slice(0, SERVING_MAX);
}

function togetherWithYoungest(workers: Named[]): Named[] {
  const [youngest, ...others] = workers.sort(byAge);
  const since = begunAt(youngest![1]) - TOGETHER_MS;
  return [youngest!, ...others.filter(([, one]) => begunAt(one) >= since)].slice(0, TOGETHER_MAX);
}

const byAge = ([, a]: Named, [, b]: Named): number => begunAt(b) - begunAt(a);

const ended = ({ stage }: Speaker): number => (stage === 'ended' ? 1 : 0);
