/** The body of a webhook that tells of several incidents at once, with fields as in payload.ts. Bounded, however many incidents there are. */
import { overAt } from './incident.js';
import { utc } from './payload.js';
import type { Root } from './roots.js';
import type { Thread } from './threads.js';
import { plainText } from './words.js';

/**
 * Takes the root that the incidents share or null; all threads by what is told of them (began, ended and so on); those that are named, the
 * worst first; and the one sentence. Returns plain JSON, equal in every attempt.
 */
export function digestBody(
  root: Root | null,
  parts: readonly { part: string; threads: readonly Thread[] }[],
  named: readonly Thread[],
  summary: string,
): unknown {
  const all = parts.flatMap(({ threads }) => threads);
  return {
    type: 'incident.digest',
    timestamp: utc(all.reduce((latest, { told }) => Math.max(latest, told.createdAt), 0)),
    data: {
      schema_version: 1,
      counts: Object.fromEntries(parts.map(({ part, threads }) => [part, threads.length])),
      root: root === null ? null : { kind: root.kind, name: plainText(root.name, 520) },
      incidents: named.map(({ told: { event, incident } }) => {
        const over = overAt(incident);
        return {
          id: plainText(incident.id, 200),
          event,
          host: plainText(incident.host, 255),
          rule: incident.rule,
          severity: incident.severity,
          subject: plainText(incident.subject, 520),
          opened_at: utc(incident.openedAt),
          resolved_at: over === null ? null : utc(over),
        };
      }),
      more: all.length - named.length,
      summary,
    },
  };
}
