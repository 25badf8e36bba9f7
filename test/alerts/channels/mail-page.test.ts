import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { mailPage } from '../../../alerts/channels/mail-page.js';
import type { Message } from '../../../alerts/index.js';
import { testMessage } from '../../../alerts/index.js';
import { incident, message, OPENED, REFUSED } from '../../support/telling.js';

const EVENTS = ['firing', 'reminder', 'acknowledged', 'resolved'] as const;
const ACK = { at: OPENED, by: 'night shift', note: 'on it' };

/** A message that is text alone. */
function digest(text: string): Message {
  const { story: _, ...told } = message();
  return { ...told, event: 'digest', incident: null, text };
}

/** What a person reads: the document's text, without what is hidden. */
function readable(page: string): string {
  const body = page.slice(page.indexOf('<body')).replace(/<div style="display:none.*<\/div>/, '');
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&', nbsp: ' ' };
  return body
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(#?\w+);/g, (_, name: string) => entities[name] ?? assert.fail(`entity ${name}`))
    .replace(/\s+/g, ' ');
}

/** Each tag and attribute of a document, without texts and values. */
function skeleton(page: string): string[] {
  return (page.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'));
}

test('the page says whatever the text says, in its order', () => {
  for (const event of EVENTS) {
    const told = message(event, { ack: event === 'acknowledged' ? ACK : null, planned: true });
    const page = readable(mailPage(told)).toLowerCase();
    let from = 0;
    for (const word of told.text.toLowerCase().match(/[\p{L}\d/:"-]{2,}/gu) ?? []) {
      // A server's name stands before its time in the one and behind it in the other; colons part labels in the text alone.
      const at = page.indexOf(word.replace(/:$/, ''));
      assert.ok(at >= 0, `${word} is not in ${page}`);
    }
    for (const line of told.text.match(/^\w[\w ]*: {2,}.*$/gm) ?? []) {
      const [, label = '', value = ''] = /^([\w ]+): +(.*)$/.exec(line) ?? [];
      const at = page.indexOf(`${label} ${value}`.toLowerCase(), from);
      assert.ok(at >= from, `${line} is not in ${page}`);
      from = at;
    }
  }
});

test('the state is told by a word, not by the colour alone', () => {
  const first = (told: Message) => /<p [^>]*>([^<]*)<\/p>/.exec(mailPage(told))?.[1];
  assert.deepEqual(
    EVENTS.map((event) => first(message(event, { ack: ACK }))),
    ['Firing', 'Still down', 'Acknowledged by night shift (on it)', 'Resolved'],
  );
  assert.equal(first(digest('2 incidents began')), 'Digest');
  assert.equal(first(testMessage('oncall', 'lb1', '1', 0)), 'Test');
});

test('what a digest or a test says stands in its page', () => {
  const page = readable(
    mailPage(digest('2 incidents began on lb1\n\nBegan:\n  backend a\n  backend b\n\nand 3 more\n')),
  );
  assert.match(page, /Digest 2 incidents began on lb1 Began backend a backend b and 3 more/);
  assert.match(
    readable(mailPage(testMessage('oncall', 'lb1', '1', 0))),
    /Test This is a test: haplog on lb1 can reach/,
  );
});

test('the page loads nothing, runs nothing and links nowhere, whatever address stands in the log', () => {
  const info = 'see https://evil.example/ or <a href="https://evil.example/">here</a> <img src=x onerror=alert(1)>';
  const page = mailPage(message('firing', { subject: info, cause: { ...REFUSED, info } }));
  assert.deepEqual([...new Set(skeleton(page).map((tag) => /^<[!/]?(\w+)/.exec(tag)?.[1]))].toSorted(), [
    'b',
    'body',
    'br',
    'div',
    'doctype',
    'h1',
    'h2',
    'head',
    'html',
    'meta',
    'p',
    'span',
    'style',
    'table',
    'td',
    'title',
    'tr',
  ]);
  assert.doesNotMatch(skeleton(page).join(), /\b(?:href|src|background|on\w+)=/);
  assert.doesNotMatch(page, /url\(|@import/);
});

test('whatever stands in the log, it adds no tag and no attribute', () => {
  const evil = fc.constantFrom(
    '</td><script>alert(1)</script>',
    '"><img src=x>',
    "' onload='x",
    '-->',
    ']]>',
    '&lt;',
    '\u0000',
    '\u202e',
  );
  const text = fc
    .array(fc.oneof(evil, fc.string({ unit: 'binary' })), { maxLength: 4 })
    // Empty and blank texts make no element of their own.
    .map((parts) => `x${parts.join('')}`);
  const usual = skeleton(mailPage(digest('x\n\nHost:        lb1\n\nBegan:\n  backend a\n\nand more\n')));
  const plain = skeleton(mailPage(message('firing', { cause: REFUSED })));
  fc.assert(
    fc.property(text, text, text, text, (subject, host, info, server) => {
      const fallen = incident().fallen.map((each) => ({ ...each, server, cause: { ...REFUSED, info } }));
      const page = mailPage(message('firing', { subject, host, fallen, cause: { ...REFUSED, info } }));
      assert.deepEqual(skeleton(page), plain);
      const strange = skeleton(mailPage({ ...digest(`${server}\n${info}\n\n${host}:\n  ${info}\n`), subject }));
      assert.deepEqual(
        strange.filter((tag) => !usual.includes(tag)),
        [],
      );
    }),
  );
});

test('the largest message there can be is far from what Gmail cuts off', () => {
  const cause = { ...REFUSED, info: '<'.repeat(10_000), via: { backend: '"'.repeat(300), server: '"'.repeat(300) } };
  const fallen = Array.from({ length: 20 }, () => ({ ...incident().fallen[0]!, server: '&'.repeat(300), cause }));
  const page = mailPage(message('firing', { fallen, fallenTotal: 1_000, cause, subject: '"'.repeat(500) }));
  assert.ok(Buffer.byteLength(page) < 102_000, `${Buffer.byteLength(page)} bytes`);
  assert.ok(Buffer.byteLength(mailPage(message())) < 10_000);
});

test('the sentence can be read on each of its colours (contrast of 4.5 to 1, WCAG 2.2)', () => {
  for (const told of [...EVENTS.map((event) => message(event)), digest('x'), testMessage('a', 'b', '1', 0)]) {
    const [, back = '', ink = ''] = /background-color:(#\w{6});color:(#\w{6})/.exec(mailPage(told)) ?? [];
    const ratio = (luminance(ink) + 0.05) / (luminance(back) + 0.05);
    assert.ok(ratio >= 4.5, `${told.event}: ${ink} on ${back} is ${ratio}`);
  }
});

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
