/**
 * What masters tell of their workers, as each version does (real sequences of 2.2.9, 2.6.12, 3.0.11, 3.2.26 and 3.4.7): a reload that fails leaves the
 * worker that serves, whatever the master calls it afterwards.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { doubtOfSign } from '../../parsers/belief.js';
import { parseLine } from '../../parsers/index.js';
import { EMPTY_MEMORY, type Memory } from '../../src/memory.js';
import { ingest } from '../../src/pipeline.js';
import { serverText, stderrLine, syslogLine } from '../support/lines.js';
import { addressed, batchOf, PLAN, read, readLog, UTC } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const MASTER = 100;
const master = (at: number, text: string) => stderrLine(T + at, text, { pid: MASTER });
const worker = (pid: number, at: number, text: string) => stderrLine(T + at, text, { pid });
const down = (server: string, left: number) => serverText({ at: 0, backend: 'app', server, to: 'DOWN', left });
const up = (server: string, left: number) => serverText({ at: 0, backend: 'app', server, to: 'UP', left });
const EXHAUSTED = 'backend app has no server available!';
/** As Debian's setup writes it: stderr, then two log targets. */
const triple = (pid: number, at: number, text: string) => [
  worker(pid, at, text),
  syslogLine(T + at, text, { pid }),
  syslogLine(T + at, text, { pid }),
];
const alert = (pid: number, at: number, text: string) => worker(pid, at, text).replace('[WARNING] ', '[ALERT]   ');

/** What people would have been told. */
const told = (lines: string[], memory: Memory = EMPTY_MEMORY): string[] =>
  read(lines, memory).news.notifications.map(({ event, incident }) => `${event} ${incident.rule}`);
const reasonOf = (lines: string[]): string | null | undefined =>
  read(lines).news.incidents.findLast(({ rule }) => rule === 'reload_failed')?.cause?.reason;

/** Who serves, as far as is known. */
const workersOf = (lines: string[]): number[] =>
  [...read(lines).memory.situation.board.workers].flatMap(([, workers]) => workers.map(({ pid }) => pid));

/** Since 3.1 the worker reads the configuration. */
const started = [master(0, 'Initializing new worker (110)'), master(300, 'Loading success.')];
const fallen = [...triple(110, 5_000, down('a', 0)), ...triple(110, 5_001, EXHAUSTED)];
const refused = (pid: number, at: number) => [
  master(at, 'Reloading HAProxy'),
  master(at + 100, `Initializing new worker (${pid})`),
  alert(pid, at + 200, "config : parsing [/etc/haproxy/haproxy.cfg:40] : unknown keyword 'bogus' in 'backend' section"),
  alert(pid, at + 201, 'config : Error(s) found in configuration file : /etc/haproxy/haproxy.cfg'),
  alert(pid, at + 202, 'config : Fatal errors found in configuration.'),
  master(at + 210, `Failed to load worker (${pid}) exited with code 1 (Exit)`),
];
const FROM_FILE =
  'Server app/a is DOWN, changed from server-state after a reload. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
const gone = (at: number) => [
  master(at, 'Former worker (110) exited with code 139 (Segmentation fault)'),
  master(at + 1, 'All workers exited. Exiting... (0)'),
];

