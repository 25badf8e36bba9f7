/**
 * Who is told at which hours: against an oracle that looks at every route in every minute, and notes nothing ahead. A load balancer whose
 * clock is wrong, two nights in which the clocks of a zone are changed, silences, somebody who takes it on.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Acknowledgement,
  EVERYTHING,
  NOTHING_KNOWN,
  nextTickAt,
  type Plan,
  type Route,
  type Situation,
  step,
} from '../../alerts/index.js';
import { readTimes } from '../../alerts/times.js';
import type { EventId } from '../../parsers/index.js';
import { planWith } from '../support/plan.js';
import { inputOf } from '../support/story.js';

const MINUTE_MS = 60_000;
const LENGTH_MIN = 48 * 60;

/** Berlin's clocks change in these nights, at 01:00 UTC. */
const NIGHTS = [
  { change: Date.UTC(2026, 9, 25, 1), before: 120, after: 60 },
  { change: Date.UTC(2027, 2, 28, 1), before: 60, after: 120 },
];
/** Daily, in Berlin; none begins or ends in the hour that comes twice or never. */
const HOURS = ['08:00-18:00', '18:00-08:00', '22:00-06:00', '07:30-09:00', '09:30-10:00', '00:00-24:00', '01:00-04:00'];
const NAMES = ['oncall', 'office', 'boss', 'chat'];

interface Entry {
  at: number;
  does: 'silence' | 'unsilence' | 'ack' | 'other';
  lastsMin: number;
}

interface Case {
  night: (typeof NIGHTS)[number];
  beginsMin: number;
  aheadMin: number;
  routes: { hours: string | null; receivers: string[]; escalate: { afterMin: number; receivers: string[] } | null }[];
  reminderMin: number | null;
  mostReminders: number | null;
  entries: Entry[];
}

const someNames = fc.subarray(NAMES, { minLength: 1, maxLength: 2 });
const route = fc
  .record({
    hours: fc.option(fc.constantFrom(...HOURS), { freq: 4 }),
    receivers: someNames,
    escalate: fc.option(fc.record({ afterMin: fc.constantFrom(10, 30, 90, 400), receivers: someNames })),
  })
  .filter(({ receivers, escalate }) => !escalate?.receivers.some((name) => receivers.includes(name)));
const cases = fc.record<Case>({
  night: fc.constantFrom(...NIGHTS),
  beginsMin: fc.integer({ min: 0, max: 24 * 60 }),
  aheadMin: fc.constantFrom(0, 0, -60, 45, 600),
  routes: fc.array(route, { minLength: 1, maxLength: 3 }),
  reminderMin: fc.constantFrom(null, 15, 60, 240),
  mostReminders: fc.constantFrom(null, null, 1, 3),
  entries: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: LENGTH_MIN }),
      does: fc.constantFrom<Entry['does'][]>('silence', 'silence', 'unsilence', 'ack', 'other'),
      lastsMin: fc.constantFrom(20, 90, 600),
    }),
    { maxLength: 4 },
  ),
});

test('in any minute those are told whose hours it is, whoever is silenced, waited for or reminded besides', () => {
  fc.assert(
    fc.property(cases, (drawn) => assert.deepEqual(told(drawn), oracle(drawn))),
    { numRuns: 80 },
  );
});

test('an incident that an older haplog stored, which did not note when each receiver was told, is escalated after a restart', () => {
  const escalation = { afterMs: 15 * MINUTE_MS, receivers: ['boss'] };
  const plan = planWith({}, { routes: [{ match: EVERYTHING, during: null, receivers: ['oncall'], escalation }] });
  const { situation } = step(NOTHING_KNOWN, inputOf('0:00 down a 0', 0, true), plan);
  let incidents = situation.incidents;
  for (const [key, { firstTold, othersAt, ...old }] of incidents) incidents = incidents.with(key, old);
  const tick = (before: Situation, min: number, anew: boolean) =>
    step(before, { kind: 'tick', at: min * MINUTE_MS, anew }, plan);
  const restarted = tick({ ...situation, incidents, agendas: NOTHING_KNOWN.agendas }, 5, true);
  assert.equal(nextTickAt(restarted.situation, plan), 15 * MINUTE_MS);
  const { notifications } = tick(restarted.situation, 15, false);
  assert.deepEqual(
    notifications.map(({ event, receiver }) => `${event} ${receiver}`),
    ['firing boss'],
  );
});

const startOf = ({ night }: Case): number => night.change - 25 * 60 * MINUTE_MS;

