/** How the fuzz run changes lines: bytes anywhere, or only the text that a client or a server wrote. */
import type { Dice } from '../../test/support/dice.js';
import { infoEscape, rsyslogEscape } from '../../test/support/escapes.js';
import type { Forger } from '../../test/support/forgery.js';
import { TRAFFIC, TRAFFIC_HEADERS, type TrafficFormat, trafficLine } from '../../test/support/traffic.js';
import type { Seeds } from './seeds.js';

/** A header and the bit of message that the scan looks at: half of all changes fall there. */
const HEAD_BYTES = 70;
/** One line in so many becomes longer than anything HAProxy writes. */
const LONG_ONE_IN = 2_000;
const LONG_BYTES_MAX = 100_000;

const FORMATS = TRAFFIC.filter(({ fields }) => fields.length > 0);
/** The `len` of a `log` line cuts the message hard; 1024 where nothing is said. */
const LENS = [80, 200, 512, 1024];

/** A traffic line whose client fields hold what a forger wrote; perhaps cut by `len`. No such line may be an event. */
export function forgedTraffic(forger: Forger, dice: Dice): { format: TrafficFormat; line: string } {
  const format = dice.pick(FORMATS);
  const only = dice.chance(0.5) ? dice.pick(format.fields) : null;
  const line = trafficLine(format, dice, (field) =>
    only === null || field === only ? forger.text(dice) : field.usual,
  );
  return { format, line: dice.chance(0.1) && !format.opensWithClient ? line.slice(0, dice.pick(LENS)) : line };
}

const INFO = /, info: "[^"]*"/;

/** A state line, and the same with what a checked server could have written in `info: "..."`: both must tell the same. */
export function forgedInfo(seeds: Seeds, forger: Forger, dice: Dice): [string, string] {
  const line = dice.pick(seeds.withInfo);
  const info = INFO.exec(line)!;
  const text = rsyslogEscape(infoEscape(forger.text(dice).slice(0, 500)));
  return [line, `${line.slice(0, info.index)}, info: "${text}"${line.slice(info.index + info[0].length)}`];
}

/** A line, real or put together, with one to four changes of its bytes. */
export function mutatedLine(seeds: Seeds, forger: Forger, dice: Dice): string {
  let line = dice.chance(0.1) ? dice.pick(TRAFFIC_HEADERS) + forger.whole(dice) : dice.pick(dice.pick(seeds.kinds));
  for (let changes = dice.pick([1, 1, 1, 2, 3, 4]); changes > 0; changes--) line = changed(line, seeds, forger, dice);
  if (dice.int(LONG_ONE_IN) === 0) line = lengthened(line, forger, dice);
  return line;
}

function changed(line: string, seeds: Seeds, forger: Forger, dice: Dice): string {
  const at = dice.int(1 + (dice.chance(0.5) ? Math.min(HEAD_BYTES, line.length) : line.length));
  const [before, after] = [line.slice(0, at), line.slice(at)];
  const some = 1 + dice.int(dice.pick([2, 8, 60]));
  switch (dice.int(13)) {
    case 0: // a bit
      return after === ''
        ? line
        : `${before}${String.fromCharCode(after.charCodeAt(0) ^ (1 << dice.int(8)))}${after.slice(1)}`;
    case 1:
      return `${before}${String.fromCharCode(dice.int(256))}${after}`;
    case 2:
      return before + after.slice(some);
    case 3: // cut, by `len` or by rsyslog
      return before;
    case 4: // the beginning is lost
      return after;
    case 5: // a stretch twice
      return before + after.slice(0, some) + after;
    case 6:
      return before + forger.end(dice) + after;
    case 7:
      return before + forger.front(dice) + after;
    case 8:
      return before + forger.piece(dice) + after;
    case 9: // two lines run into each other
      return before + dice.pick(dice.pick(seeds.kinds)).slice(dice.int(120));
    case 10: // numbers out of bounds
      return before + after.replace(/\d+/, dice.pick(['0', '-1', '99999999999999999999', '4294967296', '007']));
    case 11: // blanks and colons, which part the fields
      return before + dice.pick([' ', '  ', ':', ': ', '\t']) + after;
    default:
      return before + after.replace(/[ :[\]]/, '');
  }
}

function lengthened(line: string, forger: Forger, dice: Dice): string {
  const at = dice.int(line.length + 1);
  const filling = dice.pick(['x', ' ', '<41>', '"', '.', 'a.', '/', '\xe2\x80\xa8', forger.piece(dice)]);
  const times = Math.ceil(dice.int(LONG_BYTES_MAX) / filling.length);
  return line.slice(0, at) + filling.repeat(times) + line.slice(at);
}
