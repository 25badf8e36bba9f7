/**
 * Keeps the history within its bounds: of what is over, the oldest goes first. What is open or waits is never touched. A sweep goes through
 * each kind from its oldest row on, a step at a time, and looks at no row twice: so a step is short, however many rows that may not be
 * deleted stand in its way.
 */
import type { Database } from 'better-sqlite3';
import type { Instant } from '../../parsers/index.js';
import type { Bounds } from './store.js';

/** How many rows of each kind a step looks at, in one transaction: some milliseconds, so that nothing else waits long. */
const STEP_ROWS = 1_000;
/** The `open_until` of what is still open. */
const OPEN = Number.MAX_SAFE_INTEGER;

/** How far a sweep has come in one kind. */
interface Place {
  at: Instant;
  seq: number;
}

interface Looked extends Place {
  /** 1 if it may be deleted. */
  over: number;
}

const BEGINNING: Place = { at: Number.MIN_SAFE_INTEGER, seq: 0 };

/** The table, the column that tells when it happened (it is indexed), and which rows are over. */
const KINDS = [
  ['transition', 'at', 'TRUE'],
  ['outage', 'open_until', 'TRUE'],
  ['incident', 'open_until', `phase = 'resolved'`],
  // The rows of an incident that still lasts tell who was told its beginning.
  [
    'outbox',
    'closed_at',
    `NOT EXISTS (SELECT 1 FROM incident WHERE incident.id = outbox.incident AND phase <> 'resolved')
      AND NOT EXISTS (
        SELECT 1 FROM outbox AS other INDEXED BY outbox_waiting WHERE other.incident = outbox.incident AND other.state = 'due')`,
  ],
] as const;

/** Returns a function that takes one step and says whether there is more to do; a sweep is over when there is not. */
export function pruner(db: Database): (bounds: Bounds) => boolean {
  const kinds = KINDS.map(([table, at, over]) => {
    // In two parts, because only so an index finds the next of many rows at one instant (asked for a pair, it walks through all of them).
    const ahead = (columns: string) => `
      SELECT ${columns} FROM ${table} WHERE ${at} = @at AND seq > @seq AND ${at} < @before
      UNION ALL SELECT ${columns} FROM ${table} WHERE ${at} > @at AND ${at} < @before
      ORDER BY 1, 2`;
    return {
      end: db.prepare<[object], Instant>(`${ahead(`${at}, seq`)} LIMIT 1 OFFSET ${STEP_ROWS - 1}`).pluck(),
      look: db.prepare<[object], Looked>(`${ahead(`${at} AS at, seq, ${over} AS over`)} LIMIT ${STEP_ROWS}`),
      remove: db.prepare(`DELETE FROM ${table} WHERE seq IN (SELECT value FROM json_each(?))`),
    };
  });
  // There is little that people have said by command.
  const others = [
    `DELETE FROM acknowledgement WHERE incident IN (
      SELECT incident FROM acknowledgement AS ack WHERE at < @before
        AND NOT EXISTS (SELECT 1 FROM incident WHERE incident.id = ack.incident AND phase <> 'resolved') LIMIT ${STEP_ROWS})`,
    `DELETE FROM silence WHERE id IN (SELECT id FROM silence WHERE until < @before LIMIT ${STEP_ROWS})`,
  ].map((sql) => db.prepare(sql));

  /** The room of deleted rows is used again, and does not count. */
  const isTooBig = (bytes: number) => {
    const size = (name: string) => db.pragma(name, { simple: true }) as number;
    return (size('page_count') - size('freelist_count')) * size('page_size') > bytes;
  };

  /** Where a step's worth of rows ends, in the kind in which that is the earliest; 0 if no kind has so many rows left. */
  const endOfStep = (places: readonly Place[]): Instant => {
    const ends = kinds.flatMap(({ end }, i) => end.get({ ...places[i], before: OPEN }) ?? []);
    return ends.length === 0 ? 0 : Math.min(...ends) + 1;
  };

  const step = db.transaction((places: readonly Place[], { before, bytes }: Bounds) => {
    const cutoff = isTooBig(bytes) ? Math.max(before, endOfStep(places)) : before;
    const counts: number[] = [];
    const next = kinds.map(({ look, remove }, i) => {
      const rows = look.all({ ...places[i], before: Math.min(cutoff, OPEN) });
      const over = rows.filter((row) => row.over === 1).map(({ seq }) => seq);
      if (over.length > 0) remove.run(JSON.stringify(over));
      counts.push(rows.length);
      const { at, seq } = rows.at(-1) ?? places[i]!;
      return { at, seq };
    });
    for (const sql of others) counts.push(sql.run({ before: cutoff }).changes);
    return { next, more: counts.includes(STEP_ROWS) };
  });

  const start = kinds.map(() => BEGINNING);
  let places = start;
  return (bounds) => {
    const { next, more } = step.immediate(places, bounds);
    // Only now: a step that fails has deleted nothing.
    places = more ? next : start;
    return more;
  };
}
