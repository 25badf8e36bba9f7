/** Other programs and other processes of the host: what they write makes no event, and what they carry for HAProxy is heard. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Profile, Speaker } from '../../parsers/heard.js';
import { Shelf } from '../../parsers/shelf.js';
import { EMPTY_MEMORY, type Memory } from '../../src/memory.js';
import { down, EXHAUSTED, stderrLine, syslogLine, up } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const LATER = T + 120_000;
const KILLED = 'Current worker (2) exited with code 139 (Segmentation fault)';
const forked = (at: number, pid = 100) => stderrLine(at, `New worker (${pid}) forked`, { pid: 1 });
const twice = (at: number, text: string, pid = 100) => [1, 2].map(() => syslogLine(at, text, { pid }));
const triple = (at: number, text: string) => [stderrLine(at, text), ...twice(at, text)];
const history = [forked(T), ...triple(T + 1, down('x', 2)), ...triple(T + 500, up('x', 3))];

/** The line as a program of another name writes it; with no pid, as `logger` does. */
const by = (name: string, line: string) => line.replace(/haproxy\[(\d+)\]/, name);

/** What is told in the end, whatever was suspect on the way. */
const events = (lines: string[], memory?: Memory) => told(lines, memory).filter((what) => !what.startsWith('?'));

/** `a down`, `app exhausted`, `? why it is suspect`. */
function told(lines: string[], memory: Memory = EMPTY_MEMORY): string[] {
  const { transitions, outages, incidents, suspects } = readLog(lines, memory).news;
  return [
    ...transitions.map(({ server, to }) => `${server} ${to}`),
    ...outages.map(({ backend, end }) => `${backend} ${end === null ? 'exhausted' : 'back'}`),
    ...incidents.filter(({ rule }) => rule !== 'outage').map(({ rule }) => rule),
    ...suspects.map(({ reason }) => `? ${reason}`),
  ];
}

