/**
 * From what waits for one receiver to the letters that go now. A letter is one message: all its rows are marked when it is
 * accepted, and wait on together when it is not.
 */
import { groupBy } from './group-by.js';
import { type Group, type Root, threadsByRoot } from './roots.js';
import { type Thread, threadOf, type Waiting } from './threads.js';

export interface Letter<Row extends Waiting = Waiting> {
  /** Its name from an earlier life; null where it has none yet. */
  name: string | null;
  /** Of a single incident, of several with one root, or of all that was due. */
  kind: 'single' | 'root' | 'digest';
  /** Null but for the kind `root`. */
  root: Root | null;
  threads: Thread<Row>[];
}

/** All rows of a letter. */
export function rowsOf<Row extends Waiting>({ threads }: Pick<Letter<Row>, 'threads'>): Row[] {
  return threads.flatMap(({ rows }) => rows);
}

/**
 * Takes the due rows of one receiver, the oldest first, and whether its messages may be about several incidents. Returns
 * the letters, those of an earlier life first: they are what they were, for the receiver may have accepted them, and what came
 * later in their threads waits.
 */
export function lettersOf<Row extends Waiting>(rows: readonly Row[], takesDigests: boolean): Letter<Row>[] {
  const byThread = groupBy(rows, ({ notification }) => notification.incident.id);
  const sent: Row[] = [];
  const fresh: Thread<Row>[] = [];
  for (const thread of byThread.values()) {
    const sealed = thread.filter(({ letter }) => letter !== null);
    if (sealed.length > 0) sent.push(...sealed);
    else fresh.push(threadOf(thread));
  }
  const again = [...groupBy(sent, ({ letter }) => letter!)].map(([name, own]) => letterAgain(name, own));
  const single = (thread: Thread<Row>) => ({ root: null, items: [thread] });
  if (!takesDigests) return [...again, ...fresh.map(single).map(letterOf)];
  // What is over is no alarm: however much there is of it, it is told once.
  const [over, open] = [fresh.filter(({ whole }) => whole), fresh.filter(({ whole }) => !whole)];
  return [...again, ...threadsByRoot(open).map(letterOf), ...digestOf(over.map(single).map(letterOf))];
}

function letterOf<Row extends Waiting>({ root, items: threads }: Group<Thread<Row>>): Letter<Row> {
  return { name: null, kind: root === null ? 'single' : 'root', root, threads };
}

/** One letter of all of these; the same one where there is nothing to put together. */
export function digestOf<Row extends Waiting>(letters: readonly Letter<Row>[]): Letter<Row>[] {
  if (letters.length < 2) return [...letters];
  const threads = letters.flatMap((letter) => letter.threads);
  return [{ name: null, kind: 'digest', root: null, threads: threads.toSorted(byAge) }];
}

/** Its rows say what it was: they are not changed while they wait. */
function letterAgain<Row extends Waiting>(name: string, rows: Row[]): Letter<Row> {
  const threads = [...groupBy(rows, ({ notification }) => notification.incident.id).values()].map(threadOf);
  if (threads.length === 1) return { name, kind: 'single', root: null, threads };
  const groups = threadsByRoot(threads);
  // What is over was never put together by its root.
  const root = groups.length === 1 && !threads.some(({ whole }) => whole) ? groups[0]!.root : null;
  return { name, kind: root === null ? 'digest' : 'root', root, threads };
}

function byAge(a: Thread, b: Thread): number {
  return a.rows[0]!.seq - b.rows[0]!.seq;
}
