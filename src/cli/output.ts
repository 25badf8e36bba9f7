/** What happened in each of the formats of `-o`. The parts that only one of them needs are loaded for that one. */
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Happening, History } from '../store/store.js';
import type { Format } from './accepted.js';
import type { RowContext } from './history-rows.js';
import { incidentJson, outageJson, transitionJson } from './json-rows.js';
import { jsonText } from './json-text.js';
import type { Layout } from './table.js';

export interface View extends RowContext, Omit<Layout, 'wide'> {
  /** The line of a table without rows. */
  ifEmpty: string;
}

export type Story = Iterable<Happening> | AsyncIterable<Happening>;

/** Rows that go into one piece of text. */
const PIECE = 500;

/** Takes what was found and returns its table: its columns are as wide as the widest cell, so all of it is held. */
export async function* tableOf(history: History, format: 'table' | 'wide', view: View): AsyncGenerator<string> {
  const { historyRows } = await import('./history-rows.js');
  const rows = historyRows(history, view);
  if (rows.length === 0) return yield `${view.ifEmpty}\n`;
  const { tableText } = await import('./table.js');
  yield tableText(rows, { ...view, wide: format === 'wide' });
}

/** Takes what happened, one by one, and returns it in a format for programs, in bounded memory however much it is. */
export function streamOf(story: Story, format: Exclude<Format, 'table' | 'wide'>): AsyncGenerator<string> {
  return format === 'csv' ? csvText(story) : jsonText(jsonPieces(story), format);
}

/** Writes to the end, or until the reader has seen enough and goes away, which is no trouble. */
export async function writeTo(stream: Writable, text: Iterable<string> | AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(text), stream, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

async function* jsonPieces(story: Story): AsyncGenerator<unknown[]> {
  for await (const piece of pieces(story)) yield piece.map(jsonOf);
}

function jsonOf({ kind, fact }: Happening) {
  switch (kind) {
    case 'transition':
      return transitionJson(fact);
    case 'outage':
      return outageJson(fact);
    case 'incident':
      return incidentJson(fact);
  }
}

async function* csvText(story: Story): AsyncGenerator<string> {
  const { csvHeading, csvLines, outageCsv, transitionCsv } = await import('./csv-rows.js');
  yield csvHeading;
  for await (const piece of pieces(story)) {
    yield csvLines(
      piece.flatMap(({ kind, fact }) => {
        if (kind === 'incident') return [];
        return [kind === 'transition' ? transitionCsv(fact) : outageCsv(fact)];
      }),
    );
  }
}

async function* pieces(story: Story): AsyncGenerator<Happening[]> {
  let piece: Happening[] = [];
  for await (const happening of story) {
    if (piece.push(happening) < PIECE) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}
