/** Moments in local time, for people. By the platform's own calendar: it is there before any library has loaded. */
import type { Instant } from '../../parsers/index.js';

/**
 * Takes the name of a zone and returns a function that writes a moment in it: `2024-02-21 07:03:18`; a precise one adds milliseconds and
 * the offset, `2024-02-21 07:03:18.115 -05:00`.
 */
export function localTime(tz: string, { precise = false } = {}): (at: Instant) => string {
  const calendar = new Intl.DateTimeFormat('en-US', {
    timeZone: tz,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (at) => {
    const part = Object.fromEntries(calendar.formatToParts(at).map(({ type, value }) => [type, value]));
    const date = `${part.year?.padStart(4, '0')}-${part.month}-${part.day}`;
    const time = `${part.hour}:${part.minute}:${part.second}`;
    if (!precise) return `${date} ${time}`;
    const seconds = Math.floor(at / 1000);
    const ahead = Date.parse(`${date}T${time}Z`) / 1000 - seconds;
    return `${date} ${time}.${String(at - seconds * 1000).padStart(3, '0')} ${offset(Math.round(ahead / 60))}`;
  };
}

/** Minutes east of UTC as `-05:00`. */
function offset(minutes: number): string {
  const away = Math.abs(minutes);
  const digits = [Math.floor(away / 60), away % 60].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${digits.join(':')}`;
}
