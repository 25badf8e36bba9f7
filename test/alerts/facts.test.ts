/** What stands in an incident, beside what is told of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_POLICY, type Incident, NOTHING_KNOWN, type Policy, RULES, step } from '../../alerts/index.js';
import { planWith, toEverybody } from '../support/plan.js';
import { inputOf, play } from '../support/story.js';

const EVERY_RULE = Object.fromEntries(
  RULES.map((rule) => [rule, { ...DEFAULT_POLICY.rules[rule], on: true, holdMs: 0, keepFiringMs: 0 }]),
) as Policy['rules'];

function incidents(script: string[], policy: Partial<Policy> = {}): Incident[] {
  return play(script, policy).incidents;
}

/** The incidents of one rule, where all are on. */
function ofRule(rule: Incident['rule'], ...script: string[]): Incident[] {
  return incidents(script, { rules: EVERY_RULE }).filter((one) => one.rule === rule);
}

const SOON_BACK = { keepFiringMs: 10_000 };

test('how often it was so counts what came back, and not in how many workers', () => {
  const [back] = incidents(['0:00 down a 0', '1:00 up a 1', '1:05 down a 0'], SOON_BACK);
  assert.deepEqual([back?.times, back?.resolvedAt, back?.endEvidence], [2, null, null]);
  const [both] = incidents(['0:00 @1 down a 0', '0:05 @2 down a 0']);
  assert.deepEqual([both?.times, both?.workers], [1, [1, 2]]);
});

test('planned work that fails in the same or another worker is one trouble, and planned no more', () => {
  for (const pid of [1, 2]) {
    const all = incidents(['0:00 @1 maint a 0', `0:05 @${pid} down b 0`]);
    assert.deepEqual(
      all.map(({ planned, workers, fallenTotal }) => [planned, workers.length, fallenTotal]),
      [[false, pid, pid === 1 ? 2 : 1]],
    );
  }
  const [failed] = incidents(['0:00 @1 down a 0', '0:05 @2 maint a 0']);
  assert.equal(failed?.planned, false);
});

test('planned work that is over is another one than the failure behind it, and the same as work that goes on', () => {
  const behind = (next: string) =>
    incidents(['0:00 maint a 0', '1:00 ready a', next], SOON_BACK).map(({ phase }) => phase);
  assert.deepEqual(behind('1:05 down a 0'), ['resolved', 'firing']);
  assert.equal(behind('1:05 maint a 0').length, 1);
});

test('what another worker tells without naming servers leaves those that are known, and the cause', () => {
  const [one] = incidents(['0:00 @1 down a 0', '0:05 @2 exhausted']);
  assert.deepEqual([one?.fallen.map(({ server }) => server), one?.cause?.class], [['a'], 'layer4']);
  const [other] = incidents(['0:00 @1 exhausted', '0:05 @2 down a 0']);
  assert.deepEqual([other?.fallen.map(({ server }) => server), other?.cause?.class], [['a'], 'layer4']);
});

test('its cause is that of the server that fell last, whichever line came last; of two at once that of the later line', () => {
  const cause = (...script: string[]) => incidents(script)[0]?.cause?.class;
  assert.equal(cause('0:10 maint a 1', '0:05 down b 0'), 'admin');
  assert.equal(cause('0:10 maint a 1', '0:10 down b 0'), 'layer4');
});

test('its servers stand in the order in which they left, and who left once more, for another reason, behind', () => {
  const fallen = (...script: string[]) =>
    incidents(script)[0]?.fallen.map(({ server, at }) => `${server} ${at / 1000}`);
  assert.deepEqual(fallen('0:00 down a 2', '0:05 down b 1', '0:06 down a 1', '0:10 down c 0'), ['a 0', 'b 5', 'c 10']);
  assert.deepEqual(fallen('0:00 down a 2', '0:05 down b 1', '0:06 maint a 1', '0:10 down c 0'), ['b 5', 'a 6', 'c 10']);
});

test('a backend on its backup servers or its last one names those that are out, and when its worker began', () => {
  const script = ['0:00 @1 forked', '0:05 @1 down a 0+1'];
  for (const rule of ['backup_only', 'last_server'] as const) {
    const [one] = ofRule(rule, ...script);
    assert.deepEqual([one?.fallen.map(({ server }) => server), one?.workerBegan], [['a'], 0]);
  }
  const [last] = ofRule('last_server', '0:05 @1 down a 1');
  assert.deepEqual(
    last?.fallen.map(({ server }) => server),
    ['a'],
  );
  assert.equal(ofRule('server_down', ...script)[0]?.workerBegan, 0);
});

