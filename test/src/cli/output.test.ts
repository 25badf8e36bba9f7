import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import type { Incident } from '../../../alerts/index.js';
import type { Cause } from '../../../parsers/index.js';
import type { Format } from '../../../src/cli/accepted.js';
import { streamOf, tableOf, type View, writeTo } from '../../../src/cli/output.js';
import type { Happening, History } from '../../../src/store/store.js';
import { id, incident, outage, transition } from '../store/examples.js';

const START = Date.parse('2024-02-21T12:03:16.775Z');
const passed: Cause = {
  class: 'layer4',
  reason: 'Layer4 check passed',
  code: null,
  info: null,
  durationMs: 1,
  via: null,
};
const ordered: Cause = { class: 'cli', reason: null, code: null, info: null, durationMs: null, via: null };
const strange: Cause = {
  ...passed,
  class: 'layer7',
  reason: 'Layer7 wrong status',
  code: 503,
  info: '=1+1 "\u001b[31mé", 日本',
};

const STORY: History = {
  transitions: [
    transition({ at: START }),
    transition({ at: START + 648, server: 'fenn' }),
    transition({ at: START + 1_340, server: 'gardener' }),
    transition({ at: START + 194_000, from: 'down', to: 'up', cause: passed, copies: 2 }),
    transition({ at: START + 200_000, server: 'fenn', from: 'down', to: 'maint', cause: ordered, planned: true }),
    transition({ at: START + 210_000, server: 'gardener', from: 'down', to: 'drain', cause: strange, copies: 1 }),
  ],
  outages: [
    outage({ start: START + 1_340, end: START + 194_000, endHow: 'recovered' }),
    outage({ backend: 'web', start: START + 250_000 }),
  ],
  incidents: [incident({ openedAt: START + 1_340, resolvedAt: START + 194_000, phase: 'resolved' })],
};

const VIEW: View = {
  now: START + 300_000,
  all: STORY.transitions,
  tz: 'America/New_York',
  colour: false,
  width: null,
  ifEmpty: '(nothing happened between X and Y)',
  states: [],
};

/** Trouble that no change of a server tells of; the last two are told by other rows. */
const TROUBLE: Incident[] = [
  incident({
    ...{ id: id('f1:1/flapping'), rule: 'flapping', severity: 'warning', subject: 'k8s-api-server/fenn' },
    ...{ openedAt: START, resolvedAt: START + 60_000, endEvidence: 'observed' },
    ...{ flaps: { changes: 8, state: 'up' }, receivers: ['oncall', 'chat'], workers: [], impact: null },
  }),
  incident({
    ...{ id: id('f1:2/worker_killed'), rule: 'worker_killed', subject: 'haproxy', workers: [], impact: null },
    ...{ phase: 'resolved', openedAt: START + 1_000, resolvedAt: START + 4_000, endEvidence: 'assumed' },
    cause: { ...ordered, class: 'unknown', reason: 'killed by signal 9' },
  }),
  incident({
    ...{ id: id('f1:3/backup_only'), rule: 'backup_only', severity: 'warning', subject: 'web', impact: null },
    ...{ openedAt: START + 2_000, planned: true, cause: null },
  }),
  incident({
    ...{ id: id('f1:4/server_down'), rule: 'server_down', severity: 'warning', subject: 'web/web1', impact: null },
    openedAt: START + 3_000,
  }),
  incident({ openedAt: START + 3_000 }),
];

async function shown(format: Format, view: Partial<View> = {}, story = STORY): Promise<string> {
  let text = '';
  const pieces =
    format === 'table' || format === 'wide'
      ? tableOf(story, format, { ...VIEW, ...view })
      : streamOf(happenings(story), format, view.states);
  for await (const piece of pieces) text += piece;
  return text;
}

/** As the store tells them. */
function happenings({ transitions, outages, incidents }: History): Happening[] {
  return [
    ...transitions.map((fact): Happening => ({ kind: 'transition', at: fact.at, fact })),
    ...outages.map((fact): Happening => ({ kind: 'outage', at: fact.start, fact })),
    ...incidents.map((fact): Happening => ({ kind: 'incident', at: fact.openedAt, fact })),
  ].sort((a, b) => a.at - b.at);
}

