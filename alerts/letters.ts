/**
 * Makes letters of the rows that wait for one receiver. A letter is one message: when it is accepted all its rows are marked, and when it
 * is not they wait on together.
 */
import { groupBy } from './group-by.js';
import { isSealed, precedenceOf, type Rows, topicOf } from './precedence.js';
import { type Group, type Root, threadsByRoot } from './roots.js';
import { type Thread, threadOf, type Waiting } from './threads.js';

export interface Letter<Row extends Waiting = Waiting> {
  /** The name that it was given in an earlier life of haplog; null if it has none yet. */
  name: string | null;
  /** About a single incident, about several with one root, or about all that was due. */
  kind: 'single' | 'root' | 'digest';
  /** Null unless the kind is `root`. */
  root: Root | null;
  threads: Thread<Row>[];
  /** What else is of the same subjects, mostly newer, and waits until this letter was accepted or given up (precedence.ts). */
  behind: Rows<Row>[];
}

/** All rows of a letter. */
export function rowsOf<Row extends Waiting>({ threads }: Pick<Letter<Row>, 'threads'>): Row[] {
  return threads.flatMap(({ rows }) => rows);
}

/**
 * Takes the due rows of one receiver, the oldest first, and whether its messages may be about several incidents. Returns the letters, those
 * of an earlier life first. These stay as they were, because the receiver may have accepted them; later rows of their threads wait. Of one
 * subject only that is in them whose turn it is.
 */
export function lettersOf<Row extends Waiting>(rows: readonly Row[], takesDigests: boolean): Letter<Row>[] {
  const incidents = [...groupBy(rows, ({ notification }) => notification.incident.id).values()];
  // What is over is no alarm: however much there is of it, it is told in one letter.
  const isWhole = (all: Rows<Row>) => takesDigests && threadOf(all).whole;
  const byTopic = precedenceOf(incidents, (older, newer) => isWhole(older) && isWhole(newer));
  const now = [...byTopic.values()].flatMap((topic) => topic.now);
  const sent = now.flatMap((all) => all.filter(({ letter }) => letter !== null)).sort((a, b) => a.seq - b.seq);
  const fresh = now.filter((all) => !isSealed(all)).sort((a, b) => a[0]!.seq - b[0]!.seq);
  const again = [...groupBy(sent, ({ letter }) => letter!)].map(([name, own]) => letterAgain(name, own));
  return [...again, ...freshLetters(fresh.map(threadOf), takesDigests)].map((letter) => {
    const topics = new Set(letter.threads.map((thread) => topicOf(thread.newest)));
    const behind = [...topics].flatMap((topic) => byTopic.get(topic)?.behind ?? []);
    for (const topic of topics) byTopic.delete(topic); // it waits for one letter
    return { ...letter, behind };
  });
}

function freshLetters<Row extends Waiting>(threads: Thread<Row>[], takesDigests: boolean): Letter<Row>[] {
  const single = (thread: Thread<Row>) => ({ root: null, items: [thread] });
  if (!takesDigests) return threads.map(single).map(letterOf);
  const [over, open] = [threads.filter(({ whole }) => whole), threads.filter(({ whole }) => !whole)];
  return [...threadsByRoot(open).map(letterOf), ...digestOf(over.map(single).map(letterOf))];
}

function letterOf<Row extends Waiting>({ root, items: threads }: Group<Thread<Row>>): Letter<Row> {
  return { name: null, kind: root === null ? 'single' : 'root', root, threads, behind: [] };
}

/** One letter made of all these; fewer than two stay as they are. */
export function digestOf<Row extends Waiting>(letters: readonly Letter<Row>[]): Letter<Row>[] {
  if (letters.length < 2) return [...letters];
  const threads = letters.flatMap((letter) => letter.threads);
  const behind = letters.flatMap((letter) => letter.behind);
  return [{ name: null, kind: 'digest', root: null, threads: threads.toSorted(byAge), behind }];
}

/** A letter of an earlier life. Its rows say what it was: they are not changed while they wait. */
function letterAgain<Row extends Waiting>(name: string, rows: Row[]): Letter<Row> {
  const threads = [...groupBy(rows, ({ notification }) => notification.incident.id).values()].map(threadOf);
  if (threads.length === 1) return { name, kind: 'single', root: null, threads, behind: [] };
  const groups = threadsByRoot(threads);
  // What is over was never put together by its root.
  const root = groups.length === 1 && !threads.some(({ whole }) => whole) ? groups[0]!.root : null;
  return { name, kind: root === null ? 'digest' : 'root', root, threads, behind: [] };
}

function byAge(a: Thread, b: Thread): number {
  return a.rows[0]!.seq - b.rows[0]!.seq;
}
