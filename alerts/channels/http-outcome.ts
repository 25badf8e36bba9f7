/** What an HTTP status means for the message: accepted, worth another attempt, or refused for good. */
import { LONGEST_WAIT_MS } from '../backoff.js';
import { plainText } from '../words.js';
import type { Outcome } from './channel.js';
import type { HttpAnswer } from './http-answer.js';

/** Timeout, too early, too many requests: the same message can be accepted later. So can it after any 5xx. */
const TRY_AGAIN = new Set([408, 425, 429]);

/** Takes the answer, who gave it, and the time; returns the outcome. It shows the beginning of the body, without any secret that the body repeats. */
export function httpOutcome(
  { status, headers, body }: HttpAnswer,
  { host, secrets }: { host: string; secrets: string[] },
  now: number,
): Outcome {
  const said = plainText(withoutSecrets(body, secrets), 200);
  const answer = said === '' ? String(status) : `${status}: ${said}`;
  if (status >= 200 && status < 300) return { kind: 'delivered', answer };
  if (status >= 300 && status < 400) {
    return { kind: 'rejected', reason: `${host} answered ${status}, a redirect, which is not followed` };
  }
  const reason = `${host} answered ${answer}`;
  if (status < 500 && !TRY_AGAIN.has(status)) return { kind: 'rejected', reason };
  const afterMs = retryAfterMs(headers['retry-after'], now);
  return afterMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, afterMs };
}

/** Takes a Retry-After header, seconds or a date (RFC 9110, section 10.2.3); returns milliseconds, two hours at most; undefined for anything else. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  if (Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}

function withoutSecrets(text: string, secrets: string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}
