/** One line of a log as a record: what `haplog parse` prints and `haplog explain` begins with. Pure. */
import { type LineClass, type LineContext, type LogRecord, parseLine, type Stamp } from '../../parsers/index.js';
import { utc } from './json-rows.js';
import { parseTraffic, type Traffic } from './typed-traffic.js';

/** Where a line stands. */
export interface Place {
  /** Null: standard input. */
  file: string | null;
  /** From 1. */
  line: number;
  /** Of its first byte. */
  offset: number;
}

export type LineRecord = Place & {
  /** The sentence's kind, else `other`, `traffic`, `rejected` or `oversize`. */
  kind: string;
  /** What the byte scan takes it for; null for a line that is too long to be looked at. */
  scan: LineClass | null;
  /** The line, or as much of it as was kept. */
  raw: string;
  /** From 1: where the grammar could not go on. */
  column: number | null;
  /** What a traffic line in one of HAProxy's own formats says; null for all others. */
  traffic: Traffic | null;
} & ({ parsed: LogRecord; stamp: Stamp; reason: null } | { parsed: null; stamp: null; reason: string });

/** Kinds of lines that were not understood. */
const UNKNOWN = new Set(['other', 'truncated', 'near.miss', 'rejected', 'oversize']);

export function isUnknown(kind: string): boolean {
  return UNKNOWN.has(kind);
}

/** Takes a line without its newline. What the scan takes for traffic and the grammar has no sentence for is traffic. */
export function recordOf(raw: string, place: Place, scan: LineClass, context: LineContext): LineRecord {
  const result = parseLine(raw, context);
  const { file, line, offset } = place;
  if (!result.ok) {
    const { reason, column } = result;
    return {
      file,
      line,
      offset,
      kind: 'rejected',
      scan,
      raw,
      traffic: null,
      parsed: null,
      stamp: null,
      reason,
      column,
    };
  }
  const { record: parsed, stamp } = result;
  const { kind: says } = parsed.sentence;
  const kind = says === 'other' && scan === 'traffic' ? 'traffic' : says;
  const column = 'column' in parsed.sentence ? parsed.sentence.column : null;
  const traffic = kind === 'traffic' ? parseTraffic(parsed.text) : null;
  return { file, line, offset, kind, scan, raw, traffic, parsed, stamp, reason: null, column };
}

/** A line that is longer than haplog reads. */
export function oversizeRecord(beginning: string, place: Place): LineRecord {
  const reason = 'longer than 64 KiB';
  const nothing = { traffic: null, parsed: null, stamp: null, column: null };
  return { ...place, kind: 'oversize', scan: null, raw: beginning, reason, ...nothing };
}

/**
 * For programs: the same keys for every line, snake_case, nulls written out. What the sentence or the traffic line says stands apart under `says`, because a
 * sentence may speak of a pid or a host of its own. (One literal: a log has millions of lines, and spreading takes longer than parsing.)
 */
export function recordJson({
  file,
  line,
  offset,
  kind,
  scan,
  raw,
  traffic,
  parsed,
  stamp,
  reason,
  column,
}: LineRecord) {
  return {
    kind,
    time: stamp && utc(stamp.at),
    host: parsed?.host ?? null,
    tag: parsed?.tag ?? null,
    pid: parsed?.pid ?? null,
    origin: parsed?.origin ?? null,
    times: parsed?.times ?? null,
    says: traffic === null ? parsed && sentenceJson(parsed) : snakeCased(traffic),
    text: parsed?.text ?? raw,
    reason,
    column,
    scan,
    file,
    line,
    offset,
  };
}

/** The fields of a sentence of any kind, null if it has none. */
export function sentenceJson({ sentence }: LogRecord): Record<string, unknown> | null {
  let fields: Record<string, unknown> | null = null;
  for (const [key, value] of Object.entries(sentence)) {
    if (key === 'kind') continue;
    fields ??= {};
    fields[snakeCase(key)] = snakeCased(value);
  }
  return fields;
}

/** Plain data with its keys in snake_case, also those within. */
export function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), snakeCased(inner)]));
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
