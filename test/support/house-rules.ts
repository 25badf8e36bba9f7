/** The rules that hold the house up. Each takes a file and the house and returns what is broken, in words. */
import { builtinModules } from 'node:module';
import { type House, headerOf, type SourceFile } from './house.js';

export type Rule = (file: SourceFile, house: House) => string[];

const mayImport: Record<string, string[]> = {
  parsers: ['parsers'],
  alerts: ['alerts', 'parsers'],
  src: ['src', 'alerts', 'parsers'],
};
const linesMax = 250;
const channels = 'alerts/channels/';

/** Where the environment is read: at the edge, where an operator's words are taken apart. */
const environment = ['src/main.ts', 'src/paths.ts', 'src/terminal.ts', 'src/config/', 'src/cli/'];

const toNetwork = ['net', 'http', 'https', 'http2', 'tls', 'dgram', 'dns', 'nodemailer', 'undici', 'ws'];
const toDatabase = ['better-sqlite3', 'sqlite'];
const effects = ['better-sqlite3', 'nodemailer', 'pino', 'pino-pretty', 'tail-file', 'commander', ...builtinModules];

const impureDeeds: [RegExp, string][] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.|\bTemporal\.Now\b/, 'looks at the clock'],
  [/\bMath\.random\b|\bcrypto\./, 'throws dice'],
  [/\bprocess\./, 'looks at the process'],
  [/\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/, 'starts a timer'],
  [/\bfetch\(/, 'reaches the network'],
  [/\bconsole\./, 'prints'],
];

const sql =
  /\b(?:SELECT\s[\s\S]+?\sFROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(?:TABLE|INDEX)|PRAGMA\s)/;
const vague = /^(?:managers?|services?|helpers?|utils?|handlers?|base)$/i;

export const rules = {
  /** Imports point left, across folders only through the door. */
  direction({ path, imports }) {
    const room = roomOf(path);
    return (
      imports
        // What haplog is called and which version it is may be known everywhere.
        .filter(({ relative, to }) => relative && to !== 'package.json')
        .flatMap(({ to }) => {
          const other = roomOf(to);
          if (!mayImport[room]?.includes(other)) return [`imports ${to}: ${room}/ may not import ${other}/`];
          if (other !== room && to !== `${other}/index.ts`) return [`imports ${to}: the door is ${other}/index.ts`];
          return [];
        })
    );
  },

  /** No circles, of types either. */
  circles({ path }, house) {
    const way = wayBack(path, house);
    return way ? [`imports itself: ${way.join(' -> ')}`] : [];
  },

  /** Pure files have no clock, disk, network, randomness; nor do the files that they run. */
  purity(file, house) {
    if (!saysPure(file)) return [];
    const own = impurities(file).map((what) => `is pure, yet ${what}`);
    const others = runBy(file, house).flatMap((other) =>
      impurities(other).map((what) => `is pure, yet runs ${other.path}, which ${what}`),
    );
    return [...own, ...others];
  },

  /** One idea a file. */
  length({ text }) {
    const lines = text.trimEnd().split('\n').length;
    return lines > linesMax ? [`has ${lines} lines; ${linesMax} is the wall`] : [];
  },

  /** Every file says what it is. */
  header(file) {
    return headerOf(file) === '' ? ['opens without a comment on what it is'] : [];
  },

  /** Only the entry ends the process. */
  exit({ path, deeds }) {
    return path !== 'src/main.ts' && /\bprocess\.(?:exit|abort|reallyExit)\b/.test(deeds) ? ['ends the process'] : [];
  },

  /** The environment is read at the edge. */
  environment({ path, deeds }) {
    const allowed = environment.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)));
    return !allowed && /\bprocess\.env\b/.test(deeds) ? ['reads the environment'] : [];
  },

  /** SQL lives in src/store/. */
  sql({ path, code, imports }) {
    if (path.startsWith('src/store/')) return [];
    const engine = imports.filter(({ to }) => toDatabase.includes(bare(to))).map(({ to }) => `imports ${to}`);
    return sql.test(code) ? [...engine, 'speaks SQL'] : engine;
  },

  /** Only channels reach the network. */
  network({ path, deeds, imports }) {
    if (path.startsWith(channels)) return [];
    const ways = imports.filter(({ to }) => toNetwork.includes(bare(to))).map(({ to }) => `imports ${to}`);
    return /\bfetch\(/.test(deeds) ? [...ways, 'reaches the network'] : ways;
  },

  /** A name says what a thing is. */
  names({ path, deeds }) {
    const file = path.split('/').at(-1) ?? '';
    const classes = [...deeds.matchAll(/\bclass\s+(\w+)/g)].map(([, name = '']) => name);
    return [file, ...classes]
      .filter((name) => name.split(/[.-]|(?=[A-Z])/).some((part) => vague.test(part)))
      .map((name) => `the name ${name} says nothing`);
  },
} satisfies Record<string, Rule>;

/** All of parsers/, alerts/ without its channels, and what says so of itself. */
function saysPure(file: SourceFile): boolean {
  if (roomOf(file.path) === 'src') return /\bPure[.:,;]/.test(headerOf(file));
  return !file.path.startsWith(channels) && !isDoor(file.path);
}

function impurities({ deeds, imports }: SourceFile): string[] {
  const reached = imports.filter(({ to, relative }) => !relative && effects.includes(bare(to)));
  return [
    ...impureDeeds.filter(([deed]) => deed.test(deeds)).map(([, what]) => what),
    ...reached.map(({ to }) => `imports ${to}`),
  ];
}

/** The files that run with this one. Behind a door stands more than is asked for: it is not looked through. */
function runBy(file: SourceFile, house: House): SourceFile[] {
  const found = new Set<SourceFile>([file]);
  for (const { imports } of found) {
    for (const { to, typeOnly } of imports) {
      const other = house.get(to);
      if (other !== undefined && !typeOnly && !isDoor(to)) found.add(other);
    }
  }
  return [...found].slice(1);
}

function isDoor(path: string): boolean {
  return path === 'alerts/index.ts' || path === 'parsers/index.ts';
}

function roomOf(path: string): string {
  return path.split('/', 1)[0] ?? '';
}

function bare(name: string): string {
  return name.replace(/^node:/, '');
}

/** The shortest way by imports from a file back to itself, or null. */
function wayBack(path: string, house: House): string[] | null {
  const ways: string[][] = [[path]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const { to, relative } of house.get(way.at(-1) ?? '')?.imports ?? []) {
      if (to === path) return [...way, to];
      if (!relative || seen.has(to)) continue;
      seen.add(to);
      ways.push([...way, to]);
    }
  }
  return null;
}
