/**
 * The board: the last known state of every server, backend and worker. Plain data, keyed flat, so that it can be
 * stored row by row.
 */
import { type HaproxyEvent, type Instant, type Operational, type ServerRef, Shelf } from '../parsers/index.js';
import type { Fallen } from './incident.js';
import type { Outage, Shown, Transition } from './state.js';

export interface ServerState {
  operational: Operational | 'stopping';
  maint: boolean;
  drain: boolean;
  /** Whether the change that took it out was somebody's work; false while it is up. */
  planned: boolean;
}

export interface BackendState {
  /** The outage that is open; null while a server is available. */
  outage: Outage | null;
  /** The servers that take no traffic, in the order in which they left. */
  out: Fallen[];
}

export interface WorkerState {
  /** First and last time it was heard. */
  firstAt: Instant;
  lastAt: Instant;
  /** A younger worker of the same host has been heard. */
  replaced: boolean;
}

export interface Board {
  servers: Shelf<ServerState>;
  backends: Shelf<BackendState>;
  workers: Shelf<WorkerState>;
}

export const EMPTY_BOARD: Board = { servers: Shelf.of(), backends: Shelf.of(), workers: Shelf.of() };

/** A worker starts with every server up and says nothing of it (src/server.c): who was never heard of is up. */
export const FRESH_SERVER: ServerState = { operational: 'up', maint: false, drain: false, planned: false };
export const FRESH_BACKEND: BackendState = { outage: null, out: [] };

/** What an event changed. */
export interface Change {
  board: Board;
  transition: Transition | null;
  /** Outages that opened, ended, or turned out to be no planned work, each with the servers of its backend that are out. */
  outages: { outage: Outage; out: Fallen[] }[];
}

/** The displayed state (src/stats.c): MAINT wins over DOWN, DOWN over NOLB, NOLB over DRAIN, DRAIN over UP. */
export function shown(server: ServerState): Shown {
  if (server.maint) return 'maint';
  if (server.operational === 'down') return 'down';
  if (server.operational === 'stopping') return 'nolb';
  return server.drain ? 'drain' : 'up';
}

/** A worker is one process on one host; names hold no blank, so the keys are unambiguous. */
export type WorkerRef = Pick<HaproxyEvent, 'host' | 'pid'>;

export const workerKey = ({ host, pid }: WorkerRef): string => `${host} ${pid}`;
export const backendKey = (worker: WorkerRef, backend: string): string => `${workerKey(worker)} ${backend}`;
export const serverKey = (worker: WorkerRef, { backend, server }: ServerRef): string =>
  `${backendKey(worker, backend)}/${server}`;
