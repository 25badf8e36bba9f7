import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import test from 'node:test';
import type { SMTPServerOptions } from 'smtp-server';
import { type Outcome, Secret, type SmtpServer } from '../../../alerts/index.js';
import { mailbox, refusal } from '../../support/mailbox.js';
import { emailTo, message, sendOnce as send } from '../../support/telling.js';
import { limitOf } from '../../support/time-up.js';

const LIMIT = { timeout: 20_000 };
const OWN_CERTIFICATE = { key: readFileSync('fixtures/tls/key.pem'), cert: readFileSync('fixtures/tls/cert.pem') };

/** What comes of one mail to a server with these options. */
async function outcomeAt(options: SMTPServerOptions, smtp: Partial<SmtpServer> = {}): Promise<Outcome> {
  await using box = await mailbox(options);
  return await send(emailTo(box.port, smtp));
}

for (const { code, means } of [
  { code: 421, means: 'retry' },
  { code: 450, means: 'retry' },
  { code: 452, means: 'retry' },
  { code: 530, means: 'retry' },
  { code: 550, means: 'rejected' },
  { code: 552, means: 'rejected' },
]) {
  test(`an SMTP ${code} to the recipient means ${means}, with the server's words`, LIMIT, async () => {
    const outcome = await outcomeAt({ onRcptTo: (_to, _session, done) => done(refusal(code, 'not today')) });
    assert.equal(outcome.kind, means);
    assert.match(outcome.kind === 'delivered' ? '' : outcome.reason, new RegExp(`127\\.0\\.0\\.1.*${code} not today`));
  });
}

test('a mail refused for good after DATA is rejected', LIMIT, async () => {
  const refuse: SMTPServerOptions['onData'] = (stream, _session, done) => {
    stream.resume();
    stream.on('end', () => done(refusal(554, 'looks like spam')));
  };
  assert.deepEqual(await outcomeAt({ onData: refuse }), {
    kind: 'rejected',
    reason: '127.0.0.1 refused the mail: 554 looks like spam',
  });
});

test('a mail put off after DATA is tried again', LIMIT, async () => {
  const putOff: SMTPServerOptions['onData'] = (stream, _session, done) => {
    stream.resume();
    stream.on('end', () => done(refusal(451, 'greylisted')));
  };
  assert.deepEqual(await outcomeAt({ onData: putOff }), { kind: 'retry', reason: '127.0.0.1: 451 greylisted' });
});

test('a server that turns everybody away at the door says nothing of the mail: it is tried again', LIMIT, async () => {
  const outcome = await outcomeAt({ onConnect: (_session, done) => done(refusal(554, 'no service here')) });
  assert.deepEqual(outcome, { kind: 'retry', reason: '127.0.0.1: 554 no service here' });
});

test('a mail server that is away is tried again', LIMIT, async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  assert.deepEqual(await send(emailTo(port)), {
    kind: 'retry',
    reason: '127.0.0.1: connection refused; check that it runs, its port, and any firewall',
  });
});

test('a name that does not exist is tried again', LIMIT, async () => {
  // An empty label is refused without asking any server.
  const outcome = await send(emailTo(25, { host: 'mail..invalid' }));
  assert.equal(outcome.kind, 'retry');
  assert.match(outcome.kind === 'retry' ? outcome.reason : '', /^mail\.\.invalid: its name/);
});

