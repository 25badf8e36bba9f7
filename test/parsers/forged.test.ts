/**
 * Where clients can write whole lines and a change is one line in the log, HAProxy's are told from a client's by what they say, from the moment on at which
 * somebody has tried to forge one. Until then a line that contradicts what was said before means that another one was lost.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openToClients } from '../../parsers/index.js';
import type { Memory } from '../../src/memory.js';
import { serverText, syslogLine } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00.500Z');
const LATER = T + 120_000;
const say = (to: 'UP' | 'DOWN', server: string, left: number, backend = 'app') =>
  serverText({ at: 0, backend, server, to, left });
const down = (server: string, left: number, backend?: string) => say('DOWN', server, left, backend);
const up = (server: string, left: number, backend?: string) => say('UP', server, left, backend);
const EXHAUSTED = 'backend app has no server available!';
const line = (at: number, text: string) => syslogLine(at, text);
const twice = (at: number, text: string) => [line(at, text), line(at, text)];

const requests = (at: number) => ['Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.5.0'].map((text) => line(at, text));
/** One target, no stderr: a server has fallen and is back, of three. */
const open = readLog([...requests(T), line(T + 1, down('x', 2)), line(T + 5_000, up('x', 3))]).memory;
const ATTEMPT = "[ALERT]    (4242) : backend 'app' has no server available!";
const forged = readLog([line(T + 60_000, ATTEMPT)], open).memory;

function told(lines: string[], memory: Memory): string[] {
  const { transitions, outages } = readLog(lines, memory).news;
  return [
    ...transitions.map(({ server, to }) => `${server} ${to}`),
    ...outages.map(({ backend, end }) => `${backend} ${end === null ? 'exhausted' : 'back'}`),
  ];
}
/** What waits is judged a second later. */
const reasonOf = (text: string, memory: Memory) =>
  readLog([line(LATER, text), line(LATER + 9_000, 'Proxy new started.')], memory).news.suspects[0]?.reason;

/** What HAProxy would say of app now only if other lines had been lost, or weights set. */
const ODD = [
  EXHAUSTED,
  down('a', 0),
  down('a', 1),
  down('a', 3),
  up('x', 3),
  up('a', 2),
  'Server app/x is UP/READY (leaving forced maintenance).',
  'Server app/a was DOWN and now enters maintenance.',
];

