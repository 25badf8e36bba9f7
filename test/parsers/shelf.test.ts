import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Shelf } from '../../parsers/index.js';

/** Few names, so that they meet again; those of the second line are pairs of one FNV-1a hash. */
const names = fc.oneof(
  fc.stringMatching(/^[ab]{0,2}$/),
  fc.constantFrom('costarring', 'liquid', 'declinate', 'macallums'),
  fc.stringMatching(/^[ab]{0,2} [ab]?$/),
  fc.constantFrom('a costarring', 'a liquid', 'costarring b', 'liquid b'),
);
const acts = fc.array(fc.record({ name: names, value: fc.option(fc.nat(), { nil: undefined }) }), { maxLength: 60 });
const sorted = (entries: Iterable<[string, number]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

/** Plays puts and removals on a shelf and on a plain map. */
function played(
  before: Shelf<number>,
  model: Map<string, number>,
  steps: { name: string; value: number | undefined }[],
) {
  let shelf = before;
  for (const { name, value } of steps) {
    shelf = value === undefined ? shelf.without(name) : shelf.with(name, value);
    if (value === undefined) model.delete(name);
    else model.set(name, value);
  }
  return shelf;
}

test('a shelf holds what a map holds, and an old one stays as it was', () => {
  fc.assert(
    fc.property(acts, acts, (first, second) => {
      const model = new Map<string, number>();
      const early = played(Shelf.of(), model, first);
      const then = sorted(model);
      const late = played(early, model, second);
      assert.deepEqual(sorted(late), sorted(model));
      assert.equal(late.size, model.size);
      assert.deepEqual(sorted(early), then);
      for (const [name, value] of model) assert.deepEqual([late.has(name), late.get(name)], [true, value]);
    }),
  );
});

test('the changes between two shelves lead from one to the other', () => {
  fc.assert(
    fc.property(acts, acts, (first, second) => {
      const early = played(Shelf.of(), new Map(), first);
      const late = played(early, new Map(), second);
      const { put, gone } = early.changesTo(late);
      const model = new Map(early);
      for (const [name, value] of put) model.set(name, value);
      for (const name of gone) model.delete(name);
      assert.deepEqual(sorted(model), sorted(late));
      assert.ok(put.every(([name, value]) => early.get(name) !== value));
    }),
  );
});

test('what lies under a word is what a look at everything finds', () => {
  fc.assert(
    fc.property(acts, fc.constantFrom('', 'a', 'ab', 'costarring', 'liquid'), fc.nat(), (steps, word, limit) => {
      const shelf = played(Shelf.of(), new Map(), steps);
      const isWanted = (_: string, value: number) => value <= limit;
      const isUnder = (name: string, value: number) => name.startsWith(`${word} `) && isWanted(name, value);
      assert.deepEqual(sorted(shelf.under(word, isWanted)), sorted(shelf.where(isUnder)));
      const [rest, expected] = [shelf.withoutUnder(word, isWanted), shelf.withoutAll(isUnder)];
      assert.deepEqual([sorted(rest), rest.size], [sorted(expected), expected.size]);
    }),
  );
});
