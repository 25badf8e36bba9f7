/** A letter about several incidents, in words: one sentence that counts them, then the worst by name, and how many more there are. */
import type { Message } from './channels/channel.js';
import { failedInWords } from './impact.js';
import { acknowledgedInWords, causeOf, endMark, localTime, overInWords, subjectInWords } from './incident-words.js';
import { type Letter, rowsOf } from './letters.js';
import type { Notification } from './notification.js';
import { digestBody } from './payload-digest.js';
import { type Root, rootInWords } from './roots.js';
import { RULE_WORDS, SEVERITIES, type Severity, SUBJECT_OF } from './rules.js';
import type { Thread } from './threads.js';
import { causeInWords, formatDuration, plainText } from './words.js';

/** How many incidents are named in a letter, and how many in its first sentence. */
const MOST_NAMED = 20;
const MOST_IN_SENTENCE = 3;
/** At least so many of each part are named, however many there are before it. */
const FEWEST_OF_PART = 3;

const PARTS = ['began', 'still', 'acknowledged', 'over', 'ended'] as const;

type Part = (typeof PARTS)[number];

const TITLE: Record<Part, string> = {
  began: 'Began',
  still: 'Going on',
  acknowledged: 'Acknowledged',
  over: 'Began and ended, and could not be told before',
  ended: 'Ended',
};

const COUNTED: Record<Part, string> = {
  began: 'began',
  still: 'still going on',
  acknowledged: 'acknowledged',
  over: 'began and ended',
  ended: 'ended',
};

/** Takes a letter of the kind `root` or `digest`, and its name; returns the message, equal in every attempt. */
export function renderMany(letter: Letter, name: string): Message {
  const { root, threads } = letter;
  const parts = PARTS.map((part) => ({
    part,
    threads: threads.filter((each) => partOf(each) === part).sort(worstFirst),
  }));
  const hosts = [...new Set(threads.map(({ told }) => told.incident.host))];
  const where = hosts.length === 1 ? plainText(hosts[0]!, 200) : `${hosts.length} hosts`;
  const counts = parts.filter((each) => each.threads.length > 0);
  const { subject, summary } =
    root === null ? digestInWords(counts, where) : togetherInWords(root, threads.toSorted(worstFirst), where);
  const named = namedOf(counts);
  const body = counts.flatMap(({ part, threads: all }) => {
    const lines = named.get(part)!.map((thread) => `  ${oneInWords(thread, part)}`);
    const more = all.length - lines.length;
    return [`${TITLE[part]} (${all.length}):`, ...lines, ...(more > 0 ? [`  and ${more} more`] : []), ''];
  });
  return {
    id: name,
    // Incidents that are told in one letter and end in one are one conversation; a digest stands alone.
    incidentId:
      root === null ? name : `together:${threads.map(({ told }) => told.incident.id).toSorted()[0]}:${threads.length}`,
    event: root === null ? 'digest' : threads[0]!.told.event,
    incident: null,
    severity: worstOf(parts.flatMap((each) => (each.part === 'began' || each.part === 'still' ? each.threads : []))),
    alarm: threads.some(isAlarm),
    ...ringOf(letter),
    subject: `[haplog] ${where}: ${subject}`,
    text: [summary, '', ...passedOn(letter), ...body].join('\n'),
    json: digestBody(root, counts, [...named.values()].flat(), summary),
  };
}

function digestInWords(counts: { part: Part; threads: Thread[] }[], where: string) {
  const words = counts.map(({ part, threads }) => `${threads.length} ${COUNTED[part]}`);
  const [first = '', ...others] = words;
  const counted = [first.replace(' ', counts[0]?.threads.length === 1 ? ' incident ' : ' incidents '), ...others].join(
    ', ',
  );
  return { subject: counted, summary: `${counted} on ${where}: ${names(counts.flatMap(({ threads }) => threads))}` };
}

