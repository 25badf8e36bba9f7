/**
 * Turns a path into an endless stream of batches: what was there before, then what is being written, across rotation, truncation, absence
 * and restarts. No line is lost or repeated, except where a file was emptied before it was read.
 */
import { type Batch, type Checkpoint, FULL_PORTION, type Portion } from './batch.js';
import { BatchMaker, type Clock } from './batches.js';
import { CannotRead, LogFile } from './log-file.js';
import { type Notice, Teller } from './notice.js';
import { type Course, pause, readOn } from './read-on.js';
import { locateStray } from './stray.js';
import { locate, type Place } from './succession.js';

export interface FollowOptions {
  path: string;
  /** Where to begin if there is no checkpoint. */
  from: 'start' | 'end';
  /** How far the log has been read; its file is found again by content, whatever it is called now. */
  resume: Checkpoint | null;
  /** Asked while there is none: how far the log was read under another path, as a checkpoint of this one. */
  inherit?(): Promise<Checkpoint | null>;
  clock: Clock;
  /** Absent: a full one. */
  portion?: Readonly<Portion>;
  /** Ends the stream and closes everything. */
  signal: AbortSignal;
  onNotice(notice: Notice): void;
}

const LOOK_AGAIN_MS = 500;
/** Names change while logrotate works: look more than once before a file counts as lost. */
const SEARCHES = 3;

/**
 * Follows the log at a path until `signal` aborts. Each batch carries the checkpoint that is true once it is stored. Trouble with the log
 * is reported by notices and waited out; only bugs are thrown.
 */
export async function* follow(options: FollowOptions): AsyncGenerator<Batch, void> {
  const { path, signal, clock, portion = FULL_PORTION, onNotice } = options;
  const batches = new BatchMaker(path, clock, options.resume);
  const course: Course = { path, signal, portion, batches, teller: new Teller(path, onNotice) };
  while (!signal.aborted) {
    let place: Place | null = null;
    try {
      place = await firstPlace(course, options);
      while (place) {
        const next: Place | null = yield* readOn(course, place);
        place.file.close();
        place = next;
      }
    } catch (error) {
      if (!isTroubleOutside(error)) throw error;
      course.teller.trouble('unreadable', error.message);
      await pause(LOOK_AGAIN_MS, signal);
    } finally {
      place?.file.close();
    }
  }
}

const nothing = async () => null;

/** Where to begin, or to begin again after trouble; waits until there is something to read. Null when aborted. */
async function firstPlace(
  { path, signal, batches, teller }: Course,
  { from, inherit = nothing }: Pick<FollowOptions, 'from' | 'inherit'>,
): Promise<Place | null> {
  batches.lostSight();
  const resumed = (place: Place): Place => {
    teller.tell('resumed', `going on in ${place.file.openedAs} at byte ${place.offset}`);
    return place;
  };
  let absent = false;
  for (let search = 1; !signal.aborted; ) {
    batches.checkpoint ??= await inherit();
    const { checkpoint } = batches;
    const found = checkpoint && (await locate(path, checkpoint));
    if (found) return resumed(found);
    try {
      const file = LogFile.open(path);
      if (!checkpoint) return { file, offset: from === 'end' && !absent ? file.lineStartAt(file.size) : 0 };
      if (search++ < SEARCHES) {
        file.close();
      } else {
        const stray = await locateStray(path, checkpoint);
        if (stray.lost !== null) teller.tell('lost', stray.lost);
        if (stray.place === null) return { file, offset: 0 };
        file.close();
        return resumed(stray.place);
      }
    } catch (error) {
      if (!(error instanceof CannotRead)) throw error;
      teller.trouble(error.missing ? 'missing' : 'unreadable', `${error.message}; waiting for it`);
      absent ||= error.missing;
    }
    await pause(LOOK_AGAIN_MS, signal);
  }
  return null;
}

/** The operating system's errors; all others are bugs. */
function isTroubleOutside(error: unknown): error is Error {
  return error instanceof CannotRead || (error instanceof Error && 'syscall' in error);
}