describe('since 3.1 a worker that is being initialized does not serve yet', () => {
  test('that it cannot load its configuration is a reload that failed, and no worker lost', () => {
    assert.deepEqual(told([...started, ...refused(120, 60_000)]), ['firing reload_failed']);
    assert.match(reasonOf([...started, ...refused(120, 60_000)]) ?? '', /haproxy\.cfg:40/);
  });

  test('that it did not get the sockets of the one before is none: it binds its own, and serves', () => {
    const lines = [
      ...started,
      master(60_000, 'Reloading HAProxy'),
      master(60_100, 'Initializing new worker (120)'),
      worker(120, 61_528, 'Failed to get the number of sockets to be transferred !'),
      alert(120, 61_529, 'Failed to get the sockets from the old process!'),
      master(61_543, 'Loading success.'),
    ];
    assert.deepEqual(told(lines), []);
    assert.deepEqual(workersOf(lines), [110, 120]);
  });

  test('the worker that goes on to serve ends its outages by itself', () => {
    const back = triple(110, 70_000, up('a', 1));
    const { outages } = read([...started, ...fallen, ...refused(120, 60_000), ...back]).news;
    assert.deepEqual(
      outages.map(({ pid, end, endHow }) => [pid, end && end - T, endHow]),
      [[110, 70_000, 'recovered']],
    );
  });

  test('a second try that fails, too, does not tell that the first one is mended', () =>
    assert.deepEqual(told([...started, ...refused(120, 60_000), ...refused(130, 90_000)]), ['firing reload_failed']));

  test('one that succeeds does', () => {
    const loaded = [master(90_000, 'Initializing new worker (130)'), master(90_300, 'Loading success.')];
    const lines = [...started, ...refused(120, 60_000), ...loaded];
    assert.deepEqual(told(lines), ['firing reload_failed', 'resolved reload_failed']);
    assert.deepEqual(workersOf(lines), [110, 130]);
  });

  test('who was killed meanwhile is missed until the next one is loaded', () => {
    const lines = [
      ...started,
      ...triple(110, 5_000, down('a', 2)),
      master(60_000, 'Initializing new worker (120)'),
      master(60_500, 'Current worker (110) exited with code 139 (Segmentation fault)'),
    ];
    assert.deepEqual(told(lines), ['firing worker_killed']);
    assert.deepEqual(told([...lines, master(65_000, 'Loading success.')]), [
      'firing worker_killed',
      'resolved worker_killed',
    ]);
  });

  test('one that cannot load brings nobody back who died', () => {
    const died = master(60_000, 'Current worker (110) exited with code 139 (Segmentation fault)');
    assert.deepEqual(told([...started, died, ...refused(120, 60_500)]), [
      'firing worker_killed',
      'firing reload_failed',
    ]);
  });

  test('states that it read from a file and never served with are nothing that happened', () => {
    const lines = [...started, master(60_000, 'Initializing new worker (120)'), worker(120, 60_100, FROM_FILE)];
    const failed = master(60_210, 'Failed to load worker (120) exited with code 1 (Exit)');
    assert.deepEqual(told([...lines, failed]), ['firing reload_failed']);
    assert.deepEqual(workersOf([...lines, failed]), [110]);
  });

  test('3.1 does not say which one could not load: all that its master has loading', () => {
    const lines = [
      ...started,
      master(60_000, 'Initializing new worker (120)'),
      worker(120, 60_100, FROM_FILE),
      master(60_210, 'Failed to load worker!'),
    ];
    const loaded = [master(90_000, 'Initializing new worker (130)'), master(90_300, 'Loading success.')];
    assert.deepEqual(workersOf([...lines, ...loaded]), [110, 130]);
    assert.deepEqual(told([...lines, ...loaded]), ['firing reload_failed', 'resolved reload_failed']);
  });

  test('states that it read from a file are its own when it serves, however long that takes', () => {
    const lines = (loadedAt: number) => [
      ...started,
      ...fallen,
      master(60_000, 'Initializing new worker (120)'),
      worker(120, 60_100, FROM_FILE),
      worker(120, 60_101, EXHAUSTED),
      master(loadedAt, 'Loading success.'),
      master(loadedAt + 500, 'Former worker (110) exited with code 0 (Exit)'),
    ];
    for (const loadedAt of [60_300, 75_000]) {
      assert.deepEqual(told(lines(loadedAt)), ['firing outage'], `${loadedAt}`);
      const { outages } = read(lines(loadedAt)).news;
      assert.deepEqual(
        outages.map(({ pid, start, endHow }) => [pid, start - T, endHow]),
        [
          [110, 5_000, 'process_replaced'],
          [120, loadedAt, null],
        ],
      );
    }
  });

  test('where the word that it was loaded was lost, what it tells counts after a minute', () => {
    const lines = [...started, master(60_000, 'Initializing new worker (120)'), worker(120, 60_900, down('a', 0))];
    const later = master(130_000, 'haproxy version is 3.2.26');
    assert.deepEqual(told([...lines, later, worker(120, 131_000, down('b', 0))]).slice(0, 1), ['firing outage']);
  });

  test('where that was lost, a line of a `log` target shows it: nothing loads any more who writes one', () => {
    const lines = [...started, master(60_000, 'Initializing new worker (120)')];
    const fell = (...more: string[]) => ingest(EMPTY_MEMORY, batchOf(addressed([...lines, ...more])), PLAN, UTC).news;
    assert.deepEqual(
      fell(...triple(120, 90_000, down('a', 0))).transitions.map(({ pid, at }) => [pid, at - T]),
      [[120, 90_000]],
    );
    assert.equal(fell(worker(120, 90_000, down('a', 0))).transitions.length, 0, 'stderr may be the state file');
    assert.equal(fell(master(90_000, 'Loading success.'), ...triple(120, 90_001, down('a', 0))).transitions.length, 1);
  });

  test('where nothing but stderr tells, a minute passes once, and not with each word of the worker', () => {
    const lines = [
      ...started,
      master(60_000, 'Initializing new worker (120)'),
      worker(120, 90_000, down('a', 1)),
      worker(120, 95_000, up('a', 2)),
      master(155_000, 'haproxy version is 3.2.26'),
      worker(120, 200_000, down('a', 1)),
    ];
    const { transitions } = ingest(EMPTY_MEMORY, batchOf(addressed(lines)), PLAN, UTC).news;
    assert.deepEqual(
      transitions.map(({ at, to }) => `${at - T} ${to}`),
      ['90000 down', '95000 up', '200000 down'],
    );
    assert.deepEqual(workersOf(lines), [110, 120]);
  });

  test('that the one before has stopped shows it, too: nobody has stopped HAProxy, and it can load again', () => {
    const reloaded = [
      master(90_000, 'Reloading HAProxy'),
      master(90_100, 'Initializing new worker (130)'),
      ...triple(110, 90_200, 'Proxy app stopped (cumulated conns: FE: 0, BE: 4).'),
      master(90_300, 'Former worker (110) exited with code 0 (Exit)'),
    ];
    const later = triple(130, 9_000_000, up('b', 2));
    assert.deepEqual(told([...started, ...reloaded, ...later]), []);
    assert.deepEqual(told([...started, ...refused(120, 60_000), ...reloaded, ...later]), [
      'firing reload_failed',
      'resolved reload_failed',
    ]);
    const failed = master(91_000, 'Failed to load worker (130) exited with code 1 (Exit)');
    assert.deepEqual(told([...started, ...reloaded, failed, ...later]).slice(0, 1), ['firing reload_failed']);
  });

  test('a pid that is given again is a new worker, within a minute of the last one or after', () => {
    for (const again of [20_000, 200_000]) {
      const lines = [
        ...started,
        ...triple(110, 5_000, down('a', 0)),
        ...triple(110, 5_001, EXHAUSTED),
        master(again - 1_000, 'Current worker (110) exited with code 139 (Segmentation fault)'),
        master(again, 'Initializing new worker (110)'),
        master(again + 300, 'Loading success.'),
        ...triple(110, again + 5_000, down('a', 0)),
        ...triple(110, again + 5_001, EXHAUSTED),
        ...triple(110, again + 9_000, up('a', 1)),
      ];
      const { outages } = read(lines).news;
      assert.deepEqual(
        outages.map(({ start, end }) => [start - T, end && end - T]),
        [
          [5_000, again - 1_000],
          [again + 5_000, again + 9_000],
        ],
        `${again}`,
      );
    }
  });

  test('so is it where nobody told of the end of the last one: a container was started anew', () => {
    const falls = (at: number) => [...triple(110, at, down('a', 0)), ...triple(110, at + 1, EXHAUSTED)];
    const again = started.map((line) => line.replace('12:00:00', '12:00:20'));
    const { outages } = read([...started, ...falls(5_000), ...again, ...falls(25_000)]).news;
    assert.deepEqual(
      outages.map(({ start, end }) => [start - T, end && end - T]),
      [
        [5_000, 20_300],
        [25_000, null],
      ],
    );
  });

  test('a client who knows the pid of one that serves can tell nothing of a configuration', () => {
    const forged = alert(110, 60_000, 'config : parsing [/etc/haproxy/haproxy.cfg:1] : unknown keyword');
    assert.deepEqual(told([...started, ...triple(110, 5_000, down('a', 2)), forged]), []);
  });
});

test('a reload that failed before the worker was heard that serves makes nobody ask who that is', () => {
  const lines = [...refused(120, 0), ...triple(110, 60_000, down('a', 2)).slice(0, 2)];
  assert.deepEqual(
    read(lines).news.transitions.map(({ pid, at }) => [pid, at - T]),
    [[110, 60_000]],
  );
});

describe('after a reload that failed the worker that serves is called a former one', () => {
  const killed = ['firing outage', 'firing reload_failed', 'firing worker_killed'];

  test('its death is no end of its outages: nobody serves (3.2, 3.4)', () =>
    assert.deepEqual(told([...started, ...fallen, ...refused(120, 60_000), ...gone(90_000)]), killed));

  test('the same in 2.2, whose master starts anew to wait for it', () => {
    const lines = [
      stderrLine(T, 'New worker #1 (110) forked', { pid: MASTER }),
      ...fallen,
      master(60_000, 'Reexecuting Master process'),
      alert(MASTER, 60_100, "parsing [haproxy.cfg:40] : unknown keyword 'bogus' in 'backend' section"),
      alert(MASTER, 60_100, 'Fatal errors found in configuration.'),
      master(60_200, 'Reexecuting Master process in waitpid mode'),
      master(60_200, 'Reexecuting Master process'),
      master(90_000, 'Former worker #1 (110) exited with code 137 (Killed)'),
      master(90_001, 'All workers exited. Exiting... (0)'),
    ];
    assert.deepEqual(told(lines), killed);
  });

  test('the same where the master itself refused what it reads (3.2: the global section)', () => {
    const lines = [
      ...started,
      ...fallen,
      master(60_000, 'Reloading HAProxy'),
      alert(
        MASTER,
        60_100,
        "config : parsing [haproxy.cfg:2] : 'master-worker' only supports 'no-exit-on-failure' option",
      ),
      alert(MASTER, 60_100, 'config : Fatal errors found in configuration.'),
      master(
        60_200,
        "config : Master failed to parse new configuration and can't start a new worker. Already running worker will be kept.",
      ),
      master(90_000, 'config : Former worker (110) exited with code 137 (Killed)'),
      master(90_001, 'config : All workers exited. Exiting... (0)'),
    ];
    assert.deepEqual(told(lines), killed);
  });

  test('an older one still is one: what it served before the last good reload is served', () => {
    const reloaded = [master(30_000, 'Initializing new worker (115)'), master(30_300, 'Loading success.')];
    const lines = [...started, ...fallen, ...reloaded, ...triple(115, 31_000, down('b', 2))];
    assert.deepEqual(told([...lines, ...refused(120, 60_000), ...gone(90_000)]), [
      'firing outage',
      'firing reload_failed',
      'resolved outage',
    ]);
  });

  test('so is it once a reload has succeeded', () => {
    const reloaded = [master(80_000, 'Initializing new worker (130)'), master(80_300, 'Loading success.')];
    assert.deepEqual(told([...started, ...fallen, ...refused(120, 60_000), ...reloaded, ...gone(90_000)]), [
      'firing outage',
      'firing reload_failed',
      'resolved reload_failed',
      'resolved outage',
    ]);
  });
});

