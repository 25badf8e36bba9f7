/**
 * What goes on over a reload or a restart while names cannot be looked up. HAProxy 2.5 and newer say of each server that it is disabled, but not that its
 * backend has none (real sequences of 2.6.12 and 3.4.7, with `init-addr last,libc,none` and a `resolvers` section).
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backendNow } from '../../alerts/index.js';
import { EMPTY_MEMORY } from '../../src/memory.js';
import { stderrLine, syslogLine } from '../support/lines.js';
import { planWith } from '../support/plan.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const FIRST = 100;
const at = (minute: number) => T + minute * 60_000;
const master = (minute: number, text: string, pid = FIRST) => stderrLine(at(minute), text, { pid });
const triple = (pid: number, minute: number, text: string) => [
  stderrLine(at(minute), text, { pid }),
  syslogLine(at(minute), text, { pid }),
  syslogLine(at(minute), text, { pid }),
];

const left = (active: number, backup = 0) =>
  `${active} active and ${backup} backup servers left.${active === 0 && backup > 0 ? ' Running on backup.' : ''} 0 sessions active, 0 requeued, 0 remaining in queue.`;
const timesOut = (server: string, active: number, backup = 0) =>
  `Server ${server} is going DOWN for maintenance (DNS timeout status). ${left(active, backup)}`;
const fails = (server: string, active: number) =>
  `Server ${server} is DOWN, reason: Layer4 timeout, check duration: 2001ms. ${left(active)}`;
const succeeds = (server: string, active: number) =>
  `Server ${server} is UP, reason: Layer4 check passed, check duration: 0ms. ${active} active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`;
const exhausted = (backend: string) => `backend ${backend} has no server available!`;
const resolves = (server: string) => `Server ${server} ('svc.test') is UP/READY (resolves again).`;
const unknown = (server: string) =>
  `config : [/etc/haproxy/haproxy.cfg:35] : 'server ${server}' : could not resolve address 'svc.test', disabling server.`;

const begun = [master(0, 'New worker (101) forked'), master(0, 'Loading success.')];
const stops = (pid: number, minute: number, ...proxies: string[]) =>
  proxies.flatMap((proxy) => triple(pid, minute, `Proxy ${proxy} stopped (cumulated conns: FE: 0, BE: 0).`));

/** A load takes a moment, in which nothing is told of an end. */
const PLAN = planWith({ keepFiringMs: 10_000 });
const read = (lines: string[]) => readLog(lines, EMPTY_MEMORY, PLAN);

/** A reload in which these servers' names are not found. */
const reload = (minute: number, [old, young]: [number, number], proxies: string[], servers: string[]) => [
  master(minute, 'Reloading HAProxy'),
  ...servers.map((server) => master(minute, unknown(server))),
  ...stops(old, minute, ...proxies),
  master(minute, `New worker (${young}) forked`),
  master(minute, 'Loading success.'),
  master(minute, `Former worker (${old}) exited with code 0 (Exit)`),
];
/** Likewise since 3.1, where the worker reads the configuration. */
const reloadOf34 = (minute: number, [old, young]: [number, number], proxies: string[], servers: string[]) => [
  master(minute, 'Reloading HAProxy'),
  master(minute, `Initializing new worker (${young})`),
  ...servers.map((server) => stderrLine(at(minute), unknown(server), { pid: young })),
  ...stops(old, minute, ...proxies),
  master(minute, 'Loading success.'),
  master(minute, `Former worker (${old}) exited with code 0 (Exit)`),
];
/** HAProxy is stopped and started anew. */
const restart = (minute: number, [old, young]: [number, number], servers: string[]) => [
  master(minute, 'Exiting Master process...'),
  master(minute, `Current worker (${old}) exited with code 143 (Terminated)`),
  master(minute, 'All workers exited. Exiting... (0)'),
  ...servers.map((server) => master(minute + 0.02, unknown(server), 200)),
  master(minute + 0.02, `New worker (${young}) forked`, 200),
  master(minute + 0.02, 'Loading success.', 200),
];

/** What people are told: since when, what, of what. */
const told = (lines: string[]): string[] =>
  read(lines)
    .news.notifications.filter(({ incident }) => incident.rule !== 'stopped')
    .map(({ event, incident: { rule, subject, openedAt, resolvedAt } }) => {
      const since = event === 'resolved' ? resolvedAt! : openedAt;
      return `${Math.floor((since - T) / 60_000)} ${event} ${rule} ${subject}`;
    });