describe('as long as nobody has tried', () => {
  test('what contradicts is told, for a line may have been lost', () => {
    assert.deepEqual(told([line(LATER, EXHAUSTED)], open), ['app exhausted']);
    assert.deepEqual(told([line(LATER, down('a', 0))], open), ['a down', 'app exhausted']);
  });

  test('nothing of it is suspect, whatever it is', () => {
    for (const text of ODD) assert.equal(reasonOf(text, open), undefined, text);
    const maintenance = 'Server app/a was DOWN and now enters maintenance.';
    assert.deepEqual(
      readLog(
        [0, 90_000].map((wait) => line(LATER + wait, maintenance)),
        open,
      ).news.suspects,
      [],
    );
  });

  describe('lines that no loss explains are an attempt', () => {
    /** A server falls, and more are left than were there before. */
    const odd = (gap: number, times = 5) =>
      Array.from({ length: times }, (_, n) => line(LATER + n * gap, down(`s${n}`, 5 + 2 * n)));
    const next = (lines: string[]) => told([line(LATER + 10 * 60_000, down('a', 1))], readLog(lines, open).memory);

    test('five within twenty seconds; not now and then, nor four', () => {
      assert.deepEqual(next(odd(4_000)), []);
      assert.deepEqual(next(odd(10_000)), ['a down']);
      assert.deepEqual(next(odd(4_000, 4)), ['a down']);
    });

    test('also where each says that rsyslog folded several into it', () => {
      const folded = (n: number) => `message repeated 2 times: [ ${down(`s${n}`, 5 + 2 * n)}]`;
      const wrapped = [0, 1, 2, 3, 4].map((n) => line(LATER + n * 4_000, folded(n)));
      assert.deepEqual(next(wrapped), []);
      assert.deepEqual(next(wrapped.slice(0, 4)), ['a down']);
    });

    test('not some among many, as in a burst of which half is lost', () => {
      const many = Array.from({ length: 40 }, (_, n) =>
        line(LATER + 100 + n, n % 2 === 0 ? down('n', 2, 'other') : up('n', 3, 'other')),
      );
      const [first = '', ...others] = odd(4_000);
      assert.deepEqual(next([first, ...many, ...others]), ['a down']);
      assert.deepEqual(next([first, ...many.slice(0, 20), ...others]), []);
    });

    test('nor servers that come back of backends of which nothing was heard', () => {
      const back = [1, 2, 3, 4, 5].map((n) => line(LATER + n, up('a', 1, `b${n}`)));
      assert.deepEqual(next(back), ['a down']);
    });

    test('also lines that were not believed: who goes on is waited for, for another hour', () => {
      const wary = readLog([line(LATER - 60_000, ATTEMPT), ...odd(4_000)], open).memory;
      const later = (at: number) => told([line(at, EXHAUSTED)], wary);
      assert.deepEqual([later(LATER + 3_600_000), later(LATER + 3_620_000)], [[], ['app exhausted']]);
    });

    test('nor three that were doubted and are borne out by what follows: each counts once', () => {
      const APPS = ['b1', 'b2', 'b3'];
      const before = APPS.map((app, n) => line(T + 6_000 + n * 3_000, down('x', 2, app)));
      const attempted = readLog([line(T + 60_000, ATTEMPT)], readLog(before, open).memory).memory;
      const falls = APPS.flatMap((app, n) => [
        line(LATER + n * 3_000, down('a', 5, app)),
        line(LATER + n * 3_000 + 1_500, down('b', 4, app)),
      ]);
      const borneOut = readLog(falls, attempted);
      assert.equal(borneOut.news.transitions.length, 6);
      const anHourLater = T + 60_000 + 3_600_001;
      assert.deepEqual(told([line(anHourLater, down('c', 0, 'b1'))], borneOut.memory), ['c down', 'b1 exhausted']);
    });

    test('nor what two targets tell', () => {
      const two = readLog([...requests(T), ...twice(T + 1, down('x', 2)), ...twice(T + 5_000, up('x', 3))]).memory;
      const pairs = [1, 2, 3, 4, 5].flatMap((n) => twice(LATER + n * 3_000, down(`s${n}`, 5 + 2 * n)));
      const { heard } = readLog(pairs, two).memory;
      assert.deepEqual(openToClients(heard), [{ host: 'lb', onStderr: false, forgedAt: null }]);
    });

    test('nor that backends have no server of which nothing was heard', () => {
      const none = [1, 2, 3, 4, 5].map((n) => line(LATER + n, EXHAUSTED.replace('app', `b${n}`)));
      assert.deepEqual(next(none), ['a down']);
    });

    test('nor servers without weight that fall: as many are left as before', () =>
      assert.deepEqual(next([1, 2, 3, 4, 5].map((n) => line(LATER + n * 100, down(`s${n}`, 3)))), ['a down']));

    test('nor many that a loss explains', () => {
      const lost = Array.from({ length: 20 }, (_, n) =>
        line(LATER + n * 100, n % 2 === 0 ? down(`s${n}`, 1) : up(`s${n}`, 3)),
      );
      assert.deepEqual(next(lost), ['a down']);
      const gone = [1, 2, 3, 4, 5, 6].flatMap((n) => [
        line(LATER + n, down('n', 1, `b${n}`)),
        line(LATER + n, `backend b${n} has no server available!`),
      ]);
      assert.deepEqual(next(gone), ['a down']);
    });
  });

  test('proxies that stop at a reload are none', () => {
    const stopped = [1, 2, 3, 4, 5, 6].map((n) => line(LATER, `Proxy p${n} stopped (cumulated conns: FE: 0, BE: 0).`));
    assert.deepEqual(told([line(LATER + 60_000, down('a', 0))], readLog(stopped, open).memory), [
      'a down',
      'app exhausted',
    ]);
  });
});

