/** The end of an outage stands in a file that the daemon could not read, and is imported: the daemon and all commands say the same of it. */
import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULTS } from '../../src/config/defaults.js';
import { runDaemon } from '../../src/daemon.js';
import { createLogger } from '../../src/log.js';
import { openStore } from '../../src/store/open.js';
import { ask } from '../support/cli.js';
import { hook } from '../support/hook.js';
import { Inbox } from '../support/inbox.js';
import { serverText, syslogLine } from '../support/lines.js';
import { policyWith, toEverybody } from '../support/plan.js';
import { hookAt } from '../support/telling.js';
import { tempFolder } from './store/temp-folder.js';

const LIMIT = { timeout: 60_000 };
const SOON = 15_000;

for (const [when, runs] of [
  ['while the daemon runs', true],
  ['while it is off', false],
] as const) {
  test(
    `what an import saw to end ${when} is open until the daemon has ended it, and then told as over`,
    LIMIT,
    async (t) => {
      const folder = tempFolder(t);
      const other = tempFolder(t);
      const file = join(folder, 'h.db');
      const path = join(folder, 'haproxy.log');
      const store = openStore(file, 'write');
      t.after(() => store.end());
      await using far = await hook();
      const from = Date.now() - 60_000;
      const line = (n: number, to: 'UP' | 'DOWN', backend = 'api', left = 0) => {
        const at = from + n * 1_000;
        return `${syslogLine(at, serverText({ at, backend, server: 'a', to, left }))}\n`.repeat(2);
      };
      const live = () => {
        const lines = new Inbox<{ msg: string }>('line of the log');
        const ending = new AbortController();
        const rules = { ...DEFAULTS.policy.rules, server_down: { ...DEFAULTS.policy.rules.server_down, on: true } };
        const config = {
          ...DEFAULTS,
          sources: [{ path, tz: null, host: null }],
          receivers: [hookAt(far.url, { name: 'far' })],
          routes: [toEverybody('far')],
          policy: policyWith({ rules }),
        };
        const log = createLogger({ level: 'info', stream: { write: (text: string) => lines.put(JSON.parse(text)) } });
        const ended = runDaemon({ config, store, log, from: 'start', signal: ending.signal });
        return {
          said: (words: RegExp) => lines.match(({ msg }) => words.test(msg), SOON),
          end: () => {
            ending.abort();
            return ended;
          },
        };
      };
      const command = (...args: string[]) => ask(folder, [...args, '--db', 'h.db']).stdout;
      const outagesOpen = () =>
        command('query', '--since', '1h', '-o', 'jsonl')
          .split('\n')
          .filter((each) => /"end":null/.test(each)).length;

      writeFileSync(path, line(1, 'DOWN'));
      const first = live();
      await first.said(/receiver far: firing delivered/);
      await first.end();
      writeFileSync(path, line(1, 'DOWN') + line(3, 'UP', 'api', 1) + line(4, 'DOWN', 'web', 1));
      renameSync(path, join(other, 'lost'));
      writeFileSync(path, line(5, 'DOWN', 'old', 1));
      let second = live();
      await second.said(/^caught up/);
      if (!runs) await second.end();
      command('import', join(other, 'lost'));
      if (!runs) {
        assert.equal(outagesOpen(), 1);
        assert.match(command('status'), /api has no server available/);
        assert.match(command('ack'), /api/);
        second = live();
      }
      await second.said(/receiver far: .*resolved delivered/);
      assert.equal(outagesOpen(), 0);
      assert.doesNotMatch(command('ack'), /api/);
      assert.doesNotMatch(command('status'), /api/);
      await second.end();
      const incidents = await store.history({ since: 0, until: Date.now() });
      const ends = incidents.incidents.filter(({ subject }) => subject.startsWith('api'));
      assert.deepEqual(
        ends.map(({ rule, phase, endEvidence, resolvedAt }) => [rule, phase, endEvidence, resolvedAt]).sort(),
        ['outage', 'server_down'].map((rule) => [rule, 'resolved', 'inferred', from + 3_000]),
      );
    },
  );
}