test('its worker began shortly before, if that was no more than a minute, and it was that worker', () => {
  const began = (...script: string[]) => incidents(script)[0]?.workerBegan;
  assert.equal(began('0:00 @2 forked', '1:00 @2 down a 0'), 0);
  assert.equal(began('0:05 @2 forked', '0:05 @2 down a 0'), 5_000);
  assert.equal(began('0:10 @2 forked', '0:05 @2 down a 0'), null);
  assert.equal(began('0:00 @2 up b 2', '0:00.5 @2 forked', '0:05 @2 down a 0'), 500);
  assert.equal(began('0:00 @1 down web/x 1', '0:10 @2 down b 1', '0:30 @1 left 139', '0:40 @2 down a 0'), null);
});

test('the changes of a server are forgotten with its worker', () => {
  const { situation } = play(['0:00 @1 down a 1', '0:00 @2 down web/a 1', '1:00 @1 former 0'], { rules: EVERY_RULE });
  const keys = [...situation.changes].map(([key]) => key);
  assert.deepEqual([keys.includes('lb 1 app/a'), keys.includes('lb 2 web/a')], [false, true]);
});

test('changes that are too old to count are forgotten once their host speaks later, and no others', () => {
  const counted = (...script: string[]) =>
    [...play(script, { rules: EVERY_RULE }).situation.changes].map(([key]) => key).filter((key) => / \d+ /.test(key));
  const many = Array.from({ length: 50 }, (_, n) => [`0:0${n % 10} down s${n} 3`, `0:1${n % 10} up s${n} 4`])
    .flat()
    .sort();
  assert.equal(counted(...many).length, 50);
  assert.deepEqual(counted(...many, '59:00 down a 3'), ['lb 1 app/a']);
  assert.deepEqual(counted('0:00 c1! down a 3', '59:00 c2! down b 3').sort(), ['c1 1 app/a', 'c2 1 app/b']);
  const flaps = ['10:40 down a 3', '10:45 up a 4', '10:50 down a 3', '10:59 up a 4', '11:01 down a 3', '11:10 up a 4'];
  const one = ofRule('flapping', ...flaps)[0];
  assert.deepEqual(one?.flaps, { changes: 6, state: 'up' });
});

test('only an outage has an impact', () => {
  const of = incidents(['0:00 down a 1', '0:01 down b 0'], { rules: EVERY_RULE });
  assert.deepEqual(
    of.filter(({ impact }) => impact !== null).map(({ rule }) => rule),
    ['outage'],
  );
});

test('a worker that was killed names its signal, one that failed its code, and the last one counts', () => {
  const reason = (...script: string[]) => ofRule('worker_killed', ...script)[0]?.cause?.reason;
  assert.equal(reason('0:00 @1 left 139'), 'worker 1 was killed by signal 11');
  assert.equal(reason('0:00 @1 left 100'), 'worker 1 exited with code 100');
  assert.equal(reason('0:00 @1 left 129'), 'worker 1 was killed by signal 1');
  assert.equal(reason('0:00 @1 left 139', '0:01 @2 left 134'), 'worker 2 was killed by signal 6');
});

test('why a configuration could not be loaded is the last that says where; what says no more than that changes nothing', () => {
  const reason = (...script: string[]) => ofRule('reload_failed', ...script)[0]?.cause?.reason;
  assert.equal(reason('0:00 refused a.cfg:1', '0:00 refused', '0:00 reload failed'), 'parsing [a.cfg:1]');
  assert.equal(reason('0:00 refused a.cfg:1', '0:00 refused b.cfg:2'), 'parsing [b.cfg:2]');
  assert.equal(reason('0:00 reload failed'), 'Loading failure!');
});

test('the end of a death is observed where a master tells of the next worker, else assumed, as are all ends that come with a worker', () => {
  const end = (rule: Incident['rule'], ...script: string[]) =>
    ofRule(rule, ...script).map(({ endEvidence }) => endEvidence);
  for (const [rule, code] of [
    ['worker_killed', 139],
    ['stopped', 143],
  ] as const) {
    assert.deepEqual(end(rule, `1:00 @1 left ${code}`, '2:00 @2 forked'), ['observed']);
    assert.deepEqual(end(rule, `1:00 @1 left ${code}`, '2:00 @2 down b 1'), ['assumed']);
  }
  assert.deepEqual(end('server_down', '0:00 @1 down a 1', '1:00 @1 left 139', '2:00 @2 forked'), ['assumed']);
  assert.deepEqual(end('server_down', '0:00 @1 down a 1', '1:00 @1 former 0'), ['assumed']);
  assert.deepEqual(end('server_down', '0:00 @1 down a 1', '1:00 @1 up a 2'), ['observed']);
});

test('the end of a trouble is inferred where a server came back and HAProxy did not count, and observed where it did', () => {
  const ends = (...script: string[]) =>
    (['backup_only', 'last_server'] as const).map((rule) => ofRule(rule, '0:00 down a 0+1', ...script)[0]?.endEvidence);
  assert.deepEqual(ends('1:00 maint a', '2:00 ready a'), ['inferred', 'inferred']);
  assert.deepEqual(ends('1:00 up a 1+1'), ['observed', 'observed']);
});

