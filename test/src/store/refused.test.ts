/** What cannot be the database is refused in one sentence, and left as it is. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { explain } from '../../../src/store/explain.js';
import { lockForDaemon } from '../../../src/store/lock.js';
import { type Mode, openStore } from '../../../src/store/open.js';
import { UserError } from '../../../src/user-error.js';
import { asNobody } from './nobody.js';
import { tempFolder } from './temp-folder.js';

/** `make` puts something into the folder and returns the path that is then named as the database. */
interface Mistake {
  what: string;
  make: (folder: string) => string;
  modes: Mode[];
  says: RegExp;
  /** It is haplog's, so that reading it may make SQLite's two files beside it. */
  ours?: true;
}

const both: Mode[] = ['write', 'read'];
const mistakes: Mistake[] = [
  {
    what: 'a text file',
    make: (folder) => written(join(folder, 'notes.txt'), 'a list of things to do\n'.repeat(50)),
    modes: both,
    says: /^"PATH" is not a database: name another with --db, or move the file away\.$/,
  },
  {
    what: 'a file of a few bytes',
    make: (folder) => written(join(folder, 'short'), 'SQLite format 3\0'),
    modes: both,
    says: /^"PATH" is not a database: /,
  },
  {
    what: 'a database of another program',
    make: (folder) => foreignDatabase(join(folder, 'grafana.db'), 'DELETE'),
    modes: both,
    says: /^"PATH" is a database of another program: name another with --db\.$/,
  },
  {
    what: 'a database of another program with a write-ahead log',
    make: (folder) => foreignDatabase(join(folder, 'cookies.db'), 'WAL'),
    modes: both,
    says: /^"PATH" is a database of another program: /,
  },
  {
    what: 'a database that another program left half-written',
    make: (folder) => crashed(folder),
    modes: both,
    says: /^"PATH" is a database of another program: /,
  },
  {
    what: 'a database of a newer haplog',
    make: (folder) => newer(join(folder, 'haplog.db')),
    modes: both,
    ours: true,
    says: /^The database "PATH" was written by a newer haplog \(its tables are version 1000, this one knows \d+\): upgrade haplog, or /,
  },
  {
    what: 'a damaged database',
    make: (folder) => damaged(join(folder, 'haplog.db')),
    modes: both,
    ours: true,
    says: /^The database "PATH" is damaged: move it away and import the logs again\.$/,
  },
  {
    what: 'a folder',
    make: (folder) => folder,
    modes: both,
    says: /^"PATH" is a folder: name a file in it, such as "PATH\/haplog\.db"\.$/,
  },
  {
    what: 'a device',
    make: () => '/dev/null',
    modes: both,
    says: /^"PATH" is not a file: name another database with --db\.$/,
  },
  {
    what: 'a path through a file',
    make: (folder) => join(written(join(folder, 'file'), 'x'), 'haplog.db'),
    modes: both,
    says: /^The database "PATH" cannot be there: a part of its path is a file, not a folder; name another with --db\.$/,
  },
  {
    what: 'a path deep through a file',
    make: (folder) => join(written(join(folder, 'file'), 'x'), 'deep', 'haplog.db'),
    modes: both,
    says: /^The database "PATH" cannot be there: /,
  },
  {
    what: 'a folder in which nothing can be made',
    make: () => '/proc/whatever/deep/haplog.db',
    modes: ['write'],
    says: /^The database "PATH" cannot be made there: name another with --db\.$/,
  },
  {
    what: 'a file where none can be made',
    make: () => '/proc/haplog.db',
    modes: ['write'],
    says: /^The database "PATH" cannot be made there: name another with --db\.$/,
  },
  {
    what: 'a link to what is not there',
    make: (folder) => {
      symlinkSync('nowhere', join(folder, 'link'));
      return join(folder, 'link');
    },
    modes: ['write'],
    says: /^The database "PATH" cannot be made there: name another with --db\.$/,
  },
  {
    what: 'a link to itself',
    make: (folder) => {
      symlinkSync('loop', join(folder, 'loop'));
      return join(folder, 'loop');
    },
    modes: both,
    says: /^The path of the database "PATH" goes in a circle: name another with --db\.$/,
  },
  {
    what: 'a missing file',
    make: (folder) => join(folder, 'no', 'haplog.db'),
    modes: ['read'],
    says: /^There is no database "PATH" yet: start "haplog run" or "haplog import" first, or name another database with --db\.$/,
  },
  {
    what: 'an empty file',
    make: (folder) => written(join(folder, 'haplog.db'), ''),
    modes: ['read'],
    says: /^The database "PATH" is not ready for this haplog: start "haplog run" once, then ask again\.$/,
  },
  {
    what: 'a folder that belongs to others',
    make: (folder) => join(closed(folder), 'haplog.db'),
    modes: both,
    says: /^No permission to open the database "PATH": run haplog as the user who owns it and its folder, or /,
  },
  {
    what: 'a database that belongs to others',
    make: (folder) => ownDatabase(join(folder, 'haplog.db'), 0o000),
    modes: both,
    says: /^No permission to open the database "PATH": /,
  },
  {
    what: 'a database that may only be read',
    make: (folder) => ownDatabase(join(folder, 'haplog.db'), 0o444),
    modes: ['write'],
    says: /^No permission to open the database "PATH": /,
  },
];