describe('two services of one host have a master each, and one says nothing of the other', () => {
  const OTHER = 200;
  const other = (at: number, text: string) => stderrLine(T + at, text, { pid: OTHER });
  const otherStarted = [other(1_000, 'Initializing new worker (210)'), other(1_300, 'Loading success.')];
  const otherReloaded = (pid: number, at: number) => [
    other(at, 'Reloading HAProxy'),
    other(at + 100, `Initializing new worker (${pid})`),
    other(at + 200, 'Loading success.'),
  ];
  const both = [...started, ...otherStarted];

  test('the configuration of the one stays refused, whatever the other loads', () => {
    const lines = [...both, ...refused(120, 60_000), ...otherReloaded(220, 90_000)];
    assert.deepEqual(told(lines), ['firing reload_failed']);
    const loaded = [master(120_000, 'Initializing new worker (130)'), master(120_300, 'Loading success.')];
    assert.deepEqual(told([...lines, ...loaded]), ['firing reload_failed', 'resolved reload_failed']);
  });

  test('the other one has no part in a death', () => {
    const died = [
      master(60_000, 'Current worker (110) exited with code 139 (Segmentation fault)'),
      master(60_001, 'All workers exited. Exiting... (139)'),
    ];
    const lines = [...both, ...fallen, ...died, ...otherReloaded(220, 90_000)];
    assert.deepEqual(told(lines), ['firing outage', 'firing worker_killed']);
    const anew = [
      stderrLine(T + 120_000, 'Initializing new worker (310)', { pid: 300 }),
      stderrLine(T + 120_300, 'Loading success.', { pid: 300 }),
    ];
    assert.deepEqual(told([...lines, ...anew]), [
      'firing outage',
      'firing worker_killed',
      'resolved outage',
      'resolved worker_killed',
    ]);
  });

  test('the same where masters tell that a worker was forked (until 3.0)', () => {
    const lines = [
      master(0, 'New worker (110) forked'),
      other(1_000, 'New worker (210) forked'),
      ...fallen,
      master(60_000, 'Current worker (110) exited with code 137 (Killed)'),
      other(89_900, 'Reloading HAProxy'),
      other(90_000, 'New worker (220) forked'),
      other(90_100, 'Loading success.'),
    ];
    assert.deepEqual(told(lines), ['firing outage', 'firing worker_killed']);
    // A second reload is one as well, and its word counts though the first one's was not followed by another.
    const again = lines.slice(-3).map((line) => line.replaceAll('220', '230').replace(/12:01:/, '12:02:'));
    assert.deepEqual(told([...lines, ...again]), ['firing outage', 'firing worker_killed']);
  });

  test('who was not told to load anew has begun itself, and may have the number of a master before', () => {
    const died = [...both, ...fallen, master(60_000, 'Current worker (110) exited with code 137 (Killed)')];
    const begun = otherReloaded(220, 90_000).slice(1);
    assert.deepEqual(told([...died, ...begun]), [
      'firing outage',
      'firing worker_killed',
      'resolved outage',
      'resolved worker_killed',
    ]);
    assert.deepEqual(told([...died, ...otherReloaded(220, 90_000)]), ['firing outage', 'firing worker_killed']);
  });

  test('a younger worker of the other master does not serve in the place of one that was killed', () => {
    const lines = [...both, ...fallen, ...refused(120, 60_000), ...gone(90_000)];
    assert.deepEqual(told(lines), ['firing outage', 'firing reload_failed', 'firing worker_killed']);
  });

  test('that the one’s last reload failed stays known, whatever the other could load or could not', () => {
    const otherRefused = other(70_000, 'Failed to load worker!');
    for (const others of [[otherRefused], [otherRefused, ...otherReloaded(220, 80_000)]]) {
      const lines = [...both, ...fallen, ...refused(120, 60_000), ...others, ...gone(90_000)];
      assert.deepEqual(told(lines), ['firing outage', 'firing reload_failed', 'firing worker_killed']);
    }
  });

  test('a reload that failed is the one’s, though the word that it was told to reload was lost', () => {
    const failed = master(60_000, 'Failed to load worker!');
    assert.deepEqual(told([...both, failed, ...otherReloaded(220, 90_000)]), ['firing reload_failed']);
  });

  test('others that reload at the same time have not begun anew', () => {
    const third = (at: number, text: string) => stderrLine(T + at, text, { pid: 300 });
    const thirdStarted = [third(2_000, 'Initializing new worker (310)'), third(2_300, 'Loading success.')];
    const died = master(60_000, 'Current worker (110) exited with code 139 (Segmentation fault)');
    const [told1, begins, loaded] = otherReloaded(220, 90_000) as [string, string, string];
    const beside = [third(90_010, 'Reloading HAProxy'), third(90_110, 'Initializing new worker (320)')];
    const lines = [
      ...both,
      ...thirdStarted,
      ...fallen,
      died,
      told1,
      ...beside,
      begins,
      third(90_150, 'Loading success.'),
    ];
    assert.deepEqual(told([...lines, loaded]), ['firing outage', 'firing worker_killed']);
  });

  test('who was never seen to start a worker is no service: what it could not load is over with the next reload', () => {
    const checked = alert(900, 60_000, 'config : Fatal errors found in configuration.');
    const lines = [
      ...started,
      checked,
      master(90_000, 'Initializing new worker (130)'),
      master(90_300, 'Loading success.'),
    ];
    assert.deepEqual(told(lines), ['firing reload_failed', 'resolved reload_failed']);
  });
});

test('a reload that has succeeded is the last one, though no word of the next came through', () => {
  const reloaded = [master(80_000, 'Initializing new worker (130)'), master(80_300, 'Loading success.')];
  const lost = [
    ...triple(130, 81_000, down('a', 2)),
    master(95_000, 'Former worker (130) exited with code 139 (Segmentation fault)'),
  ];
  assert.deepEqual(told([...started, ...refused(120, 60_000), ...reloaded, ...lost]), [
    'firing reload_failed',
    'resolved reload_failed',
  ]);
});

test('since 3.2 that the configuration file is gone is the last word of all', () => {
  const lost = alert(
    MASTER,
    60_000,
    'config : Cannot open configuration file/directory /etc/haproxy/haproxy.cfg : No such file or directory',
  );
  assert.deepEqual(told([...started, ...fallen, master(59_000, 'Reloading HAProxy'), lost]), [
    'firing outage',
    'firing reload_failed',
  ]);
});

test('that the first worker was loaded may be the last that stderr tells (3.2: haproxy -W -D)', () => {
  const { memory } = read([...started, ...[1, 2].map(() => syslogLine(T + 5_000, down('a', 2), { pid: 110 }))]);
  const lives = [...memory.heard.profiles].map(([, profile]) => profile.alive ?? false);
  assert.deepEqual(lives, [false]);
});

const pidless = (line: string) => line.replace(/\[\d+\]: /, ': ');

describe('where the log bears no pids, and masters tell of workers only when they end (1.8)', () => {
  const former = pidless(master(60_000, 'Former worker 110 exited with code 0'));
  const twice = (at: number, text: string) => [0, 1].map(() => pidless(syslogLine(T + at, text)));
  const outage = (at: number) => [
    ...twice(at, down('a', 0)),
    ...twice(at, EXHAUSTED),
    ...twice(at + 30_000, up('a', 1)),
  ];
  const both = ['firing outage', 'resolved outage'];

  test('outages are told after a reload as before', () => {
    const stopped = twice(59_000, 'Proxy app stopped (FE: 0 conns, BE: 9 conns).');
    const reloading = pidless(master(58_500, 'Reexecuting Master process'));
    assert.deepEqual(told([...outage(0), reloading, ...stopped, former, ...outage(120_000), ...outage(900_000)]), [
      ...both,
      ...both,
      ...both,
    ]);
  });

  test('and where nothing was heard before', () => assert.deepEqual(told([former, ...outage(120_000)]), both));

  test('but not for the carrier of a worker that tells its states on stderr', () => {
    const own = [down('b', 1), up('b', 2)].map((text, n) => pidless(worker(120, 61_000 + n * 9_000, text)));
    const ended = pidless(master(80_000, 'Former worker 120 exited with code 0'));
    assert.deepEqual(told([former, ...own, ended, ...outage(120_000)]), []);
  });
});

