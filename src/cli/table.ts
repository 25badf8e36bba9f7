/** Rows laid out in columns, for a terminal or a pipe. */
import pico from 'picocolors';
import { printable } from '../printable.js';
import type { Row, Tone } from './history-rows.js';
import { localTime } from './local-time.js';

export interface Layout {
  /** More columns, more precise times. */
  wide: boolean;
  /** The zone of the times: an IANA name. */
  tz: string;
  colour: boolean;
  /** The width of the terminal, in which the last column is wrapped; null: there is none, a row is a line. */
  width: number | null;
}

interface Column {
  head: string;
  cell: (row: Row) => string;
  tone?: (row: Row) => Tone;
}

const GAP = '  ';
const LEAST_WIDTH = 24;

/** Whether there is colour at all is the layout's decision, not the library's. */
const { bold, green, red, yellow } = pico.createColors(true);

const COLOURS: Record<Tone, (text: string) => string> = {
  good: green,
  bad: red,
  worst: (text) => bold(red(text)),
  quiet: yellow,
};

/**
 * Takes rows and returns them under a heading, all columns but the last as wide as their widest cell. HAProxy allows
 * only ASCII in the names that stand there, so a sign is a column.
 */
export function tableText(rows: readonly Row[], layout: Layout): string {
  const columns = columnsOf(layout);
  const heading = columns.map(({ head }) => head);
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = widthsOf([heading, ...cells]);
  const indent = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const room = layout.width === null ? Number.POSITIVE_INFINITY : Math.max(LEAST_WIDTH, layout.width - indent);

  const line = (texts: readonly string[], row: Row | null) => {
    const padded = widths.map((width, i) => {
      const tone = row && layout.colour ? columns[i]?.tone?.(row) : undefined;
      return painted(texts[i] ?? '', tone) + ' '.repeat(width - (texts[i]?.length ?? 0)) + GAP;
    });
    return (padded.join('') + wrapped(texts.at(-1) ?? '', room).join(`\n${' '.repeat(indent)}`)).trimEnd();
  };
  return `${[line(heading, null), ...rows.map((row, i) => line(cells[i] ?? [], row))].join('\n')}\n`;
}

/** The widths of all columns but the last. */
function widthsOf(lines: readonly string[][]): number[] {
  const widths: number[] = lines[0]?.slice(0, -1).map(() => 0) ?? [];
  for (const line of lines) {
    for (const [i, width] of widths.entries()) widths[i] = Math.max(width, line[i]?.length ?? 0);
  }
  return widths;
}

/** Lines of at most `room` signs, broken between words where there are any. */
function wrapped(text: string, room: number): string[] {
  if (text.length <= room) return [text];
  return text.match(new RegExp(`.{1,${room}}(?= |$)|.{1,${room}}`, 'gu'))?.map((part) => part.trim()) ?? [];
}

function painted(text: string, tone: Tone | undefined): string {
  return tone === undefined ? text : COLOURS[tone](text);
}

function columnsOf({ wide, tz }: Layout): Column[] {
  const time = localTime(tz, { precise: wide });
  const why = (row: Row) => [row.why, row.planned && !wide ? 'planned' : ''].filter(Boolean).join(', ');
  const more: Column[] = [
    { head: 'PLANNED', cell: ({ planned }) => (planned ? 'yes' : 'no') },
    { head: 'EVIDENCE', cell: ({ evidence }) => evidence },
    { head: 'COPIES', cell: ({ copies }) => String(copies ?? '') },
    { head: 'PID', cell: ({ pid }) => String(pid ?? '') },
  ];
  return [
    { head: `TIME (${tz})`, cell: ({ at }) => time(at) },
    { head: 'HOST', cell: ({ host }) => printable(host) },
    { head: 'WHAT', cell: ({ what }) => printable(what) },
    { head: 'CHANGE', cell: ({ change }) => change, tone: ({ tone }) => tone },
    { head: 'LASTED', cell: ({ lasted }) => lasted },
    ...(wide ? more : []),
    { head: 'WHY', cell: (row) => printable(why(row)) },
  ];
}
