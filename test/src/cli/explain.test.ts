/** `haplog explain` as its own process: what haplog makes of the lines that it is given. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../../support/cli.js';
import { serverText, stderrLine, syslogLine } from '../../support/lines.js';
import { tempFolder } from '../store/temp-folder.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const fall = serverText({ at: T, backend: 'app', server: 'a', to: 'DOWN', left: 0 });
const rise = serverText({ at: T, backend: 'app', server: 'a', to: 'UP', left: 1 });

/** The paragraph `label` of each explained line. */
function paragraphs(stdout: string, label: string): string[] {
  return stdout.split(/\n\n/).map((block) => {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => line.startsWith(label.padEnd(10)));
    const next = lines.findIndex((line, i) => i > at && !line.startsWith(' '));
    return at < 0
      ? ''
      : lines
          .slice(at, next < 0 ? undefined : next)
          .map((line) => line.slice(10))
          .join('\n')
          .trimEnd();
  });
}

test('one line is explained from its header to whom it tells', (t) => {
  const { status, stdout, stderr } = ask(tempFolder(t), ['explain', syslogLine(T, fall)]);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  const sentence = paragraphs(stdout, 'sentence')[0]!.split('\n');
  assert.equal(sentence[0], 'server');
  for (const field of ['server: backend app, server a', 'change: to down', 'counts: active 0, backup 0']) {
    assert.ok(sentence.includes(field), field);
  }
  assert.equal(
    stdout.replace(/^sentence.*\n(?: .*\n)*/m, ''),
    `line 1    2026-11-22T12:00:00.000000+00:00 lb haproxy[100]: ${fall}
header    RFC 3339 stamp, as in rsyslog's RSYSLOG_FileFormat
          2026-11-22T12:00:00.000Z (2026-11-22 12:00:00 +00:00), host lb, tag haproxy, pid 100
origin    syslog: sent to a \`log\` target
scan      candidate: it begins as a sentence about a state does, so the daemon reads it
copy      no: the first line that says so; it waits for a second one, or until none can come
          nothing was heard of this host before: who knows how it writes its changes may doubt the line
changed   nothing
tells     nobody

silence   when no further line comes:
believed  line 1
changed   lb: server app/a: up -> down
          lb: backend app has no server available since 2026-11-22 12:00:00 +00:00
          incident firing: lb: backend app has no server available since 2026-11-22 12:00:00 +00:00
tells     log: firing: backend app on lb
`,
  );
});

test('of several lines each is heard after the ones before: a copy is told with the line that it copies', (t) => {
  const lines = [
    stderrLine(T, fall),
    '',
    syslogLine(T, fall),
    syslogLine(T, fall),
    syslogLine(T + 5_000, rise, { pid: 777 }),
  ];
  const { stdout } = ask(tempFolder(t), ['explain'], lines.join('\n'));
  assert.deepEqual(paragraphs(stdout, 'copy'), [
    'no: the first line that says so; it waits for a second one, or until none can come\n' +
      'nothing was heard of this host before: who knows how it writes its changes may doubt the line',
    'of line 1, which 2 lines have said so far',
    'of line 1, which 3 lines have said so far',
    'no: the first line that says so; it waits for a second one, or until none can come',
    '',
  ]);
  assert.deepEqual(paragraphs(stdout, 'believed').slice(0, 4), ['', 'line 1', '', '']);
  assert.match(paragraphs(stdout, 'believed')[4]!, /^not line 5, which is suspect: \S/);
  assert.match(paragraphs(stdout, 'origin')[0]!, /^stderr: /);
  assert.match(paragraphs(stdout, 'changed')[1]!, /^lb: server app\/a: up -> down\n/);
  const tells = ['nobody', 'log: firing: backend app on lb', 'nobody', 'nobody', 'nobody'];
  assert.deepEqual(paragraphs(stdout, 'tells'), tells);
});

for (const hold of ['0s', '30s']) {
  test(`the receivers are those of the configuration that is named, and planned work is told to nobody (hold ${hold})`, (t) => {
    const folder = tempFolder(t);
    writeFileSync(join(folder, 'url'), 'https://chat.example.org/x\n', { mode: 0o600 });
    writeFileSync(
      join(folder, 'haplog.yaml'),
      `receivers: [{ name: chat, webhook: { url_file: url } }]
routes: [{ match: { backend: "app" }, receivers: [chat] }]
policy: { hold: ${hold} }
`,
    );
    const lines = [
      syslogLine(T, fall),
      syslogLine(T, fall.replaceAll('app/', 'other/')),
      syslogLine(
        T,
        'Server app2/a is going DOWN for maintenance. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
      ),
    ];
    const tells = lines.map((line) => {
      const { stdout } = ask(folder, ['explain', '--config', 'haplog.yaml', line]);
      return paragraphs(stdout, 'tells').at(-1);
    });
    assert.deepEqual(tells, [
      `chat: firing: backend app on lb${hold === '0s' ? '' : ', if it lasts for 30s'}`,
      'nobody: no route leads from this backend to a receiver',
      'nobody: it is planned work',
    ]);
  });
}

