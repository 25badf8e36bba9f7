import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { compareFalls } from './support/counters.js';
import { missed, readCorpus } from './support/truth.js';

const FOLDER = 'fixtures/corpora';

for (const name of readdirSync(FOLDER).filter((entry) => !entry.endsWith('.md'))) {
  describe(`the log of ${name}`, async () => {
    const reading = await readCorpus(join(FOLDER, name));

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
