/** What happened, in the words of haplog's own log. Pure: facts in, words out. */
import {
  causeInWords,
  type Fallen,
  failedInWords,
  formatDuration,
  formatStamp,
  groupBy,
  type Incident,
  incidentKey,
  lasts,
  type Outage,
  overInWords,
  RULE_WORDS,
  type Shown,
  type Situation,
  SUBJECT_OF,
  subjectInWords,
  type Transition,
} from '../alerts/index.js';
import { type Instant, Shelf } from '../parsers/index.js';
import type { DeliveryReport } from './deliver.js';
import { standingOf } from './standing.js';
import type { Awaited, Commit } from './store/store.js';
import type { Notice } from './tail/notice.js';

export interface Said {
  level: 'info' | 'warn' | 'error';
  words: string;
}

const STATE_IN_WORDS: Record<Shown, string> = {
  up: 'is up',
  down: 'is down',
  maint: 'is in maintenance',
  drain: 'is draining',
  nolb: 'takes no new traffic',
};

/**
 * The news of a commit, in the order in which it happened.
 * @param before the incidents that were open until then: what was said of one is not said again
 */
export function narrate(
  commit: Pick<Commit, 'transitions' | 'outages' | 'incidents'>,
  before: Situation['incidents'] = Shelf.of(),
): Said[] {
  return [
    ...commit.transitions.map((transition) => ({ at: transition.at, said: transitionSaid(transition) })),
    ...commit.outages.map((outage) => ({ at: outage.end ?? outage.start, said: outageSaid(outage) })),
    ...commit.incidents.flatMap((incident) => {
      const known = before.get(incidentKey(incident));
      const said = incidentSaid(incident, known?.id === incident.id ? known : null);
      return said === null ? [] : [{ at: incident.resolvedAt ?? incident.openedAt, said }];
    }),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ said }) => said);
}

/** What is wrong right now: every server that takes no traffic, every backend without a server, every incident. */
export function describe(situation: Situation, now: Instant): Said[] {
  const said: Said[] = [];
  const { backends, incidents } = standingOf(situation);
  for (const { host, backend, out, total, outage } of backends) {
    if (total > out.length) {
      const words = `${host}: ${total - out.length} more servers of backend ${backend} are out`;
      said.push({ level: 'warn', words });
    }
    for (const fallen of out) said.push(fallenSaid(host, backend, fallen));
    if (outage) said.push(outageSaid(outage));
  }
  for (const incident of incidents) {
    const open = incidentSaid(incident, null);
    if (open) said.push({ ...open, words: `${open.words} (${formatDuration(now - incident.openedAt)})` });
  }
  return said;
}

/** Says that everything there was has been read; `waitedFor`: the logs that cannot be read now. */
export function caughtUpSaid(paths: readonly string[], waitedFor: ReadonlySet<string>): Said {
  const followed = paths.filter((path) => !waitedFor.has(path));
  const parts = [
    ...(followed.length > 0 ? [`following ${followed.join(', ')}`] : []),
    ...(waitedFor.size > 0 ? [`waiting for ${[...waitedFor].join(', ')}`] : []),
  ];
  return { level: 'info', words: `caught up, ${parts.join('; ')}` };
}

/** What became of an attempt to tell a receiver. */
export function deliverySaid({ receiver, event, incidents, outcome, detail, attempt, dueAt }: DeliveryReport): Said {
  const many = incidents > 1 ? ` of ${incidents} incidents` : '';
  const what = `receiver ${receiver}: ${event}${many} ${outcome === 'retry' ? 'not delivered yet' : outcome}`;
  const again = dueAt === null ? '' : `, attempt ${attempt}, again at ${new Date(dueAt).toISOString()}`;
  // A message that is lost for good means that somebody was not told.
  const lost = outcome === 'rejected' || outcome === 'expired';
  const level = outcome === 'delivered' ? 'info' : lost ? 'error' : 'warn';
  return { level, words: `${what} (${detail})${again}` };
}

/** Says that our own clock was set back by so many ms, or forward again where that is negative. */
export function setBackSaid(byMs: number): Said {
  const how = byMs > 0 ? 'back' : 'forward again';
  const words = `the clock of this machine was set ${how} by ${formatDuration(Math.abs(byMs))}: holds and reminders go on as if it had not been`;
  return { level: 'warn', words };
}

