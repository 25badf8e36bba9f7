/** HTML that is safe as written: what a template is given stands in it as text, unless it is markup itself. */
import { plainText } from '../words.js';

/** Longer than any text of a message. */
const CHARS_MAX = 2_000;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export class Markup {
  constructor(readonly markup: string) {}
}

/** The template tag. Cleans texts of what is no character and escapes them, for elements and for quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...given: readonly (string | Markup | readonly Markup[])[]): Markup {
  return new Markup(parts.reduce((before, part, n) => `${before}${markupOf(given[n - 1]!)}${part}`));
}

/** Markup of our own that comes from no template: a style sheet. */
html.trusted = (markup: string): Markup => new Markup(markup);

function markupOf(given: string | Markup | readonly Markup[]): string {
  if (typeof given === 'string') return escaped(given);
  return given instanceof Markup ? given.markup : given.map(({ markup }) => markup).join('');
}

function escaped(text: string): string {
  // A blank that separates two texts is part of the second.
  const blank = /^\s/.test(text) ? ' ' : '';
  return blank + plainText(text, CHARS_MAX).replace(/[&<>"']/g, (char) => ESCAPES[char]!);
}
