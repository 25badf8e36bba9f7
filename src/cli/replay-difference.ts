/** What one configuration would have sent and another would not. Pure. */
import { formatStamp, incidentInWords, type Notification } from '../../alerts/index.js';
import { printable, printableJson } from '../printable.js';
import { notificationJson } from './json-rows.js';

/**
 * Takes what each would have sent; returns lines in the order of time: `-` what only the first, `+` what only the second sends. A
 * notification that comes at another time counts as one removed and one added.
 */
export function differenceOf(
  before: readonly Notification[],
  after: readonly Notification[],
  output: 'text' | 'jsonl',
): string[] {
  const [gone, come] = [missingIn(before, after), missingIn(after, before)];
  const changes = [
    ...gone.map((told) => ({ change: 'removed' as const, told })),
    ...come.map((told) => ({ change: 'added' as const, told })),
  ].sort((a, b) => a.told.createdAt - b.told.createdAt);
  if (output === 'jsonl')
    return changes.map(({ change, told }) => printableJson({ ...notificationJson(told), change }));
  const same = before.length - gone.length;
  const lines = changes.map(({ change, told }) => printable(`${change === 'added' ? '+' : '-'} ${inWords(told)}`));
  return [...lines, `${gone.length} notifications less, ${come.length} more, ${same} the same`];
}

function missingIn(these: readonly Notification[], those: readonly Notification[]): Notification[] {
  const known = new Set(those.map(nameOf));
  return these.filter((told) => !known.has(nameOf(told)));
}

const nameOf = ({ dedupKey, createdAt }: Notification) => `${dedupKey} ${createdAt}`;

function inWords({ createdAt, receiver, event, incident }: Notification): string {
  return `${formatStamp(createdAt, incident.utcOffsetMin)}  ${receiver}: ${event}: ${incidentInWords(incident)}`;
}
