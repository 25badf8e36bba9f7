/** What the operator may get wrong: each is answered with one sentence and status 2, and nothing is touched. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3';
import { projectRoot, runHaplog } from '../support/haplog.js';
import { openFolder, type TemporaryFolder } from '../support/stage.js';

let folder: TemporaryFolder;
before(() => {
  folder = openFolder();
});
after(() => folder[Symbol.dispose]());

/** Runs haplog, expects status 2, and returns its one sentence. */
async function refused(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runHaplog(folder.path, args);
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, stderr);
  assert.match(stderr, /^haplog: [^\n]+([\n ]\(Did you mean [^\n]+\))?$/, 'one sentence');
  return stderr;
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
}

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  assert.deepEqual(await runHaplog(folder.path, ['--version']), { code: 0, signal: null, stdout: version, stderr: '' });
});

test('--help names every command, each command its options', async () => {
  const { code, stdout } = await runHaplog(folder.path, ['--help']);
  assert.equal(code, 0);
  for (const command of ['run', 'status', 'query', 'import', 'replay', 'parse', 'explain']) {
    assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
    const help = await runHaplog(folder.path, [command, '--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /--(db|as-of)/);
  }
});

test('an unknown option is named', async () =>
  assert.match(await refused('run', '--confg', 'x'), /--confg.*--config/s));

test('help [command] says what --help says', async () => {
  for (const [asked, same] of [
    [['help'], ['--help']],
    [
      ['help', 'query'],
      ['query', '--help'],
    ],
    [
      ['help', 'silence', 'add'],
      ['silence', 'add', '--help'],
    ],
    [
      ['outbox', 'help', 'show'],
      ['outbox', 'show', '--help'],
    ],
  ] as const) {
    assert.deepEqual(await runHaplog(folder.path, [...asked]), await runHaplog(folder.path, [...same]));
  }
});

test('help for what is no command is refused in one sentence', async () => {
  assert.match(await refused('help', 'qeury'), /unknown command 'qeury'; did you mean "query"\?/);
  assert.match(await refused('help', 'silence', 'nope'), /unknown command 'nope'/);
  assert.match(await refused('silence', 'help', 'ad'), /unknown command 'ad'; did you mean "add"\?/);
  assert.match(await refused('help', 'query', 'x'), /'query' has no commands/);
});

test('an empty path of a log is refused', async () =>
  assert.match(await refused('run', '--log', '', '--db', join(folder.path, 'n.db')), /--log takes the path of a log/));

test('an unknown command is named', async () => assert.match(await refused('qeury'), /qeury.*query/s));

test('a time that is none is named', async () => {
  assert.match(await refused('query', '--since', 'yesterdays'), /"yesterdays"/);
});

test('a misspelt key of the configuration is told with file, line, column and the key that was meant', async () => {
  const config = file('haplog.yaml', 'sources:\n  - path: /var/log/haproxy.log\npolicy:\n  keep_fireing: 10s\n');
  const sentence = await refused('run', '--config', config);
  assert.ok(sentence.includes(`${config}:4:3`), sentence);
  assert.match(sentence, /keep_fireing.*keep_firing/);
});

test('a database of another program is refused, and left as it is', async () => {
  const path = join(folder.path, 'other.db');
  const other = new Database(path);
  other.exec('CREATE TABLE song (name TEXT)');
  other.close();
  const before = readFileSync(path);
  for (const command of [['run', '--log', join(folder.path, 'haproxy.log')], ['query'], ['import', path]]) {
    assert.match(await refused(...command, '--db', path), /database of another program/);
  }
  assert.deepEqual(readFileSync(path), before);
});

test('a file that is no database at all is refused, and left as it is', async () => {
  const noise = randomBytes(9_000);
  const path = file('noise.db', noise);
  assert.match(await refused('run', '--db', path), /is not a database/);
  assert.deepEqual(readFileSync(path), noise);
});

test('a query before the first run says what to do', async () => {
  assert.match(await refused('query', '--db', join(folder.path, 'none.db')), /no database.*haplog run/);
});

test('a log that is not there cannot be replayed or imported', async () => {
  assert.match(await refused('replay', join(folder.path, 'none.log')), /none\.log/);
  assert.match(await refused('import', join(folder.path, 'none.log'), '--db', join(folder.path, 'n.db')), /none\.log/);
});
