import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configDocs, DOCS_FILE } from '../../../scripts/config-docs.js';

test('docs/config.md tells of every key as it is; else run: npx tsx scripts/config-docs.ts', () => {
  assert.equal(readFileSync(DOCS_FILE, 'utf8'), configDocs());
});
