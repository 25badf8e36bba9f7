/** A selected history in each of the formats of `-o`, piece by piece, however long it is. */
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { printableJson } from '../printable.js';
import type { History } from '../store/store.js';
import type { Format } from './accepted.js';
import type { RowContext } from './history-rows.js';
import { incidentJson, outageJson, transitionJson } from './json-rows.js';
import type { Layout } from './table.js';

export interface View extends RowContext, Omit<Layout, 'wide'> {
  /** The line of a table without rows. */
  ifEmpty: string;
}

/** Rows that go into one piece of text. */
const PIECE = 500;

/** Takes what was found and returns its text. The parts that only one format needs are loaded for that one. */
export async function* textOf(history: History, format: Format, view: View): AsyncGenerator<string> {
  if (format === 'json' || format === 'jsonl') yield* jsonText(history, format);
  else if (format === 'csv') yield* csvText(history);
  else {
    const { historyRows } = await import('./history-rows.js');
    const rows = historyRows(history, view);
    if (rows.length === 0) return yield `${view.ifEmpty}\n`;
    const { tableText } = await import('./table.js');
    yield tableText(rows, { ...view, wide: format === 'wide' });
  }
}

/** Writes to the end, or until the reader has seen enough and goes away, which is no trouble. */
export async function writeTo(stream: Writable, text: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(text), stream, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

function* jsonText(history: History, format: 'json' | 'jsonl'): Generator<string> {
  const rows = inOrder([
    ...history.transitions.map((transition) => ({ at: transition.at, row: () => transitionJson(transition) })),
    ...history.outages.map((outage) => ({ at: outage.start, row: () => outageJson(outage) })),
    ...history.incidents.map((incident) => ({ at: incident.openedAt, row: () => incidentJson(incident) })),
  ]);
  const [open, between, close] = format === 'json' ? ['[\n', ',\n', '\n]\n'] : ['', '\n', '\n'];
  if (rows.length === 0) return yield format === 'json' ? '[]\n' : '';
  for (const [i, piece] of pieces(rows).entries()) {
    yield (i === 0 ? open : between) + piece.map(({ row }) => printableJson(row())).join(between);
  }
  yield close;
}

async function* csvText(history: History): AsyncGenerator<string> {
  const { csvHeading, csvLines, outageCsv, transitionCsv } = await import('./csv-rows.js');
  const rows = inOrder([
    ...history.transitions.map((transition) => ({ at: transition.at, row: () => transitionCsv(transition) })),
    ...history.outages.map((outage) => ({ at: outage.start, row: () => outageCsv(outage) })),
  ]);
  yield csvHeading;
  for (const piece of pieces(rows)) yield csvLines(piece.map(({ row }) => row()));
}

/** By time; at the same instant transitions come first, then what they brought about. */
function inOrder<T extends { at: number }>(rows: T[]): T[] {
  return rows.sort((a, b) => a.at - b.at);
}

function pieces<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / PIECE) }, (_, i) => rows.slice(i * PIECE, (i + 1) * PIECE));
}
