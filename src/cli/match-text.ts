/** Which incidents are meant, in words. */
import type { Match, Times } from '../../alerts/index.js';

/** `backend k8s-*, host lb1`, or `everything`. */
export function matchInWords({ backend, server, host, rules, severities }: Match): string {
  const parts = [
    ...(backend === null ? [] : [`backend ${backend}`]),
    ...(server === null ? [] : [`server ${server}`]),
    ...(host === null ? [] : [`host ${host}`]),
    ...(rules === null ? [] : [`rule ${rules.join(' or ')}`]),
    ...(severities === null ? [] : [`severity ${severities.join(' or ')}`]),
  ];
  return parts.length === 0 ? 'everything' : parts.join(', ');
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Mon,Tue 08:00-18:00 Europe/Berlin`. */
export function timesInWords({ days, fromMin, untilMin, zone }: Times): string {
  const words = days.length === 7 ? 'daily' : days.map((day) => DAYS[day - 1]).join();
  return `${words} ${clock(fromMin)}-${clock(untilMin)} ${zone}`;
}

function clock(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
