/** What happened as a table of comma-separated values: one heading for all kinds, cells that do not apply left empty. */
import { stringify } from 'csv-stringify/sync';
import type { Incident, Outage, Rule, Transition } from '../../alerts/index.js';
import { printable } from '../printable.js';
import { type causeJson, incidentJson, outageJson, transitionJson } from './json-rows.js';

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
  // Of incidents. New columns stand behind the old ones, because some readers count columns.
  ...['rule', 'severity', 'phase', 'flaps', 'receivers'],
];

export type CsvRow = Record<string, unknown>;

export const csvHeading = `${COLUMNS.join()}\n`;

/** The keys of the JSON row, those of its cause with `cause_` before them. */
export function transitionCsv(transition: Transition): CsvRow {
  const { cause, ...row } = transitionJson(transition);
  return { ...row, ...causeCells(cause) };
}

/** The keys of the JSON row; its beginning stands under `time`, as that of the transitions does. */
export function outageCsv(outage: Outage): CsvRow {
  const { start, ...row } = outageJson(outage);
  return { ...row, time: start };
}

/**
 * The keys of the JSON row; beginning and end stand as an outage's do, its subject as backend and server. `evidence` is how its end is
 * known, `flaps` how often a server has changed, `receivers` who was told, with blanks between.
 */
export function incidentCsv(incident: Incident): CsvRow {
  const { kind, host, rule, severity, phase, opened_at, resolved_at, planned, cause, ...row } = incidentJson(incident);
  const { backend, server } = subjectCells(rule, row.subject);
  const { end_evidence: evidence, flaps, receivers } = row;
  return {
    ...{ kind, time: opened_at, end: resolved_at, host, backend, server, planned, evidence },
    ...(cause === null ? {} : causeCells(cause)),
    ...{ rule, severity, phase, flaps: flaps?.changes ?? null, receivers: receivers.join(' ') },
  };
}

/** As `SUBJECT_OF` says, which would load all of alerts/ with it; the compiler asks for rules that are new. */
const ABOUT: Record<Rule, 'backend' | 'server' | null> = {
  outage: 'backend',
  backup_only: 'backend',
  last_server: 'backend',
  server_down: 'server',
  flapping: 'server',
  checks_failing: 'server',
  worker_killed: null,
  stopped: null,
  reload_failed: null,
};

function subjectCells(rule: Rule, subject: string): { backend?: string; server?: string } {
  if (ABOUT[rule] === null) return {};
  const cut = ABOUT[rule] === 'server' ? subject.indexOf('/') : -1;
  return cut < 0 ? { backend: subject } : { backend: subject.slice(0, cut), server: subject.slice(cut + 1) };
}

function causeCells(cause: ReturnType<typeof causeJson>): CsvRow {
  return Object.fromEntries(Object.entries(cause).map(([key, value]) => [`cause_${key}`, value]));
}

/**
 * Lines after RFC 4180, but ended as Unix does. What a spreadsheet would take for a formula gets a `'` before it, and nothing in them moves
 * a terminal.
 */
export function csvLines(rows: readonly CsvRow[], columns: readonly string[] = COLUMNS): string {
  return stringify([...rows], {
    columns: [...columns],
    escape_formulas: true,
    cast: { boolean: String, string: printable },
  });
}
