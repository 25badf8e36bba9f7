/** What goes in one message, and how many messages there are. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ceilingOf,
  dueSince,
  fullUntil,
  type Incident,
  type Letter,
  lettersOf,
  type NotificationKind,
  renderMany,
  rowsOf,
  underCeiling,
  type Waiting,
} from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import { notification, OPENED, REFUSED } from '../support/telling.js';

let seq = 0;

/** A row of an incident with this id. */
function row(id: string, event: NotificationKind = 'firing', changes: Partial<Incident> = {}): Waiting {
  const told = notification(event, { id: id as EventId, subject: id, ...changes });
  return { seq: ++seq, notification: told, attempts: 0, letter: null, answer: null, passedOn: null, addressee: null };
}

/** The server that fell last. */
const fell = (server: string): Partial<Incident> => ({
  fallen: [{ server, at: OPENED, cause: REFUSED, utcOffsetMin: -300, planned: false }],
});
const behind = (server: string): Partial<Incident> => ({
  cause: { ...REFUSED, via: { backend: 'shared', server } },
});

/** `kind: event of incidents`. */
function shown(letters: readonly Letter[]): string[] {
  return letters.map(({ kind, threads }) => {
    return `${kind}: ${threads.map(({ told, whole }) => `${told.event} ${told.incident.id}${whole ? ' whole' : ''}`).join(', ')}`;
  });
}

test('of what began, was reminded of and ended, one message is left, and it is marked with all its rows', () => {
  const rows = [row('a'), row('a', 'reminder'), row('a', 'resolved')];
  const letters = lettersOf(rows, true);
  assert.deepEqual(shown(letters), ['single: resolved a whole']);
  assert.deepEqual(rowsOf(letters[0]!), rows);
});

test('whatever began and ended while a receiver, or haplog, was away is one message for people, and one each for programs', () => {
  const rows = [row('a'), row('b'), row('a', 'resolved'), row('b', 'resolved'), row('c', 'firing', fell('x'))];
  const letters = lettersOf(rows, true);
  assert.deepEqual(shown(letters), ['single: firing c', 'digest: resolved a whole, resolved b whole']);
  assert.match(
    renderMany(letters[1]!, 'name').text,
    /^2 incidents began and ended on allyrion: backend a, backend b\n/,
  );
  assert.equal(lettersOf(rows, false).length, 3);
});

test('a beginning behind which reminders wait is told once, with the newest facts', () => {
  const [letter] = lettersOf([row('a'), row('a', 'reminder', { reminders: 1, fallenTotal: 9 })], true);
  const { told } = letter!.threads[0]!;
  assert.deepEqual([told.event, told.dedupKey, told.incident.fallenTotal], ['firing', 'a:firing:oncall', 9]);
});

test('of several reminders the newest is told', () => {
  const [letter] = lettersOf([row('a', 'reminder'), row('a', 'reminder', { reminders: 2 })], true);
  assert.equal(letter!.threads[0]!.told.incident.reminders, 2);
});

test('what was on its way when haplog was killed goes again as it was, and what came behind it waits', () => {
  const open = { ...row('a'), letter: 'a:firing:oncall' };
  const letters = lettersOf([open, row('a', 'resolved'), row('b', 'firing', fell('x'))], true);
  assert.deepEqual(shown(letters), ['single: firing a', 'single: firing b']);
  assert.equal(letters[0]!.name, 'a:firing:oncall');
});

test('of one subject the older incident goes first, and what is newer waits behind its letter', () => {
  const app = (id: string, event: NotificationKind = 'firing') => row(id, event, { subject: 'app' });
  const [end, next] = [app('a', 'resolved'), app('b')];
  for (const takesDigests of [true, false]) {
    const [letter, ...others] = lettersOf([end, next], takesDigests);
    assert.deepEqual([shown([letter!]), letter!.behind, others], [['single: resolved a'], [[next]], []]);
  }
});

test('incidents of one subject that are over are one message for people, and go one after the other to programs', () => {
  const app = (id: string, event: NotificationKind = 'firing') => row(id, event, { subject: 'app' });
  const rows = [app('a'), app('a', 'resolved'), app('b'), app('b', 'resolved'), app('c')];
  const letters = lettersOf(rows, true);
  assert.deepEqual(shown(letters), ['digest: resolved a whole, resolved b whole']);
  assert.deepEqual(letters[0]!.behind, [[rows[4]]]);
  assert.deepEqual(shown(lettersOf(rows, false)), ['single: resolved a whole']);
});

test('a letter of an earlier life goes as it was, and whatever else there is of its subjects waits', () => {
  const app = (id: string, letter: string | null) => ({ ...row(id, 'firing', { subject: 'app' }), letter });
  const letters = lettersOf([app('a', null), app('b', 'b:firing:oncall'), row('z')], false);
  assert.deepEqual(shown(letters), ['single: firing b', 'single: firing z']);
  assert.deepEqual(
    letters.map(({ behind }) => behind.flat().map((own) => own.notification.incident.id)),
    [['a'], []],
  );
});

