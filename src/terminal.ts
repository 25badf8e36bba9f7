/** Whether output goes to somebody's terminal. */

export interface Output {
  isTTY?: boolean | undefined;
  hasColors?: (() => boolean) | undefined;
}

/** Colours only on a terminal that has them, and not against the operator's `NO_COLOR` (https://no-color.org). */
export function wantsColour(output: Output): boolean {
  return output.isTTY === true && !process.env.NO_COLOR && (output.hasColors?.() ?? false);
}
