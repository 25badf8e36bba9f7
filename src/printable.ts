/** Text written by others, made safe for a terminal. */

/** Controls, invisible formatting (which can turn text around), lone surrogates and foreign line ends. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Returns the text with every sign that could move a cursor or hide something shown as `\u{1b}`. All others stay. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`);
}

/** Returns the value's JSON, with the same signs escaped as JSON does it: to a program nothing changes. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNPRINTABLE, (sign) =>
    Array.from({ length: sign.length }, (_, i) => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}
