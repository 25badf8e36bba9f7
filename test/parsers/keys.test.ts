/** What the keys of shelves promise: they are what they say, and each thing has its own, however many there are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backendKey, loggedKey, serverKey, speakerKey, workerKey } from '../../parsers/keys.js';

/** Names hold no blank (src/cfgparse.c); some of these are prefixes of each other. */
const name = fc.stringMatching(/^[a-c.:_-]{1,3}$/);
const worker = fc.record({ host: name, pid: fc.integer({ min: 0, max: 12 }) });

test('a key is host, pid, backend and server, in whichever order they are asked for', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(worker, name, name), { minLength: 2 }), (asked) => {
      for (const [of, backend, server] of asked) {
        assert.deepEqual(
          [workerKey(of), speakerKey(of), backendKey(of, backend), serverKey(of, { backend, server })],
          [
            `${of.host} ${of.pid}`,
            `${of.pid} ${of.host}`,
            `${of.host} ${of.pid} ${backend}`,
            `${of.host} ${of.pid} ${backend}/${server}`,
          ],
        );
        assert.equal(loggedKey(of, backend), `${of.host} ${of.pid} ${backend} logged`);
      }
    }),
  );
});

test('they are no others when there are more than can be remembered', () => {
  for (let n = 0; n < 50_000; n++) {
    const of = { host: `lb${n % 7}`, pid: n % 300 };
    const server = { backend: `b${n}`, server: `s${n % 3}` };
    assert.equal(serverKey(of, server), `lb${n % 7} ${n % 300} b${n}/s${n % 3}`);
  }
});
