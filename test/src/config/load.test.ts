import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DEFAULT_POLICY, DEFAULT_RULES, EVERYTHING, Secret } from '../../../alerts/index.js';
import type { Config } from '../../../src/config/config.js';
import { configPlaces, configuredDatabase, findConfig } from '../../../src/config/find.js';
import { loadConfig } from '../../../src/config/load.js';
import { openConfig } from '../../../src/config/open.js';
import { UserError } from '../../../src/user-error.js';
import { livingIn } from '../../support/home.js';
import { toEverybody } from '../../support/plan.js';
import { asNobody } from '../store/nobody.js';
import { tempFolder } from '../store/temp-folder.js';

const DEFAULTS: Config = {
  sources: [{ path: '/var/log/haproxy.log', tz: null, host: null }],
  database: null,
  receivers: [{ kind: 'log', name: 'log' }],
  routes: [toEverybody('log')],
  policy: DEFAULT_POLICY,
  maintenance: [],
  history: { keepMs: null, bytes: 1e9 },
};

/** A home without a configuration. */
const homeless = (t: TestContext) => livingIn(tempFolder(t)).env;

function written(t: TestContext, text: string, mode = 0o600): string {
  const path = join(tempFolder(t), 'haplog.yaml');
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

function refusal(path: string, env = {}): string {
  try {
    loadConfig(path, env);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  assert.fail('it was accepted');
}

test('no configuration is needed', async (t) => {
  assert.deepEqual(await openConfig(null, homeless(t)), { config: DEFAULTS, path: null, empty: true, warnings: [] });
});

test('an empty file changes nothing', (t) => {
  for (const text of ['', '# nothing\n', '---\n', '{}\n', '\ufeff', '# windows\r\n']) {
    assert.deepEqual(loadConfig(written(t, text), {}).config, DEFAULTS);
  }
});

/** The receivers of good.full.yaml between the webhook and the log. */
const FURTHER = [
  {
    kind: 'pagerduty',
    name: 'pager',
    routingKey: '[secret]',
    url: 'https://events.pagerduty.com/v2/enqueue',
    timeoutMs: 15_000,
  },
  {
    kind: 'telegram',
    name: 'family',
    token: '[secret]',
    chat: '-1001234567890',
    thread: 7,
    url: 'https://api.telegram.org',
    timeoutMs: 15_000,
  },
  {
    kind: 'pushover',
    name: 'phone',
    token: '[secret]',
    user: '[secret]',
    emergencyMs: 3_600_000,
    url: 'https://api.pushover.net',
    timeoutMs: 15_000,
  },
  {
    kind: 'alertmanager',
    name: 'prometheus',
    urls: ['[secret]', '[secret]'],
    headers: {},
    expireMs: 7 * 86_400_000,
    timeoutMs: 15_000,
  },
  { kind: 'exec', name: 'script', command: ['/usr/local/bin/tell', '--loud'], env: {}, timeoutMs: 20_000 },
];

test('everything that stands in the file arrives, secrets read from where it says they are', () => {
  const path = fileURLToPath(new URL('../../../fixtures/config/good.full.yaml', import.meta.url));
  const { config } = loadConfig(path, {});
  const [mail, hook] = config.receivers;
  assert.equal(mail?.kind === 'email' && mail.via.kind === 'smtp' && mail.via.password?.reveal(), 'correct horse');
  assert.equal(hook?.kind === 'webhook' && hook.url.reveal(), 'https://hooks.example.org/services/T0/B0/xyz');
  const signing = hook?.kind === 'webhook' && hook.signing.map((secret) => secret.reveal().length);
  assert.deepEqual(signing, [38, 50]);
  assert.deepEqual(JSON.parse(JSON.stringify(config)), {
    sources: [
      { path: '/var/log/haproxy.log', tz: null, host: null },
      { path: '/var/log/edge/haproxy.log', tz: 'America/New_York', host: 'edge1' },
    ],
    database: '/var/lib/haplog/haplog.db',
    receivers: [
      {
        kind: 'email',
        name: 'oncall',
        to: ['ops@example.org', 'Night shift <night@example.org>'],
        from: 'haplog@example.org',
        via: {
          kind: 'smtp',
          host: 'mail.example.org',
          port: 587,
          tls: 'starttls',
          user: 'haplog',
          password: '[secret]',
          trusted: null,
          fingerprint: Array(8).fill('5F:1C:47:11').join(':'),
        },
        perMinute: 10,
        fallback: 'chat',
      },
      {
        kind: 'webhook',
        name: 'chat',
        url: '[secret]',
        format: 'slack',
        signing: ['[secret]', '[secret]'],
        headers: { 'X-Team': 'edge' },
        timeoutMs: 10_000,
        fallback: 'oncall',
      },
      ...FURTHER.map((receiver) => ({ ...receiver, fallback: 'oncall' })),
      {
        kind: 'email',
        name: 'root',
        to: ['root@localhost'],
        from: 'haplog@localhost',
        via: { kind: 'sendmail', path: '/usr/sbin/sendmail' },
        fallback: 'oncall',
      },
      { kind: 'log', name: 'journal' },
    ],
    routes: [
      {
        match: { ...EVERYTHING, backend: 'k8s-*', host: 'lb*', severities: ['critical'] },
        during: null,
        receivers: ['oncall', 'chat', ...FURTHER.map(({ name }) => name)],
        escalation: { afterMs: 900_000, receivers: ['journal'] },
      },
      {
        match: { ...EVERYTHING, rules: ['flapping', 'backup_only'] },
        during: { days: [1, 2, 3, 4, 5], fromMin: 480, untilMin: 1080, zone: 'Europe/Berlin' },
        receivers: ['chat'],
        escalation: null,
      },
      toEverybody('root', 'journal'),
    ],
    policy: {
      holdMs: 5_000,
      keepFiringMs: 90_000,
      reminderMs: 14_400_000,
      mostReminders: 12,
      rules: {
        ...DEFAULT_RULES,
        server_down: { on: true, severity: 'info', holdMs: 60_000 },
        flapping: { ...DEFAULT_RULES.flapping, keepFiringMs: 180_000 },
        reload_failed: { on: false, severity: 'warning' },
      },
      flapping: { changes: 4, withinMs: 300_000 },
    },
    maintenance: [
      {
        match: { ...EVERYTHING, host: 'lb2' },
        during: { days: [7], fromMin: 120, untilMin: 240, zone: 'Europe/Berlin' },
      },
    ],
    history: { keepMs: 2 * 365 * 86_400_000, bytes: 500e6 },
  });
});

test('a receiver to which only refusals lead is no idle one', (t) => {
  const text =
    'receivers:\n  - { name: a, log: {}, fallback: b, per_minute: off }\n  - { name: b, log: {} }\nroutes: [{ receivers: [a] }]\n';
  const { config, warnings } = loadConfig(written(t, text), {});
  assert.deepEqual(warnings, []);
  assert.deepEqual(config.receivers[0], { kind: 'log', name: 'a', perMinute: null, fallback: 'b' });
});

test('of one that only stands in for others the warning says so, where nobody has named it for that', (t) => {
  const hook = (name: string) => `{ name: ${name}, webhook: { url: "http://[::1]:8080/" } }`;
  const text = `receivers: [${hook('a')}, ${hook('b')}]\nroutes: [{ receivers: [a] }]\n`;
  assert.match(
    loadConfig(written(t, text), {}).warnings.join(),
    /no route leads to it: it is told only what another one refuses/,
  );
});

test('what a receiver refuses is told by the first other one that people read, else by the first other one', (t) => {
  const hook = (name: string, more = '') => `  - { name: ${name}, webhook: { url: "http://[::1]:8080/"${more} } }\n`;
  const substitutes = (...receivers: string[]) => {
    const { config } = loadConfig(written(t, `receivers:\n  - { name: journal, log: }\n${receivers.join('')}`), {});
    return Object.fromEntries(config.receivers.map(({ name, fallback = null }) => [name, fallback]));
  };
  const [wiki, robot, chat] = [
    hook('wiki'),
    hook('robot', ', format: standard, secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz'),
    hook('chat', ', format: slack'),
  ];
  assert.deepEqual(substitutes(wiki), { journal: null, wiki: null });
  assert.deepEqual(substitutes(wiki, robot), { journal: null, wiki: 'robot', robot: 'wiki' });
  assert.deepEqual(substitutes(wiki, robot, chat), { journal: null, wiki: 'chat', robot: 'chat', chat: 'wiki' });
  const alone = chat.replace(' webhook', ' fallback: off, webhook');
  assert.deepEqual(substitutes(wiki, alone), { journal: null, wiki: 'chat', chat: null });
});

test('nobody is called off, which as a fallback means nobody', (t) => {
  assert.throws(() => loadConfig(written(t, 'receivers: [{ name: off, log: }]\n'), {}), /a name other than off/);
});

test("a webhook's format may be called standard, which is haplog's own JSON, signed", (t) => {
  const text = (more: string) =>
    `receivers: [{ name: a, webhook: { url: "http://[::1]:8080/", format: standard${more} } }]\n`;
  const [receiver] = loadConfig(written(t, text(', secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz')), {}).config
    .receivers;
  assert.equal(receiver?.kind === 'webhook' && receiver.format, 'json');
  assert.throws(() => loadConfig(written(t, text('')), {}), /`standard` is signed: it needs one of secret, /);
});

test('without routes every receiver hears of everything', (t) => {
  const path = written(
    t,
    'receivers:\n  - { name: a, log: }\n  - { name: b, webhook: { url: "http://[::1]:8080/" } }\n',
  );
  const { config } = loadConfig(path, {});
  assert.deepEqual(config.routes, [toEverybody('a', 'b')]);
  assert.deepEqual(config.receivers[1], {
    kind: 'webhook',
    name: 'b',
    url: new Secret('http://[::1]:8080/'),
    format: 'json',
    signing: [],
    headers: {},
    timeoutMs: 15_000,
  });
});

test('the port follows from how mail is handed over', (t) => {
  for (const [smtp, port] of [
    ['{}', 25],
    ['{ tls: always }', 465],
    ['{ user: haplog, password: x }', 587],
    ['{ user: haplog, password: x, port: 2525 }', 2525],
  ] as const) {
    const path = written(t, `receivers: [{ name: a, email: { to: a@b, from: a@b, smtp: ${smtp} } }]\n`);
    const [receiver] = loadConfig(path, {}).config.receivers;
    assert.equal(receiver?.kind === 'email' && receiver.via.kind === 'smtp' && receiver.via.port, port, smtp);
  }
});

test('relative paths start in the folder of the file, ~/ at home', (t) => {
  const path = written(t, 'sources: [{ path: logs/../haproxy.log }, { path: ~/x.log }]\ndatabase: haplog.db\n');
  const { config } = loadConfig(path, {});
  assert.equal(config.sources[0]?.path, join(path, '..', 'haproxy.log'));
  assert.match(config.sources[1]?.path ?? '', /^\/.*\/x\.log$/);
  assert.equal(config.database, join(path, '..', 'haplog.db'));
});

test('secrets come from the environment too, and a url there is checked', (t) => {
  const path = written(t, 'receivers: [{ name: a, webhook: { url_env: CHAT } }]\n');
  const [receiver] = loadConfig(path, { CHAT: 'https://chat.example.org/' }).config.receivers;
  assert.equal(receiver?.kind === 'webhook' && receiver.url.reveal(), 'https://chat.example.org/');
  assert.match(
    refusal(path, { CHAT: 'hunter2' }),
    /receivers\[0\]\.webhook\.url_env: expected an http or https address in it$/,
  );
});

test('a secret that everybody can read is warned of, wherever it stands', (t) => {
  const file = written(t, 'hunter2\n', 0o644);
  const smtp = (password: string) =>
    `receivers:\n  - name: a\n    email: { to: a@b, from: a@b, smtp: { user: u, ${password} } }\n`;
  const open = loadConfig(written(t, smtp(`password_file: ${file}`)), {});
  assert.match(
    open.warnings.join(),
    /haplog\.yaml:3:\d+: receivers\[0\]\.email\.smtp\.password_file: every user of this/,
  );
  const inline = loadConfig(written(t, smtp('password: hunter2'), 0o644), {});
  assert.match(
    inline.warnings.join(),
    /receivers\[0\]\.email\.smtp\.password: every user of this machine can read it here/,
  );
  chmodSync(file, 0o640);
  assert.deepEqual(loadConfig(written(t, withPassword(file)), {}).warnings, []);
  assert.deepEqual(loadConfig(written(t, smtp('password: hunter2'), 0o640), {}).warnings, []);
});

test('a route and a maintenance that match nothing while their rules are so are warned of', (t) => {
  const path = written(
    t,
    `routes:
  - { match: { rule: server_down }, receivers: [log] }
  - { match: { rule: outage, severity: info }, receivers: [log] }
  - { match: { severity: [critical, info] }, receivers: [log] }
maintenance: [{ during: daily 02:00-03:00, match: { rule: [last_server, checks_failing] } }]
`,
  );
  assert.deepEqual(
    loadConfig(path, {}).warnings.map((line) => line.replace(/^.*\.yaml:/, '')),
    [
      '2:14: routes[0].match: it matches nothing: its rules are off',
      '3:14: routes[1].match: it matches nothing: no rule of it has such a severity',
      '5:51: maintenance[0].match: it matches nothing: its rules are off',
    ],
  );
  const on = 'rules: { server_down: on }\nroutes: [{ match: { rule: server_down }, receivers: [log] }]\n';
  assert.deepEqual(loadConfig(written(t, on), {}).warnings, []);
});

test('globs that exclude, and match some name, are fine', (t) => {
  const path = written(
    t,
    'routes: [{ match: { backend: "!k8s-*", host: "!(a|b)", server: "**/web*" }, receivers: [log] }]\n',
  );
  assert.deepEqual(loadConfig(path, {}).warnings, []);
});

const withPassword = (file: string) =>
  `receivers: [{ name: a, email: { to: a@b.c, from: a@b.c, smtp: { user: u, password_file: ${file} } } }]\n`;

test('what editors put around a secret in a file is no part of it', (t) => {
  const file = join(tempFolder(t), 'password');
  const passwordIn = (text: string) => {
    writeFileSync(file, text, { mode: 0o600 });
    const { receivers } = loadConfig(written(t, withPassword(file)), {}).config;
    const [receiver] = receivers;
    assert.ok(receiver?.kind === 'email' && receiver.via.kind === 'smtp');
    return receiver.via.password?.reveal();
  };
  for (const text of ['p w', 'p w\n', 'p w\r\n', 'p w\n\n\n', 'p w\r\n\r\n', '\ufeffp w\r\n', 'p w\n \t\n'])
    assert.equal(passwordIn(text), 'p w', JSON.stringify(text));
  assert.equal(passwordIn('p w \n'), 'p w ', 'a blank at its end is part of it');
  assert.throws(() => passwordIn('p\0w\0'), /password is no text in UTF-8/);
  assert.equal(passwordIn('p'.repeat(65_536))?.length, 65_536);
  assert.throws(() => passwordIn('p'.repeat(65_537)), /password holds more than 64 KiB/);
});

test('a receiver that nothing leads to is warned of', (t) => {
  const path = written(t, 'receivers: [{ name: a, log: }, { name: b, log: }]\nroutes: [{ receivers: [a] }]\n');
  assert.match(loadConfig(path, {}).warnings.join(), /:1:32: receivers\[1\]: no route leads to it$/);
});

test('the file of --config, then that of the system, then that of the user is taken', async (t) => {
  const root = tempFolder(t);
  const [system, user] = [join(root, 'etc'), join(root, 'home')];
  const env = { HOME: user };
  const userFile = join(user, '.config/haplog/haplog.yaml');
  assert.deepEqual(configPlaces(env), ['/etc/haplog/haplog.yaml', userFile]);
  assert.equal(findConfig(configPlaces(env, system)), null);
  mkdirSync(join(userFile, '..'), { recursive: true });
  writeFileSync(userFile, 'policy: { hold: 1s }\n');
  assert.equal(findConfig(configPlaces(env, system)), userFile);
  assert.equal((await openConfig(null, { CONFIGURATION_DIRECTORY: join(userFile, '..') })).config.policy.holdMs, 1000);
  mkdirSync(system);
  writeFileSync(join(system, 'haplog.yaml'), '');
  assert.equal(findConfig(configPlaces(env, system)), join(system, 'haplog.yaml'));
  assert.equal(loadConfig(written(t, 'policy: { hold: 2s }'), env).config.policy.holdMs, 2000);
  assert.deepEqual(configPlaces({ ...env, XDG_CONFIG_HOME: '/xdg' })[1], '/xdg/haplog/haplog.yaml');
  assert.deepEqual(configPlaces({ ...env, XDG_CONFIG_HOME: 'relative' })[1], userFile);
});

test('where the service manager names a folder for the configuration, no other one counts', () => {
  const unit = { HOME: '/home/ann', CONFIGURATION_DIRECTORY: '/etc/haplog-edge:/etc/haplog-more' };
  assert.deepEqual(configPlaces(unit), ['/etc/haplog-edge/haplog.yaml', '/etc/haplog-more/haplog.yaml']);
  assert.equal(configPlaces({ ...unit, CONFIGURATION_DIRECTORY: '' })[0], '/etc/haplog/haplog.yaml');
});

test('what cannot be read is told in one sentence', (t) => {
  const folder = tempFolder(t);
  assert.equal(refusal(folder), `Cannot read the configuration "${folder}": it is a directory.`);
  assert.equal(refusal('/dev/zero'), 'Cannot read the configuration "/dev/zero": it is no regular file.');
  const pipe = join(folder, 'pipe.yaml');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  assert.equal(refusal(pipe), `Cannot read the configuration "${pipe}": it is no regular file.`);
  const none = join(folder, 'none.yaml');
  assert.equal(refusal(none), `Cannot read the configuration "${none}": no such file or directory.`);
  const binary = join(folder, 'binary.yaml');
  writeFileSync(binary, Buffer.from([0x61, 0xff, 0x00]));
  assert.equal(refusal(binary), `Cannot read the configuration "${binary}": it is not UTF-8 text.`);
  const large = join(folder, 'large.yaml');
  writeFileSync(large, '#'.repeat(2 << 20));
  assert.equal(refusal(large), `Cannot read the configuration "${large}": it is larger than 1 MiB.`);
  chmodSync(folder, 0o755);
  chmodSync(large, 0o000);
  assert.equal(
    asNobody(() => refusal(large)),
    `Cannot read the configuration "${large}": permission denied.`,
  );
});

test('the database is found without judging the rest of the file', async (t) => {
  const path = written(t, 'recievers: 5\ndatabase: state/haplog.db\npolicy: {');
  assert.equal(await configuredDatabase([join(path, '../none'), path]), join(path, '../state/haplog.db'));
  assert.equal(await configuredDatabase([written(t, '# no database\n')]), null);
  assert.equal(await configuredDatabase([written(t, 'database: [1]\n')]), null);
  assert.equal(await configuredDatabase([tempFolder(t)]), null);
  assert.equal(await configuredDatabase([]), null);
});

test('a command gets a path from the folder of the file, a name as it is, and of the environment what is no secret', (t) => {
  const path = written(
    t,
    'receivers: [{ name: a, exec: { command: [./tell, x/y] } }, { name: b, exec: { command: [tell] } }]\n',
  );
  const { receivers } = loadConfig(path, { PATH: '/bin', HOME: '/root', SMTP_PASSWORD: 'hunter2' }).config;
  const commands = receivers.map((receiver) => receiver.kind === 'exec' && receiver.command);
  assert.deepEqual(commands, [[join(path, '..', 'tell'), 'x/y'], ['tell']]);
  assert.deepEqual(receivers[0]?.kind === 'exec' && receivers[0].env, { PATH: '/bin', HOME: '/root' });
});

test('an alert in Alertmanager outlives three reminders', (t) => {
  const path = written(
    t,
    'receivers: [{ name: a, alertmanager: { urls: "http://am:9093", expire: 1h } }]\npolicy: { reminder: 4h }\n',
  );
  const [receiver] = loadConfig(path, {}).config.receivers;
  assert.equal(receiver?.kind === 'alertmanager' && receiver.expireMs, 12 * 3_600_000);
});
