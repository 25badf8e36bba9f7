/** Cells that the tables of comma separated values make of their own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES, SUBJECT_OF } from '../../../alerts/index.js';
import { incidentCsv } from '../../../src/cli/csv-rows.js';
import { incident } from '../store/examples.js';

const CELLS = {
  backend: { subject: 'app', cells: ['app', undefined] },
  server: { subject: 'app/a', cells: ['app', 'a'] },
  haproxy: { subject: 'haproxy', cells: [undefined, undefined] },
};

test('backend and server are those that the rule is about; a whole HAProxy is neither', () => {
  for (const rule of RULES) {
    const { subject, cells } = CELLS[SUBJECT_OF[rule]];
    const { backend, server } = incidentCsv(incident({ rule, subject }));
    assert.deepEqual([rule, backend, server], [rule, ...cells]);
  }
});
