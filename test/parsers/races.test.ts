/** Logs in which lines come in an unlucky order (fixtures/races): each change is told once, of its worker, and in its order. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readLog } from '../support/reading.js';

const read = (name: string) => readLog(readFileSync(`fixtures/races/${name}.log`, 'utf8').trimEnd().split('\n')).news;

/** `8 a down`, in the order of telling. */
const changes = (name: string) => read(name).transitions.map(({ pid, server, to }) => `${pid} ${server} ${to}`);
const outages = (name: string) => [...new Map(read(name).outages.map((one) => [one.id, one])).values()];

test('a container that stops just after its start, standard output first, leaves no worker under its driver’s number', () => {
  assert.deepEqual(changes('stop-before-stderr'), ['8 b down', '8 b down', '8 a down', '8 a up', '8 a down', '8 a up']);
  const rules = read('stop-before-stderr').incidents.map(({ rule }) => rule);
  assert.ok(rules.includes('worker_killed'), rules.join());
});

test('states of a file are told once, and before what ends them', () => {
  assert.deepEqual(changes('states-of-a-file'), ['9 b down', '9 c down', '9 c up']);
  assert.deepEqual(
    outages('states-of-a-file').map(({ start, end }) => (end ?? 0) - start),
    [902],
  );
});

test('states of a file that are read behind what their worker says of the same server are no later than that', () => {
  const next = read('states-of-a-file-behind-the-worker').transitions.filter(
    ({ pid, backend }) => pid === 502 && backend === 'app',
  );
  const first = Date.parse('2026-11-20T09:00:01.500Z');
  assert.deepEqual(
    next.map(({ to, at }) => `${to} ${at - first}`),
    ['down 0', 'up 0'],
  );
  assert.deepEqual(open('states-of-a-file-behind-the-worker'), []);
});

test('what was loaded with a configuration that then failed is not told of the worker that the next reload starts', () => {
  assert.deepEqual(changes('load-that-failed'), ['14658 s1 down', '14658 s1 up']);
  assert.deepEqual(spans('load-that-failed'), ['00:38:23 to 00:38:29 recovered']);
  const told = read('load-that-failed').incidents.filter(({ rule }) => rule === 'outage');
  assert.notEqual(told.at(-1)!.resolvedAt, null);
});

test('what a new master says of servers just before it forks its first worker is that worker’s, and nobody forged it', () => {
  assert.deepEqual(read('first-words-of-a-master').suspects, []);
  assert.deepEqual(changes('first-words-of-a-master'), ['26338 is up']);
});

test('what the process that forks the worker (until 1.7) has told from a file, maintenance among it, ends with the worker’s word', () =>
  assert.deepEqual(spans('states-of-a-file-before-the-fork'), ['00:02:32 to 00:02:42 process_replaced']));

test('so it does under haproxy-systemd-wrapper, though the worker speaks of another backend first, and it is told what came back', () => {
  assert.deepEqual(spans('states-of-a-file-under-the-wrapper'), [
    '00:04:18 to 00:04:29 process_replaced',
    '00:04:28 to 00:04:32 process_replaced',
    '00:04:29 to 00:07:33 recovered',
  ]);
  const told = changes('states-of-a-file-under-the-wrapper').filter((change) => change.startsWith('17770'));
  assert.deepEqual(told, ['17770 s2 down', '17770 b1 up', '17770 web1 up', '17770 s1 up']);
  assert.deepEqual(read('states-of-a-file-under-the-wrapper').suspects, []);
});

test('a server in maintenance is not said to fall because the one that it tracks is down in the state file of the next worker', () => {
  const { transitions, notifications } = read('tracking-server-in-maintenance-over-a-reload');
  assert.deepEqual(
    transitions.map(({ pid, server, to, planned }) => `${pid} ${server} ${to}${planned ? ', planned' : ''}`),
    ['101 t1 maint, planned', '101 s1 down', '201 s1 down', '201 t1 maint, planned'],
  );
  assert.deepEqual(notifications, []);
});