test('backends that follow one server are one message that names it', () => {
  const rows = ['a', 'b', 'c'].map((id) => row(id, 'firing', { ...behind('web1'), ...fell(`${id}1`) }));
  const letters = lettersOf([...rows, row('other', 'firing', fell('x'))], true);
  assert.deepEqual(shown(letters), ['root: firing a, firing b, firing c', 'single: firing other']);
  const message = renderMany(letters[0]!, 'name');
  assert.equal(message.subject, '[haplog] allyrion: 3 backends have no server available');
  assert.match(
    message.text,
    /^3 backends on allyrion have no server available since 2024-02-21 07:03:18 -05:00; all follow server shared\/web1: Layer4 connection problem: .*: backend a, backend b, backend c\n/,
  );
});

test('backends in which the same server fell last are one message, and so are their ends', () => {
  const rows = (event: NotificationKind) => ['a', 'b'].map((id) => row(id, event, fell('web1')));
  assert.deepEqual(shown(lettersOf([...rows('firing')], true)), ['root: firing a, firing b']);
  const [end] = lettersOf(rows('resolved'), true);
  const { text, event, incidentId } = renderMany(end!, 'name');
  assert.match(text, /^Resolved: 2 backends on allyrion have a server again, down since .*; server web1 was the last/);
  assert.equal(event, 'resolved');
  const [beginning] = lettersOf(rows('firing'), true);
  assert.equal(renderMany(beginning!, 'name').incidentId, incidentId, 'one conversation');
});

test('what fell together is recalled, and taken on, in one message as well', () => {
  const rows = (event: NotificationKind, changes: Partial<Incident> = {}) =>
    lettersOf(
      ['a', 'b'].map((id) => row(id, event, { ...fell('web1'), ...changes })),
      true,
    );
  const [reminder] = rows('reminder');
  assert.match(
    renderMany(reminder!, 'name').text,
    /^Still down: 2 backends on allyrion have no server available since .*; server web1 was the last of each: .*\n/,
  );
  const ack = { at: OPENED, by: 'alice', note: null };
  const [taken] = rows('acknowledged', { ack });
  assert.match(renderMany(taken!, 'name').text, /^Acknowledged by alice: 2 backends on allyrion have no server /);
});

test('three backends of one host at once are one message; two, or hours apart, may be chance', () => {
  const at = (id: string, openedAt: number) => row(id, 'firing', { ...fell(`${id}1`), openedAt });
  assert.deepEqual(
    shown(
      lettersOf(
        ['a', 'b', 'c'].map((id) => at(id, OPENED)),
        true,
      ),
    ),
    ['root: firing a, firing b, firing c'],
  );
  assert.equal(
    lettersOf(
      ['a', 'b'].map((id) => at(id, OPENED)),
      true,
    ).length,
    2,
  );
  assert.equal(
    lettersOf(
      ['a', 'b', 'c'].map((id, i) => at(id, OPENED + i * 3_600_000)),
      true,
    ).length,
    3,
  );
});

test('a program gets a message for each incident, whatever they share', () => {
  assert.equal(
    lettersOf(
      ['a', 'b'].map((id) => row(id, 'firing', behind('web1'))),
      false,
    ).length,
    2,
  );
});

test('as long as there is room with one place kept free, each goes by itself; else all go as one', () => {
  const letters = lettersOf(
    Array.from({ length: 5 }, (_, i) => row(`b${i}`, 'reminder', { openedAt: OPENED + i * 3_600_000 })),
    true,
  );
  const kinds = (accepted: number) =>
    underCeiling(
      letters,
      6,
      Array.from({ length: accepted }, () => OPENED),
      true,
    ).map(({ kind }) => kind);
  assert.deepEqual(kinds(0), Array(5).fill('single'));
  assert.deepEqual(kinds(1), ['digest']);
  assert.deepEqual(kinds(5), ['digest']);
  const alone = underCeiling(letters.slice(0, 1), 6, Array(5).fill(OPENED), true);
  assert.deepEqual(alone, letters.slice(0, 1));
});

test('when the ceiling is reached nothing goes until the minute has passed', () => {
  const letters = lettersOf([row('a')], true);
  const accepted = [OPENED, OPENED + 10_000, OPENED + 20_000];
  assert.deepEqual([underCeiling(letters, 3, accepted, true), fullUntil(3, accepted)], [[], OPENED + 60_000]);
  assert.deepEqual([underCeiling(letters, 2, accepted, true), fullUntil(2, accepted)], [[], OPENED + 70_000]);
  assert.equal(underCeiling(letters, null, accepted, true).length, 1);
});

test('also a program gets no more than so many in a minute: what does not fit waits, and none is put together with others', () => {
  const most = ceilingOf(undefined, false)!;
  const letters = lettersOf(
    Array.from({ length: most + 50 }, (_, i) => row(`b${i}`)),
    false,
  );
  const accepted = Array.from({ length: 100 }, () => OPENED);
  assert.equal(underCeiling(letters, most, [], false).length, most);
  assert.deepEqual(underCeiling(letters, most, accepted, false), letters.slice(0, most - 100));
  assert.equal(fullUntil(most, Array(most).fill(OPENED)), OPENED + 60_000);
});

