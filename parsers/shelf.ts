/**
 * An immutable map by name: putting something on a shelf gives a new shelf and leaves the old one as it was.
 *
 * Names that begin with the same word lie together, so that what is under a host's name is found without looking at other hosts.
 *
 * Made for state that is handed from step to step and stored by its differences. It is a hash trie (Bagwell 2001) whose branches have sixteen
 * arms and stand only where names differ: a change copies the branches on the way to one leaf and shares all else, and two shelves are compared by
 * reference from the root down, so that what a batch changed among 200,000 servers is found without looking at them all
 * (docs/decisions/0005-shelves.md).
 */

/** Bits of a hash that one branch decides by; it has so many arms. */
const BITS = 4;
const ARMS = 1 << BITS;

/** The lowest bits of a hash, by which the first branches decide, are those of the name's first word. */
const WORD_BITS = 8;
const WORD_MASK = (1 << WORD_BITS) - 1;

/** One name and its thing. `next` is another name with the same hash. (Fields that are not declared so are set twice for each of them.) */
class Leaf<V> {
  declare readonly arms?: never;
  declare readonly hash: number;
  declare readonly name: string;
  declare readonly value: V;
  declare readonly next: Leaf<V> | undefined;

  constructor(hash: number, name: string, value: V, next: Leaf<V> | undefined) {
    this.hash = hash;
    this.name = name;
    this.value = value;
    this.next = next;
  }
}

/** What its leaves have in common: the bits of their hashes below `shift`, which are those of `hash`. The next ones decide which arm a leaf is on. */
class Branch<V> {
  declare readonly shift: number;
  declare readonly hash: number;
  declare readonly arms: readonly Tree<V>[];

  constructor(shift: number, hash: number, arms: readonly Tree<V>[]) {
    this.shift = shift;
    this.hash = hash;
    this.arms = arms;
  }
}

type Tree<V> = Branch<V> | Leaf<V> | undefined;

export class Shelf<V> implements Iterable<[string, V]> {
  readonly #root: Tree<V>;
  readonly size: number;

  private constructor(root: Tree<V>, size: number) {
    this.#root = root;
    this.size = size;
  }

  /** A shelf with these things on it. */
  static of<V>(entries: Iterable<readonly [string, V]> = []): Shelf<V> {
    let shelf = new Shelf<V>(undefined, 0);
    for (const [name, value] of entries) shelf = shelf.with(name, value);
    return shelf;
  }

  /** As `leafOf`. This is asked so often that it is all in one function; a hash is of no use where there is a single leaf. */
  get(name: string): V | undefined {
    let tree = this.#root;
    if (tree?.arms !== undefined) {
      const hash = hashOf(name);
      while (tree?.arms !== undefined) tree = tree.arms[(hash >>> tree.shift) & (ARMS - 1)];
    }
    while (tree !== undefined && tree.name !== name) tree = tree.next;
    return tree?.value;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined; // nothing on a shelf is `undefined`
  }

