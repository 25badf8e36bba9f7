/** Stamps without year and zone are read by those before them: nobody speaks a year, or an hour, before he spoke. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_MEMORY } from '../../src/memory.js';
import { ingest } from '../../src/pipeline.js';
import { serverText } from '../support/lines.js';
import { addressed, batchOf, PLAN } from '../support/reading.js';

const fell = serverText({ at: 0, backend: 'app', server: 'a', to: 'DOWN', left: 0 });
const came = serverText({ at: 0, backend: 'app', server: 'a', to: 'UP', left: 1 });

/** The outage that a log of one target tells, whose stamps are these. */
function outageOf(tz: string, asOf: string, begins: string, ends: string): (string | null)[] {
  const lines = [`${begins} lb haproxy[10]: ${fell}`, `${begins} lb haproxy[10]: backend app has no server available!`];
  const context = { tz, asOf: Date.parse(asOf) };
  const batch = batchOf(addressed([...lines, `${ends} lb haproxy[10]: ${came}`]));
  const { outages } = ingest(EMPTY_MEMORY, batch, PLAN, context).news;
  const { start, end } = outages.at(-1)!;
  return [start, end].map((at) => (at === null ? null : new Date(at).toISOString()));
}

test('a log that was rotated on the morning of New Year goes on in the new year, if it is read as of its first instant', () => {
  const outage = outageOf('UTC', '2024-01-01T00:00:00Z', 'Dec 31 23:59:50', 'Jan  1 00:00:10');
  assert.deepEqual(outage, ['2023-12-31T23:59:50.000Z', '2024-01-01T00:00:10.000Z']);
});

test('what would be later than anything can be is of the year before, whatever was said last', () => {
  const outage = outageOf('UTC', '2024-01-01T00:00:00Z', 'Dec 31 23:59:50', 'Jan  3 00:00:10');
  assert.equal(outage[1]?.slice(0, 4), '2023');
});

test('in the hour that comes twice the first lines of a log count, though they wait to be believed', () => {
  const outage = outageOf('Europe/Berlin', '2026-11-23T00:00:00Z', 'Oct 25 02:50:00', 'Oct 25 02:10:00');
  assert.deepEqual(outage, ['2026-10-25T00:50:00.000Z', '2026-10-25T01:10:00.000Z']);
});
