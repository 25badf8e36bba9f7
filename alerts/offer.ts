/**
 * When haplog starts, or takes a new configuration, what was told before is to be offered once more, to the receivers of today: the receiver
 * that had the message may have left the configuration, or may have refused it.
 */
import type { Shelf } from '../parsers/index.js';
import type { Incident } from './incident.js';

/** The open incidents, of which those that were told are to be offered again, as soon as they may be told. */
export function toOffer(incidents: Shelf<Incident>): Shelf<Incident> {
  let marked = incidents;
  for (const [key, incident] of incidents) {
    if (incident.toldAt !== null && incident.ack === null)
      marked = marked.with(key, { ...incident, offersAgain: true });
  }
  return marked;
}

/** Whether it is still to be offered again: not once somebody has taken it on. */
export function isToOffer({ offersAgain, ack }: Incident): boolean {
  return offersAgain === true && ack === null;
}
