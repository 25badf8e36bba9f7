/** The operator's numbers, and who is told of what. */

export interface Policy {
  /** How long a backend must be without a server before anybody is told. */
  holdMs: number;
  /** How long it must be well before the incident is over. */
  keepFiringMs: number;
  /** After how long an incident that still fires is told again; null never. */
  reminderMs: number | null;
}

export const DEFAULT_POLICY: Policy = { holdMs: 0, keepFiringMs: 10_000, reminderMs: 4 * 3_600_000 };

export interface Route {
  /** Globs; an absent one matches everything. */
  match: { backend: string | null; host: string | null };
  /** Names of receivers. */
  receivers: string[];
}
