/** Whether haplog understands anything at all of a log, by how its lines begin: one that it does not is as good as missing. Pure. */
import { messageStart, parseHeader, parseLine } from '../../parsers/index.js';
import { ANY_TIME } from './header-words.js';

/** Fewer lines show nothing. */
const LINES_ENOUGH = 3;

/** `haproxy[123]: `, behind which HAProxy's message stands. */
const SECOND_TAG = /^[A-Za-z0-9._/-]+\[\d+\]: /;

/** Whether none of these lines of a log begins as haplog knows it. */
export function isIllegible(lines: readonly string[]): boolean {
  const written = lines.filter((line) => line !== '');
  return written.length >= LINES_ENOUGH && !written.some(isLegible);
}

/**
 * There is a header, and the message behind it does not begin with another one, as where a log is sent through a second syslog; or the line is
 * understood all the same.
 */
function isLegible(line: string): boolean {
  const said = parseLine(line, ANY_TIME);
  if (said.ok && said.record.sentence.kind !== 'other') return true;
  const { header, message } = parted(line);
  if (parseHeader(header, ANY_TIME) === null || SECOND_TAG.test(message)) return false;
  const again = parted(message.startsWith('1 ') ? `<0>${message}` : message);
  return (parseHeader(again.header, ANY_TIME)?.pid ?? null) === null;
}

function parted(line: string): { header: string; message: string } {
  const bytes = Buffer.from(line);
  const at = messageStart(bytes, 0, bytes.length);
  return { header: bytes.toString('utf8', 0, at), message: bytes.toString('utf8', at) };
}

/** What the operator is told of such a log. */
export const illegibleSaid = (path: string): string =>
  `${path}: its lines begin in no way that haplog knows, and nothing is understood of them (README: Logs that rsyslog did not write)`;
