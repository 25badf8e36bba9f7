/**
 * A message as a mail: its header, by which it finds its thread, and its two bodies. Equal in every attempt, except the date and the
 * boundary between the bodies.
 */
import { createHash } from 'node:crypto';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { headerText, plainText, undecoded } from '../words.js';
import type { Message } from './channel.js';
import { mailPage } from './mail-page.js';
import type { EmailReceiver } from './receiver.js';

/** A mail as it is handed over. */
export interface Mail {
  /** Bare addresses: whom it is from and whom it goes to, whatever its header says. */
  envelope: { from: string; to: string[] };
  bytes: Buffer;
}

/** Takes a message and who gets it. The lines of the mail end as SMTP wants them, or as programs of this machine do. */
export async function composed(message: Message, receiver: EmailReceiver, lineEnd: 'CRLF' | 'LF'): Promise<Mail> {
  const composer = createTransport({
    streamTransport: true,
    buffer: true,
    newline: lineEnd === 'CRLF' ? 'windows' : 'unix',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { envelope, message: bytes } = await composer.sendMail(mailOf(message, receiver));
  return { envelope: { from: envelope.from || '', to: envelope.to }, bytes: bytes as Buffer };
}

function mailOf(message: Message, receiver: EmailReceiver): SendMailOptions {
  const domain = domainOf(receiver.from);
  const subject = undecoded(plainText(message.subject, 400));
  // The receiver's name is part of it: each receiver has a thread of its own, and was sent the first mail of that. A digest stands alone.
  const isRoot = message.event === 'firing' || message.event === 'digest' || message.event === 'test';
  const root = messageId(`${message.incidentId} ${receiver.name}`, isRoot ? message.event : 'firing', domain);
  return {
    from: receiver.from,
    to: receiver.to,
    // A later mail is a reply to the first, and says so as replies do.
    subject: isRoot ? subject : `Re: ${subject}`,
    // The best comes last (RFC 2046, section 5.1.4), so the text is first; it is complete in itself.
    text: message.text,
    html: mailPage(message),
    textEncoding: 'quoted-printable',
    messageId: isRoot ? root : messageId(message.id, message.event, domain),
    ...(isRoot ? {} : { inReplyTo: root, references: root }),
    headers: {
      // Keeps holiday answers away (RFC 3834) and lets people sort (RFC 2919).
      'Auto-Submitted': 'auto-generated',
      'List-Id': `haplog alerts <haplog.${domain}>`,
      'X-Haplog-Incident': headerText(message.incidentId, 200),
      'X-Haplog-Event': message.event,
      ...(message.incident && { 'X-Haplog-Severity': message.incident.severity }),
    },
  };
}

/** The same in every attempt, so that a mail store can drop a repeat. Hashed, because our ids hold characters that an address may not. */
function messageId(id: string, event: Message['event'], domain: string): string {
  return `<${event}.${createHash('sha256').update(id).digest('hex').slice(0, 32)}@${domain}>`;
}

/** The part behind the @ of `haplog@example.org` or `haplog <haplog@example.org>`. */
function domainOf(from: string): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1];
  return domain ?? 'haplog.invalid';
}
