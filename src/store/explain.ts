/** Explains trouble with the database's file in one sentence, to the person who can mend it. */
import { UserError } from '../user-error.js';

const NAME_ANOTHER = 'or name another database with --db';

type Sentence = (file: string) => string;

const noPermission: Sentence = (file) =>
  `No permission to open the database "${file}": run haplog as the user who owns it and its folder, ${NAME_ANOTHER}.`;
const noFolder: Sentence = (file) =>
  `The database "${file}" cannot be there: a part of its path is a file, not a folder; name another with --db.`;
const noDatabase: Sentence = (file) =>
  `"${file}" is not a database of haplog: name another with --db, or move the file away.`;
const noSpace: Sentence = (file) =>
  `There is no space left on the disk for the database "${file}": make room, ${NAME_ANOTHER}.`;

/** By the codes of the system (errno) and of SQLite (https://www.sqlite.org/rescode.html), which extends a code at its end. */
const sentences: [code: string, sentence: Sentence][] = [
  [
    'ENOENT',
    (file) => `There is no database "${file}" yet: start "haplog run" or "haplog import" first, ${NAME_ANOTHER}.`,
  ],
  ['EACCES', noPermission],
  ['EPERM', noPermission],
  [
    'EROFS',
    (file) =>
      `The database "${file}" cannot be written: its disk is mounted read-only; mount it otherwise, ${NAME_ANOTHER}.`,
  ],
  ['ENOTDIR', noFolder],
  ['EEXIST', noFolder],
  ['ELOOP', (file) => `The path of the database "${file}" goes in a circle: name another with --db.`],
  ['ENAMETOOLONG', (file) => `The path of the database "${file}" is too long: name another with --db.`],
  ['ENOSPC', noSpace],
  ['SQLITE_FULL', noSpace],
  ['SQLITE_CANTOPEN', noPermission],
  ['SQLITE_READONLY', noPermission],
  ['SQLITE_PERM', noPermission],
  ['SQLITE_NOTADB', noDatabase],
  ['SQLITE_CORRUPT', (file) => `The database "${file}" is damaged: move it away and import the logs again.`],
  ['SQLITE_BUSY', (file) => `The database "${file}" is locked by another program: end that, ${NAME_ANOTHER}.`],
];

/** The machine is at fault, not what the operator wrote. */
const RUNTIME = 1;

/**
 * Takes an error that was thrown while `file` was opened, and returns a `UserError` for it; an unknown error is returned as it is. A full
 * disk is nobody's bad usage; nor is trouble that shows only later, for which `exitCode` is 1.
 */
export function explain(error: unknown, file: string, exitCode = 2): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  const known = sentences.find(([prefix]) => code === prefix || code.startsWith(`${prefix}_`));
  if (known === undefined) return error;
  return new UserError(known[1](file), { cause: error, exitCode: known[1] === noSpace ? RUNTIME : exitCode });
}