/** What is told, by the minute. */
function told(drawn: Case): string[] {
  const { beginsMin, aheadMin, reminderMin, mostReminders, entries } = drawn;
  const start = startOf(drawn);
  const reminderMs = reminderMin === null ? null : reminderMin * MINUTE_MS;
  let plan: Plan = planWith({ reminderMs, mostReminders }, { routes: drawn.routes.map(routeOf) });
  let situation: Situation = NOTHING_KNOWN;
  const says: string[] = [];
  const take = (input: Parameters<typeof step>[1], min: number) => {
    const next = step(situation, input, plan);
    situation = next.situation;
    for (const { event, receiver } of next.notifications) says.push(saying(min, event, receiver));
  };
  for (let min = 0; min < LENGTH_MIN; min++) {
    const at = start + min * MINUTE_MS;
    const stamped = (words: string) => `${at / 1_000}=${at / 1_000 + aheadMin * 60} ${words}`;
    const now = entries.filter((entry) => entry.at === min);
    for (const { does, lastsMin } of now) {
      if (does === 'silence') {
        const until = at + lastsMin * MINUTE_MS;
        const silence = { id: min, match: EVERYTHING, from: at, until, author: 'ada', reason: 'work' };
        plan = { ...plan, silences: [...plan.silences, silence] };
      } else if (does === 'unsilence') plan = { ...plan, silences: [] };
      else if (does === 'ack') {
        const ack: Acknowledgement = { at, by: 'ada', note: null };
        const ids = [...situation.incidents].map(([, { id }]): [EventId, Acknowledgement] => [id, ack]);
        plan = { ...plan, acknowledgements: new Map(ids) };
      }
    }
    if (min === beginsMin) take(inputOf(stamped('down a 0'), min, true), min);
    else if (now.some(({ does }) => does === 'other')) take(inputOf(stamped('down web/a 1'), min, true), min);
    if (now.length > 0 || nextTickAt(situation, plan) <= at) take({ kind: 'tick', at }, min);
  }
  return says.sort();
}

/** What ought to be told, by the minute. */
function oracle(drawn: Case): string[] {
  const { beginsMin, reminderMin, mostReminders, entries } = drawn;
  const heard = new Set<string>();
  const takenSince = new Map<object, number>();
  const says: string[] = [];
  let quietUntil = 0;
  let wishes = false;
  let acked = false;
  let lastWord: number | null = null;
  let reminders = 0;
  for (let min = 0; min < LENGTH_MIN; min++) {
    for (const { does, lastsMin } of entries.filter((entry) => entry.at === min)) {
      if (does === 'silence') quietUntil = Math.max(quietUntil, min + lastsMin);
      else if (does === 'unsilence') quietUntil = 0;
      else if (does === 'ack') wishes ||= min > beginsMin;
    }
    if (min < beginsMin) continue;
    const open = drawn.routes.filter(({ hours }) => isOpen(drawn, hours, min));
    const routed = new Set(open.flatMap(({ receivers }) => receivers));
    const isDue = (each: Case['routes'][number]) =>
      each.escalate !== null && min >= (takenSince.get(each) ?? Number.POSITIVE_INFINITY) + each.escalate.afterMin;
    const tell = (event: string, receivers: Iterable<string>) => {
      for (const receiver of receivers) {
        says.push(saying(min, event, receiver));
        heard.add(receiver);
      }
    };
    const tellOthers = (receivers: Iterable<string>) =>
      tell(
        'firing',
        [...new Set(receivers)].filter((name) => !heard.has(name)),
      );
    if (wishes && !acked) {
      acked = true;
      tell('acknowledged', [...heard]);
    }
    if (min >= quietUntil && !acked) {
      const isFirst = lastWord === null;
      tellOthers(routed);
      if (isFirst && routed.size > 0) lastWord = min;
      if (!isFirst && reminderMin !== null && min >= lastWord! + reminderMin && reminders < (mostReminders ?? 1e9)) {
        const escalatedTo = open.filter(isDue).flatMap(({ escalate }) => escalate!.receivers);
        const reminded = new Set([...routed, ...escalatedTo.filter((name) => heard.has(name))]);
        tell('reminder', reminded);
        if (reminded.size > 0) {
          reminders++;
          lastWord = min;
        }
      }
      if (!isFirst) tellOthers(drawn.routes.filter(isDue).flatMap(({ escalate }) => escalate!.receivers));
    }
    for (const each of open) {
      if (!takenSince.has(each) && each.receivers.some((name) => heard.has(name))) takenSince.set(each, min);
    }
  }
  return says.sort();
}

function routeOf({ hours, receivers, escalate }: Case['routes'][number]): Route {
  const during = hours === null ? null : readTimes(`daily ${hours} Europe/Berlin`, 'UTC');
  const escalation = escalate && { afterMs: escalate.afterMin * MINUTE_MS, receivers: escalate.receivers };
  return { match: { ...EVERYTHING, backend: 'app' }, during, receivers, escalation };
}

/** By the clock on the wall, which shows minutes of the day. */
function isOpen(drawn: Case, hours: string | null, min: number): boolean {
  if (hours === null) return true;
  const at = startOf(drawn) + min * MINUTE_MS;
  const offset = at < drawn.night.change ? drawn.night.before : drawn.night.after;
  const wall = (at / MINUTE_MS + offset) % (24 * 60);
  const [from, until] = hours.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) as [
    number,
    number,
  ];
  return from < until ? from <= wall && wall < until : wall >= from || wall < until;
}

const saying = (min: number, event: string, receiver: string) => `${String(min).padStart(5, '0')} ${event} ${receiver}`;
