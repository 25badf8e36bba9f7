/** HTML that is safe as it is written: what a template is given is text and stands there as text, unless it is markup itself. */
import { plainText } from '../words.js';

/** Longer than any text of a message is. */
const CHARS_MAX = 2_000;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export class Markup {
  constructor(readonly markup: string) {}
}

/** A template's tag. Texts are cleaned of what is no character and escaped, for elements and for quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...given: readonly (string | Markup | readonly Markup[])[]): Markup {
  return new Markup(parts.reduce((before, part, n) => `${before}${markupOf(given[n - 1]!)}${part}`));
}

/** Markup of our own that is no template: a style sheet. */
html.trusted = (markup: string): Markup => new Markup(markup);

function markupOf(given: string | Markup | readonly Markup[]): string {
  if (typeof given === 'string') return escaped(given);
  return given instanceof Markup ? given.markup : given.map(({ markup }) => markup).join('');
}

function escaped(text: string): string {
  // The blank that parts two texts is part of them.
  const blank = /^\s/.test(text) ? ' ' : '';
  return blank + plainText(text, CHARS_MAX).replace(/[&<>"']/g, (char) => ESCAPES[char]!);
}
