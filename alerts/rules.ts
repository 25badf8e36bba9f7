/** What counts as trouble: each rule has a subject, a severity, and words of its own. */

export const RULES = [
  'outage',
  'backup_only',
  'last_server',
  'server_down',
  'flapping',
  'checks_failing',
  'worker_killed',
  'stopped',
  'reload_failed',
] as const;

export type Rule = (typeof RULES)[number];

/** The worst first. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** What a rule's incidents are about: a backend, a server (`backend/server`), or the HAProxy of a host as a whole. */
export const SUBJECT_OF: Record<Rule, 'backend' | 'server' | 'haproxy'> = {
  outage: 'backend',
  backup_only: 'backend',
  last_server: 'backend',
  server_down: 'server',
  flapping: 'server',
  checks_failing: 'server',
  worker_killed: 'haproxy',
  stopped: 'haproxy',
  reload_failed: 'haproxy',
};

/** The subject of what befalls a whole HAProxy. */
export const WHOLE = 'haproxy';

/** Said of the subject: what it is like, what it has been like, and what it has become. */
export interface RuleWords {
  is: string;
  hasBeen: string;
  /** Begins with `has`. */
  over: string;
  /** Stands before a reminder. */
  still: string;
}

export const RULE_WORDS: Record<Rule, RuleWords> = {
  outage: {
    is: 'has no server available',
    hasBeen: 'has had no server available',
    over: 'has a server again',
    still: 'Still down',
  },
  backup_only: {
    is: 'is on its backup servers alone',
    hasBeen: 'has been on its backup servers alone',
    over: 'has an active server again',
    still: 'Still on backup',
  },
  last_server: {
    is: 'is on its last server',
    hasBeen: 'has been on its last server',
    over: 'has more than one server again',
    still: 'Still on the last server',
  },
  server_down: {
    is: 'is down',
    hasBeen: 'has been down',
    over: 'is no longer down', // it may have been taken out meanwhile
    still: 'Still down',
  },
  flapping: {
    is: 'goes up and down',
    hasBeen: 'has been going up and down',
    over: 'has settled',
    still: 'Still flapping',
  },
  checks_failing: {
    is: 'fails its health checks',
    hasBeen: 'has been failing its health checks',
    over: 'has stopped failing its health checks', // it may have been taken out, and not be checked any more
    still: 'Still failing',
  },
  worker_killed: {
    is: 'is without a worker',
    hasBeen: 'has been without a worker',
    over: 'has a worker again',
    still: 'Still without a worker',
  },
  stopped: {
    is: 'has been stopped',
    hasBeen: 'has been stopped',
    over: 'has been started again',
    still: 'Still stopped',
  },
  reload_failed: {
    is: 'could not load its configuration',
    hasBeen: 'has not been able to load its configuration',
    over: 'has loaded its configuration',
    still: 'Still not loaded',
  },
};
