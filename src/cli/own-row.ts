/** Which incidents have a row of their own where changes of servers and outages have theirs. Pure. */
import type { Incident } from '../../alerts/index.js';

/** Of an outage and of a server that is down other rows tell: the latter's stands only where somebody asked for it by name. */
export function hasOwnRow({ rule }: Pick<Incident, 'rule'>, states: readonly string[]): boolean {
  return rule === 'server_down' ? states.includes(rule) : rule !== 'outage';
}
