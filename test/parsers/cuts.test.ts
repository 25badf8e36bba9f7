/**
 * A log may begin and end anywhere: haplog is started at any moment, and what is left of a file begins wherever rsyslog began it. Whatever is missing, the
 * rest is read, and what a master tells of servers while it loads is told of the worker that it starts then.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { stderrLine } from '../support/lines.js';
import { read, readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const MASTER = 100;
const WORKER = 101;
const master = (text: string) => stderrLine(T, text, { pid: MASTER });
const left = '1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';

/** What HAProxy says of a server while a configuration is loaded (2.2 to 3.4), and what that makes of it. */
const STATES: [text: (server: string) => string, to: string][] = [
  [(s) => `config : Server app/${s} is DOWN, changed from server-state after a reload. ${left}`, 'down'],
  [(s) => `config : Server app/${s} is DOWN via root/r1. ${left}`, 'down'],
  [
    (s) =>
      `config : Server app/${s} is UP, reason: Unknown, check duration: 0ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`,
    'up',
  ],
  [
    (s) =>
      `config : Server app/${s} enters drain state. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`,
    'drain',
  ],
  [
    (s) =>
      `config : [/etc/haproxy/haproxy.cfg:35] : 'server app/${s}' : could not resolve address 'svc.test', disabling server.`,
    'maint',
  ],
];
const THREE = STATES.flatMap((a) => STATES.flatMap((b) => STATES.map((c) => [a, b, c])));

test('what a master of which nothing was heard before tells of three servers is of the worker that it starts then, whatever it is', () => {
  for (const three of THREE) {
    const states = three.map(([text], n) => master(text(`s${n}`)));
    const { transitions, suspects } = readLog([...states, master(`New worker (${WORKER}) forked`)]).news;
    const said = transitions.map(({ pid, server, to }) => `${pid} ${server} ${to}`);
    const due = three.map(([, to], n) => `${WORKER} s${n} ${to}`);
    // That a server is up changes nothing where others are told from a file.
    const falls = (changes: string[]) => changes.filter((change) => !change.endsWith(' up')).toSorted();
    assert.deepEqual([falls(said), suspects], [falls(due), []]);
  }
});

describe('a log that was cut', () => {
  const races = readdirSync('fixtures/races').map((name) => `fixtures/races/${name}`);
  const files = [...races, 'fixtures/corpora/s3-traditional-direct-2.6.12/haproxy.log'];
  /** So many lines behind the cut are read: a reload mostly has fewer. */
  const LENGTH = 15;

  test('before any line of stderr, where loads are told, is read', () => {
    for (const file of files) {
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      for (const [at, line] of lines.entries()) {
        if (line.includes(') : '))
          assert.doesNotThrow(() => read(lines.slice(at, at + LENGTH)), `${file}, from line ${at + 1}`);
      }
    }
  });
});
