/** What the daemon learns from other processes: silences, incidents that somebody has taken on, and ends that an import saw. */
import type { Database } from 'better-sqlite3';
import type { Acknowledgement, Incident, Silence } from '../../alerts/index.js';
import type { EventId, Instant } from '../../parsers/index.js';
import type { EndTables } from './ends.js';
import type { Store, Wishes } from './store.js';

/** How long a silence that is over is remembered. */
const KEPT_MS = 90 * 24 * 3_600_000;

interface SilenceRow extends Omit<Silence, 'match' | 'from'> {
  match: string;
  since: Instant;
}

export type WishTables = Pick<
  Store,
  'wishes' | 'silences' | 'addSilence' | 'expireSilence' | 'openIncidents' | 'acknowledge'
>;

export function wishTables(db: Database, { seenOver }: Pick<EndTables, 'seenOver'>): WishTables {
  const columns = 'id, match, since, until, author, reason';
  const silences = db.prepare<[], SilenceRow>(`SELECT ${columns} FROM silence ORDER BY id`);
  const add = db.prepare<[object], number>(`
    INSERT INTO silence (match, since, until, author, reason) VALUES (@match, @from, @until, @author, @reason)
    RETURNING id`);
  const forget = db.prepare(`DELETE FROM silence WHERE until < @at - ${KEPT_MS}`);
  const expire = db.prepare('UPDATE silence SET until = max(@at, since) WHERE id = @id AND until > @at');
  const acknowledgements = db.prepare<[], Acknowledgement & { incident: EventId }>(`
    SELECT incident, at, by, note FROM acknowledgement
    WHERE EXISTS (SELECT 1 FROM incident WHERE incident.id = acknowledgement.incident AND phase <> 'resolved')`);
  const acknowledge = db.prepare(`
    INSERT INTO acknowledgement (incident, at, by, note) VALUES (@incident, @at, @by, @note)
    ON CONFLICT (incident) DO NOTHING`);
  const open = db.prepare<[], string>(`
    SELECT body FROM incident INDEXED BY incident_open_until
    WHERE open_until >= 9007199254740991 ORDER BY opened_at`);

  let known: Wishes | null = null;
  /** The `data_version` at the last look; undefined if something was said through this connection since. */
  let version: unknown;
  const read = (): Silence[] =>
    silences.all().map(({ match, since: from, ...row }) => ({ ...row, from, match: JSON.parse(match) }));
  return {
    wishes() {
      // Changes with every commit of another connection (https://www.sqlite.org/pragma.html#pragma_data_version).
      const now = db.pragma('data_version', { simple: true });
      if (known !== null && now === version) return known;
      version = now;
      const said = acknowledgements.all().map(({ incident, ...ack }): [EventId, Acknowledgement] => [incident, ack]);
      const next: Wishes = { silences: read(), acknowledgements: new Map(said), over: seenOver() };
      if (known === null || JSON.stringify(wordsOf(known)) !== JSON.stringify(wordsOf(next))) known = next;
      return known;
    },
    silences: read,
    addSilence: db.transaction(({ match, ...silence }: Omit<Silence, 'id'>, at: Instant) => {
      forget.run({ at });
      version = undefined;
      return (add.get({ ...silence, match: JSON.stringify(match) }) as unknown as { id: number }).id;
    }).immediate,
    expireSilence(id, at) {
      version = undefined;
      return expire.run({ id, at }).changes > 0;
    },
    openIncidents: () =>
      open
        .pluck()
        .all()
        .map((body): Incident => JSON.parse(body)),
    acknowledge(incident, ack) {
      version = undefined;
      return acknowledge.run({ incident, ...ack }).changes > 0;
    },
  };
}

const wordsOf = ({ silences, acknowledgements, over }: Wishes) => [silences, [...acknowledgements], over];
