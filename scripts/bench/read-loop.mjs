/** What everything is measured against: `read-loop.mjs FILE [lines]` reads a file by 1 MiB, and may look for line ends. */
import { openSync, readSync } from 'node:fs';

const [path, lines] = process.argv.slice(2);
const file = openSync(path, 'r');
const buffer = Buffer.allocUnsafe(1 << 20);
let found = 0;
for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer)) {
  if (lines === undefined) continue;
  const part = buffer.subarray(0, size);
  for (let at = part.indexOf(10); at !== -1; at = part.indexOf(10, at + 1)) found++;
}
if (found === -1) process.exitCode = 1;
