/** What HAProxy prints, haplog reads back: every sentence with names, every wording of it, in every wrapping. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { KINDS, parseLine, type Sentence, tellsOfState } from '../../parsers/index.js';
import { print, printable } from '../support/print.js';
import { sentences, stateSentence } from '../support/sentences.js';

const CONTEXT = { tz: 'UTC', asOf: Date.parse('2026-11-24T00:00:00Z') };
const HEADER = '2026-11-22T21:38:40.000001+00:00 vm haproxy[24501]: ';

/** Kinds that bear no name of a proxy, a server, a process or the like: each has its lines in fixtures/corpus. */
const NAMELESS: readonly Sentence['kind'][] = [
  'backend.changed',
  'configuration.refused',
  'continuation',
  'crash',
  'lines.lost',
  'logger.failed',
  'near.miss',
  'notice',
  'other',
  'process.banner',
  'process.stopping',
  'reload.failed',
  'reload.started',
  'reload.succeeded',
  'repeated.last',
  'startup.problem',
];

function sentenceOf(line: string): Sentence {
  const parsed = parseLine(line, CONTEXT);
  assert.ok(parsed.ok, line);
  return parsed.record.sentence;
}

/** Objects of one shape, whatever they were made from. */
const plain = (sentence: Sentence) => JSON.parse(JSON.stringify(sentence));

/** What can stand around a message, and how many further copies it tells of. */
const wrappings: [before: string, after: string, origin: string, times: number][] = [
  [HEADER, '', 'syslog', 1],
  ['Nov 22 21:38:40 vm haproxy: ', '', 'syslog', 1],
  ['<129>Nov  2 21:38:40 vm edge-lb[1]: ', '', 'syslog', 1],
  ['<129>1 2026-11-22T21:38:40Z vm haproxy 24501 - -  ', '', 'syslog', 1],
  [`${HEADER}[WARNING]  (24501) : `, '', 'stderr', 1],
  [`${HEADER}[ALERT]    (24501) : CLI : `, '', 'stderr', 1],
  [`${HEADER}[NOTICE] 325/213840 (24501) : `, '', 'stderr', 1],
  [`${HEADER}[WARNING]  (24501) : config : [haproxy.cfg:7] : 'server a/b' : `, '', 'stderr', 1],
  [`${HEADER}message repeated 3 times: [ `, ']', 'syslog', 3],
];

describe('every sentence that bears names is read back as it was', () => {
  test('and none is left out', () => {
    assert.deepEqual(Object.keys(sentences).sort(), [...printable].sort());
    assert.deepEqual([...printable, ...NAMELESS].sort(), [...KINDS].sort());
  });

  for (const [kind, arbitrary] of Object.entries(sentences)) {
    test(kind, () => {
      fc.assert(
        fc.property(arbitrary, (sentence) => {
          for (const text of print(sentence)) assert.deepEqual(plain(sentenceOf(HEADER + text)), plain(sentence), text);
        }),
        { numRuns: kind === 'server' ? 1_000 : 200 },
      );
    });
  }
});

test('whatever it is wrapped in', () => {
  fc.assert(
    fc.property(fc.oneof(...Object.values(sentences)), fc.constantFrom(...wrappings), (sentence, wrapping) => {
      const [before, after, origin, times] = wrapping;
      for (const text of print(sentence)) {
        const parsed = parseLine(before + text + after, CONTEXT);
        assert.ok(parsed.ok);
        assert.deepEqual(plain(parsed.record.sentence), plain(sentence), before + text);
        assert.equal(parsed.record.origin, origin);
        assert.equal(parsed.record.times, times);
      }
    }),
  );
});

test('a copy has the same text in every wrapping', () => {
  fc.assert(
    fc.property(stateSentence, (sentence) => {
      const text = print(sentence)[0]!;
      const texts = wrappings.map(([before, after]) => {
        const parsed = parseLine(before + text + after, CONTEXT);
        return parsed.ok && parsed.record.text;
      });
      assert.equal(new Set(texts).size, 1, text);
    }),
  );
});

/** What a sentence still says when its counts are cut off: `is going DOWN for maintenance.` is whole without them. */
const uncounted = (sentence: Sentence) =>
  plain({ ...sentence, ...('counts' in sentence ? { counts: null, sessions: null } : {}) });

test('cut anywhere, it tells of no other state', () => {
  fc.assert(
    fc.property(stateSentence, fc.double({ min: 0, max: 1, noNaN: true }), (sentence, share) => {
      for (const text of print(sentence)) {
        const cut = text.slice(0, Math.floor(share * text.length));
        // Between two full stops nobody can tell the name's from the sentence's: `via bk/s1.` of `via bk/s1..`.
        if (cut.endsWith('.') && text[cut.length] === '.') continue;
        const read = sentenceOf(HEADER + cut);
        if (tellsOfState(read)) assert.deepEqual(uncounted(read), uncounted(sentence), cut);
        else if (/^(Backup )?Server .|^(backend|Proxy) ./.test(cut)) assert.equal(read.kind, 'truncated', cut);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('with anything behind it but the trace of its line feed, it is no sentence', () => {
  fc.assert(
    fc.property(stateSentence, fc.stringMatching(/^[ -~]{1,20}$/), (sentence, more) => {
      const added = more.replace(/ *(#012)?$/, '');
      for (const text of print(sentence)) {
        const read = sentenceOf(`${HEADER}${text}${more}`);
        // What may stand in a name, and a dot, makes another sentence behind one that ends in a name; nothing else does.
        const isOther = /^[\w.:-]*\.$/.test(added) && tellsOfState(read) && print(read).includes(text + added);
        if (added === '') assert.deepEqual(read, sentenceOf(`${HEADER}${text}`));
        else assert.ok(isOther || !tellsOfState(read), text + more);
      }
    }),
  );
});

test('of the line feed at its end any number of blanks, or an escape, may be left', () => {
  const trace = fc.constantFrom(' ', '  ', '#012', ' #012');
  fc.assert(
    fc.property(stateSentence, trace, (sentence, left) => {
      for (const text of print(sentence)) {
        assert.deepEqual(sentenceOf(`${HEADER}${text}${left}`), sentenceOf(`${HEADER}${text}`));
      }
    }),
  );
});
