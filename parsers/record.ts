/**
 * What one line of the log says, and nothing more: its header, the way it took, and HAProxy's sentence taken apart. The wording is HAProxy's and stands in
 * grammar/; what it means for a server or a backend is decided in alerts/.
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

/** What became of the sessions when a server's state changed, as HAProxy counted them (src/server.c, srv_append_more()). */
export interface Sessions {
  /** Still at the server that fell; null where a server came back. */
  active: number | null;
  /** Moved from the server's queue into the backend's, or the other way. */
  requeued: number;
  /** Left in the server's own queue. */
  queued: number;
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

/** What HAProxy said. The versions and source files of each wording stand with its rule in grammar/. */
export type Sentence = StateOfServers | Checks | Addresses | Proxies | Processes | Remarks | Unread;

/** Changes of state. These and the signs of event.ts become events. 1.5 to 3.5, workers since 1.8. */
type StateOfServers =
  | {
      kind: 'server';
      server: ServerRef;
      backup: boolean;
      change: ServerChange;
      cause: Cause;
      counts: Counts | null;
      /** Null where `counts` is. */
      sessions: Sessions | null;
    }
  | { kind: 'backend.exhausted'; backend: string }
  | { kind: 'proxy.stopped'; proxy: string }
  | { kind: 'worker.started'; pid: number }
  /** It reads the configuration, and serves once its master says that this went well. */
  | { kind: 'worker.loading'; pid: number }
  /** It could not load the configuration, and never served. */
  | { kind: 'worker.failed'; pid: number; code: number }
  /** `loaded` (1.8): that it is a former one shows that its master's last reload succeeded. */
  | { kind: 'worker.ended'; pid: number; code: number; former: boolean; loaded?: true };

type Checks =
  /**
   * One result of a check (`option log-health-checks`). `health` of `of`: while `up`, how many more failures it takes until the server falls; while `down`,
   * how many of the required successes it has. `drain`: up, but its weight is 0 (src/check.c).
   */
  | {
      kind: 'check.result';
      agent: boolean;
      backup: boolean;
      server: ServerRef;
      outcome: 'succeeded' | 'conditionally succeeded' | 'failed';
      cause: Cause;
      health: number;
      of: number;
      state: 'up' | 'drain' | 'down';
    }
  /** An answer to SIGHUP: how things are, no change. Nulls: the heading of the list. */
  | {
      kind: 'snapshot';
      proxy: string | null;
      server: ServerRef | null;
      state: Operational | 'no servers' | 'on backup servers' | 'no server available' | 'available' | null;
    };

type Addresses =
  /** 1.6: nulls where there was no address, or only the port changed (3.0). */
  | {
      kind: 'server.address';
      server: ServerRef;
      from: string | null;
      to: string | null;
      port: { from: string; to: string } | null;
      /** Who said so: `resolvers/nameserver`, `DNS cache`, `stats socket command`. */
      by: string;
    }
  /** 1.8 */
  | { kind: 'server.fqdn'; server: ServerRef; from: string; to: string; by: string }
  /** 1.7: a DNS answer took the server out of maintenance. */
  | { kind: 'server.resolved'; server: ServerRef }
  /** 2.4: `add server` and `del server`; since 2.5 the name of a deleted one is not said. */
  | { kind: 'server.registered'; server: ServerRef }
  | { kind: 'server.deleted'; server: ServerRef | null }
  /** 3.5 */
  | { kind: 'server.renamed'; server: ServerRef; from: string }
  /** 3.4; which backend is not said. */
  | { kind: 'backend.changed'; change: 'registered' | 'deleted' | 'published' | 'unpublished' };

type Proxies =
  /** Until 2.2, said by the master. */
  | { kind: 'proxy.started'; proxy: string }
  /** Until 2.4: a frontend stops, or the time of a backend's grace began. */
  | { kind: 'proxy.stopping'; section: string; proxy: string; inMs: number }
  /** 1.8: the time of grace is over. */
  | { kind: 'proxy.hard_stopped'; proxy: string; connections: number }
  | { kind: 'proxy.paused'; section: string; proxy: string }
  | { kind: 'proxy.resumed'; section: string; proxy: string }
  | {
      kind: 'limit.reached';
      proxy: string | null;
      limit: 'system descriptors' | 'process descriptors' | 'memory' | 'connections' | 'sockets';
    }
  | { kind: 'connect.failed'; backend: string; server: string | null; reason: string };

type Processes =
  /** A process of the master for which it has no other name: 1.8. */
  | { kind: 'process.ended'; pid: number; code: number }
  /** 2.0 to 3.2 */
  | { kind: 'program.started'; program: string; pid: number }
  | { kind: 'program.ended'; program: string; pid: number; code: number; former: boolean }
  | { kind: 'reload.started'; hard: boolean }
  /** 2.5 */
  | { kind: 'reload.succeeded' }
  | { kind: 'reload.failed'; reason: string }
  /** One step of the end: soft-stop, hard-stop, the master's last words. */
  | { kind: 'process.stopping'; step: string; inMs: number | null; code: number | null }
  /** Which version and which program speaks (2.2). */
  | { kind: 'process.banner'; what: 'version' | 'path'; text: string }
  /** `place` is `file:line` of the configuration. */
  | {
      kind: 'startup.problem';
      about: 'configuration' | 'binding' | 'limits' | 'process';
      place: string | null;
    }
  /** Without a place it only says that there were errors. `reason` is the whole text. */
  | { kind: 'configuration.refused'; place: string | null; reason: string }
  | { kind: 'crash'; what: 'bug' | 'worker died' | 'panic' | 'stuck thread' | 'spinning task' | 'trace' };

type Remarks =
  /** HAProxy could not write to one of its loggers: lines are missing. */
  | { kind: 'logger.failed'; logger: number; reason: string }
  /** The system's log held lines back; null where it does not say how many. */
  | { kind: 'lines.lost'; lines: number | null }
  /** The line before was written this many more times. */
  | { kind: 'repeated.last'; times: number }
  /** 3.2: the certificate of a store (`crt-store`) was renewed by ACME. */
  | { kind: 'certificate.renewed'; store: string }
  /** Anything else that is known by its opening: `lua`, `spoe`, `acme`, `resolvers`, `state file`. */
  | { kind: 'notice'; topic: string }
  /** A further line of a text of several lines. */
  | { kind: 'continuation' };

/** What is no whole sentence; `column` counts from 1 and is where the grammar could not go on. */
type Unread =
  /** Begins as a sentence of the kind `began` and ends too early. */
  | { kind: 'truncated'; began: SentenceKind; column: number }
  /** Begins as one and goes on otherwise: an unknown wording, or somebody's imitation. */
  | { kind: 'near.miss'; began: SentenceKind; column: number }
  /** Traffic (`parseTraffic`), or a text that the grammar does not know. */
  | { kind: 'other' };

export type SentenceKind = Sentence['kind'];

/** A line taken apart by the grammar. */
export interface LogRecord {
  /** The header's time, as written: RFC 3339, or `Mmm dd HH:MM:SS` without year and zone. */
  stamp: string;
  host: string;
  tag: string;
  /** The pid that speaks: the number in the stderr prefix if there is one, else in HAProxy's own header, else the tag's; null if none was sent. */
  pid: number | null;
  /** The tag's pid: of the process that wrote the line to syslog, or to journald. */
  tagPid: number | null;
  /** What stands in the tag's place, if HAProxy's own header stands behind it; else null. */
  inTagsPlace: string | null;
  origin: Origin;
  /** Facility times eight plus severity, where the line begins with `<PRI>`: 128 is local0.emerg; else null. */
  priority: number | null;
  /** It stands in words there, `local0.alert`, as busybox writes it. */
  inWords: boolean;
  /** The severity in HAProxy's own header, where that stands behind another one (`log stdout format short`): 0 to 7 as in RFC 5424; else null. */
  level: number | null;
  /** How many further copies rsyslog folded into this line (`message repeated N times`), else 1. */
  times: number;
  sentence: Sentence;
  /** What HAProxy said, without stamp, tag, prefix and quotes: equal in all copies. */
  text: string;
}