describe('once somebody has tried', () => {
  test('nothing that contradicts is told, nor that a proxy stops by itself', () => {
    for (const text of [...ODD, 'Proxy app stopped (cumulated conns: FE: 1, BE: 1).']) {
      assert.deepEqual(told([line(LATER, text)], forged), [], text);
      assert.match(reasonOf(text, forged) ?? '', /^it contradicts what was said before, and clients/, text);
    }
  });

  test('what follows is told at once', () => {
    const fall = ['a', 'b', 'x'].map((server, n) => line(LATER + n * 9_000, down(server, 2 - n)));
    const back = line(LATER + 60_000, up('a', 1));
    assert.deepEqual(told([...fall, line(LATER + 18_001, EXHAUSTED), back], forged), [
      'a down',
      'b down',
      'x down',
      'a up',
      'app back',
    ]);
  });

  test('so is maintenance by hand: what HAProxy does not count is of a server of which it has said what goes before', () => {
    const work = [
      'Server app/a is going DOWN for maintenance. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    ];
    const ready = 'Server app/a is UP/READY (leaving forced maintenance).';
    const lines = [...work, ready, down('b', 2), 'Server app/b was DOWN and now enters maintenance.'];
    assert.deepEqual(
      told(
        lines.map((text, n) => line(LATER + n * 9_000, text)),
        forged,
      ),
      ['a maint', 'a up', 'b down', 'b maint'],
    );
  });

  test('but what HAProxy does not count leaves its count as it was', () => {
    const lines = [down('b', 2), 'Server app/b was DOWN and now enters maintenance.', down('c', 5)];
    assert.deepEqual(
      told(
        lines.map((text, n) => line(LATER + n * 9_000, text)),
        forged,
      ),
      ['b down', 'b maint'],
    );
  });

  test('so is every other order in which HAProxy speaks of a server that is out by hand', () => {
    const left = 'active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
    const orders = [
      [down('a', 2), `Server app/a enters drain state. 2 ${left}`],
      [`Server app/a enters drain state. 2 ${left}`, down('a', 2), 'Server app/a remains in forced drain mode.'],
      [
        down('a', 2),
        'Server app/a was DOWN and now enters maintenance.',
        'Server app/a is DOWN/READY (leaving forced maintenance).',
        'Server app/a was DOWN and now enters maintenance.',
      ],
      [`Server app/a enters drain state. 2 ${left}`, 'Server app/a is UP (leaving forced drain).', down('b', 2)],
      ['Server app/new is UP/READY (leaving forced maintenance).', up('b', 4)],
    ];
    for (const order of orders) {
      const lines = order.map((text, n) => line(LATER + n * 9_000, text));
      const { suspects } = readLog([...lines, line(LATER + 90_000, 'Proxy new started.')], forged).news;
      assert.deepEqual(
        suspects.map(({ text }) => text),
        order.includes(up('b', 4)) ? [up('b', 4)] : [],
      );
    }
  });

  test('but that a server that nobody spoke of comes out of maintenance ends no outage', () => {
    const fallen = readLog(
      [2, 1, 0].map((left) => line(LATER + left, down(`s${left}`, left))),
      forged,
    ).memory;
    const ready = line(LATER + 60_000, 'Server app/new is UP/READY (leaving forced maintenance).');
    assert.deepEqual(told([ready], fallen), []);
    assert.deepEqual(told([ready], forged), ['new up']);
  });

  test('so is that a worker stops all its proxies, as it does in one breath', () => {
    const fallen = readLog(
      [2, 1, 0].map((left) => line(LATER + left, down(`s${left}`, left))),
      forged,
    ).memory;
    const stopped = ['web', 'app', 'stats'].map((name, n) =>
      line(LATER + 60_000 + n, `Proxy ${name} stopped (cumulated conns: FE: 0, BE: 0).`),
    );
    const ends = (lines: string[]) =>
      readLog([...lines, line(LATER + 90_000, 'Proxy new started.')], fallen).news.outages.map(({ endHow }) => endHow);
    assert.deepEqual(ends(stopped), ['process_stopped']);
    assert.deepEqual(ends([stopped[1]!]), []);
    assert.deepEqual(ends([stopped[1]!, stopped[0]!.replace('[100]', '[101]')]), []);
  });

  describe('that a proxy stops by itself is not told', () => {
    const stops = (proxy: string, conns = 0) => `Proxy ${proxy} stopped (cumulated conns: FE: ${conns}, BE: ${conns}).`;
    const fallen = readLog(
      [2, 1, 0].map((left) => line(LATER + left, down(`s${left}`, left))),
      forged,
    ).memory;
    const at = LATER + 60_000;
    const own = line(at, stops('app'));
    const ends = (lines: string[]) =>
      readLog([...lines, line(LATER + 90_000, 'Proxy new started.')], fallen).news.outages.map(({ endHow }) => endHow);

    test('nor where another one stopped half a second before, or it is said twice in other words', () => {
      assert.deepEqual(ends([line(at - 500, stops('web')), own]), []);
      assert.deepEqual(ends([own, line(at + 3, stops('app', 1))]), []);
      assert.deepEqual(ends([line(at, 'Stopping backend app in 0 ms.'), line(at + 3, stops('app'))]), []);
    });

    test('nor where others of another worker do, or its own half a second later, on what looks like stderr', () => {
      const others = (wait: number) => ['web', 'stats'].map((proxy) => line(at + wait, stops(proxy)));
      const ofAnother = others(5).map((text) => text.replace('[100]', '[101]'));
      const likeStderr = others(500).map((text) => text.replace(': Proxy', ': [WARNING]  (100) : Proxy'));
      assert.deepEqual([ends([own, ...ofAnother]), ends([own, ...likeStderr])], [[], []]);
    });

    test('but where others do, the last of them a frontend and a backend of one name', () => {
      const both = [1, 2].map(() => line(at + 3, stops('web')));
      assert.deepEqual(ends([own, line(at + 2, stops('stats')), ...both]), ['process_stopped']);
    });
  });

  test('an hour later nobody has tried any more', () => {
    const at = T + 60_000 + 3_600_000;
    assert.deepEqual(told([line(at, EXHAUSTED)], forged), []);
    assert.deepEqual(told([line(at + 1, EXHAUSTED)], forged), ['app exhausted']);
  });

  test('one server more than none is HAProxy’s own count, though the word of this server’s fall was lost', () => {
    const lost = [line(LATER, down('a', 1)), line(LATER + 9_000, down('b', 0)), line(LATER + 9_001, EXHAUSTED)];
    assert.deepEqual(told([...lost, line(LATER + 60_000, up('x', 1))], forged), ['a down', 'b down', 'app back']);
  });

  test('of a backend of which nothing was said, and where a line was lost, a second one bears the first out', () => {
    const lost = [line(LATER, down('b', 1)), line(LATER + 9_000, down('x', 0)), line(LATER + 9_001, EXHAUSTED)];
    assert.deepEqual(told(lost, forged), ['b down', 'x down', 'app exhausted']);
  });

  test('so it does where something of another backend, which fits, comes between', () => {
    const between = line(LATER + 4_000, down('n', 2, 'other'));
    const lines = [line(LATER, down('b', 1)), between, line(LATER + 9_000, down('x', 0))];
    assert.deepEqual(told(lines, forged).toSorted(), ['app exhausted', 'b down', 'n down', 'x down']);
  });

  test('but nothing else that was doubted: of another backend it may be somebody else’s', () => {
    const other = [line(T + 6_000, down('n', 2, 'other')), line(T + 7_000, up('n', 3, 'other'))];
    const wary = readLog([...other, line(T + 60_000, ATTEMPT)], open).memory;
    const doubted = [line(LATER, down('m', 0, 'other')), line(LATER + 1, down('b', 1))];
    assert.deepEqual(told([...doubted, line(LATER + 9_000, down('x', 0))], wary), [
      'b down',
      'x down',
      'app exhausted',
    ]);
  });

  test('of a backend of which nothing was said the fall of the last is told twice', () => {
    const fall = [line(LATER, down('n', 0, 'other')), line(LATER + 1, EXHAUSTED.replace('app', 'other'))];
    assert.deepEqual(told(fall.slice(0, 1), forged), []);
    assert.deepEqual(told(fall, forged), ['n down', 'other exhausted']);
    assert.deepEqual(told([line(LATER, down('n', 1, 'other'))], forged), ['n down']);
  });

  test('that there is no server bears out nothing but the fall of the last, in one breath', () => {
    const twoOf = (gap: number) => told([line(LATER, down('b', 0)), line(LATER + gap, EXHAUSTED)], forged);
    assert.deepEqual(twoOf(3), ['b down', 'app exhausted']);
    assert.deepEqual(twoOf(300), []);
    assert.deepEqual(told([line(LATER, EXHAUSTED), line(LATER + 3_000, EXHAUSTED)], forged), []);
  });

  test('two requests in one breath still are as a load balancer that writes two lines', () =>
    assert.deepEqual(told(twice(LATER, EXHAUSTED), forged), ['app exhausted']));
});

test('what another program of the host writes is no attempt of a client’s', () => {
  const refused = '[ALERT]    (901) : config : parsing [/etc/haproxy/haproxy.cfg:41] : unknown keyword';
  for (const name of ['haproxy-check[900]', 'haproxyctl[900]']) {
    const checked = readLog([line(T + 60_000, refused).replace('haproxy[100]', name)], open).memory;
    assert.deepEqual(told([line(LATER, EXHAUSTED)], checked), ['app exhausted'], name);
  }
});

test('an attempt counts where it is a worker’s own process that makes it, and clients can begin lines', () => {
  const attempts = [
    line(T + 60_000, ATTEMPT).replace('[100]', '[777]'),
    line(T + 60_000, ATTEMPT).replace('[100]: ', '[4242]: '),
  ];
  const quiet = readLog([line(T + 1, down('x', 2)), line(T + 5_000, up('x', 3)), line(T + 60_000, ATTEMPT)]).memory;
  for (const memory of [quiet, ...attempts.map((attempt) => readLog([attempt], open).memory)])
    assert.deepEqual(told([line(LATER, down('a', 0))], memory), ['a down', 'app exhausted']);
});

describe('an attempt counts', () => {
  const ofMaster = line(T, '[ALERT]    (4242) : Current worker (100) exited with code 137 (Killed)');

  test('though it comes before HAProxy was heard', () => {
    const young = readLog([...requests(T), ofMaster, line(T + 1, down('x', 2)), line(T + 5_000, up('x', 3))]).memory;
    assert.deepEqual(told([line(LATER, down('a', 0))], young), []);
  });

  test('of a worker that has begun since, before its own requests show that clients begin its lines', () => {
    const ofNext = (at: number, text: string) => line(at, text).replace('[100]', '[200]');
    const { memory } = readLog([ofNext(T + 50_000, down('x', 2)), ofNext(T + 60_000, ATTEMPT)], open);
    assert.deepEqual(told([ofNext(LATER, EXHAUSTED)], memory), []);
  });

  test('whatever it says: of a reload as well', () => {
    for (const text of ['Loading success.', 'Loading failure!', 'config : Fatal errors found in configuration.'])
      assert.deepEqual(
        told([line(LATER, EXHAUSTED)], readLog([line(T + 60_000, `[ALERT]    (4242) : ${text}`)], open).memory),
        [],
      );
  });
});

test('a failing check that HAProxy logs is no attempt, though it is not believed without stderr', () => {
  const check = 'Health check for server app/a failed, reason: Layer4 timeout, check duration: 2000ms, status: 2/3 UP.';
  const checked = readLog([line(T + 60_000, check)], open).memory;
  assert.deepEqual(told([line(LATER, EXHAUSTED)], checked), ['app exhausted']);
});

test('once the log bears severities no line is doubted for what was tried before', () => {
  const sealed = `<132>${line(LATER, down('a', 2))}`;
  assert.deepEqual(told([sealed, line(LATER + 9_000, down('b', 0))], forged), ['a down', 'b down', 'app exhausted']);
});

describe('a second target shows, though a client’s single line was heard first', () => {
  const first = readLog([...requests(T), line(T + 1, down('x', 2)), line(T + 2_000, up('x', 3))]).memory;
  const change = (n: number, at = LATER) => twice(at + n * 9_000, n % 2 === 0 ? down('a', 2) : up('a', 3));
  const after = (pairs: number, at?: number) =>
    readLog(Array.from({ length: pairs }, (_, n) => change(n, at)).flat(), first).memory;

  test('by three changes in two lines each; from then on one line is none', () => {
    assert.deepEqual(told([line(LATER + 90_000, down('b', 1))], after(2)), ['b down']);
    assert.deepEqual(told([line(LATER + 90_000, down('b', 2))], after(4)), []);
    assert.deepEqual(told(twice(LATER + 90_000, down('b', 2)), after(4)), ['b down']);
  });

  test('not by one change that a client repeats in the same breath, nor by three that it repeats later', () => {
    const last = line(LATER + 90_000, down('b', 2));
    const [said = ''] = change(0);
    assert.deepEqual(told([last], readLog([said, said, said, said], first).memory), ['b down']);
    const repeated = [1, 2, 3].flatMap((n) => {
      const [one = ''] = change(n - 1);
      return [one, line(LATER + (n - 1) * 9_000 + 50, one.slice(one.indexOf(': ') + 2))];
    });
    assert.deepEqual(told([last], readLog([...repeated, ...change(3)], first).memory), ['b down']);
  });

  test('not where stamps are whole seconds, in which two equal requests are easily one breath', () =>
    assert.deepEqual(told([line(LATER + 90_500, down('b', 2))], after(4, LATER - 500)), ['b down']));
});