for (const { what, make, modes, says, ours } of mistakes) {
  for (const mode of modes) {
    test(`${what} is refused in one sentence, and left as it is (${mode})`, (t) => {
      const folder = tempFolder(t);
      chmodSync(folder, 0o755);
      const path = make(folder);
      const before = contents(folder, ours);
      assert.throws(() => asNobody(() => openStore(path, mode)), saying(says, path));
      assert.throws(() => asNobody(() => openStore(path, mode)), saying(says, path), 'and again');
      assert.deepEqual(contents(folder, ours), before);
    });
  }
}

test('a daemon that may not take its lock says so in one sentence', (t) => {
  const folder = tempFolder(t);
  chmodSync(folder, 0o755);
  const path = join(closed(folder), 'haplog.db');
  assert.throws(
    () => asNobody(() => lockForDaemon(path)),
    saying(/^No permission to open the database "PATH": /, path),
  );
});

test('a disk that may only be read is named as such', () => {
  const error = explain(Object.assign(new Error('EROFS'), { code: 'EROFS' }), '/x/haplog.db');
  assert.ok(error instanceof UserError);
  assert.match(error.message, /^The database "\/x\/haplog\.db" cannot be written: .* read-only/);
});

test('folders are made, with the modes of a database, as deep as they are missing', (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'a', 'b', 'c', 'haplog.db');
  openStore(path, 'write').end();
  for (const made of ['a', 'a/b', 'a/b/c']) assert.equal(statSync(join(folder, made)).mode & 0o027, 0, made);
});

test('a daemon leaves no lock beside what is not its database', (t) => {
  const folder = tempFolder(t);
  const path = foreignDatabase(join(folder, 'grafana.db'), 'DELETE');
  assert.throws(() => lockForDaemon(path), saying(/^"PATH" is a database of another program: /, path));
  assert.deepEqual(readdirSync(folder), ['grafana.db']);
});

test("what fails later ends with 1, for it is nobody's bad usage; so does a full disk", () => {
  const status = (code: string, exitCode?: number) => {
    const explained = explain(Object.assign(new Error(code), { code }), '/x/haplog.db', exitCode);
    assert.ok(explained instanceof UserError);
    return explained.exitCode;
  };
  assert.deepEqual([status('SQLITE_CORRUPT'), status('SQLITE_CORRUPT', 1)], [2, 1]);
  assert.deepEqual([status('SQLITE_FULL'), status('ENOSPC')], [1, 1]);
});

function saying(pattern: RegExp, path: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message.replaceAll(path, 'PATH'), pattern);
    assert.equal(error.exitCode, 2);
    return true;
  };
}

/** What lies in `folder`, and a hash of the bytes where they can be read. */
function contents(folder: string, exceptWal = false): [string, string][] {
  return readdirSync(folder)
    .filter((name) => !(exceptWal && /-(wal|shm)$/.test(name)))
    .map((name) => [name, hashOf(join(folder, name))]);
}

function hashOf(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function written(path: string, text: string): string {
  writeFileSync(path, text, { mode: 0o666 });
  chmodSync(path, 0o666);
  return path;
}

function foreignDatabase(path: string, journal: string): string {
  const db = new Database(path);
  db.pragma(`journal_mode = ${journal}`);
  db.exec("CREATE TABLE dashboard (name TEXT); INSERT INTO dashboard VALUES ('traffic')");
  db.close();
  return opened(path);
}

/** As `kill -9` leaves it: rows in the write-ahead log that are not in the database yet. */
function crashed(folder: string): string {
  const path = join(folder, 'crashed.db');
  const alive = join(folder, 'alive.db');
  const db = new Database(alive);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE dashboard (name TEXT)');
  for (const suffix of ['', '-wal']) copyFileSync(`${alive}${suffix}`, `${path}${suffix}`);
  db.close();
  return opened(path);
}

function newer(path: string): string {
  openStore(path, 'write').end();
  const db = new Database(path);
  db.pragma('user_version = 1000');
  db.close();
  return opened(path);
}

function damaged(path: string): string {
  openStore(path, 'write').end();
  const bytes = readFileSync(path);
  bytes.fill(0xff, 100, 8_192);
  writeFileSync(path, bytes);
  return opened(path);
}

function ownDatabase(path: string, mode: number): string {
  openStore(path, 'write').end();
  chmodSync(path, mode);
  return path;
}

/** Nobody may enter it, not even who made it. */
function closed(folder: string): string {
  const inner = join(folder, 'closed');
  mkdirSync(inner, { mode: 0o600 });
  return inner;
}

/** Lets anybody write, so that nothing but what it is speaks against it. */
function opened(path: string): string {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o666);
  chmodSync(join(path, '..'), 0o777);
  return path;
}
