/** Whether haplog understands anything at all of a log, by how its lines begin: one that it does not is as good as missing. Pure. */
import { classify, messageStart, parseHeader, parseLine } from '../../parsers/index.js';
import { ANY_CONTEXT, sentenceBehind } from './header-words.js';

/** Fewer lines show nothing. */
const LINES_ENOUGH = 3;

/** Whether none of these lines of a log begins as haplog knows it. */
export function isIllegible(lines: readonly string[]): boolean {
  const written = lines.filter((line) => line !== '');
  return written.length >= LINES_ENOUGH && !written.some(isLegible);
}

/** What a line begins with if it is dated at all; the grammar decides whether it is a time. */
const DATED = /^(?:<\d+>)?(?:1 )?(\d{4} [A-Z][a-z]{2} [ \d]\d \S+|[A-Z][a-z]{2} [ \d]\d \S+|\d\S+) /;
const HOST = /^[A-Za-z0-9.:_-]+ /;

/** HAProxy's own formats: the client's address and port, and when it was accepted. */
const REQUEST = /^[\da-f.:]+:\d+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:/i;

/** `haproxy[123]: `, behind which HAProxy's message stands. */
const SECOND_TAG = /^haproxy\S*\[\d+\]: /;

/**
 * The line is understood; or HAProxy's sentence would be in its message's place; or it is dated and its text looks like traffic, as where HAProxy's format and
 * rsyslog's input do not fit. The message stands behind the last header: there are two where a log is sent through a second syslog.
 */
function isLegible(line: string): boolean {
  // The first lines of most logs: of them the grammar is asked only for the header, else it would try all its sentences.
  const { header, message } = parted(line);
  if (REQUEST.test(message) && parseHeader(header, ANY_CONTEXT) !== null) return true;
  const said = parseLine(line, ANY_CONTEXT);
  if (said.ok && said.record.sentence.kind !== 'other') return true;
  const instead = sentenceBehind(headersOf(line));
  return (instead.ok && instead.record.sentence.kind === 'backend.exhausted') || isDatedTraffic(line);
}

/** All that stands before the message. */
function headersOf(line: string): string {
  const { header, message } = parted(line);
  const tag = SECOND_TAG.exec(message)?.[0];
  if (tag !== undefined) return header + tag;
  const again = parted(message.startsWith('1 ') ? `<0>${message}` : message).header;
  const isHeader = again.includes('haproxy') && parseHeader(again, ANY_CONTEXT) !== null;
  return isHeader ? header + again.replace(/^<0>/, '') : header;
}

function isDatedTraffic(line: string): boolean {
  const dated = DATED.exec(line);
  if (dated === null || !parseLine(`${dated[1]} h t: x`, ANY_CONTEXT).ok) return false;
  const text = line.slice(dated[0].length);
  return isTraffic(text) || (HOST.test(text) && isTraffic(text.replace(HOST, '')));
}

function isTraffic(text: string): boolean {
  const bytes = Buffer.from(`2026-01-01T00:00:00Z h t[1]: ${text}`);
  return classify(bytes, 0, bytes.length) === 'traffic';
}

function parted(line: string): { header: string; message: string } {
  const bytes = Buffer.from(line);
  const at = messageStart(bytes, 0, bytes.length);
  return { header: bytes.toString('utf8', 0, at), message: bytes.toString('utf8', at) };
}

/** What the operator is told of such a log. */
export const illegibleSaid = (path: string): string =>
  `${path}: its lines begin in no way that haplog knows, and nothing is understood of them (README: Logs that rsyslog did not write)`;
