/** What one POST carries. */
import type { Message } from '../channel.js';
import type { HttpAnswer } from '../http-answer.js';

/** The body, and headers in lower case, `content-type` among them. */
export interface Posting {
  headers: Record<string, string>;
  body: string;
}

/** How a service wants to be told. */
export interface Medium {
  /**
   * The posts that tell a message, one after the other: mostly one. If the service keeps what it was told as open, a test has a second
   * post, which ends it.
   * @param receiver its name in the config
   */
  postings(message: Message, receiver: string): Posting[];
  /** The answer with the status that it should have had, for a service that refuses with a status of success. */
  understand?(answer: HttpAnswer): HttpAnswer;
  /** False if each incident must be told by itself, because the service opens and closes it, or because programs read it. */
  takesDigests?: false;
  /** See `Channel`. */
  tellsApart?: true;
}

export function jsonPosting(value: unknown): Posting {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
