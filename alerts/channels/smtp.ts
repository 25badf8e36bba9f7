/**
 * One mail to one SMTP server, over a connection of its own. Certificates are always checked: by the authorities known
 * to Node, by those of a file, or by a fingerprint, before a password or a mail is sent.
 */
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection/index.js';
import type { Mail } from './mail.js';
import type { SmtpServer } from './receiver.js';
import type { Accepted } from './smtp-outcome.js';

const CONNECTION_MS = 10_000;
const GREETING_MS = 10_000;
const SILENCE_MS = 30_000;

/** The server showed a certificate other than the pinned one. */
class WrongCertificate extends Error {
  readonly code = 'PINNED_CERTIFICATE';

  /** @param shown the SHA-256 of the certificate it showed; null where it showed none */
  constructor(readonly shown: string | null) {
    super('not the pinned certificate');
  }
}

/** A user is configured, and the server has no login. */
class NoLogin extends Error {
  readonly code = 'NO_LOGIN';
}

/**
 * Hands the mail over.
 * @param signal ends the connection, whatever it is doing
 * @returns the server's answer to the mail; rejects with what nodemailer throws, with `WrongCertificate`, `NoLogin`, or the signal's reason
 */
export async function handOver(mail: Mail, server: SmtpServer, signal: AbortSignal): Promise<Accepted> {
  signal.throwIfAborted();
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    ...encryption(server),
    connectionTimeout: CONNECTION_MS,
    dnsTimeout: CONNECTION_MS,
    greetingTimeout: GREETING_MS,
    socketTimeout: SILENCE_MS,
  });
  let abort = () => {};
  // What happens outside of a step, such as a cut connection, ends the step that is being waited for.
  const broken = new Promise<never>((_, reject) => {
    connection.on('error', reject);
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  const step = <T>(take: (done: (error?: unknown, result?: T) => void) => void): Promise<T> =>
    Promise.race([
      broken,
      new Promise<T>((resolve, reject) => take((error, result) => (error ? reject(error) : resolve(result as T)))),
    ]);

  try {
    await step((done) => connection.connect(done));
    checkPin(connection, server);
    await logIn(connection, server, step);
    return await step<Accepted>((done) => connection.send(mail.envelope, mail.bytes, done as never));
  } finally {
    signal.removeEventListener('abort', abort);
    connection.close();
  }
}

type Step = <T>(take: (done: (error?: unknown, result?: T) => void) => void) => Promise<T>;

async function logIn(connection: SMTPConnection, { user, password }: SmtpServer, step: Step): Promise<void> {
  if (user === null) return;
  // Without a login the mail would be refused for good, as a stranger's.
  if (!connection.allowsAuth) throw new NoLogin('no login there');
  const credentials = { user, pass: password?.reveal() ?? '' };
  await step((done) => connection.login({ credentials }, done));
}

/** How the connection is protected: the receiver's settings as nodemailer's options. */
function encryption(server: SmtpServer) {
  const { host, port, tls, password, trusted, fingerprint } = server;
  const pinned = trusted !== null || fingerprint !== null;
  const options = {
    ...(trusted !== null && { ca: trusted }),
    // A certificate that is pinned needs no chain; `checkPin` looks at the certificate itself.
    ...(fingerprint !== null && { rejectUnauthorized: false }),
  };
  switch (tls) {
    case 'always':
      return { secure: true, tls: options };
    case 'starttls':
      return { secure: false, requireTLS: true, tls: options };
    case 'never':
      return { secure: false, ignoreTLS: true };
    case 'auto': {
      // Somebody on the way could cut STARTTLS out of the server's offer. A password must not follow in the clear then, and if a
      // certificate is asked for, nothing must.
      const exposed = pinned || (password !== null && !isLoopback(host));
      return { secure: port === 465, requireTLS: port !== 465 && exposed, tls: options };
    }
  }
}

/** Checks the pinned fingerprint, before anything but greetings has been said. */
function checkPin(connection: SMTPConnection, { fingerprint }: SmtpServer): void {
  if (fingerprint === null) return;
  const socket = connection._socket;
  const shown = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : undefined;
  if (shown === undefined || bare(shown) !== bare(fingerprint)) throw new WrongCertificate(shown ?? null);
}

/** A fingerprint without its colons, in lower case. */
function bare(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
