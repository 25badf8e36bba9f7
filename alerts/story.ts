/**
 * What a message about an incident says, before it is laid out: one sentence, then facts and lists. Its text and its HTML are both made
 * from this, so that they cannot say different things.
 */

/** Every text in it is one line, safe to show. */
export interface Story {
  /** What kind of news it is, if the sentence begins with that: `Resolved`. */
  mark: string | null;
  /** What is so. Begins with a small letter if a mark stands before it. */
  lead: string;
  /** The sentence's end, with the blank or comma that it begins with: since when and why. May be empty. */
  rest: string;
  blocks: Block[];
}

export type Block =
  | { kind: 'facts'; facts: Fact[] }
  | { kind: 'list'; title: string; items: Item[] }
  | { kind: 'lines'; lines: string[] };

/** `Host` and `allyrion`. */
export type Fact = readonly [label: string, value: string];

/** Something that happened: when, with whom, and what. */
export interface Item {
  stamp: string | null;
  name: string | null;
  words: string;
}
