/** Text laid out as labels on the left and what belongs to them on the right. Pure. */

const LABEL_WIDTH = 10;

/** A label and its lines; without lines it is not shown. */
export type Part = [label: string, lines: string[]];

/** `label  text`, further lines of one indented; ends with a newline. */
export function paragraphs(parts: readonly Part[]): string {
  const shown = parts.flatMap(([label, lines]) =>
    lines.map((line, i) => (i === 0 ? label : '').padEnd(LABEL_WIDTH) + line),
  );
  return `${shown.join('\n')}\n`;
}