/** Says that messages wait for receivers that the configuration does not name, and what to do; null if none do. */
export function strandedSaid(awaited: readonly Awaited[], receivers: readonly string[]): Said | null {
  const stranded = groupBy(
    awaited.filter(({ whole }) => !receivers.includes(whole)),
    ({ whole }) => whole,
  );
  if (stranded.size === 0) return null;
  const sum = (all: Iterable<Awaited>) => [...all].reduce((total, each) => total + each.messages, 0);
  const messages = sum([...stranded.values()].flat());
  const names = [...stranded].map(([name, all]) => `${name} ${sum(all)}`).join(', ');
  const wait = `${messages === 1 ? '1 message waits' : `${messages} messages wait`} for receivers that the configuration does not name`;
  const remedy = 'name the receiver again and haplog outbox retry tells them, or haplog outbox drop gives them up';
  return { level: 'warn', words: `${wait} (${names}): each is rejected when it is due; ${remedy}` };
}

const WARNINGS = new Set<Notice['kind']>(['missing', 'unreadable', 'lost', 'copy']);

/** What happened to a followed log. */
export function noticeSaid({ kind, path, detail }: Notice): Said {
  const level = WARNINGS.has(kind) ? 'warn' : 'info';
  return { level, words: `log ${path}: ${kind}: ${detail}` };
}

/** Says that a server changed its state. */
export function transitionSaid({ host, backend, server, to, cause, planned, copies }: Transition): Said {
  const why = `${causeInWords(cause)}${planned ? ', planned' : ''}`;
  const level = to === 'up' || planned ? 'info' : 'warn';
  return { level, words: `${host}: server ${backend}/${server} ${STATE_IN_WORDS[to]}: ${why} (${lines(copies)})` };
}

function fallenSaid(host: string, backend: string, { server, at, utcOffsetMin, cause, planned }: Fallen): Said {
  const why = `${causeInWords(cause)}${planned ? ', planned' : ''}`;
  const words = `${host}: server ${backend}/${server} is out since ${formatStamp(at, utcOffsetMin)}: ${why}`;
  return { level: planned ? 'info' : 'warn', words };
}

/** Says that an outage began, or that it ended. */
export function outageSaid({ host, backend, start, utcOffsetMin, end, endHow, planned }: Outage): Said {
  if (end === null) {
    const words = `${host}: backend ${backend} has no server available since ${formatStamp(start, utcOffsetMin)}`;
    return planned ? { level: 'info', words: `${words}, planned` } : { level: 'error', words };
  }
  const lasted = `after ${formatDuration(end - start)}`;
  if (endHow === 'recovered')
    return { level: 'info', words: `${host}: backend ${backend} has a server again ${lasted}` };
  const how = { process_replaced: 'was replaced', process_stopped: 'stopped', process_killed: 'was killed' }[endHow!];
  return { level: 'warn', words: `${host}: the worker in which backend ${backend} had no server ${how} ${lasted}` };
}

/** A log that was never read under its path is one that was read before. */
export function inheritedSaid(path: string, from: string): Said {
  const words = `log ${path}: begins as ${from} did, which is no longer followed: going on where that was left`;
  return { level: 'info', words };
}

/**
 * What there is to say about an incident; null if nothing.
 * @param known the incident as it was when it was last spoken of
 */
export function incidentSaid(incident: Incident, known: Incident | null): Said | null {
  const { phase, host, rule, openedAt, utcOffsetMin, resolvedAt, planned, toldAt, reminders } = incident;
  const again = known !== null && lasts(known) && known.planned === planned;
  const about = `incident ${again && phase === 'firing' ? 'still firing' : phase}: ${host}: ${subjectInWords(incident)}`;
  if (phase === 'resolved') {
    const lasted = formatDuration((resolvedAt ?? openedAt) - openedAt);
    const failed = failedInWords(incident.impact);
    return {
      level: 'info',
      words: `${about} ${overInWords({ ...incident, endEvidence: null })} after ${lasted}${failed === null ? '' : `, ${failed}`}${toldAt === null ? ' (nobody was told of it)' : ''}`,
    };
  }
  if (!lasts(incident) || (again && reminders === known.reminders)) return null;
  const level = planned ? 'info' : incident.severity === 'critical' ? 'error' : 'warn';
  return {
    level,
    words: `${about} ${RULE_WORDS[rule].is} since ${formatStamp(openedAt, utcOffsetMin)}${why(incident)}${planned ? ', planned' : ''}`,
  };
}

/** The cause, for incidents of a whole HAProxy and of failing checks. For the others, the change of a server has been logged with its cause. */
function why({ rule, cause }: Incident): string {
  const isTold = SUBJECT_OF[rule] !== 'haproxy' && rule !== 'checks_failing';
  return isTold || cause === null ? '' : `: ${causeInWords(cause)}`;
}

function lines(copies: number): string {
  return copies === 1 ? '1 line' : `${copies} lines`;
}
