/** How loud a message is on a phone, for every service that pushes to one. */
import type { Message } from '../channel.js';

/** `alarm` rings through a phone's silence, `quiet` makes no sound. */
export type Loudness = 'alarm' | 'loud' | 'normal' | 'quiet';

const FIRING = { critical: 'alarm', warning: 'loud', info: 'normal' } as const;
/** Somebody was woken already. */
const STILL = { critical: 'loud', warning: 'normal', info: 'quiet' } as const;

export function loudnessOf({ event, incident }: Pick<Message, 'event' | 'incident'>): Loudness {
  const severity = incident?.severity ?? 'critical';
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
