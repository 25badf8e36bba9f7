/** Terms of the daemon: what a renewal changes, and when it changes nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terms } from '../../src/terms.js';

/** Runs until its signal aborts, and tells how it began and ended. */
function servant(said: string[]) {
  return (config: string, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      said.push(`begins ${config}`);
      const end = () => {
        said.push(`ends ${config}`);
        setImmediate(resolve);
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a renewal ends the term and begins the next one, of two in one moment the last counts', async () => {
  const said: string[] = [];
  const stopping = new AbortController();
  let written: string | null = 'b';
  const { renew, run } = terms(async () => written);
  const over = run('a', stopping.signal, servant(said));
  await renew();
  written = 'c';
  await renew();
  while (said.at(-1) !== 'begins c') await turn();
  stopping.abort();
  await over;
  assert.deepEqual(said, ['begins a', 'ends a', 'begins c', 'ends c']);
});

test('a configuration that cannot be used changes nothing', async () => {
  const said: string[] = [];
  const stopping = new AbortController();
  const { renew, run } = terms<string>(async () => null);
  const over = run('a', stopping.signal, servant(said));
  await renew();
  await turn();
  assert.deepEqual(said, ['begins a']);
  stopping.abort();
  await over;
});

test('who asked before the first term began is heard, and who asks for the end as well gets it', async () => {
  const said: string[] = [];
  const stopping = new AbortController();
  const { renew, run } = terms(async () => 'b');
  await renew();
  const over = run('a', stopping.signal, servant(said));
  await renew();
  stopping.abort();
  await over;
  assert.deepEqual(said, ['begins b', 'ends b']);
});

test('a term that fails is the end', async () => {
  const { run } = terms(async () => 'b');
  const serve = () => Promise.reject(new Error('the disk is dead'));
  await assert.rejects(run('a', new AbortController().signal, serve), /the disk is dead/);
});
