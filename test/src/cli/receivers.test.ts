/** `haplog receivers` and `haplog route` as their own processes, before a real mail server and a real web server. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { ask, askMeanwhile } from '../../support/cli.js';
import { hook } from '../../support/hook.js';
import { mailbox, refusal } from '../../support/mailbox.js';
import { tempFolder } from '../store/temp-folder.js';

const LIMIT = { timeout: 60_000 };
const SECRET = `whsec_${Buffer.from('a key of twenty-four bytes').toString('base64')}`;

/** A home with a configuration: mail, a signed webhook and haplog's own log, and two routes. */
function home(
  t: TestContext,
  smtpPort = 1,
  hookUrl = 'http://127.0.0.1:1/token-of-chat',
): { folder: string; config: string } {
  const folder = tempFolder(t);
  const config = join(folder, 'haplog.yaml');
  const text = `receivers:
  - name: oncall
    email: { to: [ops@example.org], from: haplog@example.org, smtp: { host: 127.0.0.1, port: ${smtpPort} } }
  - name: chat
    webhook: { url: "${hookUrl}", secret: ${SECRET} }
  - name: journal
    log:
routes:
  - { match: { backend: "k8s-*", host: "lb*" }, receivers: [oncall, chat] }
  - { match: { backend: "shop" }, receivers: [journal, oncall] }
`;
  writeFileSync(config, text, { mode: 0o600 });
  return { folder, config };
}

test('a test arrives, is seen to be one, and the answer is printed', LIMIT, async (t) => {
  await using box = await mailbox();
  await using far = await hook((response) => response.end('thanks'));
  const { folder, config } = home(t, box.port, `${far.url}token-of-chat`);
  const { status, stdout, stderr } = await askMeanwhile(folder, ['receivers', 'test', 'oncall', 'chat', '-c', config]);
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^oncall: accepted in \S+: 250 .*\nchat: accepted in \S+: 200: thanks\n$/);

  const [mail] = await box.mails.first(1, 1_000);
  assert.match(mail!.parsed.subject ?? '', /^\[haplog\] \S+: test of the receiver oncall$/);
  assert.match(mail!.parsed.text ?? '', /^This is a test: .* Nothing is wrong\.$/m);
  const [post] = await far.posts.first(1, 1_000);
  const { type } = new Webhook(SECRET).verify(post!.body, post!.headers as Record<string, string>) as { type: string };
  assert.equal(type, 'haplog.test');
});

test('who refuses, and who is away, is told with the reason, and nothing secret', LIMIT, async (t) => {
  await using far = await hook((response, { path }) => response.writeHead(403).end(`no such token: ${path}`));
  const { folder, config } = home(t, 1, `${far.url}token-of-chat`);
  const { status, stdout, stderr } = await askMeanwhile(folder, ['receivers', 'test', 'oncall', 'chat', '-c', config]);
  assert.deepEqual([status, stderr], [1, '']);
  assert.match(
    stdout,
    /^oncall: not accepted in \S+: 127\.0\.0\.1: connection refused; check that it runs, its port, and any firewall; haplog run would try again\n/,
  );
  assert.match(stdout, /\nchat: refused in \S+: 127\.0\.0\.1:\d+ answered 403: no such token: .*\n$/);
  assert.doesNotMatch(stdout, /token-of-chat/);
});

test('which of several addresses were refused is told, and is no success', LIMIT, async (t) => {
  await using box = await mailbox({
    onRcptTo: ({ address }, _session, done) => {
      if (address.startsWith('ops')) return done();
      done(address.startsWith('new') ? refusal(451, 'greylisted') : refusal(550, 'no such user'));
    },
  });
  const { folder, config } = home(t, box.port);
  const to = '[ops@example.org, new@example.org, gone@example.org]';
  writeFileSync(config, readFileSync(config, 'utf8').replace('[ops@example.org]', to));
  const { status, stdout, stderr } = await askMeanwhile(folder, ['receivers', 'test', 'oncall', '-c', config]);
  assert.deepEqual([status, stderr], [1, '']);
  const [all, ...one] = stdout.trimEnd().split('\n');
  assert.match(all!, /^oncall: accepted in \S+: 250 .*, but not for new@example.org, gone@example.org$/);
  assert.deepEqual(one, [
    'oncall <new@example.org>: not accepted: 127.0.0.1: 451 greylisted; haplog run would try again',
    'oncall <gone@example.org>: refused: 127.0.0.1: 550 no such user',
  ]);
  const json = await askMeanwhile(folder, ['receivers', 'test', 'oncall', '-c', config, '-o', 'json']);
  assert.equal(json.status, 1);
  const [{ outcome, refused }] = JSON.parse(json.stdout);
  assert.deepEqual(
    [outcome, refused],
    [
      'delivered',
      [
        { address: 'new@example.org', outcome: 'retry', answer: '127.0.0.1: 451 greylisted' },
        { address: 'gone@example.org', outcome: 'rejected', answer: '127.0.0.1: 550 no such user' },
      ],
    ],
  );
});

