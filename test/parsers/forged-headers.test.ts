/**
 * Lines that a client or a program wrote so that they look as if another syslog had headed them (fixtures/forged). In each log HAProxy itself speaks of
 * server web2 alone; all else is forged.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readLog } from '../support/reading.js';

const FOLDER = 'fixtures/forged';

describe('no event is made of', () => {
  for (const name of readdirSync(FOLDER)) {
    test(name.replace('.log', '').replaceAll('-', ' '), () => {
      const { news } = readLog(readFileSync(`${FOLDER}/${name}`, 'utf8').trimEnd().split('\n'));
      assert.deepEqual(news.outages, []);
      const servers = new Set(news.transitions.map(({ server }) => server));
      // The program alone speaks in its log, before HAProxy does.
      assert.deepEqual([...servers], name.startsWith('program') ? [] : ['web2']);
      assert.deepEqual(
        news.incidents.filter(({ rule }) => rule !== 'server_down' && rule !== 'last_server'),
        [],
      );
    });
  }
});
