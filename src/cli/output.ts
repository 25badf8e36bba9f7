/** Prints what happened, in each of the formats of `-o`. The parts that only one format needs are loaded only for that one. */
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Incident } from '../../alerts/index.js';
import type { Instant } from '../../parsers/index.js';
import type { Happening, History } from '../store/store.js';
import type { Format } from './accepted.js';
import type { Row, RowContext } from './history-rows.js';
import { incidentJson, outageJson, transitionJson } from './json-rows.js';
import { jsonText } from './json-text.js';
import type { Layout } from './table.js';

export interface View extends RowContext, Omit<Layout, 'wide'> {
  /** The line of a table without rows. */
  ifEmpty: string;
  /** The words of `--state`. */
  states: readonly string[];
}

export type Story = Iterable<Happening> | AsyncIterable<Happening>;

/** Rows that go into one piece of text. */
const PIECE = 500;

/**
 * Whether an incident has a row of its own. Outages and servers that are down are told by other rows; the latter get one only if somebody
 * asked for the rule by name.
 */
function hasOwnRow({ rule }: Incident, states: readonly string[]): boolean {
  return rule === 'server_down' ? states.includes(rule) : rule !== 'outage';
}

/** Takes what was found and returns its table: its columns are as wide as the widest cell, so all of it is held. */
export async function* tableOf(history: History, format: 'table' | 'wide', view: View): AsyncGenerator<string> {
  const { historyRows } = await import('./history-rows.js');
  const incidents = history.incidents.filter((incident) => hasOwnRow(incident, view.states));
  const rows = historyRows(history, view, incidents.length === 0 ? [] : await incidentRows(incidents, view.now));
  if (rows.length === 0) return yield `${view.ifEmpty}\n`;
  const { tableText } = await import('./table.js');
  yield tableText(rows, { ...view, wide: format === 'wide' });
}

async function incidentRows(incidents: readonly Incident[], now: Instant): Promise<Row[]> {
  const { incidentRow } = await import('./incident-rows.js');
  return incidents.map((incident) => incidentRow(incident, now));
}

/** Takes what happened, one by one, and the words of `--state`; returns it in a format for programs, in bounded memory however much it is. */
export function streamOf(
  story: Story,
  format: Exclude<Format, 'table' | 'wide'>,
  states: readonly string[] = [],
): AsyncGenerator<string> {
  return format === 'csv' ? csvText(story, states) : jsonText(jsonPieces(story), format);
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

async function* csvText(story: Story, states: readonly string[]): AsyncGenerator<string> {
  const { csvHeading, csvLines, incidentCsv, outageCsv, transitionCsv } = await import('./csv-rows.js');
  yield csvHeading;
  for await (const piece of pieces(story)) {
    yield csvLines(
      piece.flatMap(({ kind, fact }) => {
        if (kind === 'incident') return hasOwnRow(fact, states) ? [incidentCsv(fact)] : [];
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
