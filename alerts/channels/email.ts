/** Tells by mail, over SMTP. */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { headerText, plainText } from '../words.js';
import type { Channel, Message } from './channel.js';
import { deadlineWithin } from './deadline.js';
import type { EmailReceiver } from './receiver.js';
import { acceptedOutcome, failedOutcome } from './smtp-outcome.js';

const CONNECTION_MS = 10_000;
const GREETING_MS = 10_000;
const SILENCE_MS = 30_000;
/** For the whole of it, however slowly the far side trickles. */
const ATTEMPT_MS = 120_000;

/** Takes a receiver of kind email; makes a connection for each attempt. Certificates are always checked. */
export function emailChannel(receiver: EmailReceiver): Channel {
  const { host } = receiver.smtp;
  const transport = openTransport(receiver);

  return {
    async send(message, signal) {
      using deadline = deadlineWithin(signal, ATTEMPT_MS);
      try {
        return acceptedOutcome(await transport.sendMail({ ...mailOf(message, receiver), signal: deadline.signal }));
      } catch (thrown) {
        if (deadline.passed) return { kind: 'retry', reason: `${host}: no answer in time` };
        return failedOutcome(thrown, host);
      }
    },
    close() {
      transport.close();
    },
  };
}

function openTransport(receiver: EmailReceiver) {
  return createTransport({
    host: receiver.smtp.host,
    port: receiver.smtp.port,
    ...encryption(receiver),
    ...login(receiver),
    connectionTimeout: CONNECTION_MS,
    dnsTimeout: CONNECTION_MS,
    greetingTimeout: GREETING_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** How the connection is protected: the receiver's `tls` in nodemailer's words. */
function encryption({ smtp }: EmailReceiver) {
  switch (smtp.tls) {
    case 'always':
      return { secure: true };
    case 'starttls':
      return { secure: false, requireTLS: true };
    case 'never':
      return { secure: false, ignoreTLS: true };
    case 'auto': {
      // Where somebody on the way could cut STARTTLS out of the server's offer, a password must not follow in the clear.
      const exposed = smtp.password !== null && !isLoopback(smtp.host);
      return { secure: smtp.port === 465, requireTLS: smtp.port !== 465 && exposed };
    }
  }
}

function login({ smtp }: EmailReceiver) {
  if (smtp.user === null) return {};
  return { auth: { user: smtp.user, pass: smtp.password?.reveal() ?? '' } };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function mailOf(message: Message, receiver: EmailReceiver): SendMailOptions {
  const domain = domainOf(receiver.from);
  const subject = plainText(message.subject, 400);
  // The receiver's name is part of it: each receiver has a thread of its own, whose first mail it was sent.
  const isRoot = message.event === 'firing' || message.event === 'test';
  const root = messageId(`${message.incidentId} ${receiver.name}`, isRoot ? message.event : 'firing', domain);
  return {
    from: receiver.from,
    to: receiver.to,
    // A later mail is a reply to the first, and says so as replies do.
    subject: isRoot ? subject : `Re: ${subject}`,
    text: message.text,
    messageId: isRoot ? root : messageId(message.id, message.event, domain),
    ...(isRoot ? {} : { inReplyTo: root, references: root }),
    headers: {
      // Keeps holiday answers away (RFC 3834) and lets people sort (RFC 2919).
      'Auto-Submitted': 'auto-generated',
      'List-Id': `haplog alerts <haplog.${domain}>`,
      'X-Haplog-Incident': headerText(message.incidentId, 200),
      'X-Haplog-Event': message.event,
    },
  };
}

/** The same in every attempt, so that a mail store can drop a repeat. Hashed, because ids of ours hold what an address may not. */
function messageId(id: string, event: Message['event'], domain: string): string {
  return `<${event}.${createHash('sha256').update(id).digest('hex').slice(0, 32)}@${domain}>`;
}

/** The part behind the @ of `haplog@example.org` or `haplog <haplog@example.org>`. */
function domainOf(from: string): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1];
  return domain ?? 'haplog.invalid';
}
