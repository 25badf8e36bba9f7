/** What `haplog replay` does. */
import { type Notification, planOf } from '../../alerts/index.js';
import type { Instant, LineContext } from '../../parsers/index.js';
import { readHistory } from '../history-files.js';
import { added, CUT_REMEDY, NOTHING_COUNTED, notUnderstood, someCut } from '../misses.js';
import type { Batch } from '../tail/batch.js';
import { STDIN } from '../tail/given-bytes.js';
import { readGiven } from '../tail/read-file.js';
import { UserError } from '../user-error.js';
import { warnOfDisplaced, warnOfIllegible } from './illegible.js';
import { lineContext } from './line-context.js';
import type { PastOptions } from './past.js';
import { Play } from './play.js';
import { differenceOf } from './replay-difference.js';
import { messagesSaid } from './replay-messages.js';
import { jsonTeller, textTeller } from './replay-tellers.js';
import { print, remark } from './say.js';
import { configNamed } from './which-config.js';

/** How often, by the log's time, what waits is looked through: in a storm there are thousands of changes. */
const LOOKS_EVERY_MS = 1_000;

export interface ReplayOptions extends PastOptions {
  config?: string;
  against?: string;
  output: 'text' | 'jsonl';
}

/**
 * Prints what the files tell, and what would have been sent; on standard error how much of them was not understood, and how many
 * messages there would have been. A file that cannot be read is a `UserError`.
 */
export async function replay(files: string[], options: ReplayOptions): Promise<void> {
  const context = await lineContext(options, Date.now());
  const config = await configNamed(options.config);
  const batches = batchesOf(files, context);
  const isWarned = warnOfIllegible(files);
  const until = options.asOf === undefined ? null : context.asOf;
  if (options.against !== undefined) {
    const [before, after]: [Notification[], Notification[]] = [[], []];
    const old = new Play(planOf(await configNamed(options.against)), context, ({ notifications }) =>
      before.push(...notifications),
    );
    const next = new Play(planOf(config), context, ({ notifications }) => after.push(...notifications));
    return await playAll([old, next], batches, { until, isWarned }, () =>
      print(differenceOf(before, after, options.output)),
    );
  }
  const teller = options.output === 'jsonl' ? jsonTeller() : textTeller();
  const messages = await messagesSaid(options.output === 'jsonl' ? [] : config.receivers);
  let lookedAt = Number.NEGATIVE_INFINITY;
  const play = new Play(planOf(config), context, (news, latest) => {
    for (const notification of news.notifications) messages.add(notification);
    teller.add(news);
    if (Math.abs(latest - lookedAt) < LOOKS_EVERY_MS) return;
    lookedAt = latest;
    print(teller.settled(latest));
  });
  await playAll([play], batches, { until, isWarned }, () => {
    print(teller.rest());
    for (const line of messages.lines()) remark(line);
  });
}

/** The logs that are named, or the one on standard input, which is read once and has no place among others. */
function batchesOf(files: readonly string[], context: LineContext): AsyncIterable<Batch> {
  if (!files.includes(STDIN)) return readHistory(files, () => context);
  if (files.length === 1) return readGiven(process.stdin);
  throw new UserError('- is standard input and stands alone: give all logs there, the oldest first, or name them all.');
}

/**
 * Takes the batches through every play; `tell` prints what is left at the end, whatever the end was. Damage is a `UserError`, after all
 * that could be read. `isWarned`: that a log is not understood was said.
 */
async function playAll(
  plays: readonly Play[],
  batches: AsyncIterable<Batch>,
  { until, isWarned }: { until: Instant | null; isWarned: boolean },
  tell: () => void,
): Promise<void> {
  let counted = NOTHING_COUNTED;
  let cut = false;
  let damage: unknown = null;
  try {
    for await (const batch of batches) {
      const [news] = plays.map((play) => play.take(batch));
      if (news?.tally) counted = added(counted, news.tally);
      cut ||= news !== undefined && someCut(news.samples);
    }
  } catch (error) {
    // A damaged file is reported after all that could be read.
    if (!(error instanceof UserError) || counted.lines === 0) throw error;
    damage = error;
  }
  for (const play of plays) play.end(until);
  tell();
  const unknown = notUnderstood(counted);
  if (unknown > 0) {
    remark(`${unknown} of ${counted.lines} lines not understood: haplog parse --unknown shows them`);
  }
  if (!isWarned) warnOfDisplaced(counted);
  if (cut) remark(CUT_REMEDY);
  if (damage !== null) throw damage;
}
