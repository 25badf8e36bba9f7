/**
 * SIGHUP before `haplog run` can heed it, as `systemctl reload` right after a start sends it: without a handler it would end the process. It
 * is noted from the first moment on, and heeded as soon as there is somebody to heed it. src/start.ts and the program are two bundles, which
 * share nothing but the process: so the note is there, under a name that belongs to nobody else.
 */
const EARLY = Symbol.for('haplog.hangup');

interface Note {
  come: boolean;
  take(): void;
}

const place = process as unknown as { [EARLY]?: Note };

/** Notes hangups from now on. */
export function noteHangups(): void {
  const note: Note = { come: false, take: () => process.off('SIGHUP', hear) };
  const hear = () => {
    note.come = true;
  };
  process.on('SIGHUP', hear);
  place[EARLY] = note;
}

/** Ends the noting, for who has a handler by now; returns whether a hangup came before. */
export function hungUpEarly(): boolean {
  const note = place[EARLY];
  delete place[EARLY];
  note?.take();
  return note?.come ?? false;
}