describe('another program', () => {
  const debian = readLog(history).memory;

  test('speaks as no master, whatever pid it bears or names, and spoils no reload', () => {
    const words = [KILLED, 'New worker (2) forked', 'Loading failure!'];
    for (const name of ['haproxyctl', 'haproxy', 'haproxy-exporter[777]', 'haproxy_backup[1]']) {
      for (const text of words) {
        const line = by(name, stderrLine(LATER, text, { pid: 1 }));
        assert.deepEqual(
          told([line], debian).filter((what) => !what.startsWith('?')),
          [],
          line,
        );
      }
    }
    assert.deepEqual(told([stderrLine(LATER, KILLED.replace('(2)', '(100)'), { pid: 1 })], debian), ['worker_killed']);
  });

  test('nor under HAProxy’s name and a number of its own, whatever number its text names', () => {
    for (const text of [KILLED.replace('(2)', '(100)'), 'New worker (100) forked', 'Loading failure!']) {
      const lines = [1, 4242].map((pid) => by('haproxy[50832]', stderrLine(LATER, text, { pid })));
      assert.deepEqual(told(lines, debian), ['? another process wrote it', '? another process wrote it'], text);
    }
    const master = stderrLine(LATER, KILLED.replace('(2)', '(100)'), { pid: 4242 });
    assert.deepEqual(told([master], debian), ['? another master started it']);
  });

  test('tells nothing in the name of a worker that there is not, as ever new processes', () => {
    const fall = [down('a', 0), EXHAUSTED, up('a', 1)];
    const lines = fall.map((text, n) =>
      by(`haproxy[${31_000 + n}]`, stderrLine(LATER + n * 2_000, text, { pid: 4242 })),
    );
    assert.deepEqual(events([...lines, syslogLine(LATER + 9_000, 'Server app/z is DOWN')], debian), []);
  });

  test('tells no fall of a server, though its second sentence follows from its first', () => {
    const fall = [down('a', 0), EXHAUSTED].map((text, n) => by('haproxy-foo[55]', syslogLine(LATER + n * 1_500, text)));
    assert.deepEqual(
      told([...fall, syslogLine(LATER + 9_000, 'web 10.0.0.1')], debian).filter((what) => !what.startsWith('?')),
      [],
    );
  });

  test('tells nothing by what looks like stderr, of a worker that there is or not, though no master was heard', () => {
    const midlife = readLog([...triple(T, down('x', 2)), ...triple(T + 500, up('x', 3))]).memory;
    for (const name of ['haproxyctl', 'haproxy-foo[55]', 'haproxy_backup[4242]']) {
      for (const pid of [55, 100, 4242]) {
        const lines = [down('a', 2), EXHAUSTED].map((text, n) => by(name, stderrLine(LATER + n, text, { pid })));
        assert.deepEqual(events(lines.slice(1), midlife), [], `${name} ${pid}`);
        if (pid !== Number(/\d+/.exec(name)?.[0])) assert.deepEqual(events(lines, midlife), [], `${name} ${pid}`);
      }
    }
    const { memory } = readLog([by('haproxy-exporter[777]', stderrLine(LATER, down('a', 2)))], debian);
    assert.deepEqual(events([by('haproxy-exporter[777]', stderrLine(LATER + 9, KILLED, { pid: 1 }))], memory), []);
  });

  test('without a pid it is no master where one has spoken with a pid, before any change was told', () => {
    const young = readLog([forked(T)]).memory;
    for (const text of [KILLED.replace('(2)', '(100)'), 'Loading failure!'])
      assert.deepEqual(events([by('haproxy', stderrLine(LATER, text, { pid: 77 }))], young), [], text);
  });

  test('nor does a message of its own that begins with HAProxy’s header, in a worker’s name or another', () => {
    const oneTarget = readLog([forked(T), stderrLine(T + 1, down('x', 2)), syslogLine(T + 1, down('x', 2))]).memory;
    for (const memory of [debian, oneTarget]) {
      for (const pid of [100, 4242]) {
        const behind = syslogLine(LATER, down('a', 1), { pid }).replace('haproxy[', 'haproxyctl: haproxy[');
        const second = by('haproxy', stderrLine(LATER + 500, down('a', 1), { pid: 4242 }));
        assert.deepEqual(events([behind, second], memory), [], `${pid}`);
        const back = syslogLine(LATER + 9_000, up('a', 2), { pid }).replace('haproxy[', 'haproxyctl: haproxy[');
        if (pid === 100) assert.deepEqual(events([behind, back], memory), []);
      }
    }
    const { memory } = readLog([...twice(T, down('x', 2)), ...twice(T + 500, up('x', 3))]);
    const both = [
      syslogLine(LATER, EXHAUSTED, { pid: 4242 }).replace('haproxy[', 'haproxyctl: haproxy['),
      by('haproxy', stderrLine(LATER, EXHAUSTED, { pid: 4242 })),
    ];
    assert.deepEqual(events(both, memory), []);
    // `log-send-hostname` into a socket: all of HAProxy's lines are written so, from the start or from a reload on.
    const reloaded = [...twice(LATER, down('a', 2)), ...twice(LATER + 9_000, up('a', 3))];
    assert.deepEqual(
      events(
        [...reloaded.slice(0, 2).map((line) => line.replace(' haproxy[', ' lb haproxy[')), ...reloaded.slice(2)],
        debian,
      ),
      ['a down', 'a up'],
    );
    const sent = (line: string) => line.replace(' haproxy[', ' lb haproxy[');
    const changes = [...twice(T, down('x', 2)), ...twice(T + 500, up('x', 3)), ...twice(LATER, down('a', 2))];
    assert.deepEqual(
      events(changes.map(sent)),
      ['x DOWN', 'x UP', 'a DOWN'].map((what) => what.toLowerCase()),
    );
  });

  test('unless nothing is known of that: an older haplog did not remember it', () => {
    const sent = (line: string) => line.replace(' haproxy[', ' lb haproxy[');
    const { memory } = readLog([...twice(T, down('x', 2)), ...twice(T + 500, up('x', 3))].map(sent));
    const profiles = memory.heard.profiles
      .where(() => true)
      .map(([host, { heads, failedReloads: _, ...profile }]): [string, Profile] => {
        const { inTagsPlace: __, ...syslog } = heads!.syslog!;
        return [host, { ...profile, heads: { syslog } }];
      });
    const speakers = memory.heard.speakers
      .where(() => true)
      .map(([key, { begun: _, ...speaker }]): [string, Speaker] => [key, speaker]);
    const older = { ...memory, heard: { ...memory.heard, profiles: Shelf.of(profiles), speakers: Shelf.of(speakers) } };
    assert.deepEqual(events([sent(syslogLine(LATER, down('a', 2)))], older), ['a down']);
  });

  test('nor by both ways at once under a number of its own, where masters tell of their workers', () => {
    const both = (at: number, text: string) => [
      stderrLine(at, text, { pid: 31_337 }),
      syslogLine(at, text, { pid: 31_337 }),
    ];
    assert.deepEqual(told(both(LATER, EXHAUSTED), debian), ['? no master told of such a worker']);
    const pidless = readLog(history.map((line) => by('haproxy', line))).memory;
    assert.deepEqual(
      events(
        both(LATER, EXHAUSTED).map((line) => by('haproxy', line)),
        pidless,
      ),
      [],
    );
  });

  test('puts nothing into the mouth of a master, to be told of its next worker', () => {
    for (const name of ['haproxy', 'haproxy[4242]', 'haproxyctl']) {
      const forged = by(name, stderrLine(LATER, down('a', 2), { pid: 1 }));
      const next = [stderrLine(LATER + 9_000, 'New worker (200) forked', { pid: 1 })];
      const fall = [
        stderrLine(LATER + 20_000, down('a', 2), { pid: 200 }),
        ...twice(LATER + 20_000, down('a', 2), 200),
      ];
      assert.deepEqual(events([forged, ...next], debian), [], name);
      assert.deepEqual(events([forged, ...next, ...fall], debian), ['a down'], name);
    }
  });

  test('nor makes one who told of a worker no master by writing lines under its number', () => {
    const lines = ['x', 'y'].map((text) => syslogLine(LATER, text, { pid: 1 }));
    const { memory } = readLog(lines, debian);
    const killed = stderrLine(LATER + 9, KILLED.replace('(2)', '(100)'), { pid: 1 });
    assert.deepEqual(told([killed], memory), ['worker_killed']);
  });

  test('nor says it that a worker which serves could not load, or is another master’s', () => {
    const failed = by(
      'haproxy',
      stderrLine(LATER, 'Failed to load worker (100) exited with code 1 (Exit)', { pid: 1 }),
    );
    const { memory } = readLog(history.map((line) => by('haproxy', line)));
    assert.deepEqual(told([failed], memory), ['? that worker was not loading']);
    const adopted = stderrLine(LATER, 'New worker (100) forked', { pid: 4242 });
    const killed = stderrLine(LATER + 9_000, KILLED.replace('(2)', '(100)'), { pid: 1 });
    assert.deepEqual(told([adopted, killed], debian), ['worker_killed', '? another master started it']);
  });

  test('leaves what it wrote to be found: by the number in its header, and also what changes no state', () => {
    const forged = (text: string) => by('haproxy-exporter[777]', stderrLine(LATER, text, { pid: 1 }));
    const { suspects } = readLog([forged(KILLED), forged('Loading failure!')], debian).news;
    assert.deepEqual(
      suspects.map(({ event, tag }) => `${tag}[${event.pid}] ${event.says.kind}`),
      ['haproxy-exporter[777] worker.ended', 'haproxy-exporter[777] reload.failed'],
    );
  });

  test('makes no change where the log bears severities either, though it writes with one of HAProxy’s', () => {
    const sealed = (line: string) => (line.includes('(1') ? `<30>${line}` : `<129>${line}`);
    const { memory } = readLog(history.map(sealed));
    for (const name of ['haproxyctl', 'haproxy-foo[55]', 'haproxy[31337]']) {
      const lines = [down('a', 0), EXHAUSTED].map((text) => `<13>${by(name, syslogLine(LATER, text))}`);
      assert.deepEqual(events(lines, memory), [], name);
    }
    const lone = `<129>${by('haproxy[31337]', syslogLine(LATER, EXHAUSTED))}`;
    assert.deepEqual(told([lone], memory), ['? nothing was heard of such a worker']);
    assert.deepEqual(told([`<129>${syslogLine(LATER, down('a', 2))}`], memory), ['a down']);
  });

  test('nor where HAProxy writes a single line of each change, unless its second follows from its first', () => {
    const { memory } = readLog([syslogLine(T, down('x', 2)), syslogLine(T + 5_000, up('x', 3))]);
    const one = (name: string, text: string, at = LATER) => by(name, syslogLine(at, text));
    for (const name of ['haproxyctl', 'haproxy', 'haproxy-foo[55]'])
      assert.deepEqual(told([one(name, EXHAUSTED)], memory), ['? another program wrote it'], name);
    assert.deepEqual(told([one('haproxy[200]', down('a', 0))], memory), ['a down', 'app exhausted']);
    // HAProxy itself with another `log-tag`.
    const renamed = [one('edge[200]', down('a', 0)), one('edge[200]', EXHAUSTED, LATER + 1)];
    assert.deepEqual(told(renamed, memory).slice(0, 2), ['a down', 'app exhausted']);
  });

  test('nor by the same line twice, as HAProxy’s two `log` targets write it', () => {
    const oneTarget = readLog([syslogLine(T, down('x', 2)), syslogLine(T + 5_000, up('x', 3))]).memory;
    const twoTargets = readLog([...twice(T, down('x', 2)), ...twice(T + 5_000, up('x', 3))]).memory;
    for (const memory of [oneTarget, twoTargets]) {
      for (const name of ['haproxy', 'haproxyctl', 'haproxy-foo[55]']) {
        for (const text of [EXHAUSTED, down('a', 0), down('a', 2)]) {
          const lines = twice(LATER, text).map((line) => by(name, line));
          assert.deepEqual(told(lines, memory), ['? another program wrote it'], `${name}: ${text}`);
        }
      }
    }
  });

  test('but a known worker may have a `log-tag` for each section', () => {
    const { memory } = readLog([...twice(T, down('x', 2)), ...twice(T + 5_000, up('x', 3))]);
    const lines = twice(LATER, EXHAUSTED).map((line) => by('app[100]', line));
    assert.deepEqual(told(lines, memory), ['app exhausted']);
  });
});

