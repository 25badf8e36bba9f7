import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openToClients } from '../parsers/index.js';
import { compareFalls } from './support/counters.js';
import { openFolder } from './support/stage.js';
import { missed, type Reading, readCorpus } from './support/truth.js';

const FOLDER = 'fixtures/corpora';

for (const name of readdirSync(FOLDER).filter((entry) => !entry.endsWith('.md'))) {
  describe(`the log of ${name}`, async () => {
    const reading = await readCorpus(join(FOLDER, name));

    test('tells the same where operators have formats of their own, though they look as if clients could begin lines', async () => {
      using folder = openFolder();
      for (const file of readdirSync(join(FOLDER, name)))
        withStrangers(join(FOLDER, name, file), join(folder.path, file));
      const other = await readCorpus(folder.path);
      assert.notDeepEqual(openToClients(other.memory.heard), []);
      assert.deepEqual(facts(other), facts(reading));
    });

    test('tells every change and every outage that HAProxy showed', () => assert.deepEqual(missed(reading), []));

    for (const of of ['servers', 'backends'] as const) {
      test(`tells as many falls of its ${of} as HAProxy's own counters`, () => {
        const { equal, different } = compareFalls(reading, of);
        assert.deepEqual(different, []);
        assert.ok(equal > 0);
      });
    }
  });
}

/** The log with two lines of an operator's formats behind the first of each worker's, and every fifty; other files as they are. */
function withStrangers(from: string, to: string): void {
  if (!basename(from).startsWith('haproxy.log')) {
    copyFileSync(from, to);
    return;
  }
  const bytes = readFileSync(from);
  const isPacked = from.endsWith('.gz');
  const said = new Map<string, number>();
  const lines = (isPacked ? gunzipSync(bytes) : bytes).toString('latin1').split('\n');
  const more = lines.flatMap((line) => {
    const [, header, pid] = /^((?:[A-Z][a-z]{2} [ \d]\d )?\S+ \S+ \S*?\[(\d+)\]:? )(?! |\[)/.exec(line) ?? [];
    if (header === undefined || pid === undefined) return [line];
    const times = said.get(pid) ?? 0;
    said.set(pid, times + 1);
    return times % 50 === 0 ? [line, `${header}web 10.0.0.1 GET /`, `${header}api 10.0.0.1 GET /`] : [line];
  });
  assert.ok(more.length > lines.length, 'there are such lines');
  const text = Buffer.from(more.join('\n'), 'latin1');
  writeFileSync(to, isPacked ? gzipSync(text) : text);
}

/** What was told, but for where it stands in the log. */
function facts({ transitions, outages }: Reading): string[] {
  return [
    ...transitions.map(({ host, pid, at, backend, server, to }) => `${host} ${pid} ${at} ${backend}/${server} ${to}`),
    ...outages.map(
      ({ host, pid, start, end, backend, endHow }) => `${host} ${pid} ${start} ${end} ${backend} ${endHow}`,
    ),
  ].sort();
}