test('what is well already ends by no later word', () => {
  const rules = { ...EVERY_RULE, server_down: { ...EVERY_RULE.server_down, keepFiringMs: 600_000 } };
  const [down] = incidents(['0:00 down a 1', '1:00 up a 2', '1:30 maint a 1'], { rules }).filter(
    ({ rule }) => rule === 'server_down',
  );
  assert.equal(down?.resolvedAt, 60_000);
  const [out] = incidents(['0:00 @1 down a 0', '1:00 @1 up a 1', '1:05 @2 forked'], { keepFiringMs: 60_000 });
  assert.deepEqual([out?.resolvedAt, out?.endEvidence], [60_000, 'observed']);
});

test('an end that is told late is when the line was stamped', () => {
  const [one] = incidents(['0:00 down a 0', '1:00 other x 1', '1:10=0:50 up a 1']);
  assert.equal(one?.resolvedAt, 50_000);
});

test('a server that flaps has its changes counted, and how it stands', () => {
  const script = ['0:00 down a 1', '0:10 up a 2', '0:20 down a 1', '0:30 up a 2', '0:40 down a 1'];
  const flapping = { changes: 4, withinMs: 60_000 };
  const rules = { ...EVERY_RULE, flapping: { ...EVERY_RULE.flapping, keepFiringMs: 300_000 } };
  const last = (lines: string[]) => incidents(lines, { rules, flapping }).find(({ rule }) => rule === 'flapping');
  assert.equal(last(script.slice(0, 3)), undefined);
  const four = last(script.slice(0, 4));
  assert.deepEqual([four?.flaps, four?.openedAt], [{ changes: 4, state: 'up' }, 0]);
  const five = last(script);
  assert.deepEqual([five?.flaps, five?.times, five?.workers], [{ changes: 5, state: 'down' }, 1, []]);
  assert.deepEqual([five?.resolvedAt, five?.endEvidence], [40_000, 'observed']);
});

test('nothing in it is still to come once the clock of its host was set back; what was before that stays', () => {
  const instants = ({ openedAt, firedAt, resolvedAt, toldAt }: Incident) => [openedAt, firedAt, resolvedAt, toldAt];
  const [ahead] = incidents(['5:00 down a 0', '5:01=3:00 down web/b 1']);
  assert.deepEqual(instants(ahead!), [180_000, 180_000, null, 180_000]);
  const [half] = incidents(['2:50 down a 0', '5:00 up a 1', '5:01=3:00 down web/b 1'], { keepFiringMs: 600_000 });
  assert.deepEqual(instants(half!), [170_000, 170_000, 180_000, 170_000]);
});

test('of a host that is never heard again all is over, as far as can be known, and of no other', () => {
  const { incidents: all, situation } = play(
    ['0:00 c1! down a 1', '0:00 c1! down b 0', '100:00:00 c3! down a 0', '169:00:00 c2! down b 1'],
    { rules: EVERY_RULE },
  );
  const gone = all.filter(({ host }) => host === 'c1');
  assert.ok(gone.length > 1);
  for (const { phase, resolvedAt, endEvidence, workers } of gone) {
    assert.deepEqual([phase, resolvedAt, endEvidence, workers], ['resolved', 169 * 3_600_000, 'assumed', []]);
  }
  assert.ok(all.every(({ host, resolvedAt }) => host !== 'c3' || resolvedAt === null));
  const keys = [situation.changes, situation.agendas].flatMap((shelf) => [...shelf].map(([key]) => key));
  assert.deepEqual(
    keys.filter((key) => key.startsWith('c1')),
    [],
  );
});

test('who is no longer configured hears nothing of the end, and who always hears of such things hears it instead', () => {
  const before = planWith({}, { routes: [toEverybody('former', 'both')] });
  const after = planWith({}, { routes: [toEverybody('both', 'new')] });
  const down = step(NOTHING_KNOWN, inputOf('0:00 down a 0', 0, true), before);
  const up = step(down.situation, inputOf('1:00 up a 1', 1, true), after);
  assert.deepEqual(
    up.notifications.map(({ event, receiver, gone }) => `${event} ${receiver}${gone ? ' gone' : ''}`),
    ['resolved both', 'resolved new', 'resolved former gone'],
  );
});

test('what was over before its load balancer vanished ended then, and was seen to', () => {
  const script = ['0:00 c1! down a 0', '1:00 c1! up a 1', '169:00:00 c2! down b 1', '169:01:00 tick'];
  const [one] = incidents(script, { keepFiringMs: 10_000 });
  assert.deepEqual([one?.phase, one?.resolvedAt, one?.endEvidence], ['resolved', 60_000, 'observed']);
});
