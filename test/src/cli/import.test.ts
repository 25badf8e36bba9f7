/** `haplog import` as its own process: what it says of what it took in. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../../support/cli.js';
import { serverText, syslogLine } from '../../support/lines.js';
import { tempFolder } from '../store/temp-folder.js';

test('an import says how much it read, and that there are lines it did not understand', (t) => {
  const folder = tempFolder(t);
  const at = Date.parse('2026-11-22T12:00:00Z');
  const fall = syslogLine(at, serverText({ at, backend: 'app', server: 'a', to: 'DOWN', left: 1 }));
  writeFileSync(join(folder, 'a.log'), `${fall}\n`);
  writeFileSync(join(folder, 'b.log'), `${syslogLine(at, 'Server app/a is QUITE DOWN.')}\nno header\n`);
  const said = (file: string) => {
    const { status, stdout, stderr } = ask(folder, ['import', file, '--db', 'h.db']);
    assert.deepEqual([status, stdout], [0, '']);
    return stderr;
  };
  assert.equal(said('a.log'), '1 lines read into h.db: 1 changes of state, outages: 0\n');
  assert.equal(
    said('b.log'),
    '2 lines read into h.db: 0 changes of state, outages: 0; 2 lines not understood: haplog parse --unknown shows them\n',
  );
  writeFileSync(join(folder, 'c.log'), `${fall.slice(0, -10)}\n`);
  assert.match(
    said('c.log'),
    /: 0 changes of state, .*\nHAProxy's sentences are cut off on their way, .*`len` .* 1024 .*\n$/,
  );
});
