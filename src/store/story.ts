/** What happened in a span, row by row: a history of any length in bounded memory. */
import type { Database } from 'better-sqlite3';
import { historySql, type OutageRow, type TransitionRow, toIncident, toOutage, toTransition } from './history.js';
import type { Happening, HistoryFilter } from './store.js';

/** Prepares the reading. All is read at one moment of the database, which lasts until the reader is done or gone. */
export function storyReader(db: Database): (filter: HistoryFilter) => Iterable<Happening> {
  const transitions = db.prepare<[HistoryFilter], TransitionRow>(historySql.transitions);
  const outages = db.prepare<[HistoryFilter], OutageRow>(historySql.outages);
  const incidents = db.prepare<[HistoryFilter], string>(historySql.incidents).pluck();
  return function* (filter) {
    db.exec('BEGIN');
    try {
      yield* merged([
        happenings(transitions.iterate(filter), toTransition, (fact) => ({ kind: 'transition', at: fact.at, fact })),
        happenings(outages.iterate(filter), toOutage, (fact) => ({ kind: 'outage', at: fact.start, fact })),
        happenings(incidents.iterate(filter), toIncident, (fact) => ({ kind: 'incident', at: fact.openedAt, fact })),
      ]);
    } finally {
      db.exec('COMMIT');
    }
  };
}

function* happenings<Row, Fact>(
  rows: Iterable<Row>,
  toFact: (row: Row) => Fact,
  toHappening: (fact: Fact) => Happening,
): Generator<Happening, void> {
  for (const row of rows) yield toHappening(toFact(row));
}

/** By time; at the same instant the earlier one of `streams` goes first. */
function* merged(streams: readonly Generator<Happening, void>[]): Generator<Happening, void> {
  try {
    const heads = streams.map((stream) => stream.next().value ?? null);
    for (;;) {
      let next = -1;
      for (const [i, head] of heads.entries()) {
        if (head && (next < 0 || head.at < heads[next]!.at)) next = i;
      }
      if (next < 0) return;
      yield heads[next]!;
      heads[next] = streams[next]!.next().value ?? null;
    }
  } finally {
    for (const stream of streams) stream.return();
  }
}
