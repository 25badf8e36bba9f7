/** What waits for a witness is found the same way, whether its order was kept from line to line or is made anew, as after a restart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EventId } from '../../parsers/event.js';
import type { Held } from '../../parsers/heard.js';
import { Shelf } from '../../parsers/shelf.js';
import {
  doubtedAt,
  dueAt,
  legacies,
  nextTurn,
  patienceMs,
  waitingWith,
  withoutWaiting,
  withWaiting,
} from '../../parsers/waiting.js';

const SUBJECTS = ['lb 1 app', 'lb 1 app/a', 'lb 1 app/b', 'lb 1 app2/a', 'lb 2 app/a'];
const HOSTS = ['lb', 'lb2'];

const held = fc.record({
  event: fc.record({
    id: fc.constantFrom(...'abcdefgh').map((id) => id as EventId),
    host: fc.constantFrom(...HOSTS),
    at: fc.nat(100_000),
  }),
  subject: fc.constantFrom(...SUBJECTS),
  legacy: fc.boolean(),
  doubted: fc.boolean(),
});

const change = fc.oneof(
  { weight: 3, arbitrary: held.map((one) => ({ does: 'wait' as const, one: one as unknown as Held })) },
  { weight: 2, arbitrary: held.map(({ event: { id } }) => ({ does: 'leave' as const, id })) },
);

test('whatever comes and goes, it is the same as of what is there', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), fc.nat(200_000), (changes, at) => {
      let waiting = Shelf.of<Held>();
      const earlier: Shelf<Held>[] = [];
      for (const next of changes) {
        earlier.push(waiting);
        if (next.does === 'leave') waiting = withoutWaiting(waiting, next.id);
        else {
          const known = waiting.get(next.one.event.id);
          // What waits already may be doubted; it moves to no other place.
          const one = known ? { ...known, doubted: true as const } : { ...next.one, turn: nextTurn(waiting) };
          waiting = withWaiting(waiting, one);
        }
      }
      // What was handed on is asked as well: a batch that could not be stored is read once more.
      for (const shelf of [waiting, Shelf.of([...waiting]), ...earlier]) agrees(shelf, at);
    }),
    { numRuns: 2_000 },
  );
});

function agrees(waiting: Shelf<Held>, at: number): void {
  const inTurn = (matches: (one: Held) => boolean) =>
    [...waiting]
      .map(([, one]) => one)
      .filter(matches)
      .sort((a, b) => a.turn - b.turn);
  assert.equal(nextTurn(waiting), Math.max(0, ...inTurn(() => true).map(({ turn }) => turn)) + 1);
  for (const subject of SUBJECTS) {
    const backend = subject.split('/', 1)[0];
    const own = inTurn((one) => one.subject.split('/', 1)[0] === backend && !one.legacy);
    assert.deepEqual(waitingWith(waiting, subject), own);
  }
  for (const host of HOSTS) {
    const deadline = (one: Held) => one.event.at + patienceMs(one);
    const due = inTurn((one) => one.event.host === host && at > deadline(one)).sort(
      (a, b) => deadline(a) - deadline(b),
    );
    assert.deepEqual(dueAt(waiting, host, at), due);
    const isOfHost = (one: Held) => one.event.host === host;
    assert.deepEqual(
      doubtedAt(waiting, host).toSorted((a, b) => a.turn - b.turn),
      inTurn((one) => isOfHost(one) && one.doubted === true && !one.legacy),
    );
    assert.deepEqual(
      legacies(waiting, host).toSorted((a, b) => a.turn - b.turn),
      inTurn((one) => isOfHost(one) && one.legacy),
    );
  }
}
