/** How loud a message is on a phone, for every service that pushes to one. */
import type { Message } from '../channel.js';

/** `alarm` rings through a phone's silence, `quiet` makes no sound. */
export type Loudness = 'alarm' | 'loud' | 'normal' | 'quiet';

const FIRING = { critical: 'alarm', warning: 'loud', info: 'normal' } as const;
/** Somebody was woken already. */
const STILL = { critical: 'loud', warning: 'normal', info: 'quiet' } as const;

export function loudnessOf(message: Pick<Message, 'event' | 'incident' | 'severity'>): Loudness {
  const { event, incident, severity: worst } = message;
  if (worst === null) return 'quiet'; // all of it is over, or acknowledged
  const severity = incident?.severity ?? worst ?? 'critical';
  switch (event) {
    case 'firing':
    case 'digest':
      return FIRING[severity];
    case 'reminder':
      return STILL[severity];
    case 'test':
      return 'normal';
    case 'resolved':
    case 'acknowledged':
      return 'quiet';
  }
}
