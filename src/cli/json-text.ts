/** Rows as JSON text, in bounded memory however many there are. Pure. */
import { printableJson } from '../printable.js';

/** Takes rows in pieces, each of one row at least; each piece becomes one text. `json` is one array, `jsonl` a line for each row. */
export async function* jsonText(
  pieces: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>,
  format: 'json' | 'jsonl',
): AsyncGenerator<string> {
  if (format === 'jsonl') {
    for await (const rows of pieces) yield rows.map((row) => `${printableJson(row)}\n`).join('');
    return;
  }
  let before = '[\n';
  for await (const rows of pieces) {
    yield before + rows.map(printableJson).join(',\n');
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}
