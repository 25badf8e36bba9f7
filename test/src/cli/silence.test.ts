/** `haplog silence` and `haplog ack` as processes of their own, on the database of a daemon. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Incident } from '../../../alerts/index.js';
import type { EventId } from '../../../parsers/index.js';
import { openStore } from '../../../src/store/open.js';
import { ask } from '../../support/cli.js';
import { usualDatabase } from '../../support/home.js';
import { incident } from '../../support/telling.js';
import { commitOf } from '../store/examples.js';
import { tempFolder } from '../store/temp-folder.js';

/** A home whose daemon knows these incidents. */
async function home(t: TestContext, ...incidents: Incident[]): Promise<string> {
  const folder = tempFolder(t);
  const store = openStore(usualDatabase(folder), 'write');
  await store.apply(commitOf({ incidents }));
  await store.end();
  return folder;
}

const told = (folder: string, ...args: string[]) => {
  const { status, stdout, stderr } = ask(folder, args);
  return { status, said: stdout + stderr };
};

test('a silence is stored, listed, and ended', async (t) => {
  const folder = await home(t);
  const added = told(
    folder,
    'silence',
    'add',
    '--backend',
    'k8s-*',
    '--for',
    '2h',
    '--reason',
    'upgrade',
    '--by',
    'alice',
  );
  assert.match(added.said, /^1: backend k8s-\*, from \d{4}-\S+ \S+ until \d{4}-\S+ \S+\n$/);
  assert.equal(added.status, 0);
  assert.match(told(folder, 'silence', 'list').said, /^1 {2}lasts {2}.* {2}backend k8s-\* {2}alice {2}upgrade\n$/);
  assert.deepEqual(told(folder, 'silence', 'expire', '1'), { status: 0, said: '1: over\n' });
  assert.equal(told(folder, 'silence', 'list').said, '');
  assert.match(told(folder, 'silence', 'list', '--all').said, /^1 {2}over /);
  const [row] = JSON.parse(told(folder, 'silence', 'list', '--all', '-o', 'json').said);
  assert.deepEqual(row.match, { backend: 'k8s-*', server: null, host: null, rules: null, severities: null });
});

