/** Messages whose words from the log would do something, were they let: ping, be markup, end a block, break a header. */
import fc from 'fast-check';
import { message, REFUSED } from './telling.js';

const CHARMS = [
  '<!channel>',
  '<!here|x>',
  '&lt;',
  '<@U1>',
  '@everyone',
  '@somebody',
  '/start',
  '<b>',
  '```',
  '`',
  '**',
  '[x](http://y)',
  '\r\n',
  '\u001b[2J',
  '\u009b2J',
  '\u2028',
  '\u202e',
  '\ud83d\ude00',
  '\ud83d',
];

const text = fc
  .array(fc.oneof(fc.constantFrom(...CHARMS), fc.string({ unit: 'binary' })), { maxLength: 5 })
  .map((parts) => parts.join(''));

export const charmed = fc
  .tuple(text, text, text, fc.constantFrom('firing' as const, 'resolved' as const))
  .map(([subject, host, info, event]) => message(event, { subject, host, cause: { ...REFUSED, info } }));

/** What a terminal, a header or a line-wise reader could stumble over; line ends are not among it. */
export const UNCLEAN = /[^\n\P{C}]|[\p{Zl}\p{Zp}]/u;

/** A message longer than any phone takes. */
export function longMessage() {
  const fallen = Array.from({ length: 20 }, (_, n) => ({
    server: `web${n}`,
    at: 0,
    utcOffsetMin: 0,
    planned: false,
    cause: { ...REFUSED, info: '\u00fc'.repeat(150) },
  }));
  return message('firing', { fallen, fallenTotal: 20 });
}
