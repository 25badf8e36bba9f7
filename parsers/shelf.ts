/**
 * An immutable map by name: putting something on a shelf gives a new shelf and leaves the old one as it was.
 *
 * Made for state that is handed from step to step and stored by its differences. Names are spread over buckets, the
 * buckets stand in rows; a change copies one bucket, its row and the list of rows, and shares all else. Two shelves are
 * compared row by row by reference, so that what a batch changed among 200,000 servers is found without looking at them
 * all (docs/decisions/0005-shelves.md).
 */

/** Rows of a shelf, and buckets of a row: few enough to be copied in no time, enough to keep a fleet's buckets small. */
const WIDTH = 64;

type Bucket<V> = ReadonlyMap<string, V>;
type Row<V> = readonly (Bucket<V> | undefined)[];

export class Shelf<V> implements Iterable<[string, V]> {
  readonly #rows: readonly (Row<V> | undefined)[];
  readonly size: number;

  private constructor(rows: readonly (Row<V> | undefined)[], size: number) {
    this.#rows = rows;
    this.size = size;
  }

  /** A shelf with these things on it. */
  static of<V>(entries: Iterable<readonly [string, V]> = []): Shelf<V> {
    let shelf = new Shelf<V>(new Array(WIDTH).fill(undefined), 0);
    for (const [name, value] of entries) shelf = shelf.with(name, value);
    return shelf;
  }

  get(name: string): V | undefined {
    return this.#bucket(hashOf(name))?.get(name);
  }

  has(name: string): boolean {
    return this.#bucket(hashOf(name))?.has(name) === true;
  }

  /** The shelf with `value` under `name`. */
  with(name: string, value: V): Shelf<V> {
    const hash = hashOf(name);
    const old = this.#bucket(hash);
    return this.#replaced(hash, new Map(old).set(name, value), this.size + (old?.has(name) ? 0 : 1));
  }

  /** The shelf with nothing under `name`. */
  without(name: string): Shelf<V> {
    const hash = hashOf(name);
    const bucket = new Map(this.#bucket(hash));
    return bucket.delete(name) ? this.#replaced(hash, bucket, this.size - 1) : this;
  }

  /** The shelf without what `isGone`. Looks at everything on it. */
  withoutAll(isGone: (name: string, value: V) => boolean): Shelf<V> {
    let rest: Shelf<V> = this;
    for (const [name, value] of this) if (isGone(name, value)) rest = rest.without(name);
    return rest;
  }

  /** All names and things, in no order that means anything. */
  *[Symbol.iterator](): Generator<[string, V]> {
    for (const row of this.#rows) for (const bucket of row ?? []) if (bucket) yield* bucket;
  }

  /** What `later` has that this shelf has not, or has otherwise; and the names it has no more. */
  changesTo(later: Shelf<V>): { put: [string, V][]; gone: string[] } {
    const put: [string, V][] = [];
    const gone: string[] = [];
    for (let at = 0; at < WIDTH * WIDTH; at++) {
      const [then, now] = [this.#bucket(at), later.#bucket(at)];
      if (then !== now) {
        for (const [name, value] of now ?? []) if (then?.get(name) !== value) put.push([name, value]);
        for (const name of then?.keys() ?? []) if (!now?.has(name)) gone.push(name);
      } else if (at % WIDTH === 0 && this.#rows[at / WIDTH] === later.#rows[at / WIDTH]) {
        at += WIDTH - 1; // the whole row is the same
      }
    }
    return { put, gone };
  }

  #bucket(hash: number): Bucket<V> | undefined {
    return this.#rows[Math.floor(hash / WIDTH)]?.[hash % WIDTH];
  }

  #replaced(hash: number, bucket: Bucket<V>, size: number): Shelf<V> {
    const rows = this.#rows.slice();
    const at = Math.floor(hash / WIDTH);
    const row = rows[at]?.slice() ?? new Array(WIDTH).fill(undefined);
    row[hash % WIDTH] = bucket.size > 0 ? bucket : undefined;
    rows[at] = row;
    return new Shelf(rows, size);
  }
}

/** Which bucket a name belongs to: FNV-1a over its characters. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % (WIDTH * WIDTH);
}