test('where the log bears no pids, who began last serves, though the one before speaks first when it stops', () => {
  const lines = [
    master(0, 'New worker (110) forked'),
    master(30_000, 'New worker (120) forked'),
    ...triple(110, 30_010, 'Proxy app stopped (cumulated conns: FE: 0, BE: 0).'),
    ...triple(120, 40_000, down('a', 2)),
  ];
  const { transitions, copies, suspects } = read(lines.map(pidless)).news;
  assert.deepEqual(
    transitions.map(({ pid, server }) => [pid, server]),
    [[120, 'a']],
  );
  assert.deepEqual([copies.at(-1)?.copies, suspects], [3, []]);
});

test('where the log bears no pids, a number that a client made up takes no lines from the worker that was announced', () => {
  const lines = [
    master(0, 'New worker (110) forked'),
    worker(4242, 20_000, down('z', 2)),
    ...triple(110, 40_000, down('a', 2)),
  ];
  const { transitions } = read(lines.map(pidless)).news;
  assert.deepEqual(
    transitions.map(({ pid, server, copies }) => [pid, server, copies]),
    [[110, 'a', 3]],
  );
});

test('where the log bears no pids, that a proxy stopped is said of the worker before, not of the one that took its place', () => {
  const lines = [
    master(0, 'New worker (110) forked'),
    ...fallen,
    master(60_000, 'New worker (120) forked'),
    ...triple(120, 60_100, down('a', 0)),
    ...triple(120, 60_101, EXHAUSTED),
    ...triple(110, 60_200, 'Proxy app stopped (cumulated conns: FE: 0, BE: 0).'),
  ];
  const { outages, suspects } = read(lines.map(pidless)).news;
  assert.deepEqual(
    outages.map(({ pid, endHow }) => [pid, endHow]),
    [
      [110, 'process_replaced'],
      [120, null],
    ],
  );
  assert.deepEqual(suspects, []);
});

describe('until 3.0 the master reads the state file, for the worker that it starts next', () => {
  const fromFile = (server: string, left: number) =>
    `config : Server ${server} is DOWN, changed from server-state after a reload. ${left} active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`;
  const follows =
    'config : Server chain/c1 is DOWN via app/a. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
  const reload = (at: number, pid: number, ...states: string[]) => [
    master(at, 'Reloading HAProxy'),
    ...states.map((text) => master(at + 1, text)),
    master(at + 2, `New worker (${pid}) forked`),
    master(at + 3, 'Loading success.'),
  ];
  const falls = (lines: string[]) =>
    read(lines).news.transitions.map(({ pid, backend, server, to }) => `${pid} ${backend}/${server} ${to}`);

  test('that a server follows another one, or is drained, is of that worker as well', () => {
    const drained = 'config : Server app/b remains in forced drain mode.';
    const lines = (left: number) => [
      master(0, 'New worker (110) forked'),
      ...reload(60_000, 120, fromFile('app/a', left), follows, drained),
    ];
    assert.deepEqual(falls(lines(2)), ['120 app/a down', '120 chain/c1 down', '120 app/b drain']);
    assert.deepEqual(told(lines(2)), ['firing outage']);
    // Who is drained is counted among those that are left.
    assert.deepEqual(told(lines(1)), ['firing outage', 'firing outage']);
  });

  test('that a server in its slow start is up (2.6, 3.0) is no return, and nobody was missing', () => {
    const begun = [master(0, 'New worker (110) forked'), master(1, 'Loading success.')];
    for (const why of [', reason: Unknown, check duration: 0ms', '']) {
      const text = `Server app/a is UP${why}. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`;
      const again = text.replace(why, '');
      const lines = [...begun, ...reload(60_000, 120, `config : ${text}`), ...triple(120, 68_000, again)];
      const { transitions, outages } = read(lines).news;
      assert.deepEqual([transitions, outages], [[], []]);
      assert.deepEqual(falls([...lines, ...triple(120, 90_000, down('a', 0))]), ['120 app/a down']);
    }
  });

  test('however long it takes to tell all of them, and though stderr stands in the log twice', () => {
    const begun = master(0, 'New worker (110) forked');
    const slowly = [
      master(60_000, fromFile('app/a', 2)),
      master(60_500, follows),
      master(61_000, 'New worker (120) forked'),
    ];
    assert.deepEqual(falls([begun, ...slowly]), ['120 app/a down', '120 chain/c1 down']);
    const twofold = reload(60_000, 120, fromFile('app/a', 2), fromFile('app/a', 2), follows, follows);
    assert.deepEqual(falls([begun, ...twofold]), ['120 app/a down', '120 chain/c1 down']);
  });

  test('who is drained at a cold start makes no worker of the master: the real one is missed when it dies (2.6.12)', () => {
    const drained = (server: string) => master(0, `config : Server app/${server} remains in forced drain mode.`);
    const begun = [drained('a'), drained('b'), master(5, 'New worker (110) forked')];
    const dies = [
      ...triple(110, 5_000, down('c', 0)),
      ...triple(110, 5_001, EXHAUSTED),
      alert(MASTER, 9_000, 'Current worker (110) exited with code 139 (Segmentation fault)'),
    ];
    assert.deepEqual(falls([...begun, ...dies]), ['110 app/a drain', '110 app/b drain', '110 app/c down']);
    assert.deepEqual(told([...begun, ...dies]), ['firing outage', 'firing worker_killed']);
    assert.deepEqual(read([...begun, ...dies]).news.suspects, []);
  });

  test('whose name is unknown begins in maintenance, until it resolves (2.6.12)', () => {
    const unknown = "config : [/h.cfg:15] : 'server app/c' : could not resolve address 'c.test', disabling server.";
    const resolves = "Server app/c ('c.test') is UP/READY (resolves again).";
    const lines = [
      ...[master(0, unknown), master(5, 'New worker (110) forked'), ...triple(110, 5_000, down('a', 0))],
      ...triple(110, 5_001, EXHAUSTED),
      ...triple(110, 9_000, resolves),
      ...reload(60_000, 120, unknown),
      ...triple(120, 65_000, resolves),
    ];
    assert.deepEqual(falls(lines), [
      '110 app/c maint',
      '110 app/a down',
      '110 app/c up',
      '120 app/c maint',
      '120 app/c up',
    ]);
    assert.deepEqual(told(lines), ['firing outage', 'resolved outage']);
    const { suspects, transitions } = read(lines).news;
    assert.deepEqual(suspects, []);
    assert.deepEqual(transitions[0]?.cause, {
      ...{ class: 'dns', reason: 'could not resolve address', code: null, info: 'c.test', durationMs: null, via: null },
    });
  });

  test('but not behind its own word that it has left that state: the late word of its fork undoes nothing (2.6.12)', () => {
    const unknown = "config : [/h.cfg:15] : 'server app/c' : could not resolve address 'c.test', disabling server.";
    const drained = 'config : Server app/b remains in forced drain mode.';
    const states = [master(0, unknown), master(1, drained)];
    const returns = (pid: number, at: number) => [
      ...triple(pid, at, "Server app/c ('c.test') is UP/READY (resolves again)."),
      ...triple(pid, at + 1, 'Server app/b is UP (leaving forced drain).'),
    ];
    const forked = (pid: number, at: number) => master(at, `New worker (${pid}) forked`);
    const begun = [...states, ...returns(110, 90), forked(110, 100), master(101, 'Loading success.')];
    const back = (pid: number) => [`${pid} app/c up`, `${pid} app/b up`];
    assert.deepEqual(falls(begun), back(110));
    const reloaded = [
      ...begun,
      ...[master(60_000, 'Reloading HAProxy'), master(60_010, unknown), master(60_011, drained)],
      ...[...returns(120, 60_090), forked(120, 60_100)],
    ];
    assert.deepEqual(falls(reloaded), [...back(110), ...back(120)]);
    // Its later falls are told.
    const falling = [...reloaded, ...triple(120, 90_000, down('c', 1))];
    assert.deepEqual(falls(falling), [...back(110), ...back(120), '120 app/c down']);
    assert.deepEqual(read(falling).news.suspects, []);
  });

  test('and one that it has not spoken of begins in it all the same', () => {
    const unknown = (server: string) =>
      `config : [/h.cfg:15] : 'server app/${server}' : could not resolve address 'c.test', disabling server.`;
    const resolves = "Server app/c ('c.test') is UP/READY (resolves again).";
    const states = [master(0, unknown('c')), master(1, unknown('d'))];
    const lines = [...states, ...triple(110, 90, resolves), master(100, 'New worker (110) forked')];
    assert.deepEqual(falls(lines), ['110 app/c up', '110 app/d maint']);
  });

  test('also where the worker tells it itself (since 3.1), or a process without a master', () => {
    const unknown = "[/h.cfg:15] : 'server app/c' : could not resolve address 'c.test', disabling server.";
    const loading = [master(0, 'Initializing new worker (110)'), worker(110, 5, `config : ${unknown}`)];
    assert.deepEqual(falls([...loading, master(300, 'Loading success.')]), ['110 app/c maint']);
    assert.deepEqual(falls([worker(110, 0, unknown), ...triple(110, 5_000, down('a', 1))]), [
      '110 app/c maint',
      '110 app/a down',
    ]);
  });

  test('what exceeds five thousand states makes no worker of the master either', () => {
    const states = Array.from({ length: 5_003 }, (_, n) => master(n / 100, fromFile(`b${n}/s`, 1)));
    const lines = [...states, master(3_000, 'New worker (110) forked'), ...triple(110, 5_000, down('a', 1))];
    const { news } = read(lines);
    assert.deepEqual(new Set(news.transitions.map(({ pid }) => pid)), new Set([110]));
    assert.equal(news.transitions.length, 5_001);
    assert.equal(news.suspects.length, 3);
  });

  test('two reloads within a minute tell the same of two workers', () => {
    const states = [fromFile('app/a', 1), fromFile('app/b', 0)];
    const lines = [
      master(0, 'New worker (110) forked'),
      ...reload(10_000, 120, ...states),
      master(10_500, 'Former worker (110) exited with code 0 (Exit)'),
      ...reload(19_000, 130, ...states),
      master(19_500, 'Former worker (120) exited with code 0 (Exit)'),
      ...triple(130, 40_000, serverText({ at: 0, backend: 'app', server: 'b', to: 'UP', left: 1 })),
    ];
    assert.deepEqual(falls(lines), [
      '120 app/a down',
      '120 app/b down',
      '130 app/a down',
      '130 app/b down',
      '130 app/b up',
    ]);
    const { outages, incidents } = read(lines).news;
    assert.deepEqual(
      outages.map(({ pid, endHow }) => [pid, endHow]),
      [
        [120, 'process_replaced'],
        [130, 'recovered'],
      ],
    );
    assert.deepEqual(
      incidents.filter(({ rule }) => rule === 'outage').map(({ resolvedAt }) => resolvedAt && resolvedAt - T),
      [40_000],
    );
  });
});

