/**
 * Finds in a traffic line, without decoding it, which backend was to serve, and whether that failed because no server could be reached.
 *
 * Reads HAProxy's own formats (httplog, httpslog, tcplog, CLF) and accepts what grammar/traffic.peggy accepts. What clients write (cookies, headers,
 * request, SNI) cannot stand in the place of the fields before it. A failure needs one thing more than the grammar asks for: Tc is -1, as it is where no
 * connection was made (HAProxy's manual, 8.4). Tc is left of all that a client writes (in CLF only the quoted request is before it).
 */
import { BRACE_CLOSE, BRACE_OPEN, BRACKET_CLOSE, COLON, DASH, DIGIT_1, QUOTE, SLASH, SPACE, TILDE } from './bytes.js';
import { digits, find, hex, isDigit, isLetter, letters, literal, one, quoted, signed, timer, word } from './cursor.js';

/**
 * The terminations that say that no server could be reached (HAProxy's manual, 8.5, "Session state at disconnection"; src/stream.c, sess_set_term_flags()):
 * `SC` the server refused the connection, or there was none to be asked (`<NOSRV>`, 503 in HTTP); `sC` "timeout connect" passed before the connection was
 * made; `sQ` "timeout queue" passed before a server was free. Not among them are requests that the client gave up (`CC`, `CQ`) or that HAProxy refused or
 * answered itself (`PR`, `LR`: `<NOSRV>` too), nor a 503 of the application (`--`).
 */
const FAILURES = ['SC', 'sC', 'sQ'].map((text) => [text.charCodeAt(0), text.charCodeAt(1)] as const);

/** What `findRequest` found. Given by the caller, so that nothing is allocated for a line. */
export interface RequestPlace {
  /** The backend's name is in `bytes[backend, backendEnd)`. */
  backend: number;
  backendEnd: number;
  /** No server could be reached. */
  failed: boolean;
}

/**
 * Reads the message in `bytes[message, end)`.
 * @returns false if it is in none of these formats: then nothing in `place` can be relied on
 */
export function findRequest(bytes: Uint8Array, message: number, end: number, place: RequestPlace): boolean {
  const address = word(bytes, message, end);
  if (address < 0) return false;
  const route = behindFrontend(bytes, message, address, end);
  const found =
    route < 0
      ? findInClf(bytes, literal(bytes, address, end, ' - - ['), end, place)
      : findInLog(bytes, route, end, place);
  if (found < 0) return false;
  place.failed = place.failed && FAILURES.some(([who, when]) => bytes[found] === who && bytes[found + 1] === when);
  return true;
}

/** Steps over client, date and frontend: all that stands before the route, in which no client writes. */
function behindFrontend(bytes: Uint8Array, message: number, address: number, end: number): number {
  let at = literal(bytes, address, end, ' [');
  if (at < 0 || !isEndpoint(bytes, message, address)) return -1;
  at = one(bytes, letters(bytes, one(bytes, digits(bytes, at, end), end, SLASH), end), end, SLASH);
  at = one(bytes, digits(bytes, at, end), end, COLON);
  if (at < 0) return -1;
  const time = at;
  while (at < end && bytes[at]! <= COLON && bytes[at]! >= 0x2e && bytes[at] !== SLASH) at++;
  const frontend = at > time ? literal(bytes, at, end, '] ') : -1;
  const blank = word(bytes, frontend, end);
  if (blank < 0) return -1;
  const close = bytes[blank - 1] === TILDE ? blank - 1 : blank;
  for (let i = frontend; i < close; i++) if (bytes[i] === SLASH || bytes[i] === TILDE) return -1;
  return close > frontend ? one(bytes, blank, end, SPACE) : -1;
}

/** `10.0.0.7:51234`, `::1:51234`, `unix:1`, `-:-`, `unknown`. */
function isEndpoint(bytes: Uint8Array, start: number, end: number): boolean {
  if (literal(bytes, start, end, 'unknown') === end || literal(bytes, start, end, '-:-') === end) return true;
  let port = end;
  while (port > start && isDigit(bytes[port - 1])) port--;
  if (port === end || port - 1 <= start || bytes[port - 1] !== COLON) return false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    const isPart = isDigit(byte) || isLetter(byte) || byte === COLON || byte === DASH || byte === 0x2e;
    if (!isPart && byte !== 0x25 && byte !== 0x5f) return false;
  }
  return true;
}

/** tcplog has three timers (Tw/Tc/Tt), httplog five (TR/Tw/Tc/Tr/Ta). Returns where the termination stands, or -1. */
function findInLog(bytes: Uint8Array, route: number, end: number, place: RequestPlace): number {
  const blank = word(bytes, route, end);
  const slash = find(bytes, route, blank, SLASH);
  if (slash <= route || slash + 1 >= blank) return -1;
  place.backend = route;
  place.backendEnd = slash;
  const second = one(bytes, timer(bytes, blank + 1, end), end, SLASH);
  const third = one(bytes, timer(bytes, second, end), end, SLASH);
  const last = timer(bytes, third, end);
  if (last < 0) return -1;
  if (bytes[last] === SPACE) {
    place.failed = isNever(bytes, second);
    const at = one(bytes, timer(bytes, last + 1, end), end, SPACE);
    return behindTermination(bytes, at, end, 2) >= 0 && load(bytes, at + 3, end) === end ? at : -1;
  }
  place.failed = isNever(bytes, third);
  const fifth = one(bytes, timer(bytes, one(bytes, last, end, SLASH), end), end, SLASH);
  const status = one(bytes, timer(bytes, fifth, end), end, SPACE);
  const sent = one(bytes, signed(bytes, status, end), end, SPACE);
  return behindCookies(bytes, one(bytes, timer(bytes, sent, end), end, SPACE), end);
}

