/** What options take, in words: for help texts and errors alike. Loads nothing. */

export const FORMATS = ['table', 'wide', 'json', 'jsonl', 'csv'] as const;

export type Format = (typeof FORMATS)[number];

/** What `haplog outbox list --state` takes, besides `all`: what became of a message. */
export const OUTBOX_STATES = ['due', 'delivered', 'rejected', 'expired', 'muted', 'dropped'] as const;

/** What `--state` takes: the state a server changed to, that a backend had no server, or the rule of any other incident. */
export const STATES = [
  ...(['up', 'down', 'maint', 'drain', 'nolb', 'no-server'] as const),
  ...(['backup_only', 'last_server', 'server_down', 'flapping', 'checks_failing'] as const),
  ...(['worker_killed', 'stopped', 'reload_failed'] as const),
] as const;

export type StateWord = (typeof STATES)[number];

/** What `parseComingTime` takes: besides these, what `parseTime` takes. */
export const COMING_TIME_FORMS =
  '02:00 (the next such time); now, today, tomorrow, tomorrow 08:00; ' +
  '2026-12-01, 2026-12-01 02:00, 2026-12-01 02:00:30; 2026-12-01T02:00:30Z; @1796090430';

/** What `parseTime` takes. */
export const TIME_FORMS =
  '1h, 90m, 1h30m, 2d or 1w (ago); now, today, yesterday; 07:03 (today); ' +
  '2024-02-21, 2024-02-21 07:03, 2024-02-21 07:03:18; 2024-02-21T07:03:18Z; @1708516998';
