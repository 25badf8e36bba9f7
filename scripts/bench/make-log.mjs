/** Writes the logs that the benchmark reads. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { bare, dice, sentences, single, threefold, traffic, turns } from './lines.mjs';

const chunkBytes = 4 << 20;
/** One line in a thousand tells of a state. */
const linesBetweenStates = 3_000;
const start = Date.UTC(2024, 1, 21, 7, 0, 0);

/**
 * Fills `path` with a log of `bytes` bytes (to the next full line): traffic, and 0.1 % state lines.
 * Returns how many lines there are, and how many of them tell of a state: of a server, of a backend.
 */
export function makeBusyLog(path, bytes) {
  const random = dice(1);
  const state = turns(20, 3, random);
  const counted = { bytes: 0, lines: 0, states: 0, serverLines: 0, backendLines: 0 };
  writeChunks(path, function* () {
    for (let at = start, due = 0; counted.bytes < bytes; at += 3) {
      let text = traffic(at, random);
      let lines = 1;
      if (counted.lines >= due) {
        const told = state.next().value;
        const said = threefold(at, told);
        const copies = said.split('\n').length - 1;
        counted.serverLines += 3;
        counted.backendLines += copies - 3;
        text += said;
        lines += copies;
        counted.states += copies;
        due += (copies * linesBetweenStates) / 3;
      }
      counted.bytes += text.length;
      counted.lines += lines;
      yield text;
    }
  });
  return counted;
}

/** Fills `path` with `events` changes of servers, one line each, `everyMs` apart, the last one now. */
export function makeHistory(path, events, everyMs) {
  const state = turns(200, 3, dice(2));
  const first = Date.now() - events * everyMs;
  writeChunks(path, function* () {
    for (let n = 1; n <= events; n++) yield single(Math.floor(first + n * everyMs), state.next().value);
  });
}

/** Fills `path` with state lines only, three of each as in `makeBusyLog`. Returns how many lines and changes of servers. */
export function makeStateLog(path, bytes) {
  const state = turns(200, 3, dice(5));
  const counted = { bytes: 0, lines: 0, changes: 0 };
  writeChunks(path, function* () {
    for (let at = start; counted.bytes < bytes; at += 20) {
      const said = threefold(at, state.next().value);
      counted.bytes += said.length;
      counted.lines += said.split('\n').length - 1;
      counted.changes++;
      yield said;
    }
  });
  return counted;
}

export const FLOODS = ['a client, of one server', 'a client, of ever new names', 'a program, under ever new pids'];

/**
 * Fills `path` with genuine changes of servers, one a second, and `count` single lines that look like such, 4,000 in a second, as
 * one of `FLOODS`. Returns how many changes are genuine.
 */
export function makeFlood(path, count, flood) {
  const random = dice(6);
  const state = turns(20, 3, random);
  let genuine = 0;
  writeChunks(path, function* () {
    // First words: that HAProxy writes stderr and two lines, and that a client has a line to itself.
    for (; genuine < 10; genuine++) yield threefold(start + genuine * 1000, state.next().value);
    for (let n = 0; n < 100; n++) yield bare(start + 10_000 + n, `${'abcdefgh'[n % 8]}gent ${n}`);
    for (let n = 0; n < count; n++) {
      const at = start + 20_000 + Math.floor(n / 4);
      const [backend, forger] =
        flood === FLOODS[1] ? [`shop${n}`] : flood === FLOODS[2] ? ['shop', 10_000_000 + n] : ['shop'];
      if (n % 4000 === 0) {
        genuine++;
        yield threefold(at, state.next().value);
      }
      yield bare(at, sentences(backend, 'web1', random() < 0.5, 0)[0].plain, forger);
    }
  });
  return genuine;
}

/** Texts are ASCII: their length is their size. */
function writeChunks(path, texts) {
  const file = openSync(path, 'w');
  try {
    let chunk = [];
    let size = 0;
    for (const text of texts()) {
      chunk.push(text);
      size += text.length;
      if (size < chunkBytes) continue;
      writeSync(file, chunk.join(''));
      chunk = [];
      size = 0;
    }
    writeSync(file, chunk.join(''));
  } finally {
    closeSync(file);
  }
}
