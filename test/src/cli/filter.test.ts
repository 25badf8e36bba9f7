import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES } from '../../../alerts/index.js';
import { STATES } from '../../../src/cli/accepted.js';
import { type Filter, parseStates, passer, select } from '../../../src/cli/filter.js';
import { incident, outage, transition } from '../store/examples.js';

const HISTORY = {
  transitions: [
    transition({ server: 'web1', backend: 'web', to: 'down' }),
    transition({ server: 'web2', backend: 'web', from: 'down', to: 'up' }),
    transition({ server: '.hidden', backend: 'k8s-api:443.', to: 'maint' }),
    transition({ server: 'UP', backend: 'K8S', host: 'lb2', to: 'nolb' }),
  ],
  outages: [outage({ backend: 'web' }), outage({ backend: 'k8s-api:443.' })],
  incidents: [incident({ subject: 'web' }), incident({ subject: 'web', host: 'lb2' })],
};

/** What passes, in short: servers, backends of outages, hosts of incidents. */
function passing(filter: Partial<Filter>): [string[], string[], string[]] {
  const { transitions, outages, incidents } = select(
    HISTORY,
    passer({ host: [], backend: [], server: [], state: [], ...filter }),
  );
  return [transitions.map((t) => t.server), outages.map((o) => o.backend), incidents.map((i) => i.host)];
}

const ALL = ['web1', 'web2', '.hidden', 'UP'];
const BACKENDS = ['web', 'k8s-api:443.'];
const HOSTS = ['allyrion', 'lb2'];

for (const { name, filter, passes } of [
  { name: 'no filter', filter: {}, passes: [ALL, BACKENDS, HOSTS] },
  { name: 'a star', filter: { server: ['*'] }, passes: [ALL, [], []] },
  {
    name: 'a glob of servers leaves out what is about none',
    filter: { server: ['web?'] },
    passes: [['web1', 'web2'], [], []],
  },
  { name: 'two globs', filter: { server: ['web1', '.h*'] }, passes: [['web1', '.hidden'], [], []] },
  { name: 'a glob of backends', filter: { backend: ['web'] }, passes: [['web1', 'web2'], ['web'], HOSTS] },
  {
    name: 'a name with dots and colons',
    filter: { backend: ['k8s-*:443.'] },
    passes: [['.hidden'], ['k8s-api:443.'], []],
  },
  { name: 'a glob is about the whole name, and minds capitals', filter: { backend: ['k8'] }, passes: [[], [], []] },
  { name: 'braces', filter: { backend: ['{web,K8S}'] }, passes: [['web1', 'web2', 'UP'], ['web'], HOSTS] },
  { name: 'a glob of hosts', filter: { host: ['lb*'] }, passes: [['UP'], [], ['lb2']] },
  { name: 'a state', filter: { state: ['down'] }, passes: [['web1'], [], []] },
  { name: 'states', filter: { state: ['maint', 'nolb'] }, passes: [['.hidden', 'UP'], [], []] },
  { name: 'no server', filter: { state: ['no-server'] }, passes: [[], BACKENDS, HOSTS] },
  {
    name: 'everything at once',
    filter: { backend: ['web'], server: ['web*'], state: ['up'] },
    passes: [['web2'], [], []],
  },
] satisfies { name: string; filter: Partial<Filter>; passes: [string[], string[], string[]] }[]) {
  test(`${name}: what was asked for is shown, and nothing else`, () => assert.deepEqual(passing(filter), passes));
}

const TROUBLE = [
  incident({ rule: 'flapping', subject: 'web/web1' }),
  incident({ rule: 'backup_only', subject: 'web' }),
  incident({ rule: 'worker_killed', subject: 'haproxy' }),
];

test('incidents of other rules are asked for by rule, and by the backend and server they are about', () => {
  const rulesOf = (filter: Partial<Filter>) => {
    const passes = passer({ host: [], backend: [], server: [], state: [], ...filter });
    return TROUBLE.filter((fact) => passes({ kind: 'incident', at: 0, fact })).map(({ rule }) => rule);
  };
  assert.deepEqual(rulesOf({}), ['flapping', 'backup_only', 'worker_killed']);
  assert.deepEqual(rulesOf({ state: ['flapping', 'worker_killed'] }), ['flapping', 'worker_killed']);
  assert.deepEqual(rulesOf({ state: ['down', 'no-server'] }), []);
  assert.deepEqual(rulesOf({ backend: ['*'] }), ['flapping', 'backup_only']);
  assert.deepEqual(rulesOf({ server: ['web*'] }), ['flapping']);
});

test('every rule can be asked for', () => {
  const states: readonly string[] = STATES;
  assert.deepEqual(
    RULES.filter((rule) => !states.includes(rule)),
    ['outage'],
  );
});

test('a glob that is none is refused by the name of its option', () => {
  for (const glob of ['', '[', '{a', 'a]', '(']) {
    for (const option of ['host', 'backend', 'server'] as const) {
      const filter = { host: [], backend: [], server: [], state: [], [option]: ['ok*', glob] };
      const message = `--${option} takes a glob such as k8s-*, with its brackets closed, not ${JSON.stringify(glob)}.`;
      assert.throws(() => passer(filter), { name: 'UserError', message });
    }
  }
});

test('states may be listed with commas, and a wrong one is refused with the right ones', () => {
  assert.deepEqual(parseStates('down, maint'), ['down', 'maint']);
  for (const text of ['dead', 'UP', '', 'up,,down']) {
    assert.throws(() => parseStates(text), {
      name: 'UserError',
      message: /^Unknown state ".*": expected up, down, .*, no-server, backup_only, .* or reload_failed\.$/,
    });
  }
});
