/**
 * Which copies come does not decide what is told, where clients are not known to write lines: of each change any one line is enough, whatever it counts.
 * The stories hold what makes counts that follow from nothing: weights that are set to 0 by command or by an agent, and back, without a word; servers that
 * were down before the first word; and backends that an agent or a command has emptied.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EXHAUSTED, stderrLine, syslogLine } from '../support/lines.js';
import { read } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
/** Longer than a copy may be late behind one that was ten seconds late itself. */
const MINUTE = 75_000;
const SERVERS = ['a', 'b', 'c'] as const;

interface Told {
  at: number;
  text: string;
}

/** What checks find, with another duration each time, so that no two changes are equal to the letter. */
function sentence(server: string, isUp: boolean, left: number, ms: number): string {
  return isUp
    ? `Server app/${server} is UP, reason: Layer4 check passed, check duration: ${ms}ms. ${left} active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`
    : `Server app/${server} is DOWN, reason: Layer4 timeout, check duration: ${ms}ms. ${left} active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`;
}

interface Step {
  server: (typeof SERVERS)[number];
  /** Its weight is set to 0, or back; else a check finds it down, or up again. */
  isWeight: boolean;
  wait: number;
}

/** What HAProxy says. A backend is emptied at least a minute after it was before, and one that is empty gets no weight back: HAProxy would not tell. */
function toldOf(steps: readonly Step[], downAtFirst: readonly string[]): Told[] {
  const down = new Set<string>(downAtFirst);
  const weightless = new Set<string>();
  const usable = () => SERVERS.filter((server) => !down.has(server) && !weightless.has(server)).length;
  const told: Told[] = [];
  let at = T + MINUTE;
  for (const [n, { server, isWeight, wait }] of steps.entries()) {
    const before = usable();
    if (isWeight && before === 0) continue;
    at += wait;
    toggle(isWeight ? weightless : down, server);
    const empties = before > 0 && usable() === 0;
    if (empties) at += MINUTE;
    if (!isWeight) told.push({ at, text: sentence(server, !down.has(server), usable(), n) });
    if (empties) told.push({ at, text: EXHAUSTED });
  }
  return told;
}

function toggle(set: Set<string>, one: string): void {
  if (!set.delete(one)) set.add(one);
}

const step = fc.record({
  server: fc.constantFrom(...SERVERS),
  isWeight: fc.boolean(),
  wait: fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 2_000, max: 20_000 }), fc.constant(MINUTE)),
});
const stories = fc
  .tuple(fc.array(step, { minLength: 1, maxLength: 12 }), fc.subarray([...SERVERS]))
  .map(([steps, downAtFirst]) => toldOf(steps, downAtFirst));

/** Which lines of a change come. What comes on stderr alone is not late: then a newer change may have been told before. */
const fates = fc.array(
  fc.oneof(
    fc.record({ logged: fc.constantFrom(0, 1, 2), lateMs: fc.constant<number | null>(0) }),
    fc.record({ logged: fc.constantFrom(1, 2), lateMs: fc.constant<number | null>(null) }),
    fc.record({ logged: fc.constantFrom(1, 2), lateMs: fc.integer({ min: 0, max: 10_000 }) }),
  ),
  { minLength: 30, maxLength: 30 },
);

/** A worker that has shown in which ways its changes come. */
function begin(targets: number, announced: boolean): string[] {
  const shown = [
    { at: T + 1_000, text: sentence('x', false, 1, 1).replace('app/', 'other/') },
    { at: T + 9_000, text: sentence('x', true, 2, 2).replace('app/', 'other/') },
  ];
  const lines = shown.flatMap(({ at, text }) => [stderrLine(at, text), ...logged(at, text, targets)]);
  return announced ? [stderrLine(T, 'New worker (100) forked', { pid: 1 }), ...lines] : lines;
}

const logged = (at: number, text: string, times: number) => Array.from({ length: times }, () => syslogLine(at, text));

function facts(lines: string[]) {
  const { transitions, outages, suspects } = read(lines).news;
  return {
    transitions: transitions.map(({ at, server, to }) => `${at} ${server} ${to}`).sort(),
    // The last that is said of each.
    outages: [...new Map(outages.map(({ id, start, end }) => [id, `${start} ${end}`])).values()].sort(),
    suspects: suspects.map(({ reason }) => reason),
  };
}

test('any one line of a change tells it, though its counts follow from nothing', () => {
  fc.assert(
    fc.property(stories, fates, fc.constantFrom(1, 2), fc.boolean(), (told, fate, targets, announced) => {
      const first = begin(targets, announced);
      let late = 0;
      const coming = told.flatMap(({ at, text }, n) => {
        const { logged: times, lateMs } = fate[n % fate.length]!;
        if (lateMs !== null) late = Math.max(late, at + lateMs); // within its origin each keeps its place
        const least = late > at ? 1 : 0;
        const log = logged(at, text, Math.max(Math.min(times, targets), least)).map((line) => ({ at, line }));
        if (lateMs === null) return log;
        return [...log, { at: late, line: stderrLine(late, text) }];
      });
      const arrived = coming.sort((a, b) => a.at - b.at).map(({ line }) => line);
      const whole = told.flatMap(({ at, text }) => [stderrLine(at, text), ...logged(at, text, targets)]);
      assert.deepEqual(facts([...first, ...arrived]), facts([...first, ...whole]));
    }),
    { numRuns: 400 },
  );
});
