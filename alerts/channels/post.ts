/**
 * One HTTP POST by Node's own client. (The global `fetch` would do, but its first use costs 15 MB of memory that is never
 * given back: see docs/decisions/0006-memory.md.) Redirects are not followed: that would hand the message, and perhaps
 * its headers, to whoever the answer names.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { HttpAnswer } from './http-answer.js';

/** Enough of an answer to say what was wrong. */
const MOST_ANSWER_BYTES = 4_096;

/**
 * Posts `body` and returns the answer with the beginning of its body. Throws what the network did: refused, reset, a bad
 * certificate, or the signal's abort.
 */
export async function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const bytes = Buffer.from(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method: 'POST', headers: { ...headers, 'content-length': bytes.length }, signal, agent: false };
    request(url, options, resolve).on('error', reject).end(bytes);
  });
  return { status: response.statusCode ?? 0, headers: response.headers, body: await beginningOf(response) };
}

/** Reads the answer's beginning and lets go of the rest. Never fails: the status is known. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MOST_ANSWER_BYTES) break; // ends the connection
    }
  } catch {
    // Cut or out of time in the middle of the answer: what has come is enough.
  }
  return Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString('utf8');
}
