/** The ways in which a load balancer writes what it says, as far as they are known: one `log` target or several, and stderr. */
import { inOneBreath } from './copies.js';
import type { HaproxyEvent } from './event.js';
import { type Heard, heardWith, type Profile, type RecentEvent } from './heard.js';
import { workerKey } from './keys.js';
import { isWorker } from './processes.js';
import type { Instant, LogRecord } from './record.js';

const NOTHING_KNOWN: Profile = { stderr: null, pairs: null, announces: false, tags: [] };

/** What is known of the load balancer's ways; `NOTHING_KNOWN` if it was never heard. */
export function profileOf(heard: Heard, host: string): Profile {
  return heard.profiles.get(host) ?? NOTHING_KNOWN;
}

/** `heard` with `change` made to the load balancer's profile; `heard` itself if all of it was known already. */
export function withProfile(heard: Heard, host: string, change: Partial<Profile>): Heard {
  const profile = profileOf(heard, host);
  for (const part in change) {
    if (profile[part as keyof Profile] !== change[part as keyof Profile])
      return heardWith(heard, { profiles: heard.profiles.with(host, { ...profile, ...change }) });
  }
  return heard;
}

/** How many carriers, facilities and names are kept, the last ones. */
const KEPT = 8;

const NONE: readonly never[] = [];

/** The list with one more; the same list if there is none, or if it is there. */
export function withOne<T>(known: readonly T[] = NONE, one: T | null): readonly T[] {
  return one === null || known.includes(one) ? known : [...known, one].slice(-KEPT);
}

/** Whether no believed line bore a program's name yet. */
const isNameless = ({ tags }: Profile): boolean => tags.every(isEmpty);
const isEmpty = (name: string): boolean => name === '';

/** Whether HAProxy is known by this program's name, or by none yet. On stderr it keeps its name, however many `log-tag` gives to its proxies. */
export const hasName = (profile: Profile, tag: string): boolean =>
  profile.tags.includes(tag) || profile.heads?.stderr?.tags?.includes(tag) === true || isNameless(profile);

/** Whether a change is expected on stderr as well: one was seen there; or, while that is not known, masters are heard there. */
export function expectsStderr({ stderr, announces }: Profile): boolean {
  return stderr ?? announces;
}

/** Whether a line on stderr and one of a `log` target said so. */
export function cameBothWays({ by }: Pick<RecentEvent, 'by'>): boolean {
  return by.stderr > 0 && by.syslog > 0;
}

/**
 * How many changes in pairs show a second target where one pair does not: if the first lines heard were single and may have been clients'; and, in a row,
 * where lines bear no pids. There, as many that came alone in a row show that there is none.
 */
const PAIRS_ENOUGH = 3;

/** Whether lines bear no pids, so that the event may be of any of several processes (`nbproc`). Two of them often say the same in one breath, and not always. */
const mayBeOfSeveral = ({ heads }: Profile, { pid, says }: HaproxyEvent): boolean =>
  pid === 0 && heads?.syslog?.numbered !== true && says.kind !== 'proxy.stopped';

/** Takes in that one line of a `log` target told an event, believed or not; if more come, `waysOf` takes these in. */
export function noteAlone(heard: Heard, event: HaproxyEvent): Heard {
  const { host } = event;
  const profile = profileOf(heard, host);
  if (!mayBeOfSeveral(profile, event)) return heard;
  const { pairs, pairsHeard = 0, aloneHeard: before = 0 } = profile;
  const aloneHeard = Math.min(before + 1, PAIRS_ENOUGH);
  const isOne = pairs === true && aloneHeard === PAIRS_ENOUGH;
  // If the one before stayed alone, the row of pairs is broken.
  return withProfile(heard, host, {
    aloneHeard,
    pairsHeard: before > 0 || isOne ? 0 : pairsHeard,
    pairs: isOne ? false : pairs,
  });
}

/**
 * Whether an event shows two `log` targets, as both told it. A proxy that stops does not: of a frontend and a backend with one name, each target tells
 * twice in equal words that they stop (src/proxy.c).
 */
export const showsTwoTargets = ({ says }: HaproxyEvent, { pair }: Pick<RecentEvent, 'pair'>): boolean =>
  pair && says.kind !== 'proxy.stopped';

/**
 * The profile with its ways after one more event, and its name by `tag` if it had none; itself if all was known. A line can only show that a way is used. That it is not used shows only when an
 * event waited for it in vain (verdict.ts).
 */
export function waysOf(profile: Profile, event: HaproxyEvent, said: RecentEvent, tag: string): Profile {
  const { by, at } = said;
  const pair = showsTwoTargets(event, said);
  const isBoth = cameBothWays(said);
  // Two requests in one breath are no second target: a client must not be able to make HAProxy's single line insufficient.
  const isOpen = profile.open === true && profile.pairs === false;
  const isOfSeveral = mayBeOfSeveral(profile, event);
  const isDoubtful = isOpen || (isOfSeveral && profile.pairs !== true);
  // Where stamps are whole seconds, two equal requests easily fall into one breath.
  const isCounted = isDoubtful && pair && by.syslog === 2 && (!isOpen || at % 1_000 !== 0);
  const pairsHeard = (profile.pairsHeard ?? 0) + (isCounted ? 1 : 0);
  const { aloneHeard: alone = 0 } = profile;
  const aloneHeard = pair && isOfSeveral ? 0 : alone;
  const stderr = isBoth ? true : profile.stderr;
  const pairs = pair && (!isDoubtful || pairsHeard >= PAIRS_ENOUGH) ? true : profile.pairs;
  const alive = isBoth || profile.alive === true;
  const tags = isNameless(profile) ? [tag] : profile.tags;
  const isKnown =
    stderr === profile.stderr &&
    pairs === profile.pairs &&
    pairsHeard === profile.pairsHeard &&
    aloneHeard === alone &&
    alive === profile.alive &&
    tags === profile.tags;
  return isKnown ? profile : { ...profile, stderr, pairs, pairsHeard, aloneHeard, alive, tags };
}

/**
 * Takes in that a proxy has started. Until 2.2 the process that forks the worker says so by `log` targets, and if there are two, twice in one breath. A
 * client cannot do that, because what it makes HAProxy log comes from the worker.
 */
export function hearStart(heard: Heard, host: string, { origin, pid, text }: LogRecord, at: Instant): Heard {
  const profile = profileOf(heard, host);
  if (origin !== 'syslog' || pid === null || !profile.announces || profile.pairs !== null) return heard;
  if (isWorker(heard, host, pid) || (heard.strangers.get(workerKey({ host, pid }))?.first ?? '') !== '') return heard;
  const { begun } = profile;
  const isPair = begun !== undefined && begun.pid === pid && begun.text === text && inOneBreath(begun.at, at);
  return withProfile(heard, host, isPair ? { pairs: true } : { begun: { pid, text, at } });
}
