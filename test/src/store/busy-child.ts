/** Another program that is about to write into a database, for a third of a second: it says `busy`, and then `done`. */
import Database from 'better-sqlite3';

const db = new Database(process.argv[2]!);
db.exec('BEGIN IMMEDIATE');
console.log('busy');
setTimeout(() => {
  db.exec('ROLLBACK');
  db.close();
  console.log('done');
}, 300);
