/** Signs a webhook as Standard Webhooks 1.0.0 says, so that its receiver knows who sent it, and when. */
import { createHmac } from 'node:crypto';
import type { Secret } from './receiver.js';

const PREFIX = 'whsec_';
/** The specification's bounds for a key, in bytes. */
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 64;

/** Whether a text is a secret to sign with: `whsec_` and 24 to 64 bytes in base64. */
export function isSigningSecret(text: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const { length } = keyOf(text);
  return length >= KEY_BYTES_MIN && length <= KEY_BYTES_MAX;
}

/**
 * The header `webhook-signature` of a request: one signature for each secret, so that a receiver may change from one secret to another
 * while both are in use.
 * @param timestamp seconds since 1970, as in the header `webhook-timestamp`
 */
export function signature(id: string, timestamp: string, body: string, secrets: readonly Secret[]): string {
  const signed = `${id}.${timestamp}.${body}`;
  return secrets
    .map((secret) => `v1,${createHmac('sha256', keyOf(secret.reveal())).update(signed).digest('base64')}`)
    .join(' ');
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}