test('the table tells when, where, what changed, for how long and why', async () => {
  assert.equal(
    await shown('table'),
    `
TIME (America/New_York)  HOST      WHAT                     CHANGE               LASTED      WHY
2024-02-21 07:03:16      allyrion  k8s-api-server/bettley   up -> down           3m 14s      Layer4 connection problem: Connection refused at initial connection step of tcp-check
2024-02-21 07:03:17      allyrion  k8s-api-server/fenn      up -> down           3m 19s      Layer4 connection problem: Connection refused at initial connection step of tcp-check
2024-02-21 07:03:18      allyrion  k8s-api-server/gardener  up -> down           3m 28s      Layer4 connection problem: Connection refused at initial connection step of tcp-check
2024-02-21 07:03:18      allyrion  k8s-api-server           no server available  3m 12s      ended: a server came back
2024-02-21 07:06:30      allyrion  k8s-api-server/bettley   down -> up                       Layer4 check passed
2024-02-21 07:06:36      allyrion  k8s-api-server/fenn      down -> maint                    set on the CLI, planned
2024-02-21 07:06:46      allyrion  k8s-api-server/gardener  down -> drain                    Layer7 wrong status, code 503: =1+1 "\\u{1b}[31mé", 日本
2024-02-21 07:07:26      allyrion  web                      no server available  50s so far
`.slice(1),
  );
});

test('trouble that no other row tells of has a row of its own: what it is like, for how long, and why', async () => {
  const story = { transitions: [], outages: [], incidents: TROUBLE };
  assert.equal(
    await shown('table', {}, story),
    `
TIME (America/New_York)  HOST      WHAT                 CHANGE                          LASTED         WHY
2024-02-21 07:03:16      allyrion  k8s-api-server/fenn  goes up and down                5m so far      8 changes
2024-02-21 07:03:17      allyrion  haproxy              is without a worker             3s             killed by signal 9
2024-02-21 07:03:18      allyrion  web                  is on its backup servers alone  4m 58s so far  planned
`.slice(1),
  );
  const wide = (await shown('wide', {}, story)).split('\n');
  assert.match(wide[1]!, / 5m so far +no +observed +8 changes$/);
  assert.match(wide[3]!, / 4m 58s so far +yes +1305572$/);
  assert.match(await shown('table', { states: ['server_down'] }, story), / web\/web1 +is down +4m 57s so far /);
});

test('in CSV such trouble is a row, in columns behind those that were there', async () => {
  const story = { transitions: [], outages: [], incidents: TROUBLE };
  const lines = (await shown('csv', {}, story)).split('\n');
  assert.deepEqual(lines.slice(1, 4), [
    'incident,2024-02-21T12:03:16.775Z,2024-02-21T12:04:16.775Z,,allyrion,,k8s-api-server,fenn,,,false,observed,,layer4,Layer4 connection problem,,Connection refused at initial connection step of tcp-check,0,,flapping,warning,firing,8,oncall chat',
    'incident,2024-02-21T12:03:17.775Z,2024-02-21T12:03:20.775Z,,allyrion,,,,,,false,assumed,,unknown,killed by signal 9,,,,,worker_killed,critical,resolved,,',
    'incident,2024-02-21T12:03:18.775Z,,,allyrion,,web,,,,true,,,,,,,,,backup_only,warning,firing,,',
  ]);
  assert.deepEqual(lines.slice(4), ['']);
  const asked = await shown('csv', { states: ['server_down'] }, story);
  assert.match(asked, /\nincident,[^\n]*,web,web1,[^\n]*,server_down,warning,firing,,\n$/);
});

test('the wide table tells the rest: precise times, whether it was planned, how it is known, how many lines said so', async () => {
  const lines = (await shown('wide')).split('\n');
  assert.equal(
    lines[0],
    'TIME (America/New_York)         HOST      WHAT                     CHANGE               LASTED      PLANNED  EVIDENCE  COPIES  PID      WHY',
  );
  assert.equal(
    lines[6],
    '2024-02-21 07:06:36.775 -05:00  allyrion  k8s-api-server/fenn      down -> maint                    yes      observed  3       1305572  set on the CLI',
  );
  assert.equal(
    lines[8],
    '2024-02-21 07:07:26.775 -05:00  allyrion  web                      no server available  50s so far  no       observed          1305572',
  );
});

test('on a terminal the reason stays in its column, and loses no word', async () => {
  const lines = (await shown('table', { width: 126 })).split('\n');
  assert.deepEqual(
    lines.slice(1, 5).map((line) => line.slice(93)),
    [
      'Layer4 connection problem:',
      'Connection refused at initial',
      'connection step of tcp-check',
      'Layer4 connection problem:',
    ],
  );
  assert.ok(lines.every((line) => line.length <= 126));
});