test('where the log bears severities, a client’s text is none of stderr, though it knows the worker’s pid: its facility tells', () => {
  const sealed = (line: string) => (line.includes('(1') ? `<30>${line}` : `<129>${line}`);
  const { memory } = readLog(history.map(sealed));
  assert.deepEqual(told([`<134>${stderrLine(LATER, down('a', 2))}`], memory), [
    '? its facility is that of a `log` target',
  ]);
  const master = syslogLine(LATER, `[ALERT]    (7) : ${KILLED}`, { pid: 300 });
  assert.deepEqual(told([`<134>${master}`], memory), ['? its facility is that of a `log` target']);
  assert.deepEqual(told([`<30>${stderrLine(LATER, down('a', 2))}`], memory), ['a down']);
});

test('nor does what a client wrote there before the first change make it stderr', () => {
  const sealed = (line: string) => (line.includes('(1') ? `<30>${line}` : `<129>${line}`);
  const early = `<134>${stderrLine(T + 1, down('b', 2))}`;
  const { memory } = readLog([`<30>${forked(T)}`, early, ...history.slice(1).map(sealed)]);
  assert.deepEqual(told([`<134>${stderrLine(LATER, down('a', 2))}`], memory), [
    '? its facility is that of a `log` target',
  ]);
});

test('not even before a target has told anything, once HAProxy was heard on stderr', () => {
  const { memory } = readLog([`<30>${forked(T)}`]);
  const worker = `<134>${stderrLine(T + 1, down('b', 0))}`;
  assert.deepEqual(told([worker], memory), ['? its facility is that of a `log` target']);
  assert.deepEqual(told([worker.replace('134', '30')], memory), ['b down', 'app exhausted']);
});