test('who stops softly in an outage, as its master was told to, leaves nobody who serves: the outage is not over', () => {
  const stopped = [
    master(60_000, 'Exiting Master process...'),
    ...triple(110, 60_001, 'Proxy app stopped (cumulated conns: FE: 0, BE: 2).'),
    master(62_000, 'Current worker (110) exited with code 0 (Exit)'),
  ];
  assert.deepEqual(told([...started, ...fallen, ...stopped]), ['firing outage']);
  const again = [master(90_000, 'Initializing new worker (210)'), master(90_300, 'Loading success.')];
  assert.deepEqual(told([...started, ...fallen, ...stopped, ...again]), ['firing outage', 'resolved outage']);
});

test('the place of a mistake is told however HAProxy writes it (2.6: without `parsing`)', () => {
  const lines = [
    master(60_000, 'Reloading HAProxy'),
    alert(MASTER, 60_001, "config : [/etc/haproxy/haproxy.cfg:41] : 'server broken/x' : unknown keyword 'an'."),
    alert(MASTER, 60_002, 'config : Fatal errors found in configuration.'),
  ];
  assert.match(reasonOf([...started, ...lines]) ?? '', /haproxy\.cfg:41/);
});

describe('while the next worker is loading', () => {
  const loading = [master(60_000, 'Reloading HAProxy'), master(60_100, 'Initializing new worker (120)')];

  test('the death of the one that serves is one, though it is called a former one', () => {
    const died = master(60_200, 'Former worker (110) exited with code 137 (Killed)');
    const failed = master(60_300, 'Failed to load worker (120) exited with code 1 (Exit)');
    assert.deepEqual(told([...started, ...fallen, ...loading, died, failed]), [
      'firing outage',
      'firing worker_killed',
      'firing reload_failed',
    ]);
  });

  test('the one before is told to stop: what the next one brings of its outage was never over', () => {
    const lines = [
      ...started,
      ...fallen,
      ...loading,
      worker(120, 60_200, FROM_FILE),
      worker(120, 60_201, EXHAUSTED),
      ...triple(110, 60_250, 'Proxy app stopped (cumulated conns: FE: 0, BE: 2).'),
      master(60_260, 'Loading success.'),
      master(60_300, 'Former worker (110) exited with code 0 (Exit)'),
    ];
    assert.deepEqual(told(lines), ['firing outage']);
    assert.deepEqual(
      read(lines).news.outages.map(({ pid, endHow }) => [pid, endHow]),
      [
        [110, 'process_replaced'],
        [120, null],
      ],
    );
  });

  test('a mistake that the master itself tells of says neither that it was loaded nor that it was not', () => {
    const lines = [...started, ...loading, worker(120, 60_150, FROM_FILE)];
    const mistake = alert(MASTER, 60_200, 'config : parsing [/etc/haproxy/haproxy.cfg:2] : unknown keyword');
    assert.deepEqual(workersOf([...lines, mistake]), [110]);
    assert.deepEqual(workersOf([...lines, mistake, master(60_300, 'Loading success.')]), [110, 120]);
  });

  test('lines without a pid are its own where nobody serves', () => {
    const lines = [master(0, 'Initializing new worker (110)'), syslogLine(T + 200, down('a', 0), { pid: 110 })];
    const rest = [worker(110, 201, down('a', 0)), syslogLine(T + 202, down('a', 0), { pid: 110 }), started[1]!];
    const { transitions } = read([...lines, ...rest].map(pidless)).news;
    assert.deepEqual(
      transitions.map(({ pid, copies }) => [pid, copies]),
      [[110, 3]],
    );
  });
});

