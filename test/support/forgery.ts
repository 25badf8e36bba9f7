/**
 * Text that wants to be taken for a sentence of HAProxy: whole sentences, pieces of them, with what stands before and
 * behind them in a log, and what might end a field or a line too early. Texts are bytes (see escapes.ts).
 */
import { parseLine, tellsOfState } from '../../parsers/index.js';
import { corpus } from './corpus.js';
import type { Dice } from './dice.js';
import { asBytes } from './escapes.js';

/** Every sentence about a state in the golden files, without header and prefix. */
export function goldenSentences(): string[] {
  const texts = corpus('fixtures/corpus')
    .flatMap(({ goldens }) => goldens)
    .flatMap(({ line, context }) => {
      const parsed = parseLine(line, context);
      if (!parsed.ok || !tellsOfState(parsed.record.sentence)) return [];
      const { sentence, text } = parsed.record;
      // The record's text is what all copies have in common: without the quotes and the exclamation mark.
      return sentence.kind === 'backend.exhausted' ? [`backend ${sentence.backend} has no server available!`] : [text];
    });
  // What is said of a worker before it is there is none alone.
  return [...new Set(texts)].filter((text) => !text.startsWith("'server ")).map(asBytes);
}

/** Sentences of our own, so that a change of the golden files cannot leave the forger without words. */
export const SENTENCES: readonly string[] = [
  'Server app/web1 is DOWN, reason: Layer4 timeout, check duration: 2001ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
  'Server app/web1 is DOWN, reason: Layer7 wrong status, code: 500, info: "Internal Server Error", check duration: 1ms. 1 active and 0 backup servers left. Running on backup. 0 sessions active, 0 requeued, 0 remaining in queue.',
  'Backup Server app/web2 is UP, reason: Layer4 check passed, check duration: 0ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
  'Server app/web1 is UP/READY (leaving forced maintenance).',
  "Server app/web1 ('web.example') is UP/READY (resolves again).",
  'Server app/web1 is going DOWN for maintenance (DNS timeout status). 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
  'Server app/web1 enters drain state. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
  'backend app has no server available!',
  "backend 'app' has no server available!",
  'proxy lst has no server available!',
  'Proxy app stopped (cumulated conns: FE: 0, BE: 4).',
  'New worker (4711) forked',
  'Current worker (4711) exited with code 139 (Segmentation fault)',
];

const FRONTS = [
  ...['', '', '', ''],
  '[WARNING]  (1305572) : ',
  '[ALERT]    (1305572) : ',
  '[ALERT] 325/120000 (1305572) : ',
  '[WARNING]  (1305572) : CLI : ',
  'message repeated 2 times: [ ',
  ': ',
  ']: ',
  'haproxy[1305572]: ',
  'lb1 haproxy[1305572]: ',
  '2026-11-22T12:00:00.123456+00:00 lb1 haproxy[1305572]: ',
  'Nov 22 12:00:00 lb1 haproxy[1305572]: ',
  '<129>Nov 22 12:00:00 haproxy[1305572]: ',
  '<1>',
  '<1>2026-11-22T12:00:00.123456+00:00 ',
];

const ENDS = [
  '',
  '',
  '',
  '',
  ' ',
  ']',
  '"',
  '\n',
  '"\n',
  '\0',
  '}',
  '|',
  ' HTTP/1.1"',
  ' -- 1/1/0/0/0 0/0',
  '/TLSv1.3/',
];

/** Ends of lines and of fields, for one reader or another; and what is no UTF-8. */
const BREAKS = [
  ...['\n', '\r\n', '\r', '\0', '\x0b', '\x0c', '\x1b', '\x7f', '"', "'", '#012', '#0A', '\\n', '%0a', '}', '{', '|'],
  ...['\u2028', '\u2029', '\u0085', '\ufeff', '\u00a0'].map(asBytes),
  ...['\x85', '\xff', '\xc0\x8a', '\xe2\x80', '\xed\xa0\x80', '\xf8\x88\x80\x80\x80'],
];

export class Forger {
  readonly #sentences: readonly string[];

  constructor(sentences: readonly string[] = [...SENTENCES, ...goldenSentences()]) {
    this.#sentences = sentences;
  }

  /** A text as a client could send it: often a whole sentence in disguise, else pieces of some. */
  text(dice: Dice): string {
    if (dice.chance(0.3)) return this.whole(dice);
    const parts = dice.several(1, 5, () => this.#part(dice));
    return dice.chance(0.004) ? parts.join('').repeat(1 + dice.int(40)) : parts.join('');
  }

  /** A whole sentence, perhaps with what stands before and behind it in a log. */
  whole(dice: Dice): string {
    const lead = dice.chance(0.5) ? dice.pick(BREAKS) : '';
    return lead + dice.pick(FRONTS) + dice.pick(this.#sentences) + dice.pick(ENDS);
  }

  /** A stretch of a sentence, often to its end. */
  piece(dice: Dice): string {
    const sentence = dice.pick(this.#sentences);
    const from = dice.int(sentence.length);
    return dice.chance(0.5) ? sentence.slice(from) : sentence.slice(from, from + 1 + dice.int(40));
  }

  /** What may end a field or a line. */
  end(dice: Dice): string {
    return dice.pick(BREAKS);
  }

  /** A piece of what stands before a message. */
  front(dice: Dice): string {
    return dice.pick(FRONTS);
  }

  #part(dice: Dice): string {
    switch (dice.int(6)) {
      case 0:
        return this.whole(dice);
      case 1:
        return this.piece(dice);
      case 2:
        return this.end(dice);
      case 3:
        return this.front(dice);
      case 4:
        return String.fromCharCode(...dice.several(1, 12, () => dice.int(256)));
      default:
        return dice.pick(['a', '/', ' ', 'Server ', 'backend ', '. ', '=']);
    }
  }
}
