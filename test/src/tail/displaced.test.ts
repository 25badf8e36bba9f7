/** Sentences about states that stand where haplog does not look for them: behind words of a template, of a daemon or of a tool that it does not know. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EMPTY_MEMORY } from '../../../src/memory.js';
import { ingest } from '../../../src/pipeline.js';
import { isDisplaced } from '../../../src/tail/displaced.js';
import { Splitter } from '../../../src/tail/splitter.js';
import { EXHAUSTED, serverText } from '../../support/lines.js';
import { batchOf, PLAN, UTC } from '../../support/reading.js';

const ISO = '2026-11-22T17:00:00.123456+00:00';
const AT = { at: 0, backend: 'app', server: 'a' } as const;
const DOWN = serverText({ ...AT, to: 'DOWN', left: 0 });
const UP = serverText({ ...AT, to: 'UP', left: 1 });
const SENTENCES = [DOWN, UP, EXHAUSTED, `Backup ${DOWN}`];

/** What is counted of lines, wherever they are looked at. */
function countedOf(lines: readonly string[]) {
  const splitter = new Splitter(0);
  splitter.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  const found = splitter.take();
  const { news } = ingest(EMPTY_MEMORY, { ...batchOf([]), ...found }, PLAN, UTC);
  return news.tally!;
}

describe('a sentence behind something that haplog does not know is counted', () => {
  const before: Record<string, string> = {
    'a severity in brackets, behind the tag': `${ISO} lb haproxy[1]: [alert]  `,
    'a severity in parentheses': `${ISO} lb haproxy[1]: (alert) `,
    "illumos' number": 'Nov 22 17:00:00 lb haproxy[100]: [ID 702911 local0.alert] ',
    "macOS's level": 'Nov 22 17:00:00 lb haproxy[100] <Notice>: ',
    'a second stamp': `${ISO} lb ${ISO} `,
    "a collector's labels": `${ISO} {} `,
    "a container's name": 'haproxy-1  | ',
    'a time without a day': '17:00:00 lb haproxy[100]: ',
  };
  for (const [name, header] of Object.entries(before)) {
    test(name, () => {
      const lines = SENTENCES.map((sentence) => header + sentence);
      assert.equal(countedOf(lines).displaced, SENTENCES.length);
      // FreeBSD's syslogd makes a blank of the line feed.
      assert.equal(countedOf(lines.map((line) => `${line} `)).displaced, SENTENCES.length);
    });
  }
});

test('so is one that was mangled before that, as by imuxsock what HAProxy writes there in a format of its own', () => {
  const sentences = [DOWN, UP, EXHAUSTED];
  const mangled = {
    raw: sentences.map((sentence) => sentence.slice(2)),
    iso: sentences.map((sentence) => `11-22T17:00:00.123456+00:00 ${sentence}`),
    timed: sentences.map((sentence) => `:00.123456+00:00 ${/ ((?:is|no) .*)/.exec(sentence)![1]}`),
  };
  for (const [format, texts] of Object.entries(mangled)) {
    assert.equal(countedOf(texts.map((text) => `${ISO} lb ${text}`)).displaced, 3, format);
  }
});

test('so is that of a server that bears an address for a name', () => {
  const sentence = DOWN.replace('app/a', 'app/10.0.0.9');
  assert.equal(countedOf([`${ISO} lb haproxy[1]: (alert) ${sentence}`]).displaced, 1);
});

describe('it is not counted', () => {
  const tag = `${ISO} lb haproxy[100]: `;
  const none = (lines: readonly string[]) => assert.equal(countedOf(lines).displaced, 0, lines.join('\n'));
  test('where it is understood', () => none(SENTENCES.map((sentence) => tag + sentence)));
  test('if it does not end the line', () => none(SENTENCES.map((sentence) => `${tag}(alert) ${sentence} 200`)));
  test('if it is cut, or worded otherwise', () =>
    none([`${tag}(alert) ${DOWN.slice(0, -9)}`, `${tag}(alert) Server app/a is DOWN for good.`]));

  const request = '10.0.0.7:51 [22/Nov/2026:17:00:00.123] www app/a 0/0/0/1/1 200 217 - - ---- 1/1/0/0/0 0/0';
  const formats: Record<string, (text: string) => string> = {
    "HAProxy's own": (text) => `${request} {${text}} "GET /${text} HTTP/1.1"`,
    "HAProxy's own, with a text behind": (text) => `${request} ${text}`,
    'values by name': (text) => `client=10.0.0.7 agent=${text}`,
    'a text in quotes': (text) => `GET "/" "${text}"`,
    'one in braces': (text) => `www {${text}}`,
    'one behind the date': (text) => `[22/Nov/2026:17:00:00.123] ${text}`,
    'one behind the request': (text) => `www GET /${text} HTTP/1.1 ${text}`,
    'one behind the name of a server, and what else is said of the request': (text) => `app/a 0/0/1/2/3 200 ${text}`,
    'one behind the address': (text) => `[2001:db8::7:5123] ${text}`,
  };
  for (const [name, format] of Object.entries(formats)) {
    test(`where a client wrote it: ${name}`, () => none(SENTENCES.map((sentence) => tag + format(sentence))));
  }
});

test('a line of any length that a client may have written is looked at in no time', () => {
  const long = [
    ...[
      'Server a/b is UP ',
      ' is UP',
      ' no server available!',
      'Server ',
      'backend ',
      'backend x has ',
      'Server a/',
      ' ',
    ].map((text) => text.repeat(60_000 / text.length)),
    ...['a', '1.', '1', ':', '1/', 'A', ':a'].map((text) => `${text.repeat(60_000 / text.length)} ${EXHAUSTED}`),
  ];
  for (const text of long) {
    const begun = performance.now();
    isDisplaced(`${ISO} lb haproxy[1]: (x) ${text}.`);
    isDisplaced(`${ISO} lb haproxy[1]: (x) ${text}`);
    assert.ok(performance.now() - begun < 1_000, text.slice(0, 20));
  }
});
