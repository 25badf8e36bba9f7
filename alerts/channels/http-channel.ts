/** A channel that tells by HTTP POSTs: what all services have in common, from the time limit to the outcome. */
import { createHash } from 'node:crypto';
import { asides } from './asides.js';
import type { Channel, Message, Outcome } from './channel.js';
import { type Deadline, deadlineWithin } from './deadline.js';
import type { Posting } from './formats/posting.js';
import type { HttpAnswer } from './http-answer.js';
import { httpOutcome } from './http-outcome.js';
import type { Target } from './http-target.js';
import { post } from './post.js';
import { codeOf, type Hints, troubleInWords } from './trouble.js';

const TO_TRUST = "name the certificate's file in NODE_EXTRA_CA_CERTS in haplog's environment";

const HINTS: Hints = {
  noTls: 'check its port, or whether it is http: and not https:',
  otherProtocol: 'check its port, or whether it is https: and not http:',
  selfSigned: TO_TRUST,
  unknownSigner: TO_TRUST,
};

export interface Request {
  target: Target;
  posting: Posting;
  /** Its outcome does not matter, and no message waits for it. */
  aside?: boolean;
}

export interface HttpManner {
  timeoutMs: number;
  /** The POSTs that tell a message, in order; undefined if the receiver's address is no http or https address. */
  requests(message: Message): Request[] | undefined;
  understand?: ((answer: HttpAnswer) => HttpAnswer) | undefined;
  takesDigests?: boolean;
  tellsApart?: boolean;
  ringsForMs?: number | null;
}

/**
 * Makes each POST after the one before was accepted; the outcome is that of the last one made. Those `aside` come after them, whatever
 * became of these, and take nothing of their time.
 */
export function httpChannel({
  timeoutMs,
  requests,
  understand,
  takesDigests = true,
  tellsApart = false,
  ringsForMs = null,
}: HttpManner): Channel {
  const beside = asides<Request>((request, deadline) => tell(request, deadline, understand));
  const inOrder = async (all: readonly Request[], signal: AbortSignal): Promise<Outcome> => {
    using deadline = deadlineWithin(signal, timeoutMs);
    let outcome: Outcome = { kind: 'rejected', reason: 'there is nothing to send' };
    for (const request of all) {
      outcome = (await tell(request, deadline, understand)).outcome;
      if (outcome.kind !== 'delivered') break;
    }
    return outcome;
  };
  return {
    takesDigests,
    tellsApart,
    ringsForMs,
    async send(message, signal) {
      const all = requests(message);
      if (all === undefined) return { kind: 'rejected', reason: 'its url is no http or https address' };
      const outcome = await inOrder(
        all.filter(({ aside }) => !aside),
        signal,
      );
      const others = all.filter(({ aside }) => aside);
      await beside.make(new Map(others.map((request) => [request.target.url.href, request])), signal);
      return outcome;
    },
    close: () => beside.close(),
  };
}

export interface Told {
  outcome: Outcome;
  /** Nobody listens at that address. */
  nobody: boolean;
}

/** Makes one POST, to its end. Never throws. */
export async function tell(
  { target, posting }: Request,
  deadline: Deadline,
  understand: (answer: HttpAnswer) => HttpAnswer = (answer) => answer,
): Promise<Told> {
  const headers = { 'user-agent': 'haplog', ...target.authorization, ...posting.headers };
  try {
    const answer = await post(target.url, headers, posting.body, deadline.signal);
    return { outcome: httpOutcome(understand(answer), target, Date.now()), nobody: false };
  } catch (thrown) {
    const why = deadline.passed ? 'no answer in time' : troubleInWords(thrown, HINTS);
    return { outcome: { kind: 'retry', reason: `${target.host}: ${why}` }, nobody: codeOf(thrown) === 'ECONNREFUSED' };
  }
}

/** The name of a message for a far side: `msg_` and 32 digits. Equal in every attempt, in an alphabet that no service minds. */
export function messageName({ id }: Pick<Message, 'id'>): string {
  return `msg_${digest(id)}`;
}

/** 32 hexadecimal digits. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
