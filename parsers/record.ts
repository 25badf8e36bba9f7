/**
 * What one line of the log says, and nothing more: header, the way it took, and HAProxy's sentence taken apart.
 * The wording is HAProxy's (src/server.c, src/backend.c, src/proxy.c, src/mworker.c); what it means for a server or
 * a backend is decided in alerts/.
 */

/** Milliseconds since 1970 UTC. Never a `Date` in the core. */
export type Instant = number;

/** An instant and the zone it was written in, so that a person can be told the time that stands in the log. */
export interface Stamp {
  at: Instant;
  /** Minutes east of UTC: -300 for `-05:00`. */
  utcOffsetMin: number;
}

/** One member of a backend, written `backend/server`. */
export interface ServerRef {
  backend: string;
  server: string;
}

/** The way a line took: a `log` target (`syslog`), or HAProxy's stderr through journald. */
export type Origin = 'syslog' | 'stderr';

export type CauseClass =
  | 'layer4'
  | 'layer6'
  | 'layer7'
  | 'agent'
  | 'external'
  | 'observe'
  | 'socket'
  | 'dns'
  | 'cli'
  | 'web'
  | 'lua'
  | 'state_file'
  | 'tracked'
  | 'admin'
  | 'unknown';

/** Why a state changed, as far as the sentence tells. */
export interface Cause {
  class: CauseClass;
  /** HAProxy's words: `Layer4 connection problem`, `DNS NX status`; null where it gave none. */
  reason: string | null;
  /** HTTP or agent status, exit code of an external check. */
  code: number | null;
  /** Free text of the checked server, decoded. Written by others: never trust it. */
  info: string | null;
  durationMs: number | null;
  /** The tracked server this one follows. */
  via: ServerRef | null;
}

/** Usable servers left in the backend after the change, as HAProxy counted them. */
export interface Counts {
  active: number;
  backup: number;
}

export type Operational = 'up' | 'down';

/**
 * What a server sentence says happened.
 * `maint` covers every wording of entering or remaining in maintenance, `drain` likewise; `ready` is leaving
 * maintenance (perhaps into drain), `undrain` leaving drain.
 */
export type ServerChange =
  | { to: 'up' | 'down' | 'stopping' | 'maint' | 'drain' }
  | { to: 'ready'; operational: Operational; drain: boolean }
  | { to: 'undrain'; operational: Operational };

export type Sentence =
  | { kind: 'server'; server: ServerRef; backup: boolean; change: ServerChange; cause: Cause; counts: Counts | null }
  | { kind: 'backend.exhausted'; backend: string }
  | { kind: 'proxy.stopped'; proxy: string }
  | { kind: 'worker.started'; pid: number }
  | { kind: 'worker.ended'; pid: number; code: number; former: boolean }
  | { kind: 'other' };

export type SentenceKind = Sentence['kind'];

/** A line taken apart by the grammar. */
export interface LogRecord {
  /** The header's time, as written: RFC 3339, or `Mmm dd HH:MM:SS` without year and zone. */
  stamp: string;
  host: string;
  tag: string;
  /** The pid that speaks: the number in the stderr prefix if there is one, else the tag's; null where none was sent. */
  pid: number | null;
  /** The tag's pid: who wrote the line to syslog, or to journald. */
  tagPid: number | null;
  origin: Origin;
  /** How many further copies rsyslog folded into this line (`message repeated N times`), else 1. */
  times: number;
  sentence: Sentence;
  /** What HAProxy said without stamp, tag, prefix and quotes: equal in all copies. */
  text: string;
}