test('where the grammar stopped a caret shows, also far into a line that tries to move the cursor', (t) => {
  const cases = [
    'Nov 22 12:00:00lb haproxy[100]: x',
    `${'\u001b'.repeat(3)}${syslogLine(T, fall)}`,
    syslogLine(T, `Server app/a is QUITE \u001b[31mDOWN ${'x'.repeat(300)}`, { host: 'h'.repeat(80) }),
  ];
  const { stdout } = ask(tempFolder(t), ['explain', '--tz', 'UTC'], cases.join('\n'));
  assert.doesNotMatch(stdout, /\u001b/);
  const [glued, escaped] = paragraphs(stdout, 'header').map((text) => text.split('\n'));
  assert.match(glued![0]!, /^none: no syslog header$/);
  assert.equal(glued![1]!.slice(glued![2]!.indexOf('^')), 'lb haproxy[100]: x');
  assert.match(escaped![1]!, /^\\u\{1b\}/);
  const near = paragraphs(stdout, 'sentence')[2]!.split('\n');
  assert.match(near[0]!, /^begins as one that is known, and goes on otherwise/);
  assert.match(near[1]!.slice(near[2]!.indexOf('^')), /^QUITE \\u\{1b\}\[31mDOWN x+…$/);
  assert.match(near[1]!, /^…/);
});

test('traffic, strange openings and lines that are too long are told apart, and change nothing', (t) => {
  const lines = [
    syslogLine(T, '10.0.0.1:52 [22/Nov/2026] fe be/a'),
    syslogLine(T, 'Strange news.'),
    'x'.repeat(70_000),
  ];
  const { stdout } = ask(tempFolder(t), ['explain', '-'], lines.join('\n'));
  const scans = paragraphs(stdout, 'scan').map((scan) => scan.split(':')[0]);
  assert.deepEqual(scans, ['traffic', 'other', 'none']);
  assert.deepEqual(paragraphs(stdout, 'changed'), ['nothing', 'nothing', 'nothing']);
});

test('every template of rsyslog is recognised, and JSON says the same as the words', (t) => {
  const says = 'backend app has no server available!';
  const lines = [
    syslogLine(T, says),
    `Nov 22 12:00:00 lb haproxy[101]: ${says}`,
    `<128>1 2026-11-22T12:00:00+00:00 lb haproxy 102 - -  ${says}`,
    syslogLine(T, says),
  ];
  const args = ['--tz', 'UTC', '--as-of', '2026-11-23T00:00:00Z'];
  const { stdout } = ask(tempFolder(t), ['explain', '-o', 'json', ...args], lines.join('\n'));
  const all = JSON.parse(stdout);
  const rows = all.filter(({ kind }: { kind: string }) => kind !== 'silence');
  assert.deepEqual(
    rows.map((row: Record<string, unknown>) => [
      row.template,
      row.pri,
      row.time,
      row.kind,
      row.heard_as,
      row.copy_of_line,
    ]),
    [
      ['rfc3339', null, '2026-11-22T12:00:00.000Z', 'backend.exhausted', 'waiting', null],
      ['traditional', null, '2026-11-22T12:00:00.000Z', 'backend.exhausted', 'waiting', null],
      ['rfc5424', 128, '2026-11-22T12:00:00.000Z', 'backend.exhausted', 'event', null],
      ['rfc3339', null, '2026-11-22T12:00:00.000Z', 'backend.exhausted', 'copy', 1],
    ],
  );
  assert.deepEqual([rows[3].believed_lines, rows[3].outages[0].backend], [[1], 'app']);
  const { kind, believed_lines: believed, suspect_lines: doubted } = all.at(-1);
  assert.deepEqual([kind, believed.length + doubted.length], ['silence', 1]);
  assert.deepEqual(rows[2].tells, [{ receiver: 'log', event: 'firing', incident: 'given:3', after_ms: 0 }]);
  const asLines = ask(tempFolder(t), ['explain', '-o', 'jsonl', ...args], lines.join('\n')).stdout;
  assert.deepEqual(
    asLines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    all,
  );
});

test('of a header of another syslog it says what it is: a year, a severity in words, no tag', (t) => {
  const says = 'backend app has no server available!';
  const headerOf = (line: string) =>
    paragraphs(ask(tempFolder(t), ['explain', '--tz', 'UTC', line]).stdout, 'header')[0];
  const openWrt = headerOf(`Sun Nov 22 12:00:00 2026 local0.emerg haproxy[7]: ${says}`);
  assert.match(openWrt!, /^traditional stamp with its year, without zone; in words: facility 16, severity 0\n/);
  assert.match(headerOf(`2026-11-22T12:00:00Z stdout F ${says}`)!, /, host localhost, no tag, no pid$/);
  assert.match(headerOf(`<128>2026-11-22T12:00:00Z lb haproxy[7]: ${says}`)!, /; PRI 128: facility 16, severity 0\n/);
});

test('a stamp that is not as in RFC 3339 is not called so', (t) => {
  const headers: [string, RegExp][] = [
    ['2026-11-22 12:00:00 lb', /^date and time with a blank between, as [^;]*\n/],
    ['<128>2026-11-22 12:00:00.123 +00:00 lb', /^date and time with a blank between, as [^;]*; PRI 128: /],
    ['Sun 2026-11-22 12:00:00 UTC lb', /^date and time with a blank between, /],
    ['2026 Nov 22 12:00:00 lb', /^traditional stamp with its year, without zone\n/],
    ['Nov 22 12:00:00 UTC lb', /^traditional stamp with its zone, without year\n/],
    ['2026-11-22T12:00:00Z lb', /^RFC 3339 stamp, /],
  ];
  const lines = headers.map(([header]) => `${header} haproxy[7]: backend app has no server available!`);
  const told = paragraphs(ask(tempFolder(t), ['explain', '--tz', 'UTC', '-'], lines.join('\n')).stdout, 'header');
  for (const [n, [, words]] of headers.entries()) assert.match(told[n]!, words);
});

test('a line of a container is told as what it is, and not as one of rsyslog and journald', (t) => {
  const onStderr = "[ALERT]    (7) : backend 'app' has no server available!";
  const lines = [
    `2026-11-22T12:00:00Z stderr F ${onStderr}`,
    '2026-11-22T12:00:00Z stdout F backend app has no server available!',
    `2026-11-22T12:00:00Z ${onStderr}`,
    '2026-11-22T12:00:00Z 10.0.0.1:52 [22/Nov/2026:12:00:00.000] fe be/a 0/0/0/0/0 200 1 - - ---- 1/1/0/0/0 0/0 "GET /"',
    `2026-11-22T12:00:00Z lb haproxy[7]: ${onStderr}`,
  ];
  const { stdout } = ask(tempFolder(t), ['explain', '-'], lines.join('\n'));
  const first = (label: string) => paragraphs(stdout, label).map((text) => text.split('\n')[0]);
  const ofContainer = 'RFC 3339 stamp and stream, as in the log file of a Kubernetes container';
  const alone = 'RFC 3339 stamp alone, as in `docker logs --timestamps`';
  const ofRsyslog = "RFC 3339 stamp, as in rsyslog's RSYSLOG_FileFormat";
  assert.deepEqual(first('header').slice(0, 5), [ofContainer, ofContainer, alone, alone, ofRsyslog]);
  assert.deepEqual(first('origin').slice(0, 5), [
    "stderr: the container's standard error",
    'syslog: sent to a `log` target',
    "stderr: it looks like a copy of HAProxy's standard error",
    'syslog: sent to a `log` target',
    "stderr: it looks like a copy of HAProxy's standard error, through journald",
  ]);
  assert.match(paragraphs(stdout, 'scan')[3]!, /^traffic: /);
});

test('a mistake ends with 2 and one sentence', (t) => {
  for (const [args, sentence] of [
    [[''], /^haplog: There is nothing to explain: the line is empty\.\n$/],
    [['Nov', '22'], /^haplog: too many arguments.*\n$/],
    [['x', '--config', 'none.yaml'], /^haplog: .*none\.yaml.*\n$/],
  ] as const) {
    const { status, stdout, stderr } = ask(tempFolder(t), ['explain', ...args]);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, sentence);
  }
});

test('where no line comes there is nothing to explain, which is a mistake', (t) => {
  for (const args of [[], ['-'], ['-o', 'json']]) {
    for (const input of ['', '\n\n']) {
      assert.deepEqual(ask(tempFolder(t), ['explain', ...args], input), {
        status: 2,
        stdout: '',
        stderr: 'haplog: There is nothing to explain: no line came on standard input.\n',
      });
    }
  }
});

test('an earlier line that rsyslog has written again is passed over, as the daemon does', (t) => {
  const lines = [stderrLine(T, fall), stderrLine(T + 20_000, rise), stderrLine(T, fall)];
  const { stdout } = ask(tempFolder(t), ['explain'], lines.join('\n'));
  assert.match(paragraphs(stdout, 'copy')[2]!, /^an earlier line, written again \(.*\): the daemon passes over it$/);
  assert.equal(paragraphs(stdout, 'changed')[2], 'nothing');
});