/** A later word of another backend, so that time passes. */
const later = (pid: number, minute: number) => triple(pid, minute, fails('other/x', 1));

describe('while names cannot be looked up', () => {
  const one = [...begun, ...triple(101, 10, timesOut('one/s1', 0)), ...triple(101, 10, exhausted('one'))];
  const next: [number, number] = [101, 102];

  test('an outage goes on over a reload, as inferred, until the name resolves', () => {
    for (const load of [reload, reloadOf34]) {
      const lines = [...one, ...load(20, next, ['one'], ['one/s1'])];
      assert.deepEqual(told([...lines, ...later(102, 30)]), ['10 firing outage one']);
      const { news, memory } = read(lines);
      assert.deepEqual(
        news.outages.map(({ pid, end, evidence }) => [pid, end === null, evidence]),
        [
          [101, false, 'observed'],
          [102, true, 'inferred'],
        ],
      );
      assert.equal(backendNow(memory.situation.board, 'lb', 'one')?.condition, 'down');
      const back = [...lines, ...triple(102, 110, resolves('one/s1'))];
      assert.deepEqual(told([...back, ...later(102, 120)]), ['10 firing outage one', '110 resolved outage one']);
      assert.equal(read(back).news.incidents.at(-1)?.resolvedAt, at(110));
    }
  });

  test('it goes on over a restart, too', () => {
    const lines = [...one, ...restart(20, [101, 201], ['one/s1'])];
    assert.deepEqual(told([...lines, ...later(201, 30)]), ['10 firing outage one']);
    const back = triple(201, 110, resolves('one/s1'));
    assert.deepEqual(told([...lines, ...back, ...later(201, 120)]), [
      '10 firing outage one',
      '110 resolved outage one',
    ]);
  });

  test('and over one reload after another, until one finds the name', () => {
    const again = [...one, ...reload(20, next, ['one'], ['one/s1']), ...reload(40, [102, 103], ['one'], ['one/s1'])];
    assert.deepEqual(told([...again, ...later(103, 50)]), ['10 firing outage one']);
    const found = [...again, ...reload(60, [103, 104], ['one'], [])];
    assert.deepEqual(told([...found, ...later(104, 70)]), ['10 firing outage one', '60 resolved outage one']);
    assert.equal(read(found).news.incidents.at(-1)?.endEvidence, 'assumed');
  });

  test('so does that of a backend with several servers, if none of them is found', () => {
    const fall = [timesOut('two/s1', 1), timesOut('two/s2', 0), exhausted('two')];
    const two = [...begun, ...fall.flatMap((text) => triple(101, 10, text))];
    const none = [...two, ...reload(20, next, ['two'], ['two/s1', 'two/s2'])];
    assert.deepEqual(told([...none, ...later(102, 30)]), ['10 firing outage two']);
    const back = [...none, ...triple(102, 110, resolves('two/s2')), ...later(102, 120)];
    assert.deepEqual(told(back), ['10 firing outage two', '110 resolved outage two']);
    const oneFound = [...two, ...reload(20, next, ['two'], ['two/s1'])];
    assert.deepEqual(told([...oneFound, ...later(102, 30)]), ['10 firing outage two', '20 resolved outage two']);
  });

  test('one begins if a backend of which some were out already loses the others so', () => {
    const two = [...begun, ...triple(101, 10, timesOut('two/s1', 1))];
    for (const servers of [
      ['two/s1', 'two/s2'],
      ['two/s2', 'two/s1'],
    ]) {
      const none = [...two, ...reload(20, next, ['two'], servers)];
      assert.deepEqual(told([...none, ...later(102, 30)]), ['20 firing outage two']);
      const back = [...none, ...triple(102, 110, resolves('two/s2'))];
      assert.deepEqual(told([...back, ...later(102, 120)]), ['20 firing outage two', '110 resolved outage two']);
      const now = backendNow(
        read([...back, ...triple(102, 130, resolves('two/s1'))]).memory.situation.board,
        'lb',
        'two',
      );
      assert.deepEqual(now?.counts, { active: 2, backup: 0 });
    }
  });

  test('and that of a large one, of which not all names are remembered', () => {
    const names = Array.from({ length: 30 }, (_, n) => `big/s${n}`);
    const fall = [...names.map((name, n) => timesOut(name, names.length - 1 - n)), exhausted('big')];
    const big = [...begun, ...fall.flatMap((text) => triple(101, 10, text))];
    const none = [...big, ...reload(20, next, ['big'], names), ...later(102, 30)];
    assert.deepEqual(told(none), ['10 firing outage big']);
    const oneFound = [...big, ...reload(20, next, ['big'], names.slice(0, 29)), ...later(102, 30)];
    assert.deepEqual(told(oneFound), ['10 firing outage big', '20 resolved outage big']);
  });

  test('what was out for another reason begins as up, and ends it', () => {
    const fall = [fails('two/s1', 1), timesOut('two/s2', 0), exhausted('two')];
    const lines = [...begun, ...fall.flatMap((text) => triple(101, 10, text))];
    const loaded = [...lines, ...reload(20, next, ['two'], ['two/s2']), ...later(102, 30)];
    assert.deepEqual(told(loaded), ['10 firing outage two', '20 resolved outage two']);
  });

  test('weights that had left none of a backend are set anew', () => {
    const weights = [...begun, ...triple(101, 10, exhausted('two')), ...triple(101, 10, exhausted('one'))];
    const lines = [...weights, ...reload(20, next, ['two', 'one'], ['two/s1']), ...later(102, 30)];
    const ends = ['20 resolved outage two', '20 resolved outage one'];
    assert.deepEqual(told(lines), ['10 firing outage two', '10 firing outage one', ...ends]);
  });

  test('a backend that has its backup servers alone goes on to have no more', () => {
    const bak = [...begun, ...triple(101, 10, timesOut('bak/s1', 0, 1)), ...later(101, 11)];
    const lines = [...bak, ...reload(20, next, ['bak', 'other'], ['bak/s1'])];
    assert.deepEqual(told([...lines, ...later(102, 30)]), ['10 firing backup_only bak']);
    assert.equal(backendNow(read(lines).memory.situation.board, 'lb', 'bak')?.condition, 'on_backup');
    const back = [...lines, ...triple(102, 110, resolves('bak/s1')), ...later(102, 120)];
    assert.deepEqual(told(back), ['10 firing backup_only bak', '110 resolved backup_only bak']);
  });

  test('a load that finds no name of a backend that was well begins no outage: mostly its own resolvers answer at once', () => {
    const well = [...begun, ...triple(101, 10, fails('two/s1', 1)), ...triple(101, 11, succeeds('two/s1', 2))];
    const lines = [...well, ...reload(20, next, ['two'], ['two/s1', 'two/s2']), ...later(102, 30)];
    assert.deepEqual(told(lines), []);
  });

  test('the late word of its fork takes nothing from what the worker has said since', () => {
    const lines = [
      ...one,
      ...[master(20, 'Reloading HAProxy'), master(20, unknown('one/s1')), ...stops(101, 20, 'one')],
      ...[...triple(102, 20.001, resolves('one/s1')), master(20.002, 'New worker (102) forked')],
    ];
    assert.deepEqual(told([...lines, ...later(102, 30)]), ['10 firing outage one', '20 resolved outage one']);
  });
});