test('1.6 under its systemd wrapper: what the wrapper carries is HAProxy, and no other program', () => {
  const twice = (at: number, text: string) => [1, 2].map(() => `<133>${syslogLine(T + at, text, { pid: 110 })}`);
  const served = [...twice(0, down('a', 1)), ...twice(5_000, up('a', 2))];
  const refused = alert(
    300,
    9_000,
    "parsing [/etc/haproxy/haproxy.cfg:2] : unknown keyword 'nonsense' in 'global' section",
  );
  const byWrapper = `<30>${refused.replace('haproxy[', 'haproxy-systemd-wrapper[')}`;
  // The header has the wrapper's own number where journald takes it from the unit.
  for (const line of [byWrapper, byWrapper.replace('wrapper[300]', 'wrapper[299]')]) {
    assert.deepEqual(told([...served, line]), ['firing reload_failed'], line);
    assert.deepEqual(told([...served, line.replace('haproxy-systemd-wrapper[', 'haproxyctl[')]), []);
  }
  const ofWorkers = byWrapper.replace(/parsing.*/, 'Current worker (110) exited with code 139 (Segmentation fault)');
  assert.deepEqual(told([...served, ofWorkers]), [], 'workers came with 1.8');
});

test('a worker whose first words come before its master tells of it is one and the same', () => {
  const forked = master(2_000, 'New worker (110) forked');
  const [ofStderr, ...ofTargets] = triple(110, 1_000, down('a', 0));
  const { transitions, outages } = read([
    ...ofTargets,
    forked,
    ofStderr!,
    ...triple(110, 20_000, up('a', 1)).slice(1),
    ...triple(110, 21_000, down('a', 0)),
  ]).news;
  assert.deepEqual(
    transitions.map(({ at, to }) => `${to} ${at - T}`),
    ['down 1000', 'up 20000', 'down 21000'],
  );
  assert.deepEqual(
    outages.map(({ start, end }) => [start - T, end && end - T]),
    [
      [1_000, 20_000],
      [21_000, null],
    ],
  );
});

test('a worker that is started again within seconds, under the same pid as in a container, tells of an outage of its own', () => {
  const falls = (at: number) => [...triple(110, at, down('a', 0)), ...triple(110, at + 1, EXHAUSTED)];
  const forked = (at: number) => master(at, 'New worker (110) forked');
  const stops = triple(110, 2_000, 'Proxy app stopped (cumulated conns: FE: 0, BE: 0).');
  const lines = [forked(0), ...falls(1_000), ...stops, forked(4_000), ...falls(5_000)];
  const { outages } = read([...lines, ...triple(110, 60_000, up('a', 1))]).news;
  assert.deepEqual(
    outages.map(({ start, end }) => [start - T, end && end - T]),
    [
      [1_000, 2_000],
      [5_000, 60_000],
    ],
  );
});

test('what is drained while HAProxy runs waits for no worker, and takes no outage with it', () => {
  const runs = [
    worker(300, 0, 'Server app/c remains in drain mode.'),
    worker(300, 10, down('a', 0)),
    worker(300, 11, EXHAUSTED),
  ];
  assert.deepEqual(told([...runs, worker(300, 90_000, up('a', 1))]), ['firing outage', 'resolved outage']);
});

test('1.8 tells of no worker that begins, and of its end without brackets: that a worker was killed is told all the same', () => {
  const twice = (at: number, text: string) => [
    syslogLine(T + at, text, { pid: 110 }),
    syslogLine(T + at, text, { pid: 110 }),
  ];
  const falls = [...twice(5_000, down('a', 0)), ...twice(5_001, EXHAUSTED)];
  const ends = [
    alert(MASTER, 9_000, 'Current worker 110 exited with code 137'),
    alert(MASTER, 9_001, 'exit-on-failure: killing every workers with SIGTERM'),
    master(9_002, 'All workers exited. Exiting... (137)'),
  ];
  assert.deepEqual(told([...falls, ...ends]), ['firing outage', 'firing worker_killed']);
  const replaced = told([...falls, master(9_000, 'Former worker 110 exited with code 0')]);
  assert.deepEqual(replaced, ['firing outage', 'resolved outage']);
});

test('1.8: who was heard since a reload that failed is the next worker, and the former one is a former one', () => {
  const say = (pid: number, at: number, text: string) => [1, 2].map(() => syslogLine(T + at, text, { pid }));
  const failed = master(30_000, 'Reexecuting Master process in waitpid mode');
  const former = master(90_000, 'Worker 110 exited with code 139');
  // Of another backend: that the new one has this one as well nobody has said.
  const next = say(120, 60_000, down('a', 1).replace('app/', 'web/'));
  const before = [...say(110, 5_000, down('a', 1)), ...say(110, 9_000, up('a', 2)), failed];
  assert.deepEqual(told([...before, former]), ['firing reload_failed', 'firing worker_killed']);
  assert.deepEqual(told([...before, ...next, former]), ['firing reload_failed']);
});

describe('1.8, after a reload that failed, has no name for its workers: the end of one', () => {
  const say = (pid: number, at: number, text: string) => [1, 2].map(() => syslogLine(T + at, text, { pid }));
  const heard = [...say(110, 5_000, down('a', 1)), ...say(110, 9_000, up('a', 2))];
  const failed = master(30_000, 'Reexecuting Master process in waitpid mode');
  const ends = (pid: number, code: number) => master(90_000, `Worker ${pid} exited with code ${code}`);
  /** Those, too, that are not told yet. */
  const troubles = (lines: string[]) => [...read(lines).memory.situation.incidents].map(([, { rule }]) => rule).sort();

  test('that has stopped before is a former one’s, though the next has nothing to say', () => {
    const stopped = say(110, 20_000, 'Stopping backend app in 0 ms.');
    assert.deepEqual(troubles([...heard, ...stopped, failed, ends(110, 0)]), ['reload_failed']);
    assert.deepEqual(troubles([...heard, failed, ends(110, 0)]), ['reload_failed', 'stopped']);
  });

  test('of which nothing was heard may be that of any process that the master has taken in', () =>
    assert.deepEqual(troubles([...heard, failed, ends(999, 1)]), ['reload_failed']));
});

test('1.8 says of a former one only once it has loaded: the reload that failed is over, and the next one may fail again', () => {
  const failed = (at: number) => master(at, 'Reexecuting Master process in waitpid mode');
  const serves = [1, 2].map(() => syslogLine(T + 5_000, down('a', 1), { pid: 110 }));
  const former = (at: number, pid: number) => master(at, `Former worker ${pid} exited with code 0`);
  const lines = [...serves, failed(30_000), failed(40_000), former(50_000, 110), failed(60_000), former(70_000, 120)];
  assert.deepEqual(told(lines), [
    'firing reload_failed',
    'resolved reload_failed',
    'firing reload_failed',
    'resolved reload_failed',
  ]);
  // It was replaced, and not stopped with nobody in its place.
  const fallen = [down('a', 0), EXHAUSTED].flatMap((text) =>
    [1, 2].map(() => syslogLine(T + 6_000, text, { pid: 110 })),
  );
  const { outages } = read([...serves, ...fallen, failed(30_000), former(50_000, 110)]).news;
  assert.equal(outages.at(-1)?.endHow, 'process_replaced');
});

test('a process without a master has read its state file for itself, as its next word shows (until 3.0)', () => {
  const begun = [
    worker(700, 0, `config : ${FROM_FILE.replace('app/a', 'app/z')}`),
    ...triple(700, 5_000, down('a', 1)),
  ];
  const { transitions } = read([...begun, ...triple(700, 6_000, up('a', 2))]).news;
  assert.deepEqual(
    transitions.map(({ pid, server, to }) => [pid, server, to]),
    [
      [700, 'z', 'down'],
      [700, 'a', 'down'],
      [700, 'a', 'up'],
    ],
  );
});