test('the next process of the same pid may say the same as the one that stopped', () => {
  assert.deepEqual(
    outages('same-words-after-a-stop').map(({ endHow }) => endHow),
    ['recovered', 'process_stopped', 'recovered'],
  );
});

test('and so may the next process where the log names none, half a second after the stop', () =>
  assert.deepEqual(
    outages('same-words-without-pids').map(({ start, end, endHow }) => `${(end ?? 0) - start} ${endHow}`),
    ['10000 process_stopped', '3589500 recovered'],
  ));

test('a worker whose first line bears the name that UDP gives its host is of the host that all of that name were of', () => {
  const told = outages('copy-before-its-master').map(({ host, end, start }) => `${host} ${(end ?? 0) - start}`);
  assert.deepEqual(told, ['edge1 59610', 'edge1 239400']);
});

test('another HAProxy of the machine that writes by UDP alone keeps the name that UDP gives it', () => {
  const told = outages('another-by-udp-alone').map(
    ({ host, pid, end, start }) => `${host} ${pid} ${(end ?? 0) - start}`,
  );
  assert.deepEqual(told, ['edge1 101 60000', 'localhost 501 100000', 'localhost 501 60000']);
});

/** The backends whose outage goes on. */
const open = (name: string) => outages(name).flatMap(({ backend, end }) => (end === null ? [backend] : []));

/** `18:57:23 to 18:57:30 process_stopped`, by the log's clock. */
const spans = (name: string) =>
  outages(name).map(({ start, end, endHow }) => {
    const time = (at: number | null) => (at === null ? '?' : new Date(at).toISOString().slice(11, 19));
    return `${time(start)} to ${time(end)} ${endHow}`;
  });

/** When a trouble began. */
const begun = (name: string, wanted: string) => {
  const { openedAt } = read(name).incidents.find(({ rule }) => rule === wanted)!;
  return new Date(openedAt).toISOString().slice(11, 19);
};

const troubles = (name: string) =>
  [...new Map(read(name).incidents.map((one) => [one.id, one])).values()].map(
    ({ rule, resolvedAt }) =>
      `${rule} ${resolvedAt === null ? 'open' : new Date(resolvedAt).toISOString().slice(11, 19)}`,
  );

describe('an outage goes on where the next process says the same of its backend as the one before', () => {
  test('five milliseconds after that one’s stop, in a log without pids', () =>
    assert.deepEqual(spans('reload-without-pids'), ['18:57:23 to 18:57:30 process_stopped', '18:57:30 to ? null']));

  test('in a container that was started again at once', () =>
    assert.deepEqual(spans('restart-in-a-container'), [
      '19:06:35 to 19:06:36 recovered',
      '19:06:51 to 19:06:52 process_stopped',
      '19:06:53 to 19:06:54 recovered',
    ]));

  test('and the stop is told after that, because a line of it was lost', () =>
    assert.deepEqual(spans('stop-told-late'), ['19:05:30 to ? null']));

  test('and that one was killed, so that its servers seem to come back first', () =>
    assert.deepEqual(spans('killed-in-an-outage'), ['19:04:43 to 19:04:45 recovered', '19:04:45 to ? null']));
});

test('stderr that is seconds late, from a new worker’s first word on, bears out what its `log` target told', () => {
  assert.deepEqual(spans('stderr-three-seconds-late'), ['18:46:59 to ? null', '18:47:38 to 18:47:44 process_stopped']);
  const told = (server: string) => ['down', 'up'].map((to) => `16216 ${server} ${to}`);
  assert.deepEqual(changes('stderr-a-second-late').sort(), ['s1', 's2', 's3'].flatMap(told));
});

describe('lines without a tag', () => {
  test('tell of backup servers', () => assert.equal(outages('untagged-backup-server').length, 2));

  test('may have their severity in words', () =>
    assert.deepEqual(spans('untagged-with-severity-in-words'), [
      '19:43:36 to 19:43:41 process_stopped',
      '19:43:41 to 19:43:43 recovered',
      '19:43:42 to 19:43:43 recovered',
    ]));
});

