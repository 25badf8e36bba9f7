/** A story as plain text: the sentence, then the facts, one a line. And back, for messages that exist as text alone. */
import type { Block, Fact, Item, Story } from './story.js';

/** The column where values begin; a longer label pushes on its own value and no other. */
const LABEL_WIDTH = 13;

/** The sentence that tells the whole. */
export function sentenceOf({ mark, lead, rest }: Omit<Story, 'blocks'>): string {
  return `${mark === null ? '' : `${mark}: `}${lead}${rest}`;
}

/** Returns lines, each ended by a newline; the first is the sentence. */
export function asText(story: Story): string {
  return `${[sentenceOf(story), ...story.blocks.map(blockText)].join('\n\n')}\n`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'facts':
      return block.facts.map(([label, value]) => `${`${label}:`.padEnd(LABEL_WIDTH - 1)} ${value}`).join('\n');
    case 'list':
      return [`${block.title}:`, ...block.items.map((item) => `  ${itemText(item)}`)].join('\n');
    case 'lines':
      return block.lines.join('\n');
  }
}

/** `2024-02-21 07:03:16 -05:00  bettley: Layer4 timeout`. */
export function itemText({ stamp, name, words }: Item): string {
  return `${stamp === null ? '' : `${stamp}  `}${name === null ? '' : `${name}: `}${words}`;
}

/**
 * Takes a message's text, whoever wrote it; returns the story that it tells. The first line is its sentence, and blank lines separate
 * blocks. A block is facts or a list if all its lines look like that.
 */
export function storyFrom(text: string): Story {
  const [opening = [], ...blocks] = text
    .split(/\n[^\S\n]*\n/)
    .map((block) => block.split('\n').filter((line) => line.trim() !== ''))
    .filter((lines) => lines.length > 0);
  const [lead = '', ...more] = opening;
  const all = more.length > 0 ? [more, ...blocks] : blocks;
  return { mark: null, lead: lead.trim(), rest: '', blocks: all.map(blockFrom) };
}

function blockFrom(lines: string[]): Block {
  const facts = lines.map(factFrom);
  if (facts.every((fact) => fact !== null)) return { kind: 'facts', facts };
  const [title = '', ...items] = lines;
  if (items.length > 0 && /^\S.*:$/.test(title) && items.every((line) => line.startsWith('  '))) {
    const words = items.map((line) => ({ stamp: null, name: null, words: line.trim() }));
    return { kind: 'list', title: title.slice(0, -1), items: words };
  }
  return { kind: 'lines', lines };
}

/** `Host:        allyrion`: a few words, a colon, and more than one blank, which no sentence has there. */
function factFrom(line: string): Fact | null {
  const [, label, value] = /^(\p{Lu}[\p{L} ]{0,24}):(?: {2,})(\S.*)$/u.exec(line) ?? [];
  return label === undefined || value === undefined ? null : [label, value];
}
