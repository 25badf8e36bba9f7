/** The configuration of a daemon that runs: what makes it go over to another one, and what leaves it as it is. */
import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { configReader } from '../../../src/cli/run-config.js';
import { createLogger } from '../../../src/log.js';
import { tempFolder } from '../store/temp-folder.js';

const MINE = 'sources: [{ path: /mine.log }]\ndatabase: /tmp/haplog.db\n';

/** A home with a configuration at the place where it is looked for, and what haplog's own log says. */
function home(t: TestContext, text: string | null) {
  const before = process.env.CONFIGURATION_DIRECTORY;
  const folder = tempFolder(t);
  process.env.CONFIGURATION_DIRECTORY = folder;
  t.after(() => {
    if (before === undefined) delete process.env.CONFIGURATION_DIRECTORY;
    else process.env.CONFIGURATION_DIRECTORY = before;
  });
  const file = join(folder, 'haplog.yaml');
  if (text !== null) writeFileSync(file, text);
  const said: string[] = [];
  const stream = { write: (line: string) => said.push(JSON.parse(line).msg) };
  return { file, said, log: createLogger({ level: 'info', stream }) };
}

const pathsOf = (config: { sources: { path: string }[] } | null) => config?.sources.map(({ path }) => path);

test('a configuration that was found and is gone for a moment stays in force, and is read again when it is back', async (t) => {
  const { file, said, log } = home(t, MINE);
  const { first, again } = await configReader({}, log);
  assert.deepEqual(pathsOf(first.config), ['/mine.log']);
  renameSync(file, `${file}~`);
  assert.equal(await again(), null);
  assert.deepEqual(said, [`the configuration stays as it was: ${file} is not there any more`]);
  writeFileSync(file, MINE.replace('mine', 'other'));
  assert.deepEqual(pathsOf(await again()), ['/other.log']);
  rmSync(file);
  assert.equal(await again(), null, 'nor later');
});

test('a configuration that was emptied is not taken for one that wants every default', async (t) => {
  for (const options of [{}, { config: '' }]) {
    const { file, said, log } = home(t, MINE);
    const named = 'config' in options ? { config: file } : {};
    const { again } = await configReader(named, log);
    for (const nothing of ['', '# nothing\n']) {
      writeFileSync(file, nothing);
      assert.equal(await again(), null);
      assert.equal(said.pop(), `the configuration stays as it was: ${file} says nothing`);
    }
  }
});

test('one that said nothing at the start is read again, and so is one that was not there', async (t) => {
  for (const text of ['', null]) {
    const { file, log } = home(t, text);
    const { first, again } = await configReader({ db: '/tmp/haplog.db' }, log);
    for (const config of [first.config, await again()]) assert.deepEqual(pathsOf(config), ['/var/log/haproxy.log']);
    writeFileSync(file, MINE);
    assert.deepEqual(pathsOf(await again()), ['/mine.log']);
    writeFileSync(file, '');
    assert.equal(await again(), null);
  }
});

test('nothing that goes wrong when it is read again ends the daemon', async (t) => {
  const { said, log } = home(t, MINE);
  const { again } = await configReader({}, log);
  t.mock.method(log, 'info', () => {
    throw new Error('a fault');
  });
  assert.equal(await again(), null);
  assert.deepEqual(said, ['the configuration stays as it was: a fault']);
});
