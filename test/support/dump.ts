/** All that a database holds, so that two of them can be compared whole. */
import Database from 'better-sqlite3';

export type Dump = Record<string, Record<string, unknown>[]>;

/** Every row of every table of the database in the file `path`, in the order of the tables' names and of the rows' keys. */
export function dump(path: string): Dump {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return dumpOf(db);
  } finally {
    db.close();
  }
}

/** As `dump`, of a database that is open; without counters that are at 0, which may stand there or not. Each table's key stands in its first column or two. */
export function dumpOf(db: Database.Database): Dump {
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all();
  return Object.fromEntries(
    tables.map((table) => {
      const all = db.prepare<[], Record<string, unknown>>(`SELECT * FROM "${table}"`);
      const key = all.columns().length > 1 ? '1, 2' : '1';
      const rows = db.prepare<[], Record<string, unknown>>(`${all.source} ORDER BY ${key}`).all();
      return [table, table === 'tally' ? rows.filter(({ total }) => total !== 0) : rows];
    }),
  );
}