test('what `log stdout` says first in a container’s next life is not paired with what stderr said in the one before', () =>
  assert.deepEqual(spans('standard-output-of-the-next-life'), [
    '18:51:54 to 18:51:55 process_stopped',
    '18:52:03 to 18:52:06 process_stopped',
  ]));

test('what a carrier brings is of the worker that began last, though its pid was an older one’s before', () =>
  assert.deepEqual(changes('pid-that-comes-again'), ['7 d1 up']));

test('a host has one name, whichever of UDP and stderr comes first', () => {
  const hosts = (name: string) => [...new Set(read(name).transitions.map(({ host }) => host))];
  assert.deepEqual([hosts('udp-before-stderr'), hosts('stderr-before-udp')], [['vm'], ['localhost']]);
  assert.deepEqual(changes('stderr-before-udp'), ['1190 s1 down', '1190 s2 down']);
});

describe('over UDP, where stderr bears another host’s name, a load balancer has one name through all its lives', () => {
  const told = (name: string) => outages(name).map(({ host, backend, end }) => `${host} ${backend} ${end && 'over'}`);

  test('that of its first line, if haplog began to read while a worker was running', () =>
    assert.deepEqual([...new Set(told('began-while-a-worker-ran'))], ['localhost agent1 over']));

  test('and what was loaded under one name and speaks under the other is told at once', () =>
    assert.deepEqual(spans('udp-before-its-loading'), ['21:14:53 to ? null', '21:14:55 to ? null']));

  test('whichever line of each worker comes first', () =>
    assert.deepEqual([...new Set(told('names-in-turns'))].sort(), ['vm observ2 over', 'vm one0 over']));

  test('but hosts that share the name of UDP behind one rsyslog are two again with their next workers', () =>
    assert.deepEqual(told('fleet-over-udp'), [
      'localhost web over',
      'localhost web over',
      'lbb web over',
      'lba web over',
    ]));

  test('and each keeps its name there, whichever host has the youngest worker', () =>
    assert.deepEqual([...new Set(told('fleet-in-turns'))].sort(), ['lba web over', 'lbb web over']));

  test('nor does a host that is new there get the name for good', () =>
    assert.deepEqual([...new Set(told('newcomer-over-udp'))], ['lba web over', 'localhost web over', 'lbc web over']));
});

test('a client that foretells an outage to the letter does not hide it', () =>
  assert.deepEqual(spans('foretold-for-a-new-worker'), ['12:10:06 to 12:11:10 recovered']));

test('an outage that is told by the last words of a worker that has ended is one', () =>
  assert.equal(outages('last-words').length, 1));

test('a container that is killed six seconds after its start, and started again, has another worker of the same number', () =>
  assert.deepEqual(spans('killed-again-within-seconds'), ['20:10:03 to 20:10:06 process_replaced']));

test('a container that is killed in an outage, and started again, has taken it along, though its next worker has another number and nothing to say', () => {
  assert.deepEqual(spans('container-killed-in-an-outage'), [
    '20:56:30 to 20:56:33 process_replaced',
    '20:56:33 to 20:56:49 process_replaced',
  ]);
  const told = read('container-killed-in-an-outage').incidents.filter(({ rule }) => rule === 'outage');
  assert.notEqual(told.at(-1)!.resolvedAt, null);
});

test('who was killed without a word is replaced by the worker that a new master starts, though that one’s checks speak in its first second alone', () => {
  assert.deepEqual(spans('next-worker-speaks-at-once'), [
    '21:25:26 to 21:25:41 process_replaced',
    '21:25:41 to 21:25:42 recovered',
  ]);
  const told = read('next-worker-speaks-at-once').incidents.filter(({ rule }) => rule === 'outage');
  assert.notEqual(told.at(-1)!.resolvedAt, null);
});

test('a check that was under way at a reload, and fails after its worker’s own stop, is no outage: the next worker has the backend', () => {
  assert.deepEqual(spans('check-in-flight-at-a-reload'), ['21:12:19 to 21:12:19 recovered']);
  assert.deepEqual(changes('check-in-flight-at-a-reload'), ['12306 srv-1 down', '12306 srv-1 up']);
});

