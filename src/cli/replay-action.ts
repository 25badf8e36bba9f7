/** What `haplog replay` does. */
import type { Notification, Plan } from '../../alerts/index.js';
import type { Instant, TimeContext } from '../../parsers/index.js';
import { afterwards } from '../afterwards.js';
import { readHistory } from '../history-files.js';
import { EMPTY_MEMORY, type Memory } from '../memory.js';
import { AS_WRITTEN, ingest } from '../pipeline.js';
import { printable, printableJson } from '../printable.js';
import { type Facts, Settling } from '../settling.js';
import type { News } from '../store/store.js';
import { UserError } from '../user-error.js';
import { incidentJson, notificationJson, outageJson, transitionJson } from './json-rows.js';
import type { PastOptions } from './past.js';
import { planFrom } from './plan.js';
import { differenceOf } from './replay-difference.js';
import { ReplayText } from './replay-text.js';
import { timeContext } from './time-context.js';

export interface ReplayOptions extends PastOptions {
  config?: string;
  against?: string;
  output: 'text' | 'jsonl';
}

/** Prints what the files tell, and what would have been sent. A file that cannot be read is a `UserError`. */
export async function replay(files: string[], options: ReplayOptions): Promise<void> {
  const context = await timeContext(options, Date.now());
  const plan = await planFrom(options.config);
  if (options.against !== undefined) {
    const [before, after] = [await planFrom(options.against), plan];
    const told = async (by: Plan) => await toldBy(files, options, context, by);
    return write(differenceOf(await told(before), await told(after), options.output));
  }
  const teller = options.output === 'jsonl' ? jsonTeller() : textTeller();
  try {
    await play(files, options, context, plan, (news, latest) => {
      teller.add(news);
      write(teller.settled(latest));
    });
  } finally {
    write(teller.rest());
  }
}

/** All that would have been sent by a plan. */
async function toldBy(
  files: string[],
  options: ReplayOptions,
  context: TimeContext,
  plan: Plan,
): Promise<Notification[]> {
  const told: Notification[] = [];
  await play(files, options, context, plan, ({ notifications }) => told.push(...notifications));
  return told;
}

/**
 * Takes the files through the whole pipeline; `hear` is given what each batch brought, and the latest instant that was told of.
 * What is damaged is a `UserError`, after all that could be read.
 */
async function play(
  files: string[],
  { asOf }: ReplayOptions,
  context: TimeContext,
  plan: Plan,
  hear: (news: News, latest: Instant) => void,
): Promise<void> {
  let memory: Memory = EMPTY_MEMORY;
  let latest = 0;
  let damage: unknown = null;
  try {
    for await (const batch of readHistory(files, context)) {
      const next = ingest(memory, { ...batch, live: true }, plan, context, AS_WRITTEN);
      memory = next.memory;
      latest = next.news.transitions.at(-1)?.at ?? latest;
      hear(next.news, latest);
    }
  } catch (error) {
    // A damaged file is told behind all that could be read.
    if (!(error instanceof UserError) || memory === EMPTY_MEMORY) throw error;
    damage = error;
  }
  // Nobody knows what came after the last line; what was due soon after it would have been told.
  for (const { news } of afterwards(memory, plan, asOf === undefined ? null : context.asOf)) hear(news, latest);
  if (damage !== null) throw damage;
}

/** Takes what each batch brought, and gives lines as soon as nothing can change them. */
interface Teller {
  add(news: News): void;
  settled(now: Instant): string[];
  rest(): string[];
}

function textTeller(): Teller {
  const text = new ReplayText();
  return {
    add: (news) => text.add(news),
    settled: (now) => text.settled(now).map(printable),
    rest: () => text.rest().map(printable),
  };
}

function jsonTeller(): Teller {
  const settling = new Settling();
  return {
    add: (news) => settling.add(news),
    settled: (now) => jsonLines(settling.settled(now)),
    rest: () => jsonLines(settling.rest()),
  };
}

function jsonLines({ transitions, outages, incidents, notifications }: Facts): string[] {
  const rows = [
    ...transitions.map(transitionJson),
    ...outages.map(outageJson),
    ...incidents.map(incidentJson),
    ...notifications.map(notificationJson),
  ];
  return rows.map(printableJson);
}

function write(lines: string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}
