/** What went wrong on the way to a receiver, in words, and what may mend it. Made from error codes alone, because an error's message may hold a secret. */

/** What is wrong, and what an operator may do about it. */
const TROUBLES = {
  refused: ['connection refused', 'check that it runs, its port, and any firewall'],
  cut: ['connection cut', null],
  silent: ['no answer in time', 'check its address and port, and any firewall'],
  unknownName: ['its name is not known', 'check how it is written'],
  noLookup: ['its name could not be looked up', "check this machine's name servers"],
  unreachable: ['host unreachable', 'check its address and the route to it'],
  noNetwork: ['network unreachable', 'check the network of this machine and the route to it'],
  forbidden: ['not permitted to connect', "check this machine's firewall and what systemd allows haplog"],
  otherProtocol: ['it does not speak the protocol', 'check its port'],
  interrupted: ['interrupted', null],
  noTls: ['it does not speak TLS at that port', 'check its port'],
  noCommonTls: ['TLS could not be agreed on', 'its TLS may be too old: check which versions it speaks'],
  selfSigned: ['its certificate is self-signed, so it is not trusted', null],
  unknownSigner: ['its certificate is signed by nobody known here, so it is not trusted', null],
  expired: ['its certificate has expired, so it is not trusted', 'have it renewed there'],
  notYetValid: ['its certificate is not valid yet, so it is not trusted', "check this machine's clock"],
  otherName: [
    'its certificate is for another name, so it is not trusted',
    'call it by the name that the certificate is for',
  ],
} as const satisfies Record<string, readonly [words: string, hint: string | null]>;

type Trouble = keyof typeof TROUBLES;

/** By the codes of the system (errno), of Node and its resolver, of nodemailer, and of OpenSSL. */
const BY_CODE: Record<string, Trouble> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'cut',
  EPIPE: 'cut',
  ECONNECTION: 'cut',
  ECONNABORTED: 'cut',
  ETIMEDOUT: 'silent',
  ENOTFOUND: 'unknownName',
  ENODATA: 'unknownName',
  EDNS: 'noLookup',
  EAI_AGAIN: 'noLookup',
  ESERVFAIL: 'noLookup',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'noNetwork',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  EPROTOCOL: 'otherProtocol',
  HPE_INVALID_CONSTANT: 'otherProtocol',
  EABORT: 'interrupted',
  ABORT_ERR: 'interrupted',
  // How a server that speaks in the clear shows, by its first bytes and by the version of OpenSSL.
  ERR_SSL_WRONG_VERSION_NUMBER: 'noTls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'noTls',
  ERR_SSL_RECORD_LAYER_FAILURE: 'noTls',
  EPROTO: 'noTls',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'noCommonTls',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'noCommonTls',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'noCommonTls',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': 'noCommonTls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'selfSigned',
  SELF_SIGNED_CERT_IN_CHAIN: 'selfSigned',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknownSigner',
  UNABLE_TO_GET_ISSUER_CERT: 'unknownSigner',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknownSigner',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'notYetValid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'otherName',
};

/** What a channel knows better about what may mend it. */
export type Hints = Readonly<Partial<Record<Trouble, string>>>;

/** Takes whatever was thrown; returns the code that tells most: the innermost of its causes. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const { cause, errors, originalCode, code, name } = thrown as Record<string, unknown>;
  const inner = codeOf(cause) ?? (Array.isArray(errors) ? codeOf(errors[0]) : undefined);
  if (inner !== undefined) return inner;
  if (name === 'AbortError') return 'EABORT';
  return [originalCode, code].find((each) => typeof each === 'string');
}

/**
 * Takes whatever was thrown, and hints that go before the general ones; returns why, in words without names, addresses or
 * secrets, and what may mend it.
 */
export function troubleInWords(thrown: unknown, own: Hints = {}): string {
  const code = codeOf(thrown);
  if (code === undefined) return 'it failed';
  const trouble = BY_CODE[code];
  if (trouble === undefined) return `it failed (${code})`;
  const [words, general] = TROUBLES[trouble];
  const hint = own[trouble] ?? general;
  return hint === null ? words : `${words}; ${hint}`;
}
