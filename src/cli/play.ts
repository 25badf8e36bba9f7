/** One reading of the past by one plan, through the whole pipeline, in memory. */
import type { Plan } from '../../alerts/index.js';
import type { Instant, LineContext } from '../../parsers/index.js';
import { afterwards } from '../afterwards.js';
import { EMPTY_MEMORY, type Memory } from '../memory.js';
import { AS_WRITTEN, ingest } from '../pipeline.js';
import type { News } from '../store/store.js';
import type { Batch } from '../tail/batch.js';

export class Play {
  readonly #plan: Plan;
  readonly #context: LineContext;
  readonly #hear: (news: News, latest: Instant) => void;
  #memory: Memory = EMPTY_MEMORY;
  #latest = 0;

  /** @param hear is given what each batch brought, and when the last transition so far happened */
  constructor(plan: Plan, context: LineContext, hear: (news: News, latest: Instant) => void) {
    this.#plan = plan;
    this.#context = context;
    this.#hear = hear;
  }

  /** Takes the next batch; returns what it brought. */
  take(batch: Batch): News {
    const { memory, news } = ingest(this.#memory, { ...batch, live: true }, this.#plan, this.#context, AS_WRITTEN);
    this.#memory = memory;
    this.#latest = news.transitions.at(-1)?.at ?? this.#latest;
    this.#hear(news, this.#latest);
    return news;
  }

  /** Nobody knows what came after the last line, but what was due soon after it, or until `until`, would have been told. */
  end(until: Instant | null): void {
    for (const { news } of afterwards(this.#memory, this.#plan, until)) this.#hear(news, this.#latest);
  }
}