test('a silence of nothing, without an end, or of a rule that is none, is refused in one sentence', async (t) => {
  const folder = await home(t);
  const refused = (...args: string[]) => {
    const { status, said } = told(folder, 'silence', 'add', '--reason', 'x', ...args);
    assert.equal(status, 2);
    return said;
  };
  assert.match(refused('--for', '1h'), /^haplog: Say what is to be silent: /);
  assert.match(refused('--backend', 'a', '--everything', '--for', '1h'), /^haplog: Say what is to be silent: /);
  assert.match(
    refused('--rule', 'outage', '--server', 'a', '--for', '1h'),
    /^haplog: --server takes a rule about servers/,
  );
  assert.match(refused('--rule', 'stopped', '--backend', 'a', '--for', '1h'), /^haplog: --backend takes a rule about /);
  assert.match(refused('--backend', '!*', '--for', '1h'), /--backend takes a glob that does not exclude every name/);
  assert.match(refused('--server', 'app/web1', '--for', '1h'), /--server takes a glob of names, which hold no \//);
  assert.match(refused('--everything'), /^haplog: A silence takes either --for or --until\.\n$/);
  assert.match(refused('--everything', '--for', 'long'), /^haplog: --for takes a duration such as 2h, not "long"\.\n$/);
  assert.match(refused('--everything', '--until', '2020-01-01'), /^haplog: The silence would end before it begins/);
  assert.match(
    refused('--rule', 'outrage', '--for', '1h'),
    /^haplog: --rule takes one of outage, .*, not "outrage"\.\n$/,
  );
  assert.match(told(folder, 'silence', 'expire', '7').said, /^haplog: No silence "7" lasts or is to come/);
});

test('an incident is taken on by the beginning of its id, once', async (t) => {
  const folder = await home(
    t,
    incident({ id: 'aa11:1' as EventId }),
    incident({ id: 'bb22:2' as EventId, subject: 'web' }),
    incident({ id: 'bb33:3' as EventId, subject: 'old', phase: 'resolved', resolvedAt: 1 }),
  );
  assert.equal(told(folder, 'ack', '--utc').said.split('\n').length - 1, 2, 'those that are open');
  const taken = told(folder, 'ack', 'bb', '--only', '--by', 'alice', '--note', 'on it', '--utc');
  assert.equal(
    taken.said,
    'bb22:2: taken on: backend web on allyrion has no server available since 2024-02-21 12:03:18\n',
  );
  assert.match(told(folder, 'ack', 'bb22:2').said, /^haplog: Incident bb22:2 was taken on before/);
  assert.match(told(folder, 'ack', 'bb33').said, /^haplog: No open incident has the id "bb33"/);
});

test('of what began together nothing is taken on that others were told, or nobody yet', async (t) => {
  const about = (id: string, changes: Partial<Incident>) =>
    incident({ id: id as EventId, subject: id.slice(0, 2), receivers: ['chat', 'oncall'], ...changes });
  const folder = await home(
    t,
    about('aa11:1', {}),
    about('bb22:2', { receivers: ['oncall'] }),
    about('cc33:3', { receivers: ['shop', 'desk'] }),
    about('dd44:4', { phase: 'pending', firedAt: null, toldAt: null, receivers: [] }),
    about('ee55:5', { toldAt: null, receivers: [] }),
  );
  const taken = JSON.parse(told(folder, 'ack', 'aa', '-o', 'json').said);
  assert.deepEqual([taken.id, taken.together], ['aa11:1', ['bb22:2']]);
  assert.deepEqual(
    JSON.parse(told(folder, 'ack', 'ee', '-o', 'json').said).together,
    [],
    'nor with one that is kept quiet',
  );
  const open = openStore(usualDatabase(folder), 'read');
  assert.deepEqual([...(await open.wishes()).acknowledgements.keys()].sort(), ['aa11:1', 'bb22:2', 'ee55:5']);
  await open.end();
});

test('what began together is taken on together', async (t) => {
  const ids = ['aa11:1', 'bb22:2', 'cc33:3'];
  const folder = await home(
    t,
    ...ids.map((id) => incident({ id: id as EventId, subject: id.slice(0, 2), receivers: ['oncall'] })),
  );
  assert.match(
    told(folder, 'ack', 'bb', '--by', 'alice').said,
    /^bb22:2: taken on: .*\nand 2 that began together with it, server gardener was the last of each:\naa11:1: .*\ncc33:3: .*\n$/,
  );
  assert.match(told(folder, 'ack', 'cc').said, /^haplog: Incident cc33:3 was taken on before, by alice/);
});

test('what is open, who took it on, and a new silence are there as JSON', async (t) => {
  const folder = await home(t, incident({ id: 'aa11:1' as EventId }));
  const json = (...args: string[]) => JSON.parse(ask(folder, [...args, '-o', 'json']).stdout);
  const [open] = json('ack');
  assert.deepEqual([open.id, open.rule, open.acknowledged], ['aa11:1', 'outage', null]);
  const { id, acknowledged } = json('ack', 'aa', '--by', 'alice', '--note', 'on it');
  assert.deepEqual([id, acknowledged.by, acknowledged.note], ['aa11:1', 'alice', 'on it']);
  const silence = json('silence', 'add', '--host', 'lb1', '--for', '1h', '--reason', 'x', '--by', 'alice');
  assert.deepEqual([silence.id, silence.match.host, silence.author], [1, 'lb1', 'alice']);
});

test('without a database there is nothing to silence, and none is made', (t) => {
  const { status, said } = told(tempFolder(t), 'silence', 'add', '--everything', '--for', '1h', '--reason', 'x');
  assert.equal(status, 2, said);
  assert.match(said, /^haplog: There is no database /);
});
