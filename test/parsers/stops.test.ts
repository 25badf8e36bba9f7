/** A proxy that stops says so before (`Stopping backend X in 0 ms.`, until 2.4), and mostly once more when it has (`Proxy X stopped`, 2.4 of frontends only). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { read } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const say = (pid: number, at: number, text: string) => [1, 2].map(() => syslogLine(T + at, text, { pid }));
const onStderr = (pid: number, at: number, text: string) => stderrLine(T + at, text, { pid });
const down = serverText({ at: 0, backend: 'app', server: 'a', to: 'DOWN', left: 0 });
const EXHAUSTED = 'backend app has no server available!';
const NEXT = serverText({ at: 0, backend: 'web', server: 'x', to: 'DOWN', left: 1 });
const fallen = [...say(1, 0, down), ...say(1, 1, EXHAUSTED)];

/** `10 process_stopped`: after how many seconds an outage ended and how; `open` if it did not. */
const ends = (lines: string[]) =>
  [...new Map(read(lines).news.outages.map((one) => [one.id, one])).values()].map(({ end, endHow }) =>
    end === null ? 'open' : `${Math.floor((end - T) / 1_000)} ${endHow}`,
  );

describe('an outage ends with its process, which', () => {
  for (const section of ['backend', 'proxy'])
    test(`stops the ${section === 'proxy' ? '`listen` section' : section}`, () =>
      assert.deepEqual(ends([...fallen, ...say(1, 10_000, `Stopping ${section} app in 0 ms.`)]), [
        '10 process_stopped',
      ]));

  test('tells that on stderr alone', () =>
    assert.deepEqual(
      ends([onStderr(1, 0, down), onStderr(1, 1, EXHAUSTED), onStderr(1, 10_000, 'Stopping backend app in 0 ms.')]),
      ['10 process_stopped'],
    ));
});

describe('what falls within a second before a reload is out anew in the next worker, which finds that at once', () => {
  const once = (at: number, text: string) => syslogLine(T + at, text);
  const onceOnStderr = (at: number, text: string) => stderrLine(T + at, text);
  const stopped = 'Proxy app stopped (FE: 0 conns, BE: 1 conns).';
  const other = serverText({ at: 0, backend: 'web', server: 'x', to: 'DOWN', left: 1 });
  const back = serverText({ at: 0, backend: 'web', server: 'x', to: 'UP', left: 2 });
  const ways: Record<string, [line: (at: number, text: string) => string, of: (line: string) => string]> = {
    'where the log bears no pids, and there is one `log` line': [once, (line) => line.replace('[100]', '')],
    'where the worker has the pid of the one before, and there is one `log` line': [once, (line) => line],
    'where there is stderr alone': [onceOnStderr, (line) => line],
  };
  for (const [way, [line, of]] of Object.entries(ways))
    test(way, () => {
      const heardBefore = [line(0, other), line(10_000, back), line(20_000, other)];
      const fall = [line(60_000, down), line(60_001, EXHAUSTED), line(60_577, stopped)];
      const again = [line(60_660, down), line(60_661, EXHAUSTED)];
      assert.deepEqual(ends([...heardBefore, ...fall, ...again].map(of)), ['60 process_stopped', 'open']);
    });
});

describe('it goes on', () => {
  test('if it is the frontend with the backend’s name that stops', () =>
    assert.deepEqual(ends([...fallen, ...say(1, 10_000, 'Stopping frontend app in 0 ms.')]), ['open']));

  test('for the time of `grace`, in which the process serves', () => {
    const announced = [...fallen, ...say(1, 10_000, 'Stopping backend app in 5000 ms.')];
    assert.deepEqual(ends(announced), ['open']);
    const stopped = say(1, 15_000, 'Proxy app stopped (FE: 0 conns, BE: 1 conns).');
    assert.deepEqual(ends([...announced, ...stopped]), ['15 process_stopped']);
  });
});

test('both sentences are one stop: neither the second nor late copies of either end anything of the next process with that pid', () => {
  const stopping = 'Stopping backend app in 0 ms.';
  const stopped = 'Proxy app stopped (FE: 0 conns, BE: 1 conns).';
  const heard = [...fallen, onStderr(1, 0, down), onStderr(1, 1, EXHAUSTED)];
  const stops = [...say(1, 10_000, stopping), ...say(1, 10_001, stopped)];
  const next = [...say(1, 12_000, down), ...say(1, 12_001, EXHAUSTED)];
  const late = [onStderr(1, 10_000, stopping), onStderr(1, 10_001, stopped)];
  assert.deepEqual(ends([...heard, ...stops, ...next, ...late]), ['10 process_stopped', 'open']);
});

test('where a next worker has come, the second sentence does not open again what ended with the first', () => {
  const lines = [
    ...fallen,
    ...say(1, 10_000, 'Stopping backend app in 0 ms.'),
    ...say(2, 10_001, NEXT),
    ...say(1, 10_002, 'Proxy app stopped (FE: 0 conns, BE: 1 conns).'),
  ];
  const told = read(lines).news.incidents.filter(({ rule }) => rule === 'outage');
  assert.deepEqual([ends(lines), told.at(-1)!.resolvedAt], [['10 process_stopped'], T + 10_000]);
});