test('nor before anything was heard: who comes first does not make its facility that of stderr', () => {
  const requests = ['Mozilla/5.0', 'curl/8.5.0'].map((text) => `<134>${syslogLine(T - 9, text)}`);
  const early = ['Loading failure!', down('b', 1), down('a', 0)].map((text) => `<134>${stderrLine(T - 5, text)}`);
  const sealed = (line: string) => (line.includes('(1') ? `<30>${line}` : `<129>${line}`);
  const refused = '? its facility is that of a `log` target';
  assert.deepEqual(told([...requests, ...early]), Array(3).fill(refused));
  const { memory } = readLog([...requests, ...early, ...history.map(sealed)]);
  assert.deepEqual(told([`<134>${stderrLine(LATER, down('a', 2))}`], memory), [refused]);
});

test('nor where a log bears severities from some day on, and HAProxy is started anew', () => {
  const { memory } = readLog(history);
  const anew = [`<30>${forked(LATER, 200)}`, `<134>${stderrLine(LATER + 500, down('a', 0), { pid: 200 })}`];
  assert.deepEqual(told(anew, memory), ['? its facility is that of a `log` target']);
});

describe('where the log bears severities, nothing is silenced by them', () => {
  const reload = (at: number) => [
    stderrLine(at, 'New worker (200) forked', { pid: 1 }),
    stderrLine(at + 1, 'Loading success.', { pid: 1 }),
  ];
  const both = (at: number, text: string, target: number, pid: number) => [
    `<30>${stderrLine(at, text, { pid })}`,
    `<${target}>${syslogLine(at, text, { pid })}`,
  ];
  const FALL = ['a down', 'a up', 'app back'];
  const fall = (target: number, pid: number) =>
    [down('a', 0), EXHAUSTED, up('a', 1)].flatMap((text, n) => both(LATER + [0, 1, 9_000][n]!, text, target, pid));

  test('where a target has the facility that stderr has', () => {
    const before = [forked(T), ...both(T + 1, down('x', 2), 29, 100).map((line) => line.slice(4)), ...reload(T + 900)];
    const first = readLog([
      ...before.map((line) => (line.startsWith('<') ? line : `<30>${line}`)),
      ...both(T + 1_000, up('x', 3), 29, 200),
    ]);
    assert.deepEqual(events(fall(29, 200), first.memory), FALL);
  });

  test('nor where the target is heard first', () => {
    const [, line = ''] = both(T, down('x', 2), 29, 100);
    const { memory } = readLog([line, `<29>${syslogLine(T + 500, up('x', 3))}`]);
    const stderr = both(LATER, down('a', 2), 29, 100).slice(0, 1);
    assert.deepEqual(
      told(stderr, memory).filter((what) => what.includes('facility')),
      [],
    );
  });

  test('by one line of a program that takes the facility of stderr', () => {
    const start = [`<30>${forked(T)}`, ...both(T + 1, down('x', 2), 129, 100), ...both(T + 500, up('x', 3), 129, 100)];
    const odd = `<25>${syslogLine(T + 600, 'Proxy x stopped (cumulated conns: FE: 0, BE: 0).')}`;
    const { memory } = readLog([...start, odd, ...reload(T + 900).map((line) => `<30>${line}`)]);
    assert.deepEqual(events(fall(129, 200), memory), FALL);
  });

  test('where stderr falls silent, the next worker is believed by its second sentence, and then by each', () => {
    const { memory } = readLog([
      `<30>${forked(T)}`,
      ...both(T + 1, down('x', 2), 145, 100),
      ...both(T + 500, up('x', 3), 145, 100),
    ]);
    const silent = fall(145, 200).filter((line) => line.startsWith('<145>'));
    assert.deepEqual(events(silent, memory), FALL);
    assert.deepEqual(events(silent.slice(0, 1), memory), []);
  });
});

