/** The house as a test sees it: every source file with what it imports, read from the text alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';

export interface Import {
  /** A path in the house for a relative import (`alerts/step.ts`), else the package's name. */
  to: string;
  relative: boolean;
  /** Erased by the compiler: nothing of it runs. */
  typeOnly: boolean;
}

export interface SourceFile {
  path: string;
  text: string;
  /** The text without comments. */
  code: string;
  /** The code with its strings emptied: what is left does something. */
  deeds: string;
  imports: Import[];
}

/** All files of the house by path. */
export type House = ReadonlyMap<string, SourceFile>;

const rooms = ['parsers', 'alerts', 'src'];

/** Reads parsers/ with its grammar, alerts/ and src/ with its WebAssembly below `root`; what is generated is nobody's writing. */
export function readHouse(root: string): House {
  const paths = rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|peggy|wat)$/.test(name) && !name.includes('.gen.'))
      .map((name) => join(room, name)),
  );
  return houseOf(Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')])));
}

/** A house of these texts by path. */
export function houseOf(texts: Record<string, string>): House {
  return new Map(Object.entries(texts).map(([path, text]) => [path, sourceFile(path, text)]));
}

/** The comment a file opens with, after the line that names its interpreter. */
export function headerOf({ text }: SourceFile): string {
  return /^(?:#!.*\n)?\s*(\/\*[\s\S]*?\*\/|;;.*)/.exec(text)?.[1] ?? '';
}

function sourceFile(path: string, text: string): SourceFile {
  const code = text.replace(lexeme, (found) => (isComment(found) ? ' ' : found));
  const deeds = text.replace(lexeme, (found) => (isComment(found) ? ' ' : isString(found) ? "''" : found));
  return { path, text, code, deeds, imports: importsOf(path, code) };
}

/**
 * Comments, strings, templates and regular expressions: whatever may hold a quote or a slash that means nothing.
 * A slash begins a regular expression where no value stands before it. Templates are kept: code stands in them.
 */
const lexeme = new RegExp(
  [
    /\/\*[\s\S]*?\*\//,
    /\/\/.*/,
    /'(?:\\.|[^'\\\n])*'/,
    /"(?:\\.|[^"\\\n])*"/,
    /`(?:\\[\s\S]|[^`\\])*`/,
    /(?<=(?:[=(,:;!&|?{}[>]|\breturn|^)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gm',
);

function isComment(found: string): boolean {
  return found.startsWith('/*') || found.startsWith('//');
}

function isString(found: string): boolean {
  return found.startsWith("'") || found.startsWith('"');
}

const importing =
  /\b(?:import|export)\b(?<clause>[^;'"`()]*?)\bfrom\s*['"](?<from>[^'"]+)['"]|(?<!['"])\bimport\s*\(?\s*['"](?<bare>[^'"\s]+)['"]/g;

function importsOf(path: string, code: string): Import[] {
  return [...code.matchAll(importing)].map(({ groups = {} }) => {
    const name = groups.from ?? groups.bare ?? '';
    const relative = name.startsWith('.');
    const to = relative ? join(dirname(path), name).replace(/\.js$/, '.ts') : packageOf(name);
    return { to, relative, typeOnly: groups.clause !== undefined && onlyTypes(groups.clause) };
  });
}

/** `type X`, `type { A, B }`, `{ type A, type B }`. */
function onlyTypes(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
  return names?.split(',').every((name) => /^\s*(type\s|$)/.test(name)) ?? false;
}

/** `pino/file` is of `pino`, `@scope/name/part` of `@scope/name`; Node's own keep their name. */
function packageOf(name: string): string {
  if (name.startsWith('node:')) return name;
  const parts = name.split('/');
  return parts.slice(0, name.startsWith('@') ? 2 : 1).join('/');
}
