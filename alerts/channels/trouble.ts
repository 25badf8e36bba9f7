/** What went wrong on the way to a receiver, in words. Built from error codes alone: messages of errors may hold a secret. */

const CODE_IN_WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection cut',
  EPIPE: 'connection cut',
  ECONNECTION: 'connection cut',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'its name is not known',
  ENODATA: 'its name is not known',
  EDNS: 'its name could not be looked up',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNABORTED: 'connection cut',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  EACCES: 'not permitted to connect',
  EPROTOCOL: 'it does not speak the protocol',
  HPE_INVALID_CONSTANT: 'it does not speak the protocol',
  EABORT: 'interrupted',
  ABORT_ERR: 'interrupted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by nobody known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by nobody known here',
};

/** Takes whatever was thrown; returns the code that tells most: the innermost of its causes. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const { cause, errors, originalCode, code, name } = thrown as Record<string, unknown>;
  const inner = codeOf(cause) ?? (Array.isArray(errors) ? codeOf(errors[0]) : undefined);
  if (inner !== undefined) return inner;
  if (name === 'AbortError') return 'EABORT';
  return [originalCode, code].find((each) => typeof each === 'string');
}

/** Takes whatever was thrown; returns why, in words without names, addresses or secrets. */
export function troubleInWords(thrown: unknown): string {
  const code = codeOf(thrown);
  if (code === undefined) return 'it failed';
  return CODE_IN_WORDS[code] ?? `it failed (${code})`;
}

/** Whether the far side's certificate was not accepted. */
export function isCertificateFault(thrown: unknown): boolean {
  const code = codeOf(thrown) ?? '';
  return /CERT|LEAF_SIGNATURE|CRL|SELF_SIGNED/.test(code);
}
