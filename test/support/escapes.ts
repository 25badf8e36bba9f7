/**
 * What HAProxy and rsyslog do to text that others wrote, before it stands in the log.
 *
 * Texts here are bytes: one character below 256 for each (latin1), so that what is no UTF-8 can be written too.
 */

/** A way in which HAProxy writes client text. */
export type Escape = keyof typeof escapes;

export const escapes = {
  /** `%r` and its parts: `#XX` (src/log.c, url_encode_map). */
  request: (text: string) => hexed(text, '"#'),
  /** Captured headers `%hr %hs`: braces and bars too (src/log.c, hdr_encode_map). */
  header: (text: string) => hexed(text, '"#{|}'),
  /** Captured cookies, and `%[...]` in a log-format: as the client sent it. A header holds no CR, LF and NUL. */
  raw: (text: string) => text.replace(/[\0\r\n]/g, ''),
  /** `ssl_fc_sni`: as the client sent it, line feeds too. */
  sni: (text: string) => text,
  /** `%{+json}o` and the `json` converter. */
  json: (text: string) => JSON.stringify(text).slice(1, -1),
} as const;

/** Control characters in a message become `#` and three octal digits; trailing line ends are gone before. */
export function rsyslogEscape(message: string): string {
  return message
    .replace(/[\0\n]+$/, '')
    .replace(/[\0-\x1f]/g, (c) => `#${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** Text of a checked server inside `info: "..."`: what is not printable as `<XX>` (src/chunk.c, chunk_asciiencode). */
export function infoEscape(text: string): string {
  return text.replace(/[^\x20-\x7e]|[<>"]/g, (c) => `<${hex(c)}>`);
}

function hexed(text: string, marks: string): string {
  return text.replace(/[^\x20-\x7e]|["#{|}]/g, (c) =>
    c > '\x1f' && c < '\x7f' && !marks.includes(c) ? c : `#${hex(c)}`,
  );
}

function hex(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}

/** The bytes of `text` in UTF-8, as characters below 256. */
export function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
