/**
 * Records laid out in columns, row by row as they come: a log is too long to be measured first, so a column is as wide as
 * its widest cell so far. Pure.
 */
import { printable } from '../printable.js';
import { localTime } from './local-time.js';
import type { LineRecord } from './record.js';
import { trafficText } from './traffic-text.js';

const GAP = '  ';
const HEADS = ['LINE', 'HOST', 'TAG', 'ORIGIN', 'KIND'];
const TEXT = 'TEXT';

export class RecordTable {
  readonly #time: (at: number) => string;
  readonly #heading: string[];
  readonly #widths: number[];

  /** @param tz the zone of the times: an IANA name */
  constructor(tz: string) {
    this.#time = localTime(tz, { precise: true });
    const [line = '', ...heads] = HEADS;
    this.#heading = [line, `TIME (${tz})`, ...heads];
    // The usual widths, so that the columns of most logs stand still.
    const usual = [6, '2024-02-21 07:03:18.115 -05:00'.length, 8, 16, 6, 'backend.exhausted'.length];
    this.#widths = this.#heading.map((head, i) => Math.max(head.length, usual[i] ?? 0));
  }

  heading(): string {
    return this.#laidOut(this.#heading, TEXT);
  }

  row({ line, kind, raw, traffic, parsed, stamp, reason, column }: LineRecord): string {
    if (parsed === null) {
      const where = column === null ? '' : ` (column ${column})`;
      return this.#laidOut([String(line), '', '', '', '', kind], `${reason}${where}: ${printable(raw)}`);
    }
    const pid = parsed.pid === null ? '' : `[${parsed.pid}]`;
    const times = parsed.times === 1 ? '' : `${parsed.times} times: `;
    const who = [printable(parsed.host), printable(`${parsed.tag}${pid}`), parsed.origin, kind];
    const text = (traffic && trafficText(traffic)) ?? parsed.text;
    return this.#laidOut([String(line), this.#time(stamp.at), ...who], times + printable(text));
  }

  #laidOut(cells: readonly string[], text: string): string {
    const padded = cells.map((cell, i) => {
      this.#widths[i] = Math.max(this.#widths[i] ?? 0, cell.length);
      return cell.padEnd(this.#widths[i] ?? 0) + GAP;
    });
    return `${(padded.join('') + text).trimEnd()}\n`;
  }
}
