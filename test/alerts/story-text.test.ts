import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Story } from '../../alerts/story.js';
import { asText, itemText, sentenceOf, storyFrom } from '../../alerts/story-text.js';

test('a label that is longer than its column pushes its own value on and no other', () => {
  const story: Story = {
    mark: 'Resolved',
    lead: 'backend api on lb1 has a server again',
    rest: ', after 4 min 12 s',
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['Host', 'lb1'],
          ['Requests failed', '8,431'],
        ],
      },
      { kind: 'list', title: 'Servers lost', items: [{ stamp: '07:03', name: 'web1', words: 'Layer4 timeout' }] },
      { kind: 'lines', lines: ['That is all.'] },
    ],
  };
  assert.equal(
    asText(story),
    `Resolved: backend api on lb1 has a server again, after 4 min 12 s

Host:        lb1
Requests failed: 8,431

Servers lost:
  07:03  web1: Layer4 timeout

That is all.
`,
  );
});

test('a text that somebody else wrote is told block by block: its sentence, its facts, its lists, its other lines', () => {
  const story = storyFrom(`23 incidents began, 4 ended: the worst first
within a minute

Host:        lb1
Sent late:   12 min

Began:
  backend api on lb1 has no server available
  server api/web1 on lb1 is down

and 312 more
`);
  assert.deepEqual(story, {
    mark: null,
    lead: '23 incidents began, 4 ended: the worst first',
    rest: '',
    blocks: [
      { kind: 'lines', lines: ['within a minute'] },
      {
        kind: 'facts',
        facts: [
          ['Host', 'lb1'],
          ['Sent late', '12 min'],
        ],
      },
      {
        kind: 'list',
        title: 'Began',
        items: [
          { stamp: null, name: null, words: 'backend api on lb1 has no server available' },
          { stamp: null, name: null, words: 'server api/web1 on lb1 is down' },
        ],
      },
      { kind: 'lines', lines: ['and 312 more'] },
    ],
  });
});

test('no word of a text is lost on the way to a story', () => {
  const line = fc.oneof(
    fc.constantFrom('', 'Host:        lb1', 'Servers lost:', '  web1: Layer4 timeout', 'a: b', ':', '  '),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const words = (text: string) => text.replace(/[\s:]+/g, '');
      const story = storyFrom(lines.join('\n'));
      const told = [sentenceOf(story), ...story.blocks.map(told1)].join('');
      assert.equal(words(told), words(lines.join('\n')));
    }),
  );
});

function told1(block: Story['blocks'][number]): string {
  if (block.kind === 'facts') return block.facts.flat().join('');
  return block.kind === 'lines' ? block.lines.join('') : `${block.title}${block.items.map(itemText).join('')}`;
}
