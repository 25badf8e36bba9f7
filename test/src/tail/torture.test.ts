/**
 * The follower against a model: whatever a writer, logrotate and restarts do to the files, which lines must arrive?
 * The actions are done to real files in a temporary folder, mostly faster than the follower can look.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Action, World } from './world.js';

const write = fc.record({ do: fc.constant('write' as const), lines: fc.nat(3), traffic: fc.nat(40) });
const rotate = fc.record({ do: fc.constant('rotate' as const), lateLines: fc.nat(2), create: fc.boolean() });
const pause = fc.record({ do: fc.constant('pause' as const), ms: fc.nat(30) });
const bare = (...names: Exclude<Action['do'], 'write' | 'rotate' | 'pause'>[]) =>
  fc.constantFrom(...names.map((name) => ({ do: name })));
const gentle = fc.oneof(
  { weight: 5, arbitrary: write },
  { weight: 3, arbitrary: rotate },
  { weight: 2, arbitrary: pause },
  { weight: 6, arbitrary: bare('begin a line', 'compress', 'remove', 'stop', 'start', 'settle') },
);
const rough = fc.oneof({ weight: 5, arbitrary: gentle }, { weight: 2, arbitrary: bare('copytruncate') });

async function play(actions: readonly Action[], promise: (world: World) => unknown): Promise<void> {
  await using world = new World();
  world.start();
  await world.settle();
  for (const action of actions) await world.do(action);
  world.start();
  await world.settle();
  await world.stop();
  await promise(world);
}

/** Runs many stories side by side, since each is mostly waiting; says which one failed. */
async function check(stories: Action[][], promise: (world: World) => unknown): Promise<void> {
  const left = [...stories];
  const lane = async () => {
    for (let story = left.pop(); story; story = left.pop()) {
      try {
        await play(story, promise);
      } catch (error) {
        throw new Error(`${(error as Error).message}\nstory: ${JSON.stringify(story)}`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

/** More of them, for a longer hunt: HAPLOG_TORTURE_RUNS=1000. */
const RUNS = Number(process.env.HAPLOG_TORTURE_RUNS ?? 24);
const stories = (action: fc.Arbitrary<Action>) => fc.sample(fc.array(action, { minLength: 1, maxLength: 18 }), RUNS);

test('whatever is rotated, compressed, removed or restarted, every line arrives exactly once and in order', async () => {
  await check(stories(gentle), ({ arrived, expected }) => assert.deepEqual(arrived, expected));
});

test('a line has the same identity whether it was followed, or read from a rotated or compressed file', async () => {
  await check(stories(gentle), async (world) => {
    for (const [text, id] of await world.idsInFiles()) assert.equal(world.ids.get(text), id);
  });
});

test('where logs are copied and truncated as well, no line arrives twice or out of order', async () => {
  await check(stories(rough), ({ arrived, expected }) => {
    const order = arrived.map((text) => expected.indexOf(text));
    assert.deepEqual(
      order,
      [...new Set(order)].sort((a, b) => a - b),
    );
    assert.ok(!order.includes(-1), 'a line that was never written');
  });
});
