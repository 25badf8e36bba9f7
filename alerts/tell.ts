/** The story of an incident, as a notification tells it. */
import type { Instant } from '../parsers/index.js';
import { conditionInWords } from './condition.js';
import { failedInWords } from './impact.js';
import { type Fallen, type Incident, overAt } from './incident.js';
import {
  acknowledgedInWords,
  causeOf,
  endMark,
  host,
  localTime,
  overInWords,
  subjectInWords,
} from './incident-words.js';
import type { Notification } from './notification.js';
import { RULE_WORDS, SUBJECT_OF } from './rules.js';
import type { Shown } from './state.js';
import type { Block, Fact, Item, Story } from './story.js';
import { factsOf } from './story-facts.js';
import { capitalized, causeInWords, formatDuration, formatStamp, plainText } from './words.js';

const SHOWN_IN_WORDS: Record<Shown, string> = {
  up: 'up',
  down: 'down',
  maint: 'in maintenance',
  drain: 'draining',
  nolb: 'without new traffic',
};

/** What is out of the ordinary about a message. */
export interface Circumstances {
  /** The beginning is told with the end: the receiver could not be told before. `answer` is what it answered last, null if it was not asked. */
  whole?: { answer: string | null };
  /** Why this receiver is told in place of another. */
  passedOn?: string | null;
}

/** Takes a notification, the instant of sending by our clock, from which ages are counted, and what is out of the ordinary. */
export function tell(notification: Notification, now: Instant, how: Circumstances): Story {
  const { incident } = notification;
  const facts = [...factsOf(notification, loadBalancersTime(notification, now)), ...circumstances(how)];
  const said = sentence(notification);
  const late = `; it began ${localTime(incident, incident.openedAt)} and could not be told before`;
  return {
    ...said,
    rest: how.whole ? said.rest + late : said.rest,
    blocks: [
      { kind: 'facts', facts },
      ...fall(incident),
      { kind: 'facts', facts: [['Incident', plainText(incident.id, 200)]] },
    ],
  };
}

/** Our time by the clock that stamped the incident. Ages are counted by that clock: one that is five minutes behind ours does not make a message late. */
function loadBalancersTime({ createdAt, notedAt }: Notification, now: Instant): Instant {
  return notedAt === undefined ? now : createdAt + (now - notedAt);
}

/** The one sentence. Equal in every attempt, because it holds no age. */
function sentence({ incident, event, createdAt, backend }: Notification): Omit<Story, 'blocks'> {
  const where = `${subjectInWords(incident)} on ${host(incident)}`;
  const since = `since ${localTime(incident, incident.openedAt)}`;
  const lasted = formatDuration((overAt(incident) ?? createdAt) - incident.openedAt);
  const words = RULE_WORDS[incident.rule];
  switch (event) {
    case 'firing':
      return {
        mark: null,
        lead: `${capitalized(where)} ${words.is}`,
        rest: ` ${since}: ${causeOf(incident)}${afterStart(incident)}`,
      };
    case 'reminder': {
      const lead = `${where} ${words.hasBeen} for ${lasted}`;
      return { mark: words.still, lead, rest: `, ${since}: ${causeOf(incident)}${afterStart(incident)}` };
    }
    case 'acknowledged':
      return { mark: acknowledgedInWords(incident), lead: `${where} ${words.is}`, rest: ` ${since}` };
    case 'resolved': {
      const over = overInWords(incident);
      const settled =
        incident.flaps === null || incident.ruleOff ? '' : `: it is ${SHOWN_IN_WORDS[incident.flaps.state]}`;
      const failed = failedInWords(incident.impact);
      const left =
        backend === null || backend.condition === 'up'
          ? ''
          : `; ${SUBJECT_OF[incident.rule] === 'backend' ? 'it' : 'its backend'} is ${conditionInWords(backend)}`;
      const often = incident.times > 1 ? `, in which it was so ${incident.times} times` : '';
      const rest = `, after ${lasted}${often}${failed === null ? '' : `, ${failed}`}${left}`;
      return { mark: endMark(incident), lead: `${where} ${over}${settled}`, rest };
    }
  }
}

function afterStart({ workerBegan, openedAt }: Incident): string {
  return workerBegan === null ? '' : `, ${formatDuration(openedAt - workerBegan)} after a start or reload of HAProxy`;
}

function circumstances({ whole, passedOn }: Circumstances): Fact[] {
  const answer = whole?.answer ? `: ${plainText(whole.answer, 300)}` : '';
  return [
    ...(whole ? [['Not before', `the beginning could not be told${answer}`] as const] : []),
    ...(passedOn ? [['Told here', plainText(passedOn, 400)] as const] : []),
  ];
}

/** The servers that led to it, in order. */
function fall({ fallen, fallenTotal }: Incident): Block[] {
  if (fallen.length === 0) return [];
  const hidden = fallenTotal - fallen.length;
  const earlier: Item[] = hidden > 0 ? [{ stamp: null, name: null, words: `(${hidden} earlier ones)` }] : [];
  return [{ kind: 'list', title: 'Servers lost', items: [...earlier, ...fallen.map(fallenInWords)] }];
}

function fallenInWords({ at, utcOffsetMin, server, cause, planned }: Fallen): Item {
  const words = causeInWords(cause);
  return {
    stamp: formatStamp(at, utcOffsetMin),
    name: plainText(server, 200),
    words: planned ? `${words} (planned)` : words,
  };
}