/**
 * Where the termination stands, behind the cookies, or -1. Clients write in cookies, even blanks: the first place behind which the whole rest of a line
 * follows is taken.
 */
function behindCookies(bytes: Uint8Array, cookies: number, end: number): number {
  for (let at = find(bytes, cookies, end, SPACE); at >= 0; at = find(bytes, at + 1, end, SPACE)) {
    const behind = behindTermination(bytes, at + 1, end, 4);
    if (behind >= 0 && isRequest(bytes, load(bytes, behind, end), end)) return at + 1;
  }
  return -1;
}

/** Whether captured headers, the request in quotes and perhaps the handshake follow. `len` may have cut the line in headers or request. */
function isRequest(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (let group = literal(bytes, at, end, ' {'); group >= 0; group = literal(bytes, at, end, ' {')) {
    while (group < end && bytes[group] !== BRACE_CLOSE) {
      if (bytes[group] === BRACE_OPEN || bytes[group] === QUOTE) return false;
      group++;
    }
    if (group >= end) return true;
    at = group + 1;
  }
  const request = literal(bytes, at, end, ' "');
  if (request < 0) return false;
  const quote = find(bytes, request, end, QUOTE);
  if (quote < 0) return true;
  let stop = end;
  while (stop > quote + 1 && bytes[stop - 1] === SPACE) stop--;
  return stop === quote + 1 || isHandshake(bytes, one(bytes, quote + 1, stop, SPACE), stop);
}

/** httpslog: `0/0000000000000000/0/0/0 SNI/TLSv1.3/CIPHER`, and without TLS `0/-/-/-/0 -/-/-`. The SNI is the client's. */
function isHandshake(bytes: Uint8Array, start: number, end: number): boolean {
  const unlessDash = (at: number, read: typeof digits) => (bytes[at] === DASH ? at + 1 : read(bytes, at, end));
  let at = one(bytes, unlessDash(one(bytes, digits(bytes, start, end), end, SLASH), hex), end, SLASH);
  at = one(bytes, unlessDash(one(bytes, unlessDash(at, digits), end, SLASH), digits), end, SLASH);
  const sni = one(bytes, digits(bytes, at, end), end, SPACE);
  if (sni < 0) return false;
  const cipher = bytes.lastIndexOf(SLASH, end - 1);
  const version = cipher > sni ? bytes.lastIndexOf(SLASH, cipher - 1) : -1;
  if (version < sni || cipher === version + 1) return false;
  return find(bytes, version, end, SPACE) < 0 && cipher + 1 < end;
}

/** Behind ` - - [`: `date] "request" 503 212 "" "" 51234 123 "www" "shop" "<NOSRV>" 0 -1 -1 -1 0 SC-- 1 1 0 0 0 0 0`. */
function findInClf(bytes: Uint8Array, date: number, end: number, place: RequestPlace): number {
  const request = literal(bytes, find(bytes, date, end, BRACKET_CLOSE), end, '] ');
  let at = one(bytes, quoted(bytes, request, end), end, SPACE);
  at = one(bytes, signed(bytes, at, end), end, SPACE);
  at = literal(bytes, timer(bytes, at, end), end, ' "" "" ');
  at = one(bytes, digits(bytes, one(bytes, signed(bytes, at, end), end, SPACE), end), end, SPACE);
  const backend = one(bytes, quoted(bytes, at, end), end, SPACE);
  const server = one(bytes, quoted(bytes, backend, end), end, SPACE);
  at = one(bytes, quoted(bytes, server, end), end, SPACE);
  if (at < 0 || bytes[date] === BRACKET_CLOSE) return -1;
  place.backend = backend + 1;
  place.backendEnd = server - 2;
  // TR Tw Tc Tr Ta; of TCP Th Tw Tc Tt and the bytes received.
  for (let nth = 0; nth < 5; nth++) {
    if (nth === 2) place.failed = isNever(bytes, at);
    at = one(bytes, timer(bytes, at, end), end, SPACE);
  }
  let counter = behindTermination(bytes, at, end, 4);
  for (let nth = 0; nth < 6; nth++) {
    counter = one(bytes, nth === 4 ? timer(bytes, counter, end) : digits(bytes, counter, end), end, SPACE);
  }
  return digits(bytes, counter, end) < 0 ? -1 : at;
}

/** `%ac/%fc/%bc/%sc/%rc %sq/%bq`. */
function load(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let nth = 0; nth < 4; nth++) at = one(bytes, digits(bytes, at, end), end, SLASH);
  at = one(bytes, timer(bytes, at, end), end, SPACE);
  return digits(bytes, one(bytes, digits(bytes, at, end), end, SLASH), end);
}

/** Steps over the termination and the blank after it: two letters, in HTTP two more about the cookies. */
function behindTermination(bytes: Uint8Array, at: number, end: number, length: 2 | 4): number {
  const behind = at < 0 ? -1 : one(bytes, at + length, end, SPACE);
  for (let i = at; behind >= 0 && i < at + length; i++) {
    const byte = bytes[i]!;
    const isPart = byte === DASH || (i < at + 2 ? isLetter(byte) : isDigit(byte) || (byte >= 0x41 && byte <= 0x5a));
    if (!isPart) return -1;
  }
  return behind;
}

/** Whether a timer is -1: the stage was never reached. */
function isNever(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === DASH && bytes[at + 1] === DIGIT_1 && !isDigit(bytes[at + 2]);
}
