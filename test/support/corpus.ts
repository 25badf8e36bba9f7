/**
 * Logs that carry their answers: a line of the log, and below it, behind `#=`, what it says.
 * `npm run bless` rewrites the answers for a person to review.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Cause,
  parseLine,
  parseTraffic,
  type Sentence,
  type Sessions,
  type TimeContext,
} from '../../parsers/index.js';

export interface Golden {
  /** `sentences.log:12`, for the test's name. */
  where: string;
  line: string;
  want: string | undefined;
  context: TimeContext;
}

export interface GoldenFile {
  path: string;
  /** Every line of the file that is no answer: comments, settings, log lines. */
  kept: string[];
  goldens: Golden[];
}

/** All files of a folder. A file's first line may set zone and latest instant: `#! tz=UTC as-of=2026-11-23T00:00:00Z`. */
export function corpus(folder: string): GoldenFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => readGoldens(join(folder, name), name));
}

function readGoldens(path: string, name: string): GoldenFile {
  const kept: string[] = [];
  const goldens: Golden[] = [];
  let context: TimeContext = { tz: 'UTC', asOf: Date.parse('2026-11-23T00:00:00Z') };
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .forEach((line, index) => {
      if (line.startsWith('#= ')) {
        goldens.at(-1)!.want = line.slice(3);
        return;
      }
      kept.push(line);
      const setting = /^#! tz=(\S+) as-of=(\S+)/.exec(line);
      if (setting) context = { tz: setting[1]!, asOf: Date.parse(setting[2]!) };
      if (!line.startsWith('#')) goldens.push({ where: `${name}:${index + 1}`, line, want: undefined, context });
    });
  return { path, kept, goldens };
}

/** What haplog reads in a line, in one readable line. */
export function answer({ line, context }: Golden): string {
  const parsed = parseLine(line, context);
  if (!parsed.ok) return `rejected: ${parsed.reason}`;
  const { record, stamp } = parsed;
  if (record.sentence.kind === 'other') return traffic(record.text);
  const times = record.times > 1 ? ` x${record.times}` : '';
  const priority = record.priority === null ? '' : `<${record.priority}> `;
  const level = record.level === null ? '' : ` level=${record.level}`;
  const when = new Date(stamp.at).toISOString();
  return `${priority}${when} ${record.host} ${record.pid} ${record.origin}${level}${times} ${saying(record.sentence)}`;
}

/** What the daemon passes over. */
function traffic(message: string): string {
  const read = parseTraffic(message);
  if (read === null) return 'other';
  const { format, ...fields } = read;
  return `traffic ${format} ${listed(fields)}`;
}

/** States in words of their own; of every other sentence its kind and all that it tells, whatever that is. */
function saying(sentence: Exclude<Sentence, { kind: 'other' }>): string {
  switch (sentence.kind) {
    case 'server': {
      const { backend, server } = sentence.server;
      const counts = sentence.counts ? ` ${sentence.counts.active}+${sentence.counts.backup}` : '';
      return `${sentence.backup ? 'backup ' : ''}server ${backend}/${server} ${changing(sentence)}${counts}${waiting(sentence.sessions)} ${why(sentence.cause)}`;
    }
    case 'backend.exhausted':
      return `backend ${sentence.backend} exhausted`;
    case 'proxy.stopped':
      return `proxy ${sentence.proxy} stopped`;
    case 'worker.started':
      return `worker ${sentence.pid} started`;
    case 'worker.loading':
      return `worker ${sentence.pid} loading`;
    case 'worker.failed':
      return `worker ${sentence.pid} failed ${sentence.code}`;
    case 'worker.ended':
      return `${sentence.former ? 'former' : 'current'} worker ${sentence.pid} ended ${sentence.code}${sentence.loaded ? ', the next one has loaded' : ''}`;
    default: {
      const { kind, ...fields } = sentence;
      return `${kind} ${listed(fields)}`.trimEnd();
    }
  }
}

/** Sessions that went on or waited, where there were any: `3 active, 2 requeued, 1 queued`. */
function waiting(sessions: Sessions | null): string {
  const told = Object.entries(sessions ?? {}).filter(([, count]) => count);
  return told.length === 0 ? '' : ` ${told.map(([name, count]) => `${count} ${name}`).join(', ')}`;
}

/** `name=value` for all that is there: nulls, and what is merely not so, are left out. */
function listed(fields: object): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== null && value !== false)
    .map(([name, value]) => (value === true ? name : `${name}=${shown(value)}`))
    .join(' ');
}

function shown(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"()=]+$/.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if ('class' in value) return why(value as Cause);
  if ('server' in value && 'backend' in value && typeof value.server === 'string')
    return `${value.backend}/${value.server}`;
  return Object.values(value).map(shown).join('/');
}

function changing({ change }: Extract<Sentence, { kind: 'server' }>): string {
  if (change.to === 'ready') return `ready(${change.operational}${change.drain ? ', drain' : ''})`;
  if (change.to === 'undrain') return `undrain(${change.operational})`;
  return change.to;
}

function why({ class: kind, reason, code, info, durationMs, via }: Cause): string {
  const parts = [
    kind,
    reason && JSON.stringify(reason),
    code !== null && `code=${code}`,
    info !== null && `info=${JSON.stringify(info)}`,
    durationMs !== null && `${durationMs}ms`,
    via && `via ${via.backend}/${via.server}`,
  ];
  return `(${parts.filter(Boolean).join(' ')})`;
}
