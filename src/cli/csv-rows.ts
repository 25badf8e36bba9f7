/** What happened as a table of comma separated values: one heading for both kinds, cells that do not apply left empty. */
import { stringify } from 'csv-stringify/sync';
import type { Outage, Transition } from '../../alerts/index.js';
import { printable } from '../printable.js';
import { outageJson, transitionJson } from './json-rows.js';

const COLUMNS = [
  ...[
    'kind',
    'time',
    'end',
    'end_how',
    'host',
    'pid',
    'backend',
    'server',
    'from',
    'to',
    'planned',
    'evidence',
    'copies',
  ],
  ...['cause_class', 'cause_reason', 'cause_code', 'cause_info', 'cause_duration_ms', 'cause_via'],
];

export type CsvRow = Record<string, unknown>;

export const csvHeading = `${COLUMNS.join()}\n`;

/** The keys of the JSON row, those of its cause with `cause_` before them. */
export function transitionCsv(transition: Transition): CsvRow {
  const { cause, ...row } = transitionJson(transition);
  return { ...row, ...Object.fromEntries(Object.entries(cause).map(([key, value]) => [`cause_${key}`, value])) };
}

/** The keys of the JSON row; its beginning stands under `time`, as that of the transitions does. */
export function outageCsv(outage: Outage): CsvRow {
  const { start, ...row } = outageJson(outage);
  return { ...row, time: start };
}

/** Lines after RFC 4180, ended as Unix does. What a spreadsheet would take for a formula gets a `'` before it. */
export function csvLines(rows: readonly CsvRow[]): string {
  return stringify([...rows], {
    columns: COLUMNS,
    escape_formulas: true,
    cast: { boolean: String, string: printable },
  });
}
