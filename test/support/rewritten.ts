/** The logs of fixtures/corpora as they would be had something else happened to their lines. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

export const FOLDER = 'fixtures/corpora';

/** The folder of the corpus as it would be had its log been written otherwise. */
export function rewritten(name: string, to: string, change: (lines: string[]) => string[]): string {
  for (const file of readdirSync(join(FOLDER, name))) {
    const from = join(FOLDER, name, file);
    if (!basename(from).startsWith('haproxy.log')) {
      copyFileSync(from, join(to, file));
      continue;
    }
    const bytes = readFileSync(from);
    const isPacked = from.endsWith('.gz');
    const lines = (isPacked ? gunzipSync(bytes) : bytes).toString('latin1').split('\n');
    const text = Buffer.from(change(lines).join('\n'), 'latin1');
    writeFileSync(join(to, file), isPacked ? gzipSync(text) : text);
  }
  return to;
}
