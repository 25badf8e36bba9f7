/** Lines that may be forged, in each of the formats of `-o`. */
import type { SuspectLine } from '../store/store.js';
import type { Format } from './accepted.js';
import type { Row } from './history-rows.js';
import { utc } from './json-rows.js';
import { jsonText } from './json-text.js';
import type { View } from './output.js';

const COLUMNS = ['kind', 'time', 'host', 'pid', 'tag', 'reason', 'text'];

/** Takes the lines, oldest first, and returns their text. The parts that only one format needs are loaded for that one. */
export async function* suspectText(lines: readonly SuspectLine[], format: Format, view: View): AsyncGenerator<string> {
  if (format === 'json' || format === 'jsonl') yield* jsonText(lines.length > 0 ? [lines.map(json)] : [], format);
  else if (format === 'csv') {
    const { csvLines } = await import('./csv-rows.js');
    yield `${COLUMNS.join()}\n${csvLines(lines.map(json), COLUMNS)}`;
  } else if (lines.length === 0) yield `${view.ifEmpty}\n`;
  else {
    const { tableText } = await import('./table.js');
    yield tableText(lines.map(row), { ...view, wide: format === 'wide' });
  }
}

/** `text` is what the line says of servers, without its header: the writer of the line chose the words. */
function json({ at, host, pid, tag, reason, text }: SuspectLine) {
  return { kind: 'suspect', time: utc(at), host, pid, tag, reason, text };
}

function row({ at, host, pid, tag, reason, text }: SuspectLine): Row {
  return {
    at,
    host,
    pid,
    what: `${tag}[${pid}]`,
    change: 'not believed',
    tone: 'quiet',
    lasted: '',
    why: `${reason}: ${text}`,
    planned: false,
    evidence: 'suspect',
    copies: null,
  };
}