test('a master that died without a word leaves an outage until the worker of the next one speaks of the backend', () => {
  const next = [
    stderrLine(T + 60_000, 'Initializing new worker (210)', { pid: 200 }),
    stderrLine(T + 60_300, 'Loading success.', { pid: 200 }),
  ];
  const word = [...triple(210, 75_000, down('b', 2))];
  assert.deepEqual(told([...started, ...fallen, ...next]), ['firing outage']);
  assert.deepEqual(told([...started, ...fallen, ...next, ...word]), ['firing outage', 'resolved outage']);
  assert.deepEqual(told([...started, ...fallen, ...next, ...triple(210, 75_000, down('a', 0))]), ['firing outage']);
});

test('an alert behind which HAProxy goes on is no refusal; one of an address that is taken is, and names its place', () => {
  const goesOn = alert(110, 60_001, 'config : parsing [haproxy.cfg:5] : user/uid already specified. Continuing.');
  assert.deepEqual(told([...started, master(60_000, 'Initializing new worker (110)'), goesOn]), []);
  const taken = alert(
    MASTER,
    60_001,
    'Binding [/etc/haproxy/haproxy.cfg:39] for frontend f2: protocol tcpv4: cannot bind socket (Address already in use) for [127.0.0.1:80].',
  );
  assert.match(reasonOf([...started, master(60_000, 'Reloading HAProxy'), taken]) ?? '', /haproxy\.cfg:39/);
});

describe('what waits for a worker that is loading', () => {
  const initializing = master(60_000, 'Initializing new worker (120)');
  const cannotLoad = master(60_210, 'Failed to load worker (120) exited with code 1 (Exit)');
  const stop = 'Proxy app stopped (cumulated conns: FE: 0, BE: 2).';
  const ends = (lines: string[]) =>
    ingest(EMPTY_MEMORY, batchOf(addressed(lines)), PLAN, UTC).news.outages.map(({ end, endHow }) => [
      end && end - T,
      endHow,
    ]);

  test('is as if it had not been, and nothing to be suspected, where it cannot load', () => {
    const lines = [...started, initializing, worker(120, 60_100, FROM_FILE), cannotLoad];
    const later = [master(130_000, 'haproxy version is 3.2.26'), ...triple(110, 131_000, down('b', 3))];
    assert.deepEqual(read([...lines, ...later]).news.suspects, []);
  });

  test('is not told with the master’s word that it is loading, though its own came first', () => {
    const lines = [...started, worker(120, 59_990, FROM_FILE), initializing, cannotLoad];
    assert.deepEqual(told(lines), ['firing reload_failed']);
    assert.deepEqual(read(lines).news.transitions, []);
  });

  test('is told without delay when it was loaded or could not be: that the one before has stopped', () => {
    const lines = [...started, ...fallen, initializing, ...triple(110, 60_190, stop)];
    assert.deepEqual(ends([...lines, master(60_210, 'Loading success.')]), [[60_190, 'process_replaced']]);
    assert.deepEqual(ends([...lines, cannotLoad]), [[60_190, 'process_stopped']]);
  });

  test('and that on stderr alone after a minute, where no word came of either', () => {
    const lines = [...started, ...fallen, initializing, worker(110, 60_190, stop)];
    assert.deepEqual(ends([...lines, master(130_000, 'haproxy version is 3.2.26')]), [[60_190, 'process_stopped']]);
  });

  test('waits on while another master’s worker is loaded', () => {
    const other = (at: number, text: string, pid = 8) => stderrLine(T + at, text, { pid });
    const reload = [initializing, master(60_260, 'Loading success.')];
    const fork = [other(59_990, FROM_FILE), ...reload, other(60_300, 'New worker (810) forked')];
    assert.deepEqual(
      read([...started, ...fork]).news.transitions.map(({ pid, server }) => [pid, server]),
      [[810, 'a']],
    );
    const lines = [
      ...[...started, other(400, 'Initializing new worker (810)'), other(700, 'Loading success.')],
      ...[...triple(810, 5_000, down('a', 0)), ...triple(810, 5_001, EXHAUSTED)],
      other(59_000, 'Initializing new worker (820)'),
      ...[other(59_100, FROM_FILE, 820), other(59_101, EXHAUSTED, 820), initializing],
      ...[...triple(810, 60_250, stop), master(60_260, 'Loading success.'), other(60_300, 'Loading success.')],
    ];
    assert.deepEqual(told(lines), ['firing outage']);
  });

  test('is not another host’s, whose master has the number', () => {
    const elsewhere = initializing.replace(' lb ', ' lb2 ');
    const lines = [
      ...started,
      elsewhere,
      master(60_100, 'Initializing new worker (130)'),
      master(60_300, 'Loading success.'),
    ];
    assert.deepEqual(workersOf(lines), [110, 130]);
  });
});

describe('until 3.0, what a master has loaded for a worker that it does not start', () => {
  const reload = (at: number) => master(at, 'Reloading HAProxy');
  const fork = (at: number) => master(at, 'New worker (120) forked');
  const serving = [master(0, 'New worker (110) forked'), ...fallen];
  const well = triple(110, 40_000, up('a', 1));
  const unstarted = [master(30_100, FROM_FILE), master(30_101, EXHAUSTED)];
  const outagesIn = (lines: string[]) =>
    read([...serving, ...lines]).news.outages.map(({ pid, start, endHow }) => [pid, start - T, endHow]);

  test('is void with its word that the load failed, as each version says it', () => {
    for (const failed of ['Loading failure!', 'Reexecuting Master process in waitpid mode'])
      assert.deepEqual(
        outagesIn([...unstarted, master(30_200, failed), ...well, fork(50_000)]),
        [[110, 5_000, 'recovered']],
        failed,
      );
  });

  test('or, if that word was lost, with its next reload', () => {
    for (const next of [reload(49_000), master(49_000, 'Reexecuting Master process')])
      assert.deepEqual(outagesIn([reload(30_000), ...unstarted, ...well, next, fork(50_000)]), [
        [110, 5_000, 'recovered'],
      ]);
  });

  test('and nothing of it is suspect', () => {
    const lines = [
      ...serving,
      ...unstarted,
      master(30_200, 'Loading failure!'),
      master(95_000, 'haproxy version is 2.6.12'),
    ];
    assert.deepEqual(read(lines).news.suspects, []);
  });

  test('and what the next load tells in the same words is no copy of it', () => {
    const again = [reload(49_000), master(49_100, FROM_FILE), master(49_101, EXHAUSTED), fork(50_000)];
    const former = master(50_100, 'Former worker (110) exited with code 0 (Exit)');
    assert.deepEqual(outagesIn([...unstarted, master(30_200, 'Loading failure!'), ...again, former]), [
      [110, 5_000, 'process_replaced'],
      [120, 50_000, null],
    ]);
  });

  test('is not void because another master’s load failed or begins, nor by a word in its name by another process', () => {
    const other = (at: number, text: string) => stderrLine(T + at, text, { pid: 200 });
    const forged = reload(30_160).replace('haproxy[100]', 'haproxy[4242]');
    const between = [other(30_150, 'Reloading HAProxy'), other(30_155, 'Loading failure!'), forged];
    const former = master(30_300, 'Former worker (110) exited with code 0 (Exit)');
    const lines = [other(100, 'New worker (210) forked'), ...unstarted, ...between, fork(30_200), former];
    assert.deepEqual(outagesIn(lines).at(-1), [120, 30_200, null]);
  });
});

test('at a cold start what follows from the state file is of the worker, too: of servers that track others, and of backends', () => {
  const given = (at: number, text: string) => master(at, `config : ${text}`);
  const via =
    'Server app/t is DOWN via app/z. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
  const loaded = [given(0, FROM_FILE.replace('app/a', 'app/z')), given(1, via), master(2, EXHAUSTED)];
  const lines = [...loaded, master(300, 'New worker (110) forked'), ...triple(110, 9_000, up('t', 1))];
  const { transitions, outages } = read(lines).news;
  assert.deepEqual(
    transitions.map(({ pid, server, to }) => `${pid} ${server} ${to}`),
    ['110 z down', '110 t down', '110 t up'],
  );
  assert.deepEqual(
    outages.map(({ pid, start, end }) => [pid, start - T, end && end - T]),
    [[110, 300, 9_000]],
  );
});