describe('where no master tells, a worker that has stopped does not decide any more once another one has spoken', () => {
  test('though a server falls in it, in a backend of which it had told nothing before', () => {
    assert.deepEqual(spans('fall-after-a-soft-stop'), []);
    assert.deepEqual(changes('fall-after-a-soft-stop'), ['100 s1 up', '200 s2 down', '200 s2 down']);
  });

  test('and though it was first heard when it stopped', () => {
    const pids = read('first-heard-when-it-stopped').transitions.map(({ pid }) => pid);
    assert.deepEqual([...new Set(pids)], [26956]);
    assert.deepEqual(open('first-heard-when-it-stopped'), []);
  });
});

test('a container’s first outage is told once, though two `log stdout` lines told it alike before anything was known', () => {
  const told = outages('standard-output-twice').map(({ pid, endHow }) => `${pid} ${endHow}`);
  assert.deepEqual(told, ['13723 recovered']);
  assert.deepEqual(changes('standard-output-twice'), ['13723 s1 down', '13723 s1 up']);
});

test('without pids or a master, what a `log` target tells of a backend that has stopped is of the next worker, whose stderr comes a moment later', () => {
  const told = outages('without-pids-ahead-of-stderr').map(({ pid, endHow }) => `${pid} ${endHow}`);
  assert.deepEqual(told, ['9938 recovered']);
});

test('an outage ends with its worker, though of the proxies that stop one line was lost, that of its backend', () => {
  assert.deepEqual(spans('stops-partly-lost'), [
    '00:08:27 to 00:08:32 process_replaced',
    '00:08:32 to 00:08:35 recovered',
  ]);
  const told = read('stops-partly-lost').incidents.filter(({ rule }) => rule === 'outage');
  assert.deepEqual(new Set(told.map(({ id }) => id)).size, 1, 'it goes on over the reload');
  assert.notEqual(told.at(-1)!.resolvedAt, null);
});

test('where clients can write lines, the reason of a check that stderr gives is told, though the change came before it', () =>
  assert.deepEqual(
    read('check-on-stderr').transitions.map(({ cause }) => cause.reason),
    ['Layer4 timeout', 'Layer4 check passed', 'Layer4 timeout'],
  ));

describe('that a backend stops is said before the stop, and by 2.4 never again', () => {
  test('so a reload within an outage ends it, where no master tells', () => {
    assert.deepEqual(spans('stopping-without-stopped'), ['23:51:08 to 23:51:18 process_stopped']);
    assert.deepEqual(troubles('stopping-without-stopped'), ['outage 23:51:18']);
  });

  test('and so it does where both lines of `Proxy X stopped` were lost', () => {
    assert.deepEqual(spans('stopped-was-lost'), [
      '00:15:04 to 00:15:06 process_stopped',
      '00:15:06 to 00:15:08 recovered',
    ]);
    assert.deepEqual(troubles('stopped-was-lost'), ['outage 00:15:06', 'outage 00:15:08']);
  });
});

describe('1.8, after a reload that failed', () => {
  test('`Worker P exited`, neither a current nor a former one, is the end of the one that serves', () => {
    assert.deepEqual(spans('exited-in-waitpid-mode'), ['23:59:07 to 23:59:24 process_killed']);
    assert.ok(troubles('exited-in-waitpid-mode').includes('worker_killed 00:02:40'));
  });

  test('and so it is where UDP gives the worker’s host another name than stderr', () =>
    assert.deepEqual(spans('exited-in-waitpid-mode-over-udp'), ['00:03:09 to 00:03:23 process_killed']));

  test('`Former worker P exited` tells that the next one loaded: only then it says `Former`', () =>
    assert.deepEqual(troubles('loaded-after-a-refusal').sort(), [
      'outage 00:17:11',
      'outage 00:20:23',
      'reload_failed 00:17:11',
    ]));
});