test('colours change nothing but colours', async () => {
  const coloured = await shown('table', { colour: true });
  assert.match(coloured, /\u001b\[31mup -> down\u001b\[39m {11}3m 14s/);
  assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), await shown('table'));
});

test('how long a state lasted is known also where its end is not shown', async () => {
  const some = { ...STORY, transitions: STORY.transitions.slice(0, 1), outages: [] };
  assert.match(await shown('table', {}, some), /up -> down {2}3m 14s/);
});

test('a table without rows says so', async () => {
  const nothing: History = { transitions: [], outages: [], incidents: [] };
  assert.equal(await shown('table', {}, nothing), '(nothing happened between X and Y)\n');
  assert.equal(await shown('wide', {}, nothing), '(nothing happened between X and Y)\n');
  assert.equal(await shown('json', {}, nothing), '[]\n');
  assert.equal(await shown('jsonl', {}, nothing), '');
  assert.match(await shown('csv', {}, nothing), /^kind,time,end,.*\n$/);
});

test('JSON and JSON lines hold every kind in the order of time', async () => {
  const list = JSON.parse(await shown('json'));
  const lines = (await shown('jsonl')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    list,
  );
  assert.equal(list.map(({ kind }: { kind: string }) => kind[0]).join(''), 'tttoittto');
});

test('CSV has one heading, and a row for each change and each outage', async () => {
  assert.equal(
    await shown('csv'),
    `
kind,time,end,end_how,host,pid,backend,server,from,to,planned,evidence,copies,cause_class,cause_reason,cause_code,cause_info,cause_duration_ms,cause_via,rule,severity,phase,flaps,receivers
transition,2024-02-21T12:03:16.775Z,,,allyrion,1305572,k8s-api-server,bettley,up,down,false,observed,3,layer4,Layer4 connection problem,,Connection refused at initial connection step of tcp-check,0,,,,,,
transition,2024-02-21T12:03:17.423Z,,,allyrion,1305572,k8s-api-server,fenn,up,down,false,observed,3,layer4,Layer4 connection problem,,Connection refused at initial connection step of tcp-check,0,,,,,,
transition,2024-02-21T12:03:18.115Z,,,allyrion,1305572,k8s-api-server,gardener,up,down,false,observed,3,layer4,Layer4 connection problem,,Connection refused at initial connection step of tcp-check,0,,,,,,
outage,2024-02-21T12:03:18.115Z,2024-02-21T12:06:30.775Z,recovered,allyrion,1305572,k8s-api-server,,,,false,observed,,,,,,,,,,,,
transition,2024-02-21T12:06:30.775Z,,,allyrion,1305572,k8s-api-server,bettley,down,up,false,observed,2,layer4,Layer4 check passed,,,1,,,,,,
transition,2024-02-21T12:06:36.775Z,,,allyrion,1305572,k8s-api-server,fenn,down,maint,true,observed,3,cli,,,,,,,,,,
transition,2024-02-21T12:06:46.775Z,,,allyrion,1305572,k8s-api-server,gardener,down,drain,false,observed,1,layer7,Layer7 wrong status,503,"'=1+1 ""\\u{1b}[31mé"", 日本",1,,,,,,
outage,2024-02-21T12:07:26.775Z,,,allyrion,1305572,web,,,,false,observed,,,,,,,,,,,,
`.slice(1),
  );
});

test('a history of many thousand rows comes out whole, in every format', async () => {
  const many = Array.from({ length: 10_001 }, (_, i) => transition({ at: START + i, server: `s${i}` }));
  const story: History = { transitions: many, outages: [], incidents: [] };
  assert.equal(JSON.parse(await shown('json', {}, story)).length, 10_001);
  for (const [format, headings] of [
    ['jsonl', 0],
    ['csv', 1],
    ['table', 1],
    ['wide', 1],
  ] as const) {
    assert.equal((await shown(format, { all: many }, story)).split('\n').length - 1, 10_001 + headings, format);
  }
});

test('a reader that goes away ends the output, without trouble; any other failure is told', async () => {
  const failing = (code: string) =>
    new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
  async function* text() {
    for (;;) yield 'x'.repeat(1000);
  }
  await writeTo(failing('EPIPE'), text());
  await assert.rejects(writeTo(failing('ENOSPC'), text()), { code: 'ENOSPC' });
});