describe('where HAProxy’s own resolvers find the names that a load did not find', () => {
  /** 20 ms after the load. */
  const MOMENT = 20 / 60_000;
  const three = ['app/one', 'app/two', 'app/three'];
  const found = (pid: number, minute: number, servers: string[]) =>
    servers.flatMap((server) => triple(pid, minute, resolves(server)));
  const oneOut = [...begun, ...triple(101, 10, fails('app/one', 2))];
  const loaded = [...oneOut, ...reload(20, [101, 102], ['app'], three)];
  const momentary = [...loaded, ...found(102, 20 + MOMENT, three)];

  test('nobody is told of the moment between, though a server was out before', () => {
    assert.deepEqual(told([...momentary, ...later(102, 30)]), []);
    assert.deepEqual(
      read(momentary).news.outages.map(({ start, end, evidence }) => [start, end, evidence]),
      [[at(20), at(20 + MOMENT), 'inferred']],
    );
  });

  test('nor where one reload comes seconds after the other', () => {
    const again = 20 + 3 / 60;
    const fallen = triple(102, 20 + 1 / 60, fails('app/one', 2));
    const lines = [...momentary, ...fallen, ...reload(again, [102, 103], ['app'], three)];
    assert.deepEqual(told([...lines, ...found(103, again + MOMENT, three), ...later(103, 30)]), []);
  });

  test('nor that a server-template, of which not all places are taken, has none', () => {
    const places = Array.from({ length: 5 }, (_, n) => `web/web${n + 1}`);
    const one = [...begun, ...triple(101, 10, fails('web/web1', 1)), ...triple(101, 11, succeeds('web/web1', 2))];
    const first = [...one, ...reload(20, [101, 102], ['web'], places), ...found(102, 20 + MOMENT, places.slice(0, 2))];
    const counted = [...first, ...triple(102, 22, fails('web/web1', 1)), ...triple(102, 23, succeeds('web/web1', 2))];
    const second = [...counted, ...reload(30, [102, 103], ['web'], places)];
    assert.deepEqual(told([...second, ...found(103, 30 + MOMENT, places.slice(0, 2)), ...later(103, 40)]), []);
  });

  test('nor that one server alone is left', () => {
    const rules = { ...PLAN.policy.rules, last_server: { on: true, severity: 'warning' } as const };
    const plan = { ...PLAN, policy: { ...PLAN.policy, rules } };
    const two = reload(20, [101, 102], ['app'], three.slice(0, 2));
    const lines = [...oneOut, ...two, ...found(102, 20 + MOMENT, three.slice(0, 2)), ...later(102, 30)];
    const { notifications } = readLog(lines, EMPTY_MEMORY, plan).news;
    assert.deepEqual(
      notifications.map(({ incident }) => `${incident.rule} ${incident.subject}`),
      ['last_server other'],
    );
  });

  test('nor where stamps are whole seconds, and the moment lies in two', () => {
    const twoSeconds = [...loaded, ...found(102, 20 + 1 / 60, three), ...later(102, 30)];
    assert.deepEqual(told(twoSeconds.map((line) => line.replace(/\.\d+(?=\+)/, ''))), []);
    const again = [...twoSeconds, ...reload(40, [102, 103], ['app'], three), ...found(103, 40 + 1 / 60, three)];
    assert.deepEqual(told(again), []);
  });

  test('but what lasts two seconds is told', () => {
    const { notifications } = read([...loaded, ...later(102, 20 + 2 / 60)]).news;
    assert.deepEqual(
      notifications.map(({ event, incident: { rule, firedAt } }) => [event, rule, firedAt]),
      [['firing', 'outage', at(20) + 2_000]],
    );
  });

  test('and one that began so, lasted and was told is the same when it comes back within seconds', () => {
    const lasted = [...loaded, ...found(102, 20 + 5 / 60, three)];
    const again = three.flatMap((server, n) => triple(102, 20 + 6 / 60, fails(server, 2 - n)));
    assert.deepEqual(told([...lasted, ...again, ...later(102, 30)]), ['20 firing outage app']);
  });
});

describe('a server that is `disabled` in the configuration', () => {
  const remains = "Server app/spare ('spare.test') resolves again but remains in maintenance.";
  /** DNS was away just before: when it came back, HAProxy said of it that it stays out. The next worker has found all names, and says nothing of it. */
  const before = [
    ...[master(0, unknown('app/spare')), master(0, unknown('app/web1')), ...begun],
    ...[remains, resolves('app/web1')].flatMap((text) => triple(101, 1, text)),
    ...reload(1.2, [101, 102], ['app'], []),
    ...triple(102, 1.4, timesOut('app/web1', 1)),
  ];

  test('was not among those that served, and takes none of them away where a load does not find its name', () => {
    for (const names of [
      ['app/spare', 'app/web1'],
      ['app/web1', 'app/spare'],
    ])
      assert.deepEqual(told([...before, ...reload(2, [102, 103], ['app'], names), ...later(103, 30)]), []);
  });

  test('hides no outage of those that did', () => {
    const all = reload(2, [102, 103], ['app'], ['app/spare', 'app/web1', 'app/web2']);
    assert.deepEqual(told([...before, ...all, ...later(103, 30)]), ['2 firing outage app']);
  });
});
