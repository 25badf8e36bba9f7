/** Writes the logs that the benchmark reads. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { dice, single, threefold, traffic, turns } from './lines.mjs';

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
