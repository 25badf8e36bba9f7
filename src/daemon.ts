/** The daemon: follows the logs, keeps the history and sends what is to be told, until it is asked to end. */
import { setMaxListeners } from 'node:events';
import { type Channel, openChannel, planOf } from '../alerts/index.js';
import { openToClients } from '../parsers/index.js';
import type { Config, Source } from './config/config.js';
import { Confluence } from './confluence.js';
import type { DeliveryReport } from './deliver.js';
import { startDelivery } from './delivery-loop.js';
import { keepHouse } from './housekeeper.js';
import { Intake } from './intake.js';
import type { Logger } from './log.js';
import { lastInstant, logsOnceRead, ONCE_READ, recall } from './memory.js';
import { added, CUT_REMEDY, displacedSaid, NOTHING_COUNTED, someCut } from './misses.js';
import {
  caughtUpSaid,
  deliverySaid,
  describe,
  inheritedSaid,
  narrate,
  noticeSaid,
  type Said,
  setBackSaid,
  strandedSaid,
} from './narrate.js';
import { ownClock } from './own-clock.js';
import { Sight } from './sight.js';
import type { Store } from './store/store.js';
import { follow } from './tail/follow.js';
import { inheritedFrom } from './tail/inheritance.js';
import { illegibleSaid } from './tail/legible.js';
import type { Notice } from './tail/notice.js';
import { beginsIllegibly } from './tail/unread.js';
import { Timekeeper } from './timekeeper.js';

/** How long a send in flight may take to end by itself when the daemon is asked to stop. */
const GRACE_MS = 5_000;

const never = new Promise<never>(() => {});

export interface DaemonDeps {
  config: Config;
  store: Store;
  log: Logger;
  /** Where to begin in a log that was never read. */
  from: 'start' | 'end';
  signal: AbortSignal;
  /** Rejects when the database is no longer where it was opened. */
  lost?: Promise<never>;
}

/** Runs until `signal` aborts, and leaves nothing running. Rejects when the store fails: only what is on disk may be believed. */
export async function runDaemon({ config, store, log, from, signal, lost = never }: DaemonDeps): Promise<void> {
  const remembered = await store.memory();
  const memory = recall(remembered);
  const clock = ownClock(lastInstant(memory));
  const plan = planOf(config);
  const paths = config.sources.map(({ path }) => path);
  await store.follow(paths, clock.now());
  const say = ({ level, words }: Said, fields: object = {}) => log[level](fields, words);
  const ending = new AbortController();
  const stop = () => ending.abort();
  setMaxListeners(0, ending.signal); // one for each log and send
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  const channels = new Map<string, Channel>();
  for (const receiver of config.receivers) {
    channels.set(receiver.name, await openChannel(receiver, (line) => log.warn(line)));
  }
  const stranded = strandedSaid(await store.awaited(), [...channels.keys()]);
  if (stranded !== null) say(stranded);

  let following = false;
  let warnedOfCuts = false;
  let warnedOfHeaders = false;
  let counted = NOTHING_COUNTED;
  const sight = new Sight(store, clock);
  const intake = new Intake(
    {
      store,
      onceRead: logsOnceRead(remembered),
      plan,
      clock,
      onCommit(commit, { situation, heard }) {
        // While catching up, only the outcome is worth logging; afterwards news is logged as it comes.
        if (following) for (const said of narrate(commit, situation.incidents)) say(said);
        if (!warnedOfCuts && someCut(commit.samples)) {
          warnedOfCuts = true;
          say({ level: 'warn', words: CUT_REMEDY });
        }
        if (commit.tally) counted = added(counted, commit.tally);
        const displaced = warnedOfHeaders ? null : displacedSaid(counted);
        if (displaced !== null && openToClients(heard).length === 0) {
          warnedOfHeaders = true;
          say({ level: 'warn', words: displaced });
        }
        if (commit.notifications.length > 0) delivery.ring();
      },
      onSetBack: (byMs) => say(setBackSaid(byMs)),
    },
    memory,
  );
  const time = new Timekeeper(intake, paths, () => {
    for (const said of describe(intake.memory.situation, clock.now())) say(said);
    say(caughtUpSaid(paths, sight.waitedFor));
    following = true;
  });
  const confluence = new Confluence(paths, (arrivals) => intake.take(arrivals));

  const read = async (source: Source) => {
    const { path } = source;
    const resume = await store.checkpoint(path);
    const onNotice = (notice: Notice) => {
      say(noticeSaid(notice), notice);
      const isAway = sight.hear(notice);
      if (notice.kind === 'following') intake.reachedEnd(path);
      if (notice.kind === 'missing') intake.missing(path);
      if (notice.kind === 'following' && beginsIllegibly(path)) {
        warnedOfHeaders = true;
        say({ level: 'warn', words: illegibleSaid(path) });
      }
      // A log that cannot be read must not stop time for the others: holds pass, and reminders come.
      if (isAway || notice.kind === 'following') time.caughtUpSoon(path, confluence.rest(path));
    };
    const inherit = async () => {
      const other = await inheritedFrom(path, await store.orphans());
      if (other === null) return null;
      await store.inherit(path, other.path, ONCE_READ);
      intake.inherit(path, other.path);
      say(inheritedSaid(path, other.path));
      return { ...other, path };
    };
    const { portion } = confluence;
    const options = { path, from, resume, inherit, clock, portion, signal: ending.signal, onNotice };
    for await (const batch of follow(options)) {
      const atEnd = batch.caughtUp || batch.blocked;
      if (batch.blocked) sight.waitedFor.add(path);
      if (!atEnd && batch.lines.length > 0) time.behind(path);
      await confluence.put({ batch, source });
      if (!batch.live && batch.lines.length > 0) time.news();
      if (atEnd) await time.caughtUp(path);
    }
    await confluence.rest(path);
  };

  // The last to begin: whatever fails before this leaves nothing running.
  const delivery = startDelivery({
    store,
    channels,
    manners: new Map(config.receivers.map((receiver) => [receiver.name, receiver])),
    clock,
    random: Math.random,
    log: (report: DeliveryReport) => say(deliverySaid(report), report),
  });
  try {
    const housekeeping = keepHouse({ store, keeping: config.history, clock, signal: ending.signal });
    const failed = [delivery.ended, time.failed, sight.failed, housekeeping, lost];
    await Promise.race([Promise.all(config.sources.map(read)), ...failed]);
    await intake.end();
    await sight.end();
  } finally {
    stop();
    time.stop();
    await delivery.stop(GRACE_MS);
    for (const channel of channels.values()) channel.close();
  }
}
