/** An explanation in words: one paragraph for each thing that haplog asks of a line. Pure. */
import { formatStamp, incidentInWords } from '../../alerts/index.js';
import type { LineClass, LogRecord } from '../../parsers/index.js';
import { formatDuration } from '../duration.js';
import { narrate } from '../narrate.js';
import { printable } from '../printable.js';
import type { Effects, Explanation, Header, HeardAs, Telling } from './explanation.js';
import { type Part, paragraphs } from './paragraphs.js';
import { type LineRecord, sentenceJson } from './record.js';

/** How much of a line is shown before the place where the grammar stopped, and after it. */
const CHARS_BEFORE = 60;
const CHARS_AFTER = 100;

const TEMPLATES: Record<Header['template'], string> = {
  rfc3339: "RFC 3339 stamp, as in rsyslog's RSYSLOG_FileFormat",
  blanked: "date and time with a blank between, as in rsyslog's `date-pgsql` and `journalctl -o short-full`",
  traditional: "traditional stamp, without year and zone, as in rsyslog's RSYSLOG_TraditionalFileFormat",
  rfc5424: "RFC 5424, as in rsyslog's RSYSLOG_SyslogProtocol23Format",
  container: 'RFC 3339 stamp and stream, as in the log file of a Kubernetes container',
  stamp: 'RFC 3339 stamp alone, as in `docker logs --timestamps`',
};

const SCANS: Record<LineClass, string> = {
  candidate: 'candidate: it begins as a sentence about a state does, so the daemon reads it',
  traffic: 'traffic: it begins as a traffic line does, so the daemon passes over it and counts it',
  piece: 'piece: a part of a line of a container, which the daemon puts together with the others',
  other:
    'other: it begins as nothing that is known to tell of a state, so the daemon counts it and keeps a few of its kind',
};

/** A paragraph for each question; ends with a newline. */
export function explanationText(explanation: Explanation): string {
  const { record, header } = explanation;
  const { parsed } = record;
  const parts: Part[] = [
    [`line ${record.line}`, [printable(record.raw)]],
    ['header', parsed === null ? stopped(record) : headerLines(record, parsed, header)],
    ['origin', parsed === null ? [] : [originInWords(parsed, header)]],
    ['scan', [record.scan === null ? `none: ${record.reason}, so it is skipped and counted` : SCANS[record.scan]]],
    ['sentence', parsed === null ? [] : sentenceLines(record, parsed)],
    ['copy', copyLines(explanation.heardAs)],
    ...effectsParts(explanation, record.line),
  ];
  return paragraphs(parts);
}

/** What follows from the silence after the last line. */
export function silenceText(effects: Effects): string {
  return paragraphs([['silence', ['when no further line comes:']], ...effectsParts(effects, null)]);
}

/** `own`: the line that is being explained; what became of it stands under `copy`. */
function effectsParts(effects: Effects, own: number | null): Part[] {
  return [
    ['believed', beliefLines(effects, own)],
    ['changed', changedLines(effects)],
    ['tells', tellsLines(effects)],
  ];
}

/** Behind a traditional stamp, of programs that write one: OpenWrt's logread, syslog-ng. */
const YEAR = / \d{4}( UTC)?$/;
const ZONE = / UTC$/;

function templateInWords({ template }: Header, stamp: string): string {
  if (template !== 'traditional' || !(YEAR.test(stamp) || ZONE.test(stamp))) return TEMPLATES[template];
  if (!YEAR.test(stamp)) return 'traditional stamp with its zone, without year';
  return `traditional stamp with its year${ZONE.test(stamp) ? ' and zone' : ', without zone'}`;
}

function headerLines({ stamp }: LineRecord, parsed: LogRecord, header: Header | null): string[] {
  const pid = parsed.tagPid === null ? 'no pid' : `pid ${parsed.tagPid}`;
  const time =
    stamp === null ? '' : `${new Date(stamp.at).toISOString()} (${formatStamp(stamp.at, stamp.utcOffsetMin)})`;
  const pri = header?.pri ?? null;
  const words = header === null ? [] : [templateInWords(header, parsed.stamp)];
  const level = pri === null ? '' : `facility ${pri >> 3}, severity ${pri & 7}`;
  if (pri !== null) words.push(parsed.inWords ? `in words: ${level}` : `PRI ${pri}: ${level}`);
  const tag = parsed.tag === '' ? 'no tag' : `tag ${printable(parsed.tag)}`;
  return [words.join('; '), `${time}, host ${printable(parsed.host)}, ${tag}, ${pid}`];
}

function originInWords({ origin, times }: LogRecord, header: Header | null): string {
  const way = origin === 'syslog' ? 'syslog: sent to a `log` target' : `stderr: ${stderrInWords(header?.template)}`;
  return times === 1 ? way : `${way}; said ${times} times, folded into one line by rsyslog`;
}

