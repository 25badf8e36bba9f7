/** A real SMTP server on loopback that keeps what it is sent. */
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { Inbox } from './inbox.js';

export interface Mail {
  /** As it came over the wire, header and body. */
  raw: string;
  /** Who it was handed in for. */
  recipients: string[];
  parsed: ParsedMail;
}

export interface Mailbox extends AsyncDisposable {
  port: number;
  mails: Inbox<Mail>;
}

/** The answer that a handler of smtp-server turns into an SMTP reply. */
export function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** Opens on a free port of 127.0.0.1; without options it takes every mail, unencrypted and without login. */
export async function mailbox(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const mails = new Inbox<Mail>('mail');
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 1_000,
    onData: async (stream, session, done) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const raw = Buffer.concat(chunks);
      const recipients = session.envelope.rcptTo.map(({ address }) => address);
      mails.put({ raw: raw.toString('utf8'), recipients, parsed: await simpleParser(raw) });
      done();
    },
    ...options,
  });
  // A client that goes away in the middle is no concern of the server's.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(resolve)),
  };
}