test("what came of a test is there as JSON, also of haplog's own log", LIMIT, async (t) => {
  const { folder, config } = home(t);
  const { status, stdout } = ask(folder, ['receivers', 'test', 'journal', 'oncall', '-c', config, '-o', 'json']);
  assert.equal(status, 1);
  const [journal, oncall] = JSON.parse(stdout);
  assert.deepEqual([journal.name, journal.outcome, journal.took_ms >= 0], ['journal', 'delivered', true]);
  assert.deepEqual(
    [oncall.outcome, oncall.answer],
    ['retry', '127.0.0.1: connection refused; check that it runs, its port, and any firewall'],
  );
});

test('before one of several names is sent anything, all of them must be known', (t) => {
  const { folder, config } = home(t);
  const { status, stdout, stderr } = ask(folder, ['receivers', 'test', 'journal', 'oncal', '-c', config]);
  assert.deepEqual([status, stdout], [2, '']);
  assert.equal(stderr, 'haplog: No receiver is named "oncal"; did you mean "oncall"?\n');
});

test('the receivers are listed, without what is secret', (t) => {
  const { folder, config } = home(t);
  const { status, stdout } = ask(folder, ['receivers', 'list', '-c', config]);
  assert.equal(status, 0);
  assert.equal(
    stdout,
    `oncall   email    ops@example.org by 127.0.0.1:1
chat     webhook  127.0.0.1:1 (json, signed)
journal  log      haplog's own log
`,
  );
  const rows = JSON.parse(ask(folder, ['receivers', 'list', '-c', config, '-o', 'json']).stdout);
  assert.deepEqual(rows[2], { name: 'journal', kind: 'log', where: "haplog's own log" });
});

test('receivers of every kind are listed, without what is secret', (t) => {
  const folder = tempFolder(t);
  const config = join(folder, 'haplog.yaml');
  const text = `receivers:
  - { name: pager, pagerduty: { routing_key: R0hunter2 } }
  - { name: family, telegram: { token: "1:hunter2", chat: -100123 } }
  - { name: phone, pushover: { token: ahunter2, user: uhunter2 } }
  - { name: prometheus, alertmanager: { urls: ["http://ann:hunter2@am1:9093", "http://am2:9093/x"] } }
  - { name: script, exec: { command: [tell, --password, hunter2] } }
`;
  writeFileSync(config, text, { mode: 0o600 });
  const { status, stdout } = ask(folder, ['receivers', 'list', '-c', config]);
  assert.equal(status, 0);
  assert.equal(
    stdout,
    `pager       pagerduty     events.pagerduty.com
family      telegram      -100123 by api.telegram.org
phone       pushover      api.pushover.net
prometheus  alertmanager  am1:9093, am2:9093
script      exec          tell
`,
  );
});

test('the hour of --at is one of --tz', (t) => {
  const folder = tempFolder(t);
  const config = join(folder, 'haplog.yaml');
  writeFileSync(config, 'routes: [{ during: "daily 03:00-04:00 Asia/Tokyo", receivers: [log] }]\n');
  const at = (...args: string[]) =>
    ask(folder, ['route', '-c', config, '--backend', 'b', '--host', 'h', ...args]).stdout;
  assert.match(at('--at', '03:30', '--tz', 'Asia/Tokyo'), /\nTold: log\n$/);
  assert.match(at('--at', '18:30', '--utc'), /\nTold: log\n$/);
  assert.match(at('--at', '03:30'), /\nNobody is told\.\n$/);
  const { during } = JSON.parse(at('-o', 'json')).routes[0];
  assert.deepEqual(during, { days: [1, 2, 3, 4, 5, 6, 7], from_min: 180, until_min: 240, zone: 'Asia/Tokyo' });
});

test('whom an outage would be told to, and by which routes', (t) => {
  const { folder, config } = home(t);
  const route = (...args: string[]) => ask(folder, ['route', '-c', config, ...args]);
  assert.equal(
    route('--backend', 'k8s-api', '--host', 'lb1').stdout,
    `taken    routes[0] backend k8s-*, host lb* -> oncall, chat
passed   routes[1] backend shop -> journal, oncall
Told: oncall, chat
`,
  );
  assert.match(route('--backend', 'blog', '--host', 'lb1').stdout, /\nNobody is told\.\n$/);
  assert.deepEqual(JSON.parse(route('--backend', 'shop', '--host', 'x', '-o', 'json').stdout).told, [
    'journal',
    'oncall',
  ]);
  assert.equal(route('--backend', 'shop').status, 2);
});