  /** The shelf with `value` under `name`; this one, if it lies there already. */
  with(name: string, value: V): Shelf<V> {
    const hash = hashOf(name);
    const known = leafOf(this.#root, name, hash);
    if (known !== undefined && known.value === value) return this;
    const root = grafted(this.#root, new Leaf(hash, name, value, undefined));
    return new Shelf(root, known === undefined ? this.size + 1 : this.size);
  }

  /** The shelf with nothing under `name`. */
  without(name: string): Shelf<V> {
    const hash = hashOf(name);
    if (leafOf(this.#root, name, hash) === undefined) return this;
    return new Shelf(pruned(this.#root, hash, name), this.size - 1);
  }

  /** The shelf without what `isGone`. Looks at everything on it. */
  withoutAll(isGone: (name: string, value: V) => boolean): Shelf<V> {
    return this.where(isGone).reduce<Shelf<V>>((rest, [name]) => rest.without(name), this);
  }

  /** The names and things that are `wanted`, in no order that means anything. Looks at everything on it, and keeps no more. */
  where(wanted: (name: string, value: V) => boolean): [string, V][] {
    return entriesOf(this.#root, wanted);
  }

  /** Those of the names and things whose names have this first word that are `wanted`. Looks at few others. */
  under(word: string, wanted: (name: string, value: V) => boolean = ANY): [string, V][] {
    const hash = hashOf(word);
    let tree = this.#root;
    while (tree?.arms !== undefined && tree.shift < WORD_BITS) tree = tree.arms[armOf(tree, hash)];
    const beginning = `${word} `;
    return entriesOf(tree, (name, value) => name.startsWith(beginning) && wanted(name, value));
  }

  /** The shelf without those whose names have this first word and which are `gone`. */
  withoutUnder(word: string, isGone: (name: string, value: V) => boolean = ANY): Shelf<V> {
    return this.under(word, isGone).reduce<Shelf<V>>((rest, [name]) => rest.without(name), this);
  }

  /** All names and things, in no order that means anything. */
  [Symbol.iterator](): IterableIterator<[string, V]> {
    return entriesOf(this.#root, ANY).values();
  }

  /** What `later` has and this shelf has not, or has otherwise; and the names that `later` has no more. */
  changesTo(later: Shelf<V>): { put: [string, V][]; gone: string[] } {
    const put: [string, V][] = [];
    const gone: string[] = [];
    const compare = (then: Tree<V>, now: Tree<V>): void => {
      if (then === now) return;
      if (then?.arms !== undefined && now?.arms !== undefined && then.shift === now.shift && isBelow(now, then.hash)) {
        for (let arm = 0; arm < ARMS; arm++) compare(then.arms[arm], now.arms[arm]);
        return;
      }
      for (const entry of entriesOf(now, ANY)) if (this.get(entry[0]) !== entry[1]) put.push(entry);
      for (const [name] of entriesOf(then, ANY)) if (!later.has(name)) gone.push(name);
    };
    compare(this.#root, later.#root);
    return { put, gone };
  }
}

function leafOf<V>(root: Tree<V>, name: string, hash: number): Leaf<V> | undefined {
  let tree = root;
  while (tree?.arms !== undefined) tree = tree.arms[(hash >>> tree.shift) & (ARMS - 1)];
  while (tree !== undefined && tree.name !== name) tree = tree.next;
  return tree;
}

const NO_ARMS: readonly undefined[] = new Array(ARMS).fill(undefined);

/** The tree with the leaf on it, in the place of one of the same name. */
function grafted<V>(tree: Tree<V>, leaf: Leaf<V>): Tree<V> {
  if (tree === undefined) return leaf;
  if (tree.arms !== undefined) {
    if (!isBelow(tree, leaf.hash)) return forked(tree, leaf);
    const arm = armOf(tree, leaf.hash);
    return withArm(tree, arm, grafted(tree.arms[arm], leaf));
  }
  if (tree.hash !== leaf.hash) return forked(tree, leaf);
  const others = unchained(tree, leaf.name);
  return others === undefined ? leaf : chained(leaf, others);
}

/** A branch with a tree and a leaf that have no more in common. */
function forked<V>(tree: Branch<V> | Leaf<V>, leaf: Leaf<V>): Branch<V> {
  const differ = tree.hash ^ leaf.hash;
  const lowest = 31 - Math.clz32(differ & -differ);
  const fork = new Branch<V>(lowest - (lowest % BITS), leaf.hash, NO_ARMS);
  return withArm(withArm(fork, armOf(fork, tree.hash), tree), armOf(fork, leaf.hash), leaf);
}

/** The tree without the name, which is on it. A branch that would bear a single tree becomes that. */
function pruned<V>(tree: Tree<V>, hash: number, name: string): Tree<V> {
  if (tree?.arms === undefined) return unchained(tree, name);
  const arm = armOf(tree, hash);
  const rest = pruned(tree.arms[arm], hash, name);
  return (rest === undefined ? onlyOther(tree, arm) : undefined) ?? withArm(tree, arm, rest);
}

/** What a branch bears beside this arm, if that is a single tree. (A branch bears two at least.) */
function onlyOther<V>({ arms }: Branch<V>, arm: number): Tree<V> {
  let only: Tree<V>;
  for (let other = 0; other < ARMS; other++) {
    if (other === arm || arms[other] === undefined) continue;
    if (only !== undefined) return undefined;
    only = arms[other];
  }
  return only;
}

function withArm<V>({ shift, hash, arms }: Branch<V>, arm: number, tree: Tree<V>): Branch<V> {
  const copy = arms.slice();
  copy[arm] = tree;
  return new Branch(shift, hash, copy);
}

const chained = <V>({ hash, name, value }: Leaf<V>, next: Leaf<V> | undefined) => new Leaf(hash, name, value, next);

/** Leaves of one hash without the name. Not by recursion: whoever makes up names can make up thousands of one hash. */
function unchained<V>(leaf: Leaf<V> | undefined, name: string): Leaf<V> | undefined {
  if (leaf === undefined || leaf.name === name) return leaf?.next;
  const before: Leaf<V>[] = [];
  let at: Leaf<V> | undefined = leaf;
  for (; at !== undefined && at.name !== name; at = at.next) before.push(at);
  if (at === undefined) return leaf;
  return before.reduceRight<Leaf<V> | undefined>((rest, one) => chained(one, rest), at.next);
}

const ANY = () => true;
const SPACE = 0x20;

function entriesOf<V>(
  tree: Tree<V>,
  wanted: (name: string, value: V) => boolean,
  found: [string, V][] = [],
): [string, V][] {
  if (tree?.arms !== undefined) {
    for (let arm = 0; arm < ARMS; arm++) if (tree.arms[arm] !== undefined) entriesOf(tree.arms[arm], wanted, found);
  } else {
    for (let leaf = tree; leaf !== undefined; leaf = leaf.next) {
      if (wanted(leaf.name, leaf.value)) found.push([leaf.name, leaf.value]);
    }
  }
  return found;
}

/** The arm that a hash takes in a branch. */
function armOf<V>({ shift }: Branch<V>, hash: number): number {
  return (hash >>> shift) & (ARMS - 1);
}

/** Whether a hash has what a branch's leaves have in common. */
function isBelow<V>({ shift, hash: common }: Branch<V>, hash: number): boolean {
  return ((common ^ hash) & ((1 << shift) - 1)) === 0;
}

/** FNV-1a over the name's characters: 32 bits with a sign, because V8 keeps such numbers without an object of their own. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5 | 0;
  let i = 0;
  for (; i < name.length && name.charCodeAt(i) !== SPACE; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  const word = hash;
  for (; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash & ~WORD_MASK) | (word & WORD_MASK);
}
