/** What is known between two steps, what comes in, and what comes out. */
import { type HaproxyEvent, type Instant, Shelf } from '../parsers/index.js';
import type { Agenda } from './agenda.js';
import { type Board, EMPTY_BOARD } from './board.js';
import type { HostClock } from './clocks.js';
import type { TrafficSeen } from './impact.js';
import type { Incident } from './incident.js';
import type { Notification } from './notification.js';
import type { Outage, Transition } from './state.js';

export interface Situation {
  board: Board;
  /** Incidents that are not over, by host, rule and subject. */
  incidents: Shelf<Incident>;
  clocks: Shelf<HostClock>;
  /** By host; none if nobody has looked yet. */
  agendas: Shelf<Agenda>;
  /** The last instants, as many as count for flapping: when a server went up or down, by host, worker and server; and when incidents fired, by their key. */
  changes: Shelf<readonly Instant[]>;
  /** Incidents that began and ended unseen and were told to nobody, by id. */
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
  /**
   * `heardAt` is our clock when the line was read. `past`: it was before haplog's time (`Incident.past`). `traffic`: when requests were last
   * seen; absent if nobody has looked.
   */
  | {
      kind: 'event';
      event: HaproxyEvent;
      copies: number;
      live: boolean;
      past?: boolean;
      heardAt: Instant;
      traffic?: TrafficSeen;
    }
  /**
   * Comes only when every source has been read to its end. `anew`: haplog has begun to run, or has a new configuration. `host`: time passes
   * only there, and `at` is by its clock.
   */
  | { kind: 'tick'; at: Instant; anew?: boolean; host?: string };

/** What must become true; nothing has happened yet. */
export interface Step {
  situation: Situation;
  transition: Transition | null;
  outages: Outage[];
  /** Incidents that began or changed, as they are now. */
  incidents: Incident[];
  notifications: Notification[];
}