test('a letter about several incidents that was on its way when haplog was killed goes again as it was', () => {
  const again = (rows: Waiting[], name = 'a:firing:oncall') =>
    shown(lettersOf([...rows.map((one) => ({ ...one, letter: name })), row('z', 'firing', fell('z'))], true));
  const both = (...servers: string[]) => servers.map((server, i) => row('ab'[i]!, 'firing', fell(server)));
  assert.deepEqual(again(both('web1', 'web1')), ['root: firing a, firing b', 'single: firing z']);
  assert.deepEqual(again(both('web1', 'web2')), ['digest: firing a, firing b', 'single: firing z']);
  const over = both('web1', 'web1').flatMap((one) => [
    one,
    { ...one, notification: { ...one.notification, event: 'resolved' as const } },
  ]);
  assert.deepEqual(again(over), ['digest: resolved a whole, resolved b whole', 'single: firing z']);
  const [program] = lettersOf([{ ...row('a'), letter: 'a:firing:hook' }, row('b')], false);
  assert.equal(program?.name, 'a:firing:hook');
});

test('a digest names what came first first', () => {
  const [first, second] = [row('a', 'firing', fell('x')), row('b', 'firing', fell('y'))];
  const letters = lettersOf([second, first], true);
  assert.deepEqual(shown(underCeiling(letters, 6, Array(4).fill(OPENED), true)), ['digest: firing a, firing b']);
});

test('what goes again as it was has room before all others, which go as one', () => {
  const again = { ...row('a', 'firing', fell('s')), letter: 'a:firing:oncall' };
  const fresh = ['b', 'c', 'd'].map((id) => row(id, 'firing', { ...fell(id), openedAt: OPENED + seq * 3_600_000 }));
  const letters = lettersOf([again, ...fresh], true);
  const under = (accepted: number) => shown(underCeiling(letters, 6, Array(accepted).fill(OPENED), true));
  assert.deepEqual(under(3), ['single: firing a', 'digest: firing b, firing c, firing d']);
  assert.deepEqual(under(5), ['single: firing a']);
});

test('people are sent six messages in any minute, programs six hundred, unless the configuration says otherwise', () => {
  assert.deepEqual([ceilingOf(undefined, true), ceilingOf(undefined, false)], [6, 600]);
  assert.deepEqual([ceilingOf(3, true), ceilingOf(null, false)], [3, null]);
  assert.equal(fullUntil(null, [OPENED]), null);
  assert.equal(fullUntil(2, [OPENED]), null);
});

test('a digest counts everything, names the worst, and says how many more there are', () => {
  const rows = [
    ...Array.from({ length: 330 }, (_, i) =>
      row(`b${i}`, 'firing', i === 300 ? {} : { severity: 'warning', rule: 'last_server' }),
    ),
    ...['x', 'y', 'z', 'w'].map((id) => row(id, 'resolved')),
    ...[row('p'), row('p', 'resolved')],
  ];
  const letters = underCeiling(
    lettersOf(
      rows.map((one, i) => apart(one, i)),
      true,
    ),
    6,
    [],
    true,
  );
  assert.deepEqual(
    letters.map(({ kind }) => kind),
    ['digest'],
  );
  const { text, subject, json } = renderMany(letters[0]!, 'name');
  assert.equal(subject, '[haplog] allyrion: 330 incidents began, 1 began and ended, 4 ended');
  const lines = text.split('\n');
  assert.match(lines[0]!, /^330 incidents began, .* on allyrion: backend b300, backend b0, backend b1 and 332 more$/);
  assert.match(lines[3]!, /backend b300 has no server available since/, 'the worst first');
  assert.match(text, /\n {2}and 316 more\n/);
  assert.ok(lines.length < 35, `${lines.length} lines`);
  const { data } = json as { data: { incidents: unknown[]; more: number; counts: object } };
  assert.deepEqual(data.counts, { began: 330, over: 1, ended: 4 });
  assert.equal(data.incidents.length + data.more, 335);
  assert.ok(JSON.stringify(json).length < 20_000);
});

/** The row with an incident that has nothing in common with the others. */
function apart(one: Waiting, i: number): Waiting {
  const { incident } = one.notification;
  const alone = { ...incident, ...fell(`s${i}`), openedAt: incident.openedAt + i * 20_000 };
  return { ...one, notification: { ...one.notification, incident: alone } };
}

test('latency counts from the stamp of the line; where the clocks disagree, from when we noted it down', () => {
  assert.equal(dueSince({ createdAt: OPENED, notedAt: OPENED + 30 }), OPENED);
  assert.equal(dueSince({ createdAt: OPENED, notedAt: OPENED - 5_000 }), OPENED - 5_000, 'a clock that is ahead');
  assert.equal(dueSince({ createdAt: OPENED, notedAt: OPENED + 3_600_000 }), OPENED + 3_600_000, 'one an hour behind');
});
