/** `haplog parse` as its own process: what stands in a log, line by line. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ask } from '../../support/cli.js';
import { serverText, stderrLine, syslogLine } from '../../support/lines.js';
import { tempFolder } from '../store/temp-folder.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const text = serverText({ at: T, backend: 'app', server: 'a', to: 'DOWN', left: 0 });
const traffic = syslogLine(
  T,
  '10.0.0.1:52 [22/Nov/2026:12:00:00.000] fe app/a 0/0/0/0/0 200 1 - - ---- 1/1/0/0/0 0/0 "GET /"',
);
const near = syslogLine(T, 'Server app/a is QUITE DOWN.');
const LINES = [
  syslogLine(T, text),
  traffic,
  stderrLine(T, 'backend app has no server available!'),
  near,
  'no header at all',
  'x'.repeat(70_000),
  syslogLine(T, 'message repeated 2 times: [ backend app has no server available!]'),
];
const LOG = `${LINES.join('\n')}\n`;
const SUMMARY =
  '7 lines: 3 understood (backend.exhausted 2, server 1), 1 traffic, 3 not understood (near.miss 1, rejected 1, oversize 1)\n';

const rows = (stdout: string) =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

test('each line that is no traffic becomes one JSON record with the same keys, and the end sums up', (t) => {
  const { status, stdout, stderr } = ask(tempFolder(t), ['parse'], LOG);
  assert.deepEqual([status, stderr], [0, SUMMARY]);
  const found = rows(stdout);
  assert.deepEqual(
    found.map(({ line, kind }) => [line, kind]),
    [
      [1, 'server'],
      [3, 'backend.exhausted'],
      [4, 'near.miss'],
      [5, 'rejected'],
      [6, 'oversize'],
      [7, 'backend.exhausted'],
    ],
  );
  const { says, ...record } = found[0];
  assert.deepEqual(record, {
    kind: 'server',
    time: '2026-11-22T12:00:00.000Z',
    host: 'lb',
    tag: 'haproxy',
    pid: 100,
    origin: 'syslog',
    times: 1,
    text,
    reason: null,
    column: null,
    scan: 'candidate',
    file: null,
    line: 1,
    offset: 0,
  });
  assert.deepEqual([says.server, says.change], [{ backend: 'app', server: 'a' }, { to: 'down' }]);
  assert.deepEqual([says.cause.reason, says.cause.duration_ms], ['Layer4 timeout', 2001]);
  assert.deepEqual([found[1].origin, found[5].times], ['stderr', 2]);
  for (const { line, offset } of found)
    assert.equal(offset, LINES.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0));
  for (const row of found) assert.deepEqual(Object.keys(row), Object.keys(found[0]));
  assert.ok(found[4].text.length < 2000);
});

test('--unknown shows only what was not understood, and that there is some is no failure', (t) => {
  const { status, stdout, stderr } = ask(tempFolder(t), ['parse', '--unknown'], LOG);
  assert.deepEqual([status, stderr], [0, SUMMARY]);
  assert.deepEqual(
    rows(stdout).map(({ kind, scan, reason }) => [kind, scan, reason]),
    [
      ['near.miss', 'candidate', null],
      ['rejected', 'other', 'no syslog header'],
      ['oversize', null, 'longer than 64 KiB'],
    ],
  );
});

test('kinds are chosen by name or family, and traffic is there for who asks', (t) => {
  const folder = tempFolder(t);
  const kinds = (...args: string[]) => rows(ask(folder, ['parse', ...args], LOG).stdout).map(({ kind }) => kind);
  assert.deepEqual(kinds('--kind', 'server,rejected'), ['server', 'rejected']);
  assert.deepEqual(kinds('--kind', 'backend'), ['backend.exhausted', 'backend.exhausted']);
  assert.match(kinds('--kind', 'traffic').join(), /^traffic[^,]*$/);
  assert.equal(kinds('--traffic').length, 7);
  const absent = ask(folder, ['parse', '--kind', 'server,crash'], LOG);
  assert.deepEqual(
    [absent.status, rows(absent.stdout).length, absent.stderr],
    [0, 1, SUMMARY.replace('\n', '; none is of kind crash\n')],
  );
});

test('a request in one of the formats of HAProxy is a record with its fields, one in a format of its own has its text', (t) => {
  const folder = tempFolder(t);
  const own = syslogLine(T, '"my own format" 10.0.0.1');
  const [request, other] = rows(ask(folder, ['parse', '--kind', 'traffic'], `${traffic}\n${own}\n`).stdout);
  const { format, client, frontend, backend, server, status, termination, timers, early } = request.says;
  assert.deepEqual(
    [format, client, frontend, backend, server, status, termination, early],
    ['http', { address: '10.0.0.1', port: 52 }, 'fe', 'app', 'a', 200, '----', false],
  );
  assert.deepEqual(timers, { request: 0, queue: 0, connect: 0, response: 0, total: 0 });
  assert.equal(other.says, null);
  assert.deepEqual(Object.keys(other), Object.keys(request));
  const { stdout } = ask(folder, ['parse', '--traffic', '-o', 'table'], `${traffic}\n${own}\n`);
  assert.match(stdout, /traffic +http app\/a 200 ----: GET \/\n.*traffic +"my own format" 10\.0\.0\.1\n$/);
});

test('what HAProxy says of connections is no traffic, though it begins as traffic does', (t) => {
  const header = 'Nov 22 07:00:00 lb haproxy[100]: ';
  const log = [
    'Connect from 10.0.0.7:51234 to 10.0.0.1:443 (www/HTTP)',
    'Connect() failed for backend web: no free ports.',
    'Cannot bind to source address before connect() for backend web. Aborting.',
  ].map((text) => `${header}${text}\n`);
  const { stdout, stderr } = ask(tempFolder(t), ['parse', '--kind', 'connect.failed'], log.join(''));
  assert.deepEqual(
    rows(stdout).map(({ kind }) => kind),
    ['connect.failed', 'connect.failed'],
  );
  assert.match(stderr, /1 traffic/);
});

test('a kind that there is not is a mistake, and no log without such lines', (t) => {
  const folder = tempFolder(t);
  for (const [kind, hint] of [
    ['server,sever', 'did you mean server?'],
    ['worker.strated', 'did you mean worker.started?'],
    ['bogus', 'it takes backend.changed, backend.exhausted, .*, traffic, rejected, oversize.'],
  ] as const) {
    const { status, stdout, stderr } = ask(folder, ['parse', '--kind', kind], LOG);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, new RegExp(`^haplog: --kind knows no "[a-z.]+"; ${hint.replace('?', '\\?')}\n$`));
  }
});

test('a table is for people: times in the zone of the log, nothing that could move a cursor', (t) => {
  const log = join(tempFolder(t), 'haproxy.log');
  writeFileSync(log, `Nov 22 07:00:00 lb haproxy[100]: Server a/b is \u001b[2JDOWN\n${LOG}`);
  const args = ['parse', log, '-o', 'table', '--tz', 'America/New_York', '--as-of', '2026-11-23T00:00:00Z'];
  const [heading, first, second] = ask(tempFolder(t), args).stdout.split('\n');
  assert.match(heading!, /^LINE +TIME \(America\/New_York\) +HOST +TAG +ORIGIN +KIND +TEXT$/);
  assert.match(
    first!,
    /^1 +2026-11-22 07:00:00\.000 -05:00 +lb +haproxy\[100\] +syslog +near\.miss +Server a\/b is \\u\{1b\}\[2JDOWN$/,
  );
  assert.equal(first!.indexOf('Server'), heading!.indexOf('TEXT'));
  assert.match(second!, /^2 +2026-11-22 07:00:00\.000 -05:00 +lb +.* server +Server app\/a is DOWN, /);
});

test('files may be plain or compressed and are read in the order in which they are named, - among them', (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'a.log'), `${LINES[0]}\n`);
  writeFileSync(join(folder, 'b.log.gz'), gzipSync(`${LINES[2]}\n`));
  const { stdout } = ask(folder, ['parse', 'b.log.gz', '-', 'a.log'], gzipSync(`${near}\n`));
  assert.deepEqual(
    rows(stdout).map(({ file, kind, line }) => [file, kind, line]),
    [
      ['b.log.gz', 'backend.exhausted', 1],
      [null, 'near.miss', 1],
      ['a.log', 'server', 1],
    ],
  );
});

test('what cannot be read is told in one sentence, before anything is printed', (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'a.log'), LOG);
  for (const [args, sentence] of [
    [['a.log', 'none.log'], /^haplog: Cannot read "none\.log": there is no such file\n$/],
    [['--unknown', '--traffic'], /^haplog: .*--unknown.*--traffic.*\n$/],
    [['--tz', 'Europe/Berln'], /^haplog: .*did you mean Europe\/Berlin\?\n$/],
  ] as const) {
    const { status, stdout, stderr } = ask(folder, ['parse', ...args]);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, sentence);
  }
  const cut = ask(folder, ['parse'], gzipSync(LOG.repeat(20)).subarray(0, 200));
  assert.equal(cut.status, 2);
  assert.match(cut.stderr, /^haplog: Cannot read "standard input": the compressed data end in the middle\n$/);
});
