/** What the fuzz run begins with: real lines from fixtures/, and traffic of every format. Lines are bytes (latin1). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { corpus } from '../../test/support/corpus.js';
import { Dice } from '../../test/support/dice.js';
import { TRAFFIC, trafficLine } from '../../test/support/traffic.js';

const CORPORA = 'fixtures/corpora';
/** Of each format, so that every header and every choice inside a format is among them. */
const LINES_EACH_FORMAT = 24;

export interface Seeds {
  /** Each kind is drawn equally often: a few golden lines weigh as much as a long log. */
  kinds: readonly (readonly string[])[];
  /** State lines that quote a checked server. */
  withInfo: readonly string[];
  count: number;
}

/** Golden lines, the lines of real logs, and a few of every traffic format. */
export function readSeeds(): Seeds {
  const golden = corpus('fixtures/corpus')
    .flatMap(({ goldens }) => goldens)
    .map(({ line }) => Buffer.from(line).toString('latin1'));
  const logged = readdirSync(CORPORA, { recursive: true, encoding: 'utf8' })
    .filter((name) => /haproxy\.log[^/]*$/.test(name))
    .sort()
    .flatMap((name) => linesOf(join(CORPORA, name)));
  const dice = new Dice(1);
  const traffic = TRAFFIC.flatMap((format) =>
    Array.from({ length: LINES_EACH_FORMAT }, () => trafficLine(format, dice)),
  );
  const kinds = [golden, [...new Set(logged)], traffic];
  const withInfo = [...golden, ...logged].filter((line) => /is (DOWN|UP), .*, info: "[^"]*", check/.test(line));
  return { kinds, withInfo, count: kinds.reduce((sum, lines) => sum + lines.length, 0) };
}

function linesOf(path: string): string[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  return text.split('\n').filter((line) => line !== '');
}
