import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printable, printableJson } from '../../src/printable.js';

test('what could steer a terminal is shown, not done', () => {
  assert.equal(
    printable('a\u001b[2J\r\n\u009b1m\u202eb\u2028\u007f'),
    'a\\u{1b}[2J\\u{d}\\u{a}\\u{9b}1m\\u{202e}b\\u{2028}\\u{7f}',
  );
  assert.equal(printable('Layer4: wéird 日本語 🙂 "quoted"'), 'Layer4: wéird 日本語 🙂 "quoted"');
});

test('JSON without what could steer a terminal means the same', () => {
  assert.equal(printableJson({ info: '\u009b1m\u{e0001}é' }), '{"info":"\\u009b1m\\udb40\\udc01é"}');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(JSON.parse(printableJson(text)), text);
      assert.doesNotMatch(printableJson(text), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