test('two frontends that were stopped by command an hour ago do not date the end of an outage', () =>
  assert.deepEqual(spans('frontends-stopped-by-command'), ['11:00:00 to 11:20:00 process_replaced']));

test('of two workers that a master starts at once, neither takes over from the other what came from a state file', () =>
  assert.deepEqual(spans('two-workers-of-a-master-with-a-state-file'), ['10:00:00 to 10:10:05 recovered']));

test('what waits for a line that was lost is judged before the words of the worker that began after the clock was set back', () =>
  assert.deepEqual(spans('set-back-while-a-line-was-waited-for'), ['10:30:00 to 10:30:00 process_replaced']));

/** `$RepeatedMsgReduction on` (Ubuntu's default): rsyslog writes the second copy of a socket's last message when the next one comes on that socket. */
describe('the copy of a worker’s last line that rsyslog kept back, with its old stamp, is no news', () => {
  test('after a reload that failed', () => {
    assert.deepEqual(spans('kept-back-over-a-failed-reload'), ['10:01:00 to 11:00:00 recovered']);
    assert.deepEqual(troubles('kept-back-over-a-failed-reload'), ['outage 11:00:00', 'reload_failed open']);
    assert.equal(begun('kept-back-over-a-failed-reload', 'reload_failed'), '10:31:00');
  });

  test('after its worker’s end, and that of the next worker', () => {
    assert.deepEqual(spans('kept-back-over-a-restart'), ['10:01:00 to 10:21:00 process_stopped']);
    assert.equal(troubles('kept-back-over-a-restart').filter((one) => one.startsWith('outage')).length, 1);
  });

  test('in the next worker’s outage, nor does that begin sooner by it', () => {
    assert.deepEqual(spans('kept-back-in-another-outage'), ['10:21:40 to 10:23:20 recovered']);
    assert.deepEqual(spans('kept-back-return'), ['10:01:00 to 10:01:10 recovered', '10:21:03 to 10:50:00 recovered']);
    assert.equal(begun('kept-back-return', 'worker_killed'), '10:21:00');
  });

  test('after it was killed', () =>
    assert.deepEqual(troubles('kept-back-over-a-death'), ['outage 10:21:02', 'worker_killed 10:21:02']));

  test('a minute after it, behind stderr’s next line of the same server', () => {
    assert.deepEqual(spans('kept-back-in-its-worker'), [
      '15:00:36 to 15:00:41 recovered',
      '15:01:47 to 15:01:52 recovered',
      '15:02:58 to 15:03:03 recovered',
    ]);
    assert.deepEqual(changes('kept-back-in-its-worker'), [
      ...['31564 s1 down', '31564 s1 up', '31564 s1 down', '31564 s1 up', '31564 s1 down', '31564 s1 up'],
    ]);
  });
});

test('of the workers of an hour of reloads no more is remembered than of the last ones, whatever copy may have been kept back', () => {
  const stamp = (n: number) => new Date(Date.parse('2026-11-20T10:00:00Z') + n * 5_000).toISOString();
  const generation = (n: number) => [
    `${stamp(n)} lb1 haproxy[50]: [NOTICE]   (50) : New worker (${100 + n}) forked`,
    ...['a', 'b'].flatMap((server) => {
      const fall = `Server app/${server} is DOWN. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`;
      return [`[WARNING]  (${100 + n}) : ${fall}`, fall].map((text) => `${stamp(n)} lb1 haproxy[${100 + n}]: ${text}`);
    }),
  ];
  const { memory } = readLog(Array.from({ length: 720 }, (_, n) => generation(n)).flat());
  assert.ok(memory.heard.subjects.size < 50, `${memory.heard.subjects.size}`);
});

describe('a fall of which stderr alone tells, after `log` targets told of the later one that began an outage, does not end that', () => {
  for (const name of ['late-fall-over-udp', 'late-fall-on-stderr'])
    test(name, () => {
      assert.deepEqual(spans(name), ['10:01:00 to 10:30:00 recovered']);
      assert.ok(changes(name).includes('100 s2 down'));
    });
});
