/**
 * Looks for the file of a checkpoint by its content alone, where none of the log's names leads to it, and says what is lost. Before that names
 * are asked more than once (follow.ts), because they change while logrotate works.
 */
import type { Checkpoint } from './batch.js';
import { chunksOf, longestOf } from './chunks.js';
import { CannotRead, type LogFile } from './log-file.js';
import { unreadableSaid } from './notice.js';
import type { Place } from './succession.js';
import { filesBeside, openIfReadable, openVolume, type Volume, volumesOf } from './volumes.js';

const NEWLINE = 0x0a;

export interface Stray {
  /** Null if no file beside the log is the one. */
  place: Place | null;
  /** Which lines may be lost and why: a clause for the operator; null if none are, as far as can be seen. */
  lost: string | null;
}

/** Looks at the log's folders. The file goes on being read at the checkpoint, if it reaches so far. */
export async function locateStray(path: string, checkpoint: Checkpoint): Promise<Stray> {
  const beside = await filesBeside(path);
  const found: LogFile[] = [];
  for (const volume of beside) {
    const file = openIfReadable(volume);
    if (file && (await isOf(file, checkpoint))) found.push(file);
    else file?.close();
  }
  const file = await longestOf(found);
  if (file === null) return { place: null, lost: await notFoundSaid(path) };
  return { place: { file, offset: checkpoint.offset }, lost: passedOverSaid(file, beside) };
}

/** Another log (`/var/log/syslog`) may begin with the same line: there hardly any line ends right before the offset. */
export async function isOf(file: LogFile, { fingerprint, offset }: Checkpoint): Promise<boolean> {
  if (file.fingerprint(true) !== fingerprint) return false;
  try {
    for await (const chunk of chunksOf(file, offset - 1)) return chunk[0] === NEWLINE;
  } catch (error) {
    if (!(error instanceof CannotRead)) throw error;
  }
  return false;
}

async function notFoundSaid(path: string): Promise<string> {
  const said = 'the file that was read before was not found; reading the present one from its start';
  for (const volume of await volumesOf(path)) {
    const unreadable = whyUnreadable(volume);
    if (unreadable !== null) return `${said}; perhaps it is this one: ${unreadable}`;
  }
  return said;
}

function whyUnreadable(volume: Volume): string | null {
  try {
    openVolume(volume)?.close();
    return null;
  } catch (error) {
    if (!(error instanceof CannotRead)) throw error;
    return error.missing ? null : unreadableSaid(error);
  }
}

/** Of files that are called as this one but for their digits, those that are younger would have to be read next. */
function passedOverSaid(file: LogFile, beside: readonly Volume[]): string | null {
  const own = beside.find(({ id }) => id === file.id);
  const next = beside.find(
    ({ path, writtenAt }) => shapeOf(path) === shapeOf(file.openedAs) && writtenAt > (own?.writtenAt ?? writtenAt),
  );
  if (next === undefined) return null;
  return `"${file.openedAs}" was found by its content, but haplog does not know such names: "${next.path}" is younger, and passed over`;
}

function shapeOf(path: string): string {
  return path.replace(/\.gz$/, '').replace(/\d+/g, '0');
}
