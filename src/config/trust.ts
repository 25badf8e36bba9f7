/** The certificates that mail servers are trusted by, read from the files that the configuration names. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { part, parts } from './cross.js';
import { systemReason } from './document.js';
import { resolvePath } from './find.js';
import { type Mistake, mistake } from './mistake.js';

/** Larger than any system's list of authorities; a log given by mistake is not read into memory. */
const SIZE_LIMIT = 4 << 20;

export interface Trust {
  /** By the position of the receiver: certificates in PEM. */
  found: Map<number, string>;
  mistakes: Mistake[];
}

/** Reads the `tls_trust_file` of every receiver of the file's value, whatever its shape. Never throws. */
export function readTrust(value: unknown, folder: string): Trust {
  const trust: Trust = { found: new Map(), mistakes: [] };
  for (const [i, receiver] of parts(part(value).receivers).entries()) {
    const { tls_trust_file: file } = part(part(receiver.email).smtp);
    if (typeof file !== 'string' || file === '') continue;
    const read = readCertificates(resolvePath(folder, file));
    if ('pem' in read) trust.found.set(i, read.pem);
    else trust.mistakes.push(mistake(['receivers', i, 'email', 'smtp', 'tls_trust_file'], read.trouble));
  }
  return trust;
}

function readCertificates(path: string): { pem: string } | { trouble: string } {
  let text: string;
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > SIZE_LIMIT) return { trouble: `${path} is no file of certificates` };
    text = readFileSync(path, 'latin1');
  } catch (error) {
    return { trouble: `cannot read ${path}: ${systemReason(error)}` };
  }
  // A private key in the same file is not taken along.
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) return { trouble: `${path} holds no certificate in PEM` };
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch {
    return { trouble: `${path} holds a certificate that cannot be read` };
  }
  return { pem: certificates.join('\n') };
}
