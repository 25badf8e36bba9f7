/** The configuration as YAML: its value, and the line and column of every part of it. */
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
  YAMLParseError,
} from 'yaml';
import { UserError } from '../user-error.js';
import type { Mistake, Path } from './mistake.js';

/** Far above any configuration; a log given by mistake is not read into memory. */
const SIZE_LIMIT = 1 << 20;

export interface ConfigDocument {
  /** What the file says; an empty mapping if it is empty. */
  value: unknown;
  /** Whether it says nothing, or is all comment. */
  empty: boolean;
  /** Whether every user of the machine may read the file. */
  worldReadable: boolean;
  /** `haplog.yaml:3:5`, where the mistake is: the nearest place that is there. */
  locate(mistake: Mistake): { place: string; offset: number };
}

/** Reads and parses the file. A file that cannot be read or is no YAML is a `UserError`, a line for each mistake. */
export function readDocument(path: string): ConfigDocument {
  const { text, mode } = readText(path);
  const lines = new LineCounter();
  // No pretty errors: they quote the file, and with it its secrets.
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, logLevel: 'error' });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const flaws = [...yaml.errors, ...yaml.warnings, ...looseAliases(yaml)];
  if (flaws.length > 0) throw new UserError(syntaxMistakes(flaws, text, place));
  const value = plainValue(yaml, path) ?? null;
  return {
    value: value ?? {},
    empty: value === null,
    worldReadable: (mode & 0o004) !== 0,
    locate(mistake) {
      const offset = offsetOf(yaml, mistake);
      return { place: place(offset), offset };
    },
  };
}

/** `no such file or directory`, for an error of the file system. */
export function systemReason(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? message;
}

function refused(path: string, reason: string): UserError {
  return new UserError(`Cannot read the configuration "${path}": ${reason}.`);
}

function readText(path: string): { text: string; mode: number } {
  let bytes: Buffer;
  let mode: number;
  let file: number | undefined;
  try {
    // Opening a pipe would wait for its writer.
    const found = statSync(path);
    if (found.isDirectory()) throw refused(path, 'it is a directory');
    if (!found.isFile()) throw refused(path, 'it is no regular file');
    file = openSync(path, 'r');
    const stat = fstatSync(file);
    if (stat.size > SIZE_LIMIT) throw refused(path, 'it is larger than 1 MiB');
    mode = stat.mode;
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw refused(path, systemReason(error));
  } finally {
    if (file !== undefined) closeSync(file);
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), mode };
  } catch {
    throw refused(path, 'it is not UTF-8 text');
  }
}

/** The parser lets an alias without its anchor pass until its value is asked for, and then no longer knows the place. */
function looseAliases(yaml: Document): YAMLError[] {
  const loose: YAMLError[] = [];
  visit(yaml, {
    Alias(_, alias) {
      const [start, end] = alias.range ?? [0, 0];
      if (!alias.resolve(yaml)) loose.push(new YAMLParseError([start, end], 'BAD_ALIAS', ''));
    },
  });
  return loose;
}

function plainValue(yaml: Document, path: string): unknown {
  try {
    return yaml.toJS();
  } catch {
    // The one thing a document without flaws can still throw: aliases of aliases that would fill the memory.
    throw refused(path, 'its aliases multiply without measure');
  }
}

/** Our own words for errors in which the parser would quote the file, and perhaps a secret. */
const SYNTAX_WORDS: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'an alias (*name) that no anchor (&name) stands for',
  BAD_DQ_ESCAPE: 'an unknown escape in a text in double quotes; write \\\\ for a backslash',
  BAD_SCALAR_START: 'a text that starts with this sign needs quotes',
  MULTILINE_IMPLICIT_KEY: 'a key without its colon, or a text over several lines that needs quotes',
  MULTIPLE_DOCS: 'a second document; everything belongs into one, without ---',
  TAB_AS_INDENT: 'a tab; YAML indents with spaces',
  TAG_RESOLVE_FAILED: 'an unknown tag; a text that starts with ! needs quotes',
  UNEXPECTED_TOKEN: 'this does not fit here; a quote, a comma or an indent may be wrong nearby',
};

/** One mistake for each line of the file, because what follows on it is mostly the same mistake again; ten at most. */
function syntaxMistakes(flaws: readonly YAMLError[], text: string, place: (offset: number) => string): string {
  const told = new Map<string, string>();
  for (const { code, message, pos } of flaws.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const where = place(pos[0]);
    const line = where.slice(0, where.lastIndexOf(':'));
    const key = code === 'DUPLICATE_KEY' ? /^[\w-]+(?= *:)/.exec(text.slice(pos[0])) : null;
    const words = key ? `the key "${key[0]}" stands here twice` : (SYNTAX_WORDS[code] ?? lowerFirst(message));
    if (!told.has(line)) told.set(line, `${where}: ${words}`);
  }
  return [...told.values()].slice(0, 10).join('\n');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Where the path leads, as far as there is something: to a value, else to a key without one. */
function offsetOf(yaml: Document, { path, inKey }: Mistake): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const part = path.slice(0, depth);
    const offset = (inKey && depth === path.length ? null : valueOffset(yaml, part)) ?? keyOffset(yaml, part);
    if (offset !== null) return offset;
  }
  return 0;
}

function valueOffset(yaml: Document, path: Path): number | null {
  const node = path.length === 0 ? yaml.contents : yaml.getIn(path, true);
  return isNode(node) && node.range ? node.range[0] : null;
}

function keyOffset(yaml: Document, path: Path): number | null {
  const parent = path.length === 1 ? yaml.contents : yaml.getIn(path.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : null;
  return isNode(pair?.key) && pair.key.range ? pair.key.range[0] : null;
}