for (const [where, reached] of [
  ['in the middle of the mail', /^Subject/im],
  ['behind its last line, before the answer', /\r\n\.\r\n$/],
] as const)
  test(`a connection cut ${where} is tried again: it counts as delivered nowhere`, LIMIT, async () => {
    const server = createServer((socket) => {
      let asked = '';
      socket.on('error', () => {});
      socket.write('220 here\r\n');
      socket.on('data', (chunk) => {
        asked += chunk;
        if (reached.test(asked)) socket.destroy();
        else if (!/\r\nDATA\r\n./.test(asked)) socket.write(/DATA\r\n$/.test(asked) ? '354 go on\r\n' : '250 yes\r\n');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      assert.deepEqual(await send(emailTo(port)), { kind: 'retry', reason: '127.0.0.1: connection cut' });
    } finally {
      server.close();
    }
  });

test('a certificate signed by nobody is not trusted, and the mail waits until somebody mends it', LIMIT, async () => {
  for (const tls of ['starttls', 'auto'] as const) {
    const outcome = await outcomeAt({ ...OWN_CERTIFICATE, disabledCommands: ['AUTH'] }, { tls });
    assert.deepEqual(outcome, {
      kind: 'retry',
      reason:
        '127.0.0.1: its certificate is self-signed, so it is not trusted; name it in tls_trust_file, or its fingerprint in tls_fingerprint',
    });
  }
  const outcome = await outcomeAt({ ...OWN_CERTIFICATE, secure: true }, { tls: 'always' });
  assert.deepEqual(outcome, {
    kind: 'retry',
    reason:
      '127.0.0.1: its certificate is self-signed, so it is not trusted; name it in tls_trust_file, or its fingerprint in tls_fingerprint',
  });
});

test(
  'TLS from the first byte at a port that speaks in the clear is told in words, with what to try',
  LIMIT,
  async () => {
    const outcome = await outcomeAt({}, { tls: 'always' });
    assert.deepEqual(outcome, {
      kind: 'retry',
      reason:
        '127.0.0.1: it does not speak TLS at that port; tls: always is for ports such as 465; for 25 and 587 leave tls out, or say tls: starttls',
    });
  },
);

test('where encryption is demanded and not offered, nothing is sent', LIMIT, async () => {
  await using box = await mailbox();
  const outcome = await send(emailTo(box.port, { tls: 'starttls' }));
  assert.match(outcome.kind === 'retry' ? outcome.reason : '', /no STARTTLS there/);
  assert.equal(box.mails.items.length, 0);
});

const login: SMTPServerOptions = {
  authOptional: false,
  allowInsecureAuth: true,
  disabledCommands: ['STARTTLS'],
  onAuth: ({ username, password }, _session, done) =>
    username === 'haplog' && password === 'open sesame'
      ? done(null, { user: username })
      : done(refusal(535, 'who are you')),
};

test('haplog logs in where a user and password are given', LIMIT, async () => {
  const password = new Secret('open sesame');
  assert.equal((await outcomeAt(login, { user: 'haplog', password })).kind, 'delivered');
});

test('a wrong password is tried again, because it can be mended, and appears in no reason', LIMIT, async () => {
  const outcome = await outcomeAt(login, { user: 'haplog', password: new Secret('open barley') });
  assert.deepEqual(outcome, {
    kind: 'retry',
    reason: '127.0.0.1: login failed, check user and password: 535 who are you',
  });
});

test(
  'where a user is given and the server offers no login, nothing is sent without one, and it is tried again',
  LIMIT,
  async () => {
    let asked = 0;
    const outcome = await outcomeAt(
      {
        disabledCommands: ['STARTTLS', 'AUTH'],
        onMailFrom: (_from, _session, done) => {
          asked++;
          done(refusal(554, 'relay access denied'));
        },
      },
      { user: 'haplog', password: new Secret('open sesame') },
    );
    assert.deepEqual(outcome, {
      kind: 'retry',
      reason:
        '127.0.0.1: it offers no login, and a user is configured; check port and tls, or leave user and password out',
    });
    assert.equal(asked, 0);
  },
);

/** A server that says these lines, each when the client has spoken, and then nothing more. */
async function fallsSilent(...lines: string[]) {
  let resolve = () => {};
  const silent = new Promise<void>((done) => {
    resolve = done;
  });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const next = () => {
      const line = lines.shift();
      if (line === undefined) resolve();
      else socket.write(`${line}\r\n`);
    };
    next();
    socket.on('data', next);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [sockets, { port }] = [new Set<Socket>(), server.address() as AddressInfo];
  server.on('connection', (socket) => sockets.add(socket));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, silent, [Symbol.dispose]: close };
}

for (const { when, lines } of [
  { when: 'at the door', lines: [] },
  { when: 'after its greeting', lines: ['220 here'] },
  { when: 'after the envelope', lines: ['220 here', '250 yes', '250 yes', '250 yes'] },
  { when: 'after the whole mail', lines: ['220 here', '250 yes', '250 yes', '250 yes', '354 go on'] },
]) {
  test(`a server that falls silent ${when} is not waited for without end`, LIMIT, async (t) => {
    using server = await fallsSilent(...lines);
    const timeIsUp = limitOf(t, 120_000);
    const sent = send(emailTo(server.port));
    await server.silent;
    timeIsUp();
    assert.deepEqual(await sent, { kind: 'retry', reason: '127.0.0.1: no answer in time' });
  });
}

test('a send in flight ends when haplog stops', LIMIT, async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const stopping = new AbortController();
  silent.once('connection', () => stopping.abort());
  const { port } = silent.address() as AddressInfo;
  assert.deepEqual(await send(emailTo(port), message(), stopping.signal), {
    kind: 'retry',
    reason: '127.0.0.1: interrupted',
  });
  silent.close();
});
