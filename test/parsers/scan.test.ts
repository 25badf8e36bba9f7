/** What the byte scan promises: no line that the grammar takes for a state is ever passed over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify, isUnderstood, messageStart, parseLine, tellsOfState } from '../../parsers/index.js';
import { corpus, type Golden } from '../support/corpus.js';

const classOf = (line: string) => {
  const bytes = new TextEncoder().encode(line);
  return classify(bytes, 0, bytes.length);
};

const goldens = corpus('fixtures/corpus').flatMap((file) => file.goldens);

test('every line of the corpus that tells of a state is a candidate', () => {
  const passed = goldens.filter(({ line, context }) => {
    const parsed = parseLine(line, context);
    return parsed.ok && tellsOfState(parsed.record.sentence) && classOf(line) !== 'candidate';
  });
  assert.deepEqual(
    passed.map(({ line }) => line),
    [],
  );
});

test('every sentence that the grammar knows counts as known in the daemon too, unless it begins as traffic does', () => {
  const uncounted = goldens.filter(({ line, context }) => {
    const parsed = parseLine(line, context);
    return parsed.ok && isUnderstood(parsed.record.sentence) && classOf(line) !== 'candidate';
  });
  const bytes = ({ line }: Golden) => Buffer.from(line);
  const texts = uncounted.map((golden) =>
    bytes(golden).toString('utf8', messageStart(bytes(golden), 0, golden.line.length)),
  );
  // The price of the scan's speed (docs/limits.md).
  assert.deepEqual(
    texts.filter((text) => !/^[C0-9]/.test(text)),
    [],
  );
});

test('whatever line came before it', () => {
  for (const before of goldens.filter((_, index) => index % 7 === 0)) {
    for (const { line, context } of goldens) {
      const parsed = parseLine(line, context);
      if (!parsed.ok || !tellsOfState(parsed.record.sentence)) continue;
      classOf(before.line);
      assert.equal(classOf(line), 'candidate', `${line} behind ${before.line}`);
    }
  }
});

test('what HAProxy says of addresses, scripts and certificates is no traffic, and counts as known', () => {
  const header = '2026-11-22T21:38:40Z vm haproxy[1]: ';
  const known = [
    "b/d1: IP changed from '(none)' to '127.0.0.1' by 'rs/ns1'.",
    "b/d1: port changed from '80' to '81' by 'Lua script'.",
    'b/d1 changed its IP from 127.0.0.2 to 127.0.0.3 by DNS cache.',
    "Lua function 'x': execution timeout.",
    'acme: x: Successful update of the certificate.',
  ];
  for (const text of known) assert.equal(classOf(header + text), 'candidate', text);
  for (const text of ['Mozilla/5.0 (X11)', 'a/b', 'changed its IP', 'a/b changed'])
    assert.equal(classOf(header + text), 'other', text);
});

test('what HAProxy 3.x says of itself when a worker was killed counts as known', () => {
  const banner = [
    'HAProxy version 3.0.11-1+deb13u4 2026/10/15 - https://haproxy.org/',
    'Status: long-term supported branch - will stop receiving fixes around Q2 2029.',
    'Known bugs: http://www.haproxy.org/bugs/bugs-3.0.11.html',
    'Running on: Linux 6.18.44 #1 SMP PREEMPT_DYNAMIC @0 x86_64',
    'Please check that you are running an up to date and maintained version of haproxy and open a bug report.',
  ];
  for (const header of ['2026-11-22T21:38:40Z vm haproxy[1]: ', '2026-11-22T21:38:40Z stdout F ']) {
    for (const text of banner) assert.equal(classOf(header + text), 'candidate', text);
  }
});

test('a tag that looks like the version of RFC 5424 hides nothing', () => {
  const header = '2026-11-22T21:45:28.421351+00:00 vm 1';
  for (const said of [
    ': Proxy a stopped.',
    '  [WARNING] 332/060846 (15102) : Proxy a stopped.',
    '[7]: Proxy a stopped.',
  ])
    assert.equal(classOf(header + said), 'candidate', said);
});

test('traffic in the built-in formats is passed over', () => {
  const traffic = goldens.filter(({ line, want }) => want?.startsWith('traffic ') && !/message repeated/.test(line));
  assert.ok(traffic.length > 10);
  assert.deepEqual(
    traffic.filter(({ line }) => classOf(line) !== 'traffic').map(({ line }) => line),
    [],
  );
});

test('a letter or a dash begins traffic where it begins an address, or what stands in its place', () => {
  const header = '2024-02-21T07:03:17.653803-05:00 allyrion haproxy[1305572]: ';
  const classes = (texts: string[]) => [...new Set(texts.map((text) => classOf(header + text)))];
  const rest = ' [21/Feb/2024:07:03:17.653] fe';
  const addresses = ['fd00::1:80', 'bad::1:80', 'c:2::1:80', 'unix:1', '-:-', 'unknown', '::1:80', '10.0.0.1:80'];
  assert.deepEqual(classes([...addresses.map((text) => text + rest), 'unix - - [', '- - - [', 'abcd:1']), ['traffic']);
  assert.deepEqual(
    classes(['curl/8.5.0', 'facebook', 'abcde:1', 'example.com', '-', 'a', 'unixes', 'Go-http-client']),
    ['other'],
  );
});

test('what looks like a severity in numbers is one to both, or to neither', () => {
  const apart = ['16 0', '7 0', '07 0', '007 0', '0016 0', '99 0', '16 8', '16 00', '0 0'].map((two) => `${two} `);
  const ofRelay = ['<0>', '<128>', '<999>', '<0128>', '<1288>'].map((level) => `${level}Nov 22 17:03:02 `);
  ofRelay.push('<128>Nov 22 17:4294967296:02 ', 'Nov 22 7:03:02 ', 'Nov 22 17:03:02.123456 ');
  for (const numbers of [...apart, ...ofRelay]) {
    const line = `Nov 22 17:03:02 lb1 ${numbers}haproxy[24710]: backend app has no server available!`;
    const parsed = parseLine(line, { tz: 'UTC', asOf: Date.UTC(2026, 11, 1) });
    const isState = parsed.ok && tellsOfState(parsed.record.sentence);
    assert.ok(!isState || classOf(line) === 'candidate', numbers);
  }
});
