import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchPlace } from '../../../src/store/place.js';
import type { UserError } from '../../../src/user-error.js';
import { openFolder } from '../../support/stage.js';

const troubles: [name: string, trouble: (file: string) => void][] = [
  ['moved away', (file) => renameSync(file, `${file}.old`)],
  ['removed', (file) => rmSync(file)],
  ['replaced by another', (file) => renameSync(other(file), file)],
];

for (const [name, trouble] of troubles) {
  test(`a database that is ${name} under the daemon is missed, in one sentence`, { timeout: 10_000 }, async () => {
    using folder = openFolder();
    const file = join(folder.path, 'haplog.db');
    writeFileSync(file, '');
    const place = watchPlace(file, 5);
    writeFileSync(file, 'written on'); // what the daemon does all the time is no trouble
    const untroubled = await Promise.race([place.lost, sleep(30, 'still there')]);
    assert.equal(untroubled, 'still there');
    trouble(file);
    await assert.rejects(place.lost, (error: UserError) => {
      assert.match(
        error.message,
        /haplog\.db" was moved, removed or replaced while haplog was writing it: move it back/,
      );
      return error.exitCode === 1;
    });
    place.stop();
  });
}

function other(file: string): string {
  writeFileSync(`${file}.new`, '');
  return `${file}.new`;
}
