/**
 * What a mail server's answers mean for the message. Only a permanent answer (5xx, RFC 5321 section 4.2.1) to the
 * envelope or to the mail itself rejects it. What happens before that (connection, certificate, login) says nothing of
 * the mail: an operator may mend it, so it is tried again.
 */
import { plainText } from '../words.js';
import type { Outcome } from './channel.js';
import { codeOf, type Hints, troubleInWords } from './trouble.js';

/** What nodemailer tells of a mail that was accepted for at least one address. */
export interface Accepted {
  response: string;
  rejected?: string[] | undefined;
  rejectedErrors?: (SmtpFailure & { recipient?: string })[] | undefined;
}

/** What nodemailer puts on its errors. */
interface SmtpFailure {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  permanent?: boolean;
  /** Which of nodemailer's time limits has passed. */
  timeoutType?: string | undefined;
  /** The fingerprint of a certificate that is not the pinned one. */
  shown?: string | null;
}

const HINTS: Hints = {
  noTls: 'tls: always is for ports such as 465; for 25 and 587 leave tls out, or say tls: starttls',
  selfSigned: 'name it in tls_trust_file, or its fingerprint in tls_fingerprint',
  unknownSigner: 'name who signed it in tls_trust_file, or its fingerprint in tls_fingerprint',
  otherName: 'give that name as host, or its fingerprint in tls_fingerprint',
  expired: 'have it renewed there, or give its fingerprint in tls_fingerprint',
};

/** A server that waits for TLS from the first byte greets nobody. */
const NO_GREETING =
  'no greeting in time; check its address, and where the port is for TLS alone, as 465 is, say tls: always';

const NO_LOGIN = 'it offers no login, and a user is configured; check port and tls, or leave user and password out';

/** Answers of a server that wants a login or encryption first (RFC 4954 section 6, RFC 3207 section 4). */
const WANTS_LOGIN = new Set([530, 534, 535, 538]);

/** Takes the server's acceptance and its name; returns its answer, with the addresses it refused and whether for good. */
export function acceptedOutcome(accepted: Accepted, host: string): Outcome {
  const { response, rejected = [], rejectedErrors = [] } = accepted;
  const answer = plainText(response, 200);
  if (rejected.length === 0) return { kind: 'delivered', answer };
  const refused = rejected.map((address) => {
    const why = rejectedErrors.find((each) => each.recipient === address) ?? {};
    return { address, reason: `${host}: ${answerOf(why)}`, final: isFinal(why) };
  });
  return { kind: 'delivered', answer: `${answer}, but not for ${plainText(rejected.join(', '), 500)}`, refused };
}

/** Takes what nodemailer threw and the server's name; returns whether it is worth another attempt, and why. */
export function failedOutcome(thrown: unknown, host: string): Outcome {
  const failure = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as SmtpFailure;
  const { code } = failure;
  const aboutTheMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (aboutTheMail && isFinal(failure)) {
    return { kind: 'rejected', reason: `${host} refused the mail: ${answerOf(failure)}` };
  }
  return { kind: 'retry', reason: `${host}: ${inWords(thrown, failure)}` };
}

function isFinal({ responseCode = 0, permanent = responseCode >= 500 }: SmtpFailure): boolean {
  return permanent && !WANTS_LOGIN.has(responseCode);
}

function inWords(thrown: unknown, failure: SmtpFailure): string {
  const { code, command, responseCode = 0 } = failure;
  if (code === 'EAUTH') return `login failed, check user and password: ${answerOf(failure)}`;
  if (WANTS_LOGIN.has(responseCode))
    return `it wants a login or TLS first, check user, password and tls: ${answerOf(failure)}`;
  if (code === 'NO_LOGIN') return NO_LOGIN;
  if (code === 'PINNED_CERTIFICATE') return pinInWords(failure);
  if (code === 'ETLS' && codeOf(thrown) === 'ETLS' && command === 'STARTTLS')
    return `no STARTTLS there, and nothing is sent without: ${answerOf(failure)}`;
  if (failure.timeoutType === 'GREETING_TIMEOUT') return NO_GREETING;
  if (code === 'ETLS' && codeOf(thrown) === 'ETLS') return 'TLS could not be set up';
  return responseCode > 0 ? answerOf(failure) : troubleInWords(thrown, HINTS);
}

function pinInWords({ shown }: SmtpFailure): string {
  if (shown === null || shown === undefined) return 'no encryption, so its certificate cannot be checked';
  return `its certificate is not the pinned one, so it is not trusted; it has the fingerprint ${shown}`;
}

function answerOf({ response }: SmtpFailure): string {
  return response === undefined ? 'no answer' : plainText(response, 200);
}