function stderrInWords(template: Header['template'] | undefined): string {
  if (template === 'container') return "the container's standard error";
  const looks = "it looks like a copy of HAProxy's standard error";
  return template === 'stamp' ? looks : `${looks}, through journald`;
}

function sentenceLines(record: LineRecord, parsed: LogRecord): string[] {
  if (record.kind === 'traffic') return ['a traffic line, as far as the scan can tell'];
  if (record.kind === 'other') {
    const why = 'none that is known. What stands from here on is no whole sentence about a state:';
    const { raw } = record;
    return raw.endsWith(parsed.text)
      ? [why, ...pointedAt(raw, raw.length - parsed.text.length + 1)]
      : [why, printable(parsed.text)];
  }
  if (record.column !== null) {
    const why =
      record.kind === 'truncated'
        ? 'cut off in the middle, here:'
        : 'begins as one that is known, and goes on otherwise:';
    return [why, ...pointedAt(record.raw, record.column)];
  }
  const fields = Object.entries(sentenceJson(parsed) ?? {}).filter(([, value]) => value !== null);
  return [record.kind, ...fields.map(([name, value]) => `${name}: ${inWords(value)}`)];
}

/** Where the grammar could not go on. */
function stopped({ raw, reason, column }: LineRecord): string[] {
  return [`none: ${reason}`, ...(column === null ? [] : pointedAt(raw, column))];
}

/** The line around a column, from 1, and a caret under it. */
function pointedAt(raw: string, column: number): string[] {
  const at = column - 1;
  const from = Math.max(0, at - CHARS_BEFORE);
  const before = (from > 0 ? '…' : '') + printable(raw.slice(from, at));
  const after = printable(raw.slice(at, at + CHARS_AFTER)) + (at + CHARS_AFTER < raw.length ? '…' : '');
  return [before + after, `${' '.repeat(before.length)}^ column ${column}`];
}

/** A value of any sentence, even of one that this file has never heard of. */
function inWords(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  if (typeof value !== 'object' || value === null) return printable(String(value));
  const told = Object.entries(value).filter(([, inner]) => inner !== null);
  return told.map(([name, inner]) => `${name} ${inWords(inner)}`).join(', ');
}

function copyLines(heardAs: HeardAs | null): string[] {
  switch (heardAs?.kind) {
    case undefined:
      return [];
    case 'nothing':
      return ['no: it tells of no state'];
    case 'event':
      return ['no: the first line that says so, and believed', ...unheardLines(heardAs.unheard)];
    case 'waiting':
      return [
        'no: the first line that says so; it waits for a second one, or until none can come',
        ...unheardLines(heardAs.unheard),
      ];
    case 'suspect':
      return [`suspect: ${printable(heardAs.reason)}`];
    case 'again':
      return [
        'an earlier line, written again (as rsyslog does after its log host was away): the daemon passes over it',
      ];
    case 'copy':
      return [
        `of line ${heardAs.of}${heardAs.copies === null ? '' : `, which ${heardAs.copies} lines have said so far`}`,
      ];
  }
}

/** For a single line, or the end of a log: the daemon has heard the lines before it. */
function unheardLines(unheard: boolean): string[] {
  return unheard
    ? ['nothing was heard of this host before: who knows how it writes its changes may doubt the line']
    : [];
}

function beliefLines({ believed, doubted }: Effects, own: number | null): string[] {
  return [
    ...believed.filter((line) => line !== own).map((line) => `line ${line}`),
    ...doubted
      .filter(({ line }) => line !== own)
      .map(({ line, reason }) => `not line ${line}, which is suspect: ${printable(reason)}`),
  ];
}

function changedLines({ believed, transitions, outages, incidents }: Effects): string[] {
  if (believed.length === 0) return ['nothing'];
  const lines = [
    ...transitions.map(({ host, backend, server, from, to, planned }) => {
      return `${host}: server ${backend}/${server}: ${from} -> ${to}${planned ? ', planned' : ''}`;
    }),
    ...narrate({ transitions: [], outages, incidents }).map(({ words }) => words),
  ];
  return lines.length > 0
    ? lines.map(printable)
    : ['nothing: what it says was known, follows from nothing, or is of a worker that was replaced'];
}

function tellsLines({ incidents, tells, unrouted }: Effects): string[] {
  if (tells.length > 0) return tells.map((telling) => printable(tellingInWords(telling)));
  const open = incidents.filter(({ phase }) => phase !== 'resolved');
  if (open.length > 0 && open.every(({ planned }) => planned)) return ['nobody: it is planned work'];
  if (unrouted) return ['nobody: no route leads from this backend to a receiver'];
  return ['nobody'];
}

function tellingInWords({ receiver, event, incident, afterMs }: Telling): string {
  const when = event === 'firing' ? 'if it lasts for' : 'if it stays well for';
  const after = afterMs === 0 ? '' : `, ${when} ${formatDuration(afterMs)}`;
  return `${receiver}: ${event}: ${incidentInWords(incident)}${after}`;
}