describe('a client makes no deaf ears', () => {
  const asked = (at: number, text: string, pid = 100) => syslogLine(at, text, { pid });
  const ordinary = (at: number, pid = 100) => ['Mozilla/5.0', 'curl/8.5.0'].map((text) => asked(at, text, pid));
  const WORDS = [
    '[NOTICE]   (4242) : New worker (4243) forked',
    '[NOTICE]   (4242) : Loading success.',
    "[ALERT]    (4242) : backend 'app' has no server available!",
    "[ALERT]    (4242) : config : parsing [/etc/haproxy/haproxy.cfg:3] : unknown keyword 'x' in 'global' section",
    '[WARNING]  (4242) : Server app/b is DOWN, reason: Layer4 timeout, check duration: 2001ms. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
  ];
  const FALL = ['a down', 'app exhausted'];

  test('by what looks like stderr under made-up numbers, before anything was heard; nor an event', () => {
    for (const target of [1, 2]) {
      const fall = [down('a', 0), EXHAUSTED].flatMap((text, n) => twice(LATER + n, text).slice(0, target));
      for (const word of WORDS) {
        const { memory, news } = readLog([...ordinary(T), asked(T + 9, word)]);
        assert.deepEqual([news.transitions, news.outages, news.incidents], [[], [], []], word);
        assert.deepEqual(events(fall, memory), FALL, `${target} ${word}`);
      }
    }
  });

  test('nor where clients were not seen to begin lines as they like', () => {
    const fall = [down('a', 0), EXHAUSTED].flatMap((text, n) => twice(LATER + n, text));
    for (const word of WORDS.slice(0, 2)) assert.deepEqual(events(fall, readLog([asked(T, word)]).memory), FALL, word);
  });

  test('nor where the log bears severities, for its facility is that of no stderr', () => {
    for (const word of WORDS) {
      const { memory, news } = readLog([...ordinary(T), asked(T + 9, word)].map((line) => `<134>${line}`));
      assert.deepEqual([news.transitions, news.outages, news.incidents], [[], [], []], word);
      const fall = [down('a', 0), EXHAUSTED].flatMap((text, n) => twice(LATER + n, text)).map((line) => `<129>${line}`);
      assert.deepEqual(events(fall, memory), FALL, word);
    }
    const known = readLog(
      [...twice(T, down('x', 2)), ...twice(T + 500, up('x', 3))].map((line) => `<129>${line}`),
    ).memory;
    const old = asked(LATER, `[WARNING]  (100) : ${down('a', 2)}`, 200);
    assert.deepEqual(told([`<134>${old}`], known), ['? its facility is that of a `log` target']);
  });

  test('nor as the master of a container that has none: its process writes by `log` targets', () => {
    for (const word of ['New worker (2) forked', 'Initializing new worker (2)']) {
      const { memory } = readLog([...ordinary(T, 1), asked(T + 9, `[NOTICE]   (1) : ${word}`, 1)]);
      const fall = [down('a', 0), EXHAUSTED].flatMap((text, n) => [
        stderrLine(LATER + n, text, { pid: 1 }),
        ...twice(LATER + n, text, 1),
      ]);
      assert.deepEqual(events(fall, memory), FALL, word);
      const failed = asked(T + 9, '[WARNING]  (1) : Loading failure!', 1);
      assert.deepEqual(events([...ordinary(T, 1), failed]), []);
      // Before a client was seen to begin lines as it likes, its word may be a master's: then two ways tell that it is none.
      const early = readLog([asked(T, `[NOTICE]   (1) : ${word}`, 1)]).memory;
      assert.deepEqual(events(fall, early), FALL, word);
    }
  });

  test('nor does another program, by a first line on what looks like stderr', () => {
    const words = [
      stderrLine(T, down('b', 2), { pid: 4242 }),
      stderrLine(T, 'New worker (4243) forked', { pid: 4242 }),
    ];
    for (const name of ['haproxyctl', 'haproxy', 'haproxy[4242]']) {
      for (const word of words) {
        const { memory } = readLog([...ordinary(T), by(name, word)]);
        const fall = [down('a', 0), EXHAUSTED].flatMap((text, n) => twice(LATER + n, text));
        assert.deepEqual(events(fall, memory), FALL, `${name} ${word}`);
      }
    }
    const { memory } = readLog([...twice(T, down('x', 2)), ...ordinary(T), ...twice(T + 500, up('x', 3))]);
    const killed = stderrLine(T + 900, KILLED.replace('(2)', '(100)'), { pid: 4242 });
    const later = [down('a', 0), EXHAUSTED].flatMap((text, n) => twice(LATER + n, text));
    assert.deepEqual(events(later, readLog([killed], memory).memory).slice(0, 2), FALL);
    assert.deepEqual(events([by('haproxy', killed)], memory), []);
  });

  test('nor by the next worker, which was not heard yet', () => {
    const known = readLog([...twice(T, down('x', 2)), ...ordinary(T), ...twice(T + 500, up('x', 3))]).memory;
    for (const word of WORDS) {
      const { memory, news } = readLog([asked(LATER, word, 200)], known);
      assert.deepEqual([news.transitions, news.outages, news.incidents], [[], [], []], word);
      const fall = [down('a', 0), EXHAUSTED].flatMap((text, n) => twice(LATER + 9_000 + n, text, 200));
      assert.deepEqual(events(fall, memory), FALL, word);
    }
  });

  test('nor in the name of a worker that was, by way of the next one', () => {
    const before = [...ordinary(T), ...triple(T + 1, down('x', 2)), ...triple(T + 500, up('x', 3))];
    const { memory } = readLog([...before, ...ordinary(T + 900, 200)]);
    const forged = [down('a', 2), down('b', 1)].map((text) => asked(LATER, `[WARNING]  (100) : ${text}`, 200));
    assert.deepEqual(events(forged, memory), []);
  });
});

