/** What is known between two steps, what comes in, and what comes out. */
import { type HaproxyEvent, type Instant, Shelf } from '../parsers/index.js';
import type { Agenda } from './agenda.js';
import { type Board, EMPTY_BOARD } from './board.js';
import type { HostClock } from './clocks.js';
import type { Incident } from './incident.js';
import type { Notification } from './notification.js';
import type { Outage, Transition } from './state.js';

export interface Situation {
  board: Board;
  /** Incidents that are not over, by host, rule and subject. */
  incidents: Shelf<Incident>;
  clocks: Shelf<HostClock>;
  /** By host; none where nobody has looked yet. */
  agendas: Shelf<Agenda>;
  /**
   * As often as counts for flapping: when a server went up or down last, by host, worker and server; when incidents fired last, by
   * their key.
   */
  changes: Shelf<readonly Instant[]>;
  /** What began and ended unseen and was told to nobody, by id. */
  missed: Shelf<Incident>;
}

export const NOTHING_KNOWN: Situation = {
  board: EMPTY_BOARD,
  clocks: Shelf.of(),
  incidents: Shelf.of(),
  agendas: Shelf.of(),
  changes: Shelf.of(),
  missed: Shelf.of(),
};

export type Input =
  /** `heardAt` is our clock when the line was read. */
  | { kind: 'event'; event: HaproxyEvent; copies: number; live: boolean; heardAt: Instant }
  /** Only when every source has been read to its end. `first`: haplog has never looked before. `host`: time passes only there, and `at` is by its clock. */
  | { kind: 'tick'; at: Instant; first?: boolean; host?: string };

/** What must become true; nothing has happened yet. */
export interface Step {
  situation: Situation;
  transition: Transition | null;
  outages: Outage[];
  /** Incidents that began or changed, as they are now. */
  incidents: Incident[];
  notifications: Notification[];
}