/** `12 backends on lb1 have no server available since ...; ...: ...`. */
function togetherInWords(root: Root, threads: Thread[], where: string) {
  const { event, incident } = threads[0]!.told;
  const words = RULE_WORDS[incident.rule];
  const what = `${threads.length} ${SUBJECT_OF[incident.rule]}s`;
  const since = localTime(incident, Math.min(...threads.map(({ told }) => told.incident.openedAt)));
  // If some were closed with their rule, no recovery is claimed of any.
  const over = threads.map(({ told }) => told.incident).find(({ ruleOff }) => ruleOff) ?? incident;
  const state = plural(event === 'resolved' ? overInWords({ ...over, endEvidence: null }) : words.is);
  const mark = {
    firing: '',
    reminder: words.still,
    acknowledged: acknowledgedInWords(incident),
    resolved: over.ruleOff ? endMark(over) : 'Resolved',
  }[event];
  const why = root.kind === 'host' && incident.cause !== null ? causeInWords(incident.cause) : causeOf(incident);
  const time = event === 'resolved' ? `, down since ${since}` : ` since ${since}`;
  return {
    subject: `${event === 'reminder' ? `${words.still}: ` : ''}${what} ${state}`,
    summary: `${mark === '' ? '' : `${mark}: `}${what} on ${where} ${state}${time}; ${rootInWords(root)}: ${why}: ${names(threads)}`,
  };
}

function names(threads: Thread[]): string {
  const subjects = threads.slice(0, MOST_IN_SENTENCE).map(({ told }) => subjectInWords(told.incident));
  const more = threads.length - subjects.length;
  return `${subjects.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The worst of each part; in all no more than a reader takes in. */
function namedOf(parts: { part: Part; threads: Thread[] }[]): Map<Part, Thread[]> {
  let left = MOST_NAMED;
  return new Map(
    parts.map(({ part, threads }, i) => {
      const kept = FEWEST_OF_PART * (parts.length - i - 1);
      const named = threads.slice(0, Math.max(FEWEST_OF_PART, left - kept));
      left -= named.length;
      return [part, named];
    }),
  );
}

function oneInWords({ told }: Thread, part: Part): string {
  const { incident, createdAt } = told;
  const { is } = RULE_WORDS[incident.rule];
  const over = overInWords({ ...incident, endEvidence: null });
  const what = `${plainText(incident.host, 200)}: ${subjectInWords(incident)}`;
  const since = localTime(incident, incident.openedAt);
  const lasted = formatDuration((incident.resolvedAt ?? createdAt) - incident.openedAt);
  const failed = failedInWords(incident.impact);
  const impact = failed === null ? '' : `, ${failed}`;
  if (part === 'ended') return `${what} ${over}, after ${lasted}${impact}`;
  if (part === 'over') return `${what} ${over}, after ${lasted}${impact}, since ${since}: ${causeOf(incident)}`;
  return `${what} ${is} since ${since}: ${causeOf(incident)}`;
}

/** Why it comes to this receiver, each reason once. */
function passedOn(letter: Letter): string[] {
  const reasons = [...new Set(rowsOf(letter).flatMap((row) => row.passedOn ?? []))];
  const lines = reasons.slice(0, FEWEST_OF_PART).map((reason) => `Told here: ${plainText(reason, 400)}`);
  const more = reasons.length - lines.length;
  return lines.length === 0 ? [] : [...lines, ...(more > 0 ? [`and for ${more} more reasons`] : []), ''];
}

function worstOf(threads: Thread[]): Severity | null {
  const severities = new Set(threads.map(({ told }) => told.incident.severity));
  return SEVERITIES.find((severity) => severities.has(severity)) ?? null;
}

function isAlarm(thread: Thread): boolean {
  const { severity, ack } = thread.told.incident;
  return partOf(thread) === 'began' && severity === 'critical' && ack === null;
}

/** The oldest, because a letter that was not accepted is tried again with what came meanwhile. */
function ringOf(letter: Letter): { ring?: string } {
  const begins = ({ event, incident }: Notification) => event === 'firing' && incident.severity === 'critical';
  const [first] = rowsOf(letter)
    .filter(({ notification }) => begins(notification))
    .sort((a, b) => a.seq - b.seq);
  return first === undefined ? {} : { ring: first.notification.incident.id };
}

function partOf({ told, whole }: Thread): Part {
  if (whole) return 'over';
  return ({ firing: 'began', reminder: 'still', acknowledged: 'acknowledged', resolved: 'ended' } as const)[told.event];
}

function worstFirst(a: Thread, b: Thread): number {
  const rank = ({ told }: Thread) => SEVERITIES.indexOf(told.incident.severity);
  return rank(a) - rank(b) || a.told.incident.openedAt - b.told.incident.openedAt || a.rows[0]!.seq - b.rows[0]!.seq;
}

/** Words that are said of one subject, as said of several. */
function plural(words: string): string {
  const verbs: Record<string, string> = { has: 'have', is: 'are', goes: 'go', fails: 'fail' };
  return words.replace(/^\w+/, (verb) => verbs[verb] ?? verb).replace(' its ', ' their ');
}