test('where HAProxy 2.0 has said twice that a proxy started, one line is no change, before anything else was heard', () => {
  const begun = [1, 2].map(() => syslogLine(T + 1, 'Proxy web started.', { pid: 1 }));
  const requests = ['Mozilla/5.0', 'curl/8.5.0'].map((text) => syslogLine(T + 2, text));
  const lone = [down('a', 0), EXHAUSTED].map((text, n) => syslogLine(LATER + n, text));
  assert.deepEqual(events(lone, readLog([forked(T), ...begun, ...requests]).memory), []);
  // Of one target nothing can tell: the second follows from the first.
  assert.deepEqual(events(lone, readLog([forked(T), begun[0]!, ...requests]).memory), ['a down', 'app exhausted']);
});

test('of `haproxy -W -D` with one target, whose stderr ends with the start, all is told though its formats look open', () => {
  const formats = ['web 10.0.0.1 GET /', 'api 10.0.0.1 GET /'].map((text) => syslogLine(T + 2, text));
  const { memory } = readLog([forked(T), ...formats]);
  const fall = (at: number) =>
    [down('a', 0), EXHAUSTED, up('a', 1)].map((text, n) => syslogLine(at + [0, 1, 9_000][n]!, text));
  assert.deepEqual(events([...fall(LATER), ...fall(LATER + 90_000)], memory), [
    'a down',
    'a up',
    'a down',
    'a up',
    'app back',
    'app back',
  ]);
});

describe('what others carry for HAProxy is heard, as the log drivers of containers do', () => {
  /** As a process of another number writes it for HAProxy. */
  const carried = (at: number, text: string, pid = 8) => by('haproxy[987]', stderrLine(at, text, { pid }));
  const fall = [carried(LATER, down('a', 0)), carried(LATER + 1, EXHAUSTED), carried(LATER + 60_000, up('a', 1))];
  const FALL = ['a down', 'a up', 'app back'];

  test('though lines of its own begin as they like', () => {
    const own = ['time="2026-11-22" level=info', 'Handler for POST returned error', 'web 10.0.0.1 GET /'];
    for (const name of ['dockerd[987]', 'haproxy[987]']) {
      const others = own.map((text) => by(name, syslogLine(T, text)));
      for (const start of [[carried(T, 'New worker (8) forked', 1)], []])
        assert.deepEqual(events([...others, ...start, ...fall]), FALL, `${name} ${start}`);
    }
  });

  test('on a load balancer that is open, too: a container that is started anew ends what was', () => {
    const formats = ['web 10.0.0.1 GET /', 'api 10.0.0.1 GET /'].map((text) => syslogLine(T + 5, text, { pid: 8 }));
    const start = (at: number) => [carried(at, 'New worker (8) forked', 1), carried(at, 'Loading success.', 1)];
    const changes = [down('a', 0), EXHAUSTED].flatMap((text, n) => [
      carried(LATER + n, text),
      ...twice(LATER + n, text, 8),
    ]);
    const { news } = readLog([...start(T), ...formats, ...changes, ...start(LATER + 600_000)]);
    assert.deepEqual(
      news.outages.map(({ endHow }) => endHow),
      ['process_replaced'],
    );
  });

  test('though another program’s line came alone, and was waited for on stderr in vain', () => {
    const odd = by('haproxy[5555]', syslogLine(T + 900, 'Proxy foo stopped (cumulated conns: FE: 0, BE: 0).'));
    assert.deepEqual(events([carried(T, 'New worker (8) forked', 1), odd, ...fall]), FALL);
  });

  test('also if haplog began to read in the middle of its life', () => {
    const change = [down('a', 0), EXHAUSTED].flatMap((text, n) => [
      carried(LATER + n, text),
      ...twice(LATER + n, text, 8),
    ]);
    const next = [down('b', 2), up('b', 3)].flatMap((text, n) => [carried(T + n, text), ...twice(T + n, text, 8)]);
    const { news } = readLog([...next, ...change, carried(LATER + 600_000, 'New worker (8) forked', 1)]);
    assert.deepEqual(
      news.outages.map(({ endHow }) => endHow),
      ['process_replaced'],
    );
  });

  test('and under a new name, as a container has that was made anew', () => {
    const first = readLog([carried(T, 'New worker (8) forked', 1), ...fall]).memory;
    const renamed = fall.map((line) => by('5790672ab6a0[987]', line).replace('T12:0', 'T13:0'));
    assert.deepEqual(told(renamed, first), FALL);
  });
});

test('stderr that a program without a pid carries is heard, of masters as well', () => {
  const piped = (at: number, text: string, pid = 100) => by('haproxy', stderrLine(at, text, { pid }));
  const change = (at: number, text: string, pid: number) => [piped(at, text, pid), ...twice(at, text, pid)];
  const start = [
    piped(T, 'New worker (100) forked', 1),
    ...change(T + 1, down('a', 0), 100),
    ...change(T + 2, EXHAUSTED, 100),
  ];
  const { news } = readLog([
    ...start,
    piped(LATER, 'New worker (200) forked', 1),
    piped(LATER + 1, 'Former worker (100) exited with code 0 (Exit)', 1),
  ]);
  assert.deepEqual(
    news.outages.map(({ endHow }) => endHow),
    ['process_replaced'],
  );
});

