/** What `haplog parse` does: from bytes to printed records, in bounded memory however long the log is. */
import { classify, type LineContext, messageStart } from '../../parsers/index.js';
import { printableJson } from '../printable.js';
import { bytesOf, STDIN } from '../tail/given-bytes.js';
import { LineReader } from '../tail/lines.js';
import { LogFile } from '../tail/log-file.js';
import { UserError } from '../user-error.js';
import { checkKinds, isOf } from './kinds.js';
import { lineContext } from './line-context.js';
import { writeTo } from './output.js';
import type { PastOptions } from './past.js';
import { isUnknown, type LineRecord, oversizeRecord, recordJson, recordOf } from './record.js';
import { RecordTable } from './record-table.js';
import { remark } from './say.js';

export interface ParseOptions extends PastOptions {
  kind?: string[];
  unknown?: boolean;
  traffic?: boolean;
  output?: 'table' | 'jsonl';
}

/** Bytes whose lines are printed in one go. A line of a few bytes may become a record of hundreds. */
const PIECE_BYTES = 32 * 1024;

/** Prints records to standard output, and a summary of them to standard error. A file that cannot be read is a `UserError`. */
export async function parse(named: string[], options: ParseOptions): Promise<void> {
  const files = named.length > 0 ? named : [STDIN];
  if (named.length === 0 && process.stdin.isTTY) {
    throw new UserError('There is nothing to read: name a log, or give lines on standard input.');
  }
  checkKinds(options.kind ?? []);
  const context = await lineContext(options, Date.now());
  // A mistyped name among many is told before the first is printed.
  for (const file of files) if (file !== STDIN) LogFile.open(file).close();
  const counts = new Map<string, number>();
  const { stdout } = process;
  const asTable = (options.output ?? (stdout.isTTY ? 'table' : 'jsonl')) === 'table';
  await writeTo(stdout, recordsText(files, { ...options, asTable }, context, counts));
  remark(`${summary(counts)}${unseen(options.kind ?? [], counts)}`);
}

type View = ParseOptions & { asTable: boolean };

async function* recordsText(
  files: readonly string[],
  view: View,
  context: LineContext,
  counts: Map<string, number>,
): AsyncGenerator<string> {
  const table = new RecordTable(context.tz);
  const wanted = chooser(view);
  const withTraffic = view.traffic || view.kind?.includes('traffic');
  const text = (record: LineRecord) => (view.asTable ? table.row(record) : `${printableJson(recordJson(record))}\n`);
  const count = (kind: string) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (view.asTable) yield table.heading();

  for (const path of files) {
    const file = path === STDIN ? null : path;
    const reader = new LineReader();
    let rows: string[] = [];
    const take = (bytes: Buffer, start: number, end: number, whole: boolean) => {
      const scan = whole ? classify(bytes, start, end) : null;
      // Most of a log: not even decoded.
      if (scan === 'traffic' && !withTraffic && !mayBeRemark(bytes, start, end)) return count('traffic');
      const place = { file, line: reader.number, offset: reader.offset };
      const raw = bytes.toString('utf8', start, end);
      const record = scan === null ? oversizeRecord(raw, place) : recordOf(raw, place, scan, context);
      count(record.kind);
      if (wanted(record.kind)) rows.push(text(record));
    };
    for await (const chunk of bytesOf(path, process.stdin)) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        reader.push(chunk.subarray(at, at + PIECE_BYTES), take);
        if (rows.length > 0) yield rows.join('');
        rows = [];
      }
    }
    reader.finish(take);
    yield rows.join('');
  }
}

const CONNECT_FROM = Buffer.from('Connect from ');

/**
 * The daemon skips all lines that begin with C, because none tells of a state; here the remarks among them are read (`Connect() failed for
 * backend ...`).
 */
function mayBeRemark(bytes: Buffer, start: number, end: number): boolean {
  const message = messageStart(bytes, start, end);
  if (bytes[message] !== CONNECT_FROM[0]) return false;
  return !bytes.subarray(message, Math.min(end, message + CONNECT_FROM.length)).equals(CONNECT_FROM);
}

/** Which kinds are to be printed; the family `worker` stands for `worker.started` and all its like. */
function chooser({ kind: kinds, unknown }: View): (kind: string) => boolean {
  if (unknown) return isUnknown;
  if (kinds === undefined) return () => true;
  return (kind) => kinds.some((name) => isOf(kind, name));
}

/** `; none is of kind crash`: the kinds that were asked for and not found. */
function unseen(names: readonly string[], counts: ReadonlyMap<string, number>): string {
  const missing = names.filter((name) => ![...counts.keys()].some((kind) => isOf(kind, name)));
  return missing.length === 0 ? '' : `; none is of kind ${missing.join(', ')}`;
}

/** 92 lines: 60 understood (server 48, backend.exhausted 12), 30 traffic, 2 not understood (other 2). */
function summary(counts: ReadonlyMap<string, number>): string {
  const all = [...counts].sort(([, a], [, b]) => b - a);
  const told = (words: string, fits: (kind: string) => boolean) => {
    const kinds = all.filter(([kind]) => fits(kind));
    const names = kinds.map(([kind, count]) => `${kind} ${count}`).join(', ');
    return `${sum(kinds)} ${words}${names === '' || names.startsWith(`${words} `) ? '' : ` (${names})`}`;
  };
  const isTraffic = (kind: string) => kind === 'traffic';
  const understood = told('understood', (kind) => !isUnknown(kind) && !isTraffic(kind));
  return `${sum(all)} lines: ${[understood, told('traffic', isTraffic), told('not understood', isUnknown)].join(', ')}`;
}

function sum(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((total, [, count]) => total + count, 0);
}