test('behind its state file a process without a master speaks for itself: of what a check told, and seconds later of all', () => {
  const maintenance =
    'Server app/a is going DOWN for maintenance. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.';
  for (const word of [worker(700, 10, down('a', 1)), worker(700, 5_000, maintenance)]) {
    const { transitions } = read([worker(700, 0, `config : ${FROM_FILE.replace('app/a', 'app/z')}`), word]).news;
    assert.deepEqual(
      transitions.map(({ server }) => server),
      ['z', 'a'],
      word,
    );
  }
});

describe('whom a master calls a former worker after a reload that failed', () => {
  const killed = ['firing outage', 'firing reload_failed', 'firing worker_killed'];

  test('is no younger one’s though a line bore a made-up number, or another host has a younger one', () => {
    const madeUp = [syslogLine(T + 30_000, down('z', 7), { pid: 4242 })];
    const elsewhere = [...started, ...triple(110, 900, down('a', 2))].map((line) =>
      line.replace(' lb ', ' lb2 ').replace('T12:00:0', 'T12:00:3'),
    );
    for (const younger of [madeUp, elsewhere])
      assert.deepEqual(told([...started, ...fallen, ...younger, ...refused(120, 60_000), ...gone(90_000)]), killed);
  });

  test('is one where it was never heard of', () => {
    const former = master(90_000, 'Former worker (999) exited with code 139 (Segmentation fault)');
    assert.deepEqual(told([...started, ...refused(120, 60_000), former]), ['firing reload_failed']);
  });

  test('is one again once a worker was forked (until 2.4 without another word), though no word of the next came through', () => {
    const lines = [
      master(0, 'New worker #1 (110) forked'),
      master(60_000, 'Reexecuting Master process in waitpid mode'),
      master(80_000, 'New worker #1 (130) forked'),
      ...triple(130, 81_000, down('a', 2)),
      master(95_000, 'Former worker #1 (130) exited with code 139 (Segmentation fault)'),
    ];
    assert.ok(!told(lines).includes('firing worker_killed'));
  });
});

test('where the log bears no pids, the lines of a host are of its own worker', () => {
  const other = master(1_000, 'New worker (120) forked').replace(' lb ', ' lb2 ');
  const lines = [master(0, 'New worker (110) forked'), other, ...triple(110, 20_000, down('a', 2))];
  const { transitions, suspects } = read(lines.map(pidless)).news;
  assert.deepEqual(
    transitions.map(({ host, pid, copies }) => `${host} ${pid} ${copies}`),
    ['lb 110 3'],
  );
  assert.deepEqual(suspects, []);
});

test('a worker that is loading tells of its configuration, and of no reload', () => {
  const { memory } = read([...started, master(60_000, 'Initializing new worker (120)')]);
  const parsed = parseLine(worker(120, 60_100, 'Loading failure!'), UTC);
  assert.equal(parsed.ok && doubtOfSign(memory.heard, 'lb', parsed.record), 'a worker does not tell of reloads');
});

test('that a proxy stopped, told in all ways while the next worker was loading, counts after a minute though no word of that came', () => {
  const stop = triple(110, 60_250, 'Proxy app stopped (cumulated conns: FE: 0, BE: 2).');
  const lines = [...started, ...fallen, master(60_000, 'Initializing new worker (120)'), ...stop];
  const { outages, suspects } = read([...lines, master(130_000, 'haproxy version is 3.2.26')]).news;
  assert.deepEqual(outages.map(({ end, endHow }) => [end && end - T, endHow]).at(-1), [60_250, 'process_stopped']);
  assert.deepEqual(suspects, []);
});

describe('what makes a line on stderr necessary where a `log` target brings one', () => {
  const fell = (lines: string[]) => readLog(lines).news.transitions.map(({ server }) => server);
  const silence = syslogLine(T + 90_000, 'Proxy new started.', { pid: 110 });

  test('is no master’s word under another number than its own, which anybody may write', () => {
    const said = master(0, 'New worker (110) forked').replace('haproxy[100]', 'haproxy[777]');
    assert.deepEqual(fell([said, syslogLine(T + 60_000, down('a', 1), { pid: 777 }), silence]), ['a']);
    // Nor does that number carry from then on what another worker says.
    const { transitions } = readLog([said, syslogLine(T + 60_000, down('a', 1), { pid: 777 }), silence]).news;
    assert.deepEqual(
      transitions.map(({ pid }) => pid),
      [777],
    );
  });

  test('nor is a second target’s line made necessary by a process that no master told of, and that says a thing twice', () => {
    const begun = [
      master(0, 'New worker (110) forked'),
      ...[1, 2].map(() => syslogLine(T + 5_000, down('z', 1), { pid: 777 })),
    ];
    assert.deepEqual(fell([...begun, syslogLine(T + 60_000, down('a', 1), { pid: 110 }), silence]), ['a']);
  });

  test('nor by lines without a number that tell twice of a proxy’s start, which a client can write', () => {
    const starts = [1, 2].map(() => syslogLine(T + 5_000, 'Proxy app started.', { pid: 110 }));
    const lines = [
      master(0, 'New worker (110) forked'),
      ...starts,
      syslogLine(T + 60_000, down('a', 1), { pid: 110 }),
      silence,
    ];
    assert.deepEqual(fell(lines.map(pidless)), ['a']);
  });

  /** Its master has left the terminal behind, and clients can write lines. */
  const twice = (at: number, text: string) => [1, 2].map(() => syslogLine(T + at, text, { pid: 110 }));
  const detached = [
    master(0, 'New worker (110) forked'),
    ...['Mozilla/5.0', 'curl/8.5.0'].map((text) => syslogLine(T + 1_000, text, { pid: 110 })),
    ...twice(5_000, down('x', 2)),
    ...twice(9_000, up('x', 3)),
  ];
  const change = [...twice(60_000, down('a', 2)), silence];

  test('is what a master says once its workers run, of whichever service of the host', () => {
    const loaded = stderrLine(T + 30_000, 'Loading success.', { pid: 200 });
    assert.deepEqual(fell([...detached, ...change]), ['x', 'x', 'a']);
    assert.deepEqual(fell([...detached, loaded, ...change]), ['x', 'x']);
  });
});

describe('where each backend has a name of its own (`log-tag`), and they are as many as are remembered', () => {
  const tagged = (n: number) => {
    const text = serverText({ at: 0, backend: `b${n}`, server: 'a', to: 'DOWN', left: 1 });
    const line = syslogLine(T + n * 5_000, text, { pid: 110 }).replace('haproxy[', `haproxy-b${n}[`);
    return [worker(110, n * 5_000, text), line, line];
  };
  const named = [...started, ...Array.from({ length: 8 }, (_, n) => tagged(n + 1)).flat()];

  test('a master is still believed that its worker was killed', () => {
    const killed = master(200_000, 'Current worker (110) exited with code 137 (Killed)');
    assert.deepEqual(told([...named, killed]), ['firing worker_killed']);
  });

  test('and that another one serves', () => {
    const reloaded = [master(200_000, 'Initializing new worker (120)'), master(200_300, 'Loading success.')];
    assert.deepEqual(workersOf([...named, ...reloaded]), [110, 120]);
  });

  test('but another program is not', () => {
    const killed = master(200_000, 'Current worker (110) exited with code 137 (Killed)');
    assert.deepEqual(told([...named, killed.replace('haproxy[', 'haproxyctl[')]), []);
  });
});