test('HAProxy that bears another name from a restart on is heard, also if it writes on stderr alone', () => {
  const start = (at: number, pid: number) => [
    stderrLine(at, `New worker (${pid + 1}) forked`, { pid }),
    stderrLine(at + 1, 'Loading success.', { pid }),
  ];
  const fall = (at: number, pid: number) => [
    stderrLine(at, down('a', 0), { pid }),
    stderrLine(at + 1, EXHAUSTED, { pid }),
  ];
  const first = readLog([...start(T, 1), ...fall(T + 9, 2), stderrLine(T + 900, up('a', 1), { pid: 2 })]).memory;
  const renamed = [...start(LATER, 200), ...fall(LATER + 9_000, 201)].map((line) =>
    line.replace('haproxy', 'hapee-lb'),
  );
  assert.deepEqual(events(renamed, first), ['a down', 'app exhausted']);
});

test('a log driver that is started anew is heard under its new number, also with a worker of another number', () => {
  const carried = (at: number, text: string, pid: number, driver: number) =>
    by(`haproxy[${driver}]`, stderrLine(at, text, { pid }));
  const first = readLog([carried(T, 'New worker (8) forked', 1, 987), carried(T + 1, down('x', 2), 8, 987)]).memory;
  const next = [
    carried(LATER, 'New worker (9) forked', 1, 1500),
    carried(LATER + 9_000, down('a', 0), 9, 1500),
    carried(LATER + 9_001, EXHAUSTED, 9, 1500),
  ];
  assert.deepEqual(events(next, first), ['a down', 'app exhausted']);
});

test('two machines whose workers have one number stay two, though the one has two names', () => {
  const at = (host: string, line: string) => line.replace(' lb ', ` ${host} `);
  const target = (host: string, ms: number, text: string) => twice(ms, text, 8).map((line) => at(host, line));
  const lines = [
    at('c1', stderrLine(T, down('x', 2), { pid: 8 })),
    ...target('c1-ha', T + 1, down('x', 2)),
    at('c1', stderrLine(T + 20_000, down('a', 0), { pid: 8 })),
    ...target('c1-ha', T + 20_000 + 1, down('a', 0)),
    ...target('c2-ha', T + 20_000 + 300, down('a', 0)),
    ...target('c2-ha', T + 20_000 + 9_000, up('a', 1)),
  ];
  const { transitions } = readLog(lines).news;
  assert.deepEqual(
    transitions.map(({ host, server, to }) => `${host} ${server} ${to}`),
    ['c1 x down', 'c1 a down', 'c2-ha a down', 'c2-ha a up'],
  );
});

test('over UDP a worker speaks as no master under the name that its log targets bear', () => {
  const udp = (line: string) => (line.includes('WARN') ? line : line.replace(' lb ', ' localhost '));
  const { memory } = readLog(history.map(udp));
  const forged = syslogLine(LATER, `[WARNING]  (100) : ${KILLED}`, { host: 'localhost' });
  assert.deepEqual(told([forged], memory), ['? a worker does not tell of workers']);
});

test('over UDP the names of one host stay one after a reload, though haplog began in a worker’s life', () => {
  const udp = (line: string) => (/WARN|ALERT/.test(line) ? line : line.replace(' lb ', ' localhost '));
  const change = (at: number, text: string, pid: number) =>
    [...twice(at, text, pid), stderrLine(at + 2, text, { pid })].map(udp);
  const first = readLog([...change(T, down('a', 2), 100), ...change(T + 5_000, up('a', 3), 100)]).memory;
  const fall = [...change(LATER + 60_000, down('a', 0), 200), ...change(LATER + 60_001, EXHAUSTED, 200)];
  const { transitions, outages, suspects } = readLog([forked(LATER, 200), ...fall], first).news;
  assert.deepEqual([transitions.length, outages.length, suspects.length], [1, 1, 0]);
});

describe('that HAProxy has two targets is not shown by a proxy that starts', () => {
  const started = (at: number, name: string, pid = 1) => syslogLine(T + at, `Proxy ${name} started.`, { pid });
  const app = started(5_000, 'app');
  const change = (pid = 100) => syslogLine(LATER, down('a', 2), { pid });

  test('where it is two proxies, or twice one, or on stderr as well', () => {
    const onStderr = stderrLine(T + 5_000, 'Proxy app started.', { pid: 1 });
    for (const other of [started(5_000, 'other'), started(65_000, 'app'), started(5_000, 'app', 2), onStderr])
      assert.deepEqual(told([forked(T), ...[app, other].sort(), change()]), ['a down'], other);
  });

  test('where a client says so, by a worker or by a process that writes its lines, or where there is no master', () => {
    const twofold = (pid: number) => [1, 2].map(() => started(5_000, 'app', pid));
    const requests = ['Mozilla/5.0', 'curl/8'].map((text) => syslogLine(T + 4_000, text, { pid: 4242 }));
    assert.deepEqual(told([forked(T), ...twofold(100), change()]), ['a down']);
    assert.deepEqual(told([forked(T), ...requests, ...twofold(4242), change()]), ['a down']);
    assert.deepEqual(told([...twofold(8), change(8)]), ['a down']);
  });
});

test('a master’s word by a `log` target is none', () => {
  const debian = readLog(history).memory;
  for (const text of [KILLED.replace('(2)', '(100)'), 'New worker (100) forked'])
    assert.deepEqual(told([syslogLine(LATER, text, { pid: 1 })], debian), [
      '? a master tells of its workers on stderr only',
    ]);
});

test('since 3.1 that the first worker was loaded shows that masters tell of theirs: nobody else is one, by whatever ways', () => {
  const master = (at: number, text: string) => stderrLine(T + at, text, { pid: 9 });
  const { memory } = readLog([master(0, 'Initializing new worker (110)'), master(300, 'Loading success.')]);
  const text = down('a', 2);
  const lines = [stderrLine(LATER, text, { pid: 905 }), syslogLine(LATER, text, { pid: 905 })];
  assert.deepEqual(told(lines, memory), ['? no master told of such a worker']);
});

describe('why another program’s line is suspect is told', () => {
  const both = (at: number, text: string, pid = 100) => [stderrLine(at, text, { pid }), syslogLine(at, text, { pid })];

  test('where it stands in the log in all ways in which HAProxy’s do', () => {
    const { memory } = readLog([...both(T + 1, down('x', 2)), ...both(T + 500, up('x', 3))]);
    const lines = both(LATER, down('a', 2), 905).map((line) => by('haproxy_exporter[905]', line));
    assert.deepEqual(told(lines, memory), ['? another program wrote it']);
  });

  test('where it bears a severity', () => {
    const sealed = (at: number, text: string) => `<129>${syslogLine(at, text)}`;
    const { memory } = readLog([sealed(T + 1, down('x', 2)), sealed(T + 5_000, up('x', 3))]);
    const line = by('haproxy_exporter[905]', sealed(LATER, down('a', 2)));
    assert.deepEqual(told([line], memory), ['? another program wrote it']);
  });
});

test('HAProxy that was started anew under another header and with another backend is believed by its second word', () => {
  const { memory } = readLog([syslogLine(T + 1, down('x', 2)), syslogLine(T + 5_000, up('x', 3))]);
  const carried = (at: number, text: string) =>
    syslogLine(at, text, { pid: 200 }).replace('haproxy[', 'forwarder: haproxy[');
  const texts = [down('a', 1), down('b', 0)].map((text) => text.replace('app/', 'neu/'));
  const lines = texts.map((text, n) => carried(LATER + n * 5_000, text));
  assert.deepEqual(events(lines.slice(0, 1), memory), []);
  assert.deepEqual(events(lines, memory), ['a down', 'b down', 'neu exhausted']);
});

describe('where HAProxy writes a single line of each change, and nothing else', () => {
  const first = readLog([syslogLine(T + 1, down('x', 2))]).memory;

  test('another name is another program from the first change on', () => {
    const line = by('haproxy_exporter[905]', syslogLine(LATER, down('a', 1)));
    assert.deepEqual(told([line], first), ['? another program wrote it']);
  });

  test('a message of another program that bears its header is none of it', () => {
    const oneTarget = readLog([syslogLine(LATER - 60_000, up('x', 3))], first).memory;
    const line = syslogLine(LATER, EXHAUSTED).replace('haproxy[', 'haproxyctl: haproxy[');
    assert.deepEqual(events([line], oneTarget), []);
  });
});

test('a severity makes one line enough if the facility is one of HAProxy’s, or one of those that operators give', () => {
  const sealed = (priority: number, at: number, text: string) => `<${priority}>${syslogLine(at, text)}`;
  const known = readLog(
    [1, 2, 3, 4].map((n) => sealed(129, T + (n > 2 ? 500 : 1), n > 2 ? up('x', 3) : down('x', 2))),
  ).memory;
  const toldOf = (priority: number) => events([sealed(priority, LATER, EXHAUSTED)], known);
  assert.deepEqual([28, 129, 172].map(toldOf), [[], ['app exhausted'], ['app exhausted']]);
  const daemon = readLog(
    [1, 2, 3, 4].map((n) => sealed(28, T + (n > 2 ? 500 : 1), n > 2 ? up('x', 3) : down('x', 2))),
  ).memory;
  assert.deepEqual(events([sealed(28, LATER, EXHAUSTED)], daemon), ['app exhausted']);
});

test('a worker that no master told of is not borne out by stderr that comes later either', () => {
  const debian = readLog(history).memory;
  const late = stderrLine(LATER + 3_000, down('a', 0), { pid: 905 });
  assert.deepEqual(events([...twice(LATER, down('a', 0), 905), late], debian), []);
  // Two that follow from each other are another thing: its announcement may have been lost.
  const neu = [down('n', 0).replaceAll('app/', 'neu/'), EXHAUSTED.replace('app', 'neu')];
  const soon = neu.flatMap((text, n) => twice(LATER + n, text, 905));
  const later = neu.map((text, n) => stderrLine(LATER + 3_000 + n, text, { pid: 905 }));
  assert.deepEqual(events([...soon, ...later], debian), ['n down', 'neu exhausted']);
});
