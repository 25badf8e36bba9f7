/** The daemon's lives one after another, on the seed story's log, which ends in the middle of an outage. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EVERYTHING } from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import { DEFAULTS } from '../../src/config/defaults.js';
import { runDaemon } from '../../src/daemon.js';
import { createLogger } from '../../src/log.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { type Hook, hook } from '../support/hook.js';
import { Inbox } from '../support/inbox.js';
import { putInOutbox } from '../support/outbox.js';
import { toEverybody } from '../support/plan.js';
import { hookAt, notification } from '../support/telling.js';
import { tempFolder } from './store/temp-folder.js';

const LIMIT = { timeout: 30_000 };
const SOON = 10_000;
const LOG = fileURLToPath(new URL('../../fixtures/allyrion/haproxy.log', import.meta.url));

interface Line {
  level: string;
  msg: string;
  outcome?: string;
}

/** A life of the daemon whose routes name `receivers`, until it is ended. */
function live(store: Store, receivers: Record<string, Hook>) {
  const lines = new Inbox<Line>('line of the log');
  const ending = new AbortController();
  const routes = [toEverybody(...Object.keys(receivers))];
  const config = {
    ...DEFAULTS,
    sources: [{ path: LOG, tz: 'America/New_York', host: null }],
    receivers: Object.entries(receivers).map(([name, far]) => hookAt(far.url, { name })),
    routes,
  };
  const log = createLogger({ level: 'info', stream: { write: (line: string) => lines.put(JSON.parse(line)) } });
  const ended = runDaemon({ config, store, log, from: 'start', signal: ending.signal });
  return {
    lines,
    end: () => {
      ending.abort();
      return ended;
    },
    said: (words: RegExp) => lines.match(({ msg }) => words.test(msg), SOON),
  };
}

function newStore(t: TestContext): Store {
  const store = openStore(join(tempFolder(t), 'haplog.db'), 'write');
  t.after(() => store.end());
  return store;
}

function types(far: Hook): unknown[] {
  return far.posts.items.map(({ body }) => JSON.parse(body).type);
}

test(
  'an outage that waits for a receiver which leaves the configuration is told to those that are there now',
  LIMIT,
  async (t) => {
    const store = newStore(t);
    await using away = await hook((response) => response.writeHead(503).end());
    await using here = await hook();
    const first = live(store, { away });
    await first.said(/firing not delivered yet/);
    await first.end();

    const second = live(store, { here });
    await second.said(/receiver here: firing delivered/);
    const lost = await second.said(/receiver away: firing rejected .*not in the config any more/);
    assert.equal(lost.level, 'error', 'a page that is lost is an error');
    await second.end();

    const third = live(store, { here });
    await third.said(/^caught up/);
    await third.end();
    assert.deepEqual(types(here), ['incident.opened'], 'and told once');
  },
);

test(
  'what waits for receivers that are not in the configuration is told once at the start, with what to do',
  LIMIT,
  async (t) => {
    const store = newStore(t);
    await using here = await hook();
    const about = (id: string, receiver: string) =>
      notification('firing', { id: id as EventId, subject: id }, receiver);
    await putInOutbox(store, about('f:1', 'away'), about('f:2', 'away'), about('f:3', 'gone'), about('f:4', 'here'));
    // One that is told by itself at one of its addresses is told of as its receiver.
    const [first, second] = await store.due(Date.now(), 10);
    const refused = {
      address: 'spare@example.org',
      name: 'away <spare@example.org>',
      reason: '451 greylisted',
      next: { state: 'due', dueAt: 1 },
    } as const;
    await store.delivered(first!.seq, 1, '250 queued', [refused]);
    await store.postpone(second!.seq, Date.now() + 3_600_000, '503');
    const daemon = live(store, { here });
    await daemon.said(/^caught up/);
    await daemon.end();
    const warned = daemon.lines.items.filter(({ msg }) => msg.includes('does not name'));
    assert.deepEqual(
      warned.map(({ level, msg }) => [level, msg]),
      [
        [
          'warn',
          '3 messages wait for receivers that the configuration does not name (away 2, gone 1): each is rejected when it is due; ' +
            'name the receiver again and haplog outbox retry tells them, or haplog outbox drop gives them up',
        ],
      ],
    );
    const again = live(store, { here, away: here, gone: here });
    await again.said(/^caught up/);
    await again.end();
    assert.ok(!again.lines.items.some(({ msg }) => msg.includes('does not name')));
  },
);

test(
  'an outage that a receiver refused is offered again when haplog starts with a mended configuration',
  LIMIT,
  async (t) => {
    const store = newStore(t);
    await using wrong = await hook((response) => response.writeHead(404).end());
    await using right = await hook();
    const first = live(store, { chat: wrong });
    await first.said(/receiver chat: firing rejected/);
    await first.end();
    const second = live(store, { chat: right });
    await second.said(/receiver chat: firing delivered/);
    await second.end();
    assert.deepEqual(types(right), ['incident.opened']);
  },
);

test('who has an outage still waiting, or was told of it, is not told again at the next start', LIMIT, async (t) => {
  const store = newStore(t);
  await using told = await hook();
  await using away = await hook((response) => response.writeHead(503).end());
  for (const nth of ['first', 'second']) {
    const daemon = live(store, { told, away });
    await daemon.said(nth === 'first' ? /receiver told: firing delivered/ : /^caught up/);
    await daemon.end();
  }
  assert.deepEqual(types(told), ['incident.opened']);
  assert.equal((await store.due(Number.MAX_SAFE_INTEGER, 10)).length, 1);
});

test(
  'what somebody says by command while the daemon runs is heeded, and told to whoever heard of it',
  LIMIT,
  async (t) => {
    const file = join(tempFolder(t), 'haplog.db');
    const store = openStore(file, 'write');
    t.after(() => store.end());
    await using far = await hook();
    const daemon = live(store, { far });
    await daemon.said(/receiver far: firing delivered/);

    const beside = openStore(file, 'write');
    const [incident] = await beside.openIncidents();
    assert.ok(incident);
    assert.equal(await beside.acknowledge(incident.id, { at: Date.now(), by: 'alice', note: 'on it' }), true);
    await beside.end();
    await daemon.said(/receiver far: acknowledged delivered/);
    await daemon.end();
    const last = JSON.parse(far.posts.items.at(-1)!.body);
    assert.equal(last.type, 'incident.acknowledged');
    assert.match(last.data.summary, /^Acknowledged by alice \(on it\): backend k8s-api-server on allyrion /);
  },
);

test(
  'a receiver that is new in the configuration is not told through a silence, but once it is over',
  LIMIT,
  async (t) => {
    const store = newStore(t);
    await using first = await hook();
    await using second = await hook();
    const before = live(store, { first });
    await before.said(/receiver first: firing delivered/);
    await before.end();
    const now = Date.now();
    const silence = { match: EVERYTHING, from: now - 1, until: now + 3_600_000, author: 'ada', reason: 'work' };
    const id = await store.addSilence(silence, now);
    const states = ['due', 'delivered'] as const;
    const forSecond = () => store.outbox({ states, receiver: 'second', seqs: null, limit: 10 });
    for (const nth of ['second', 'third']) {
      const daemon = live(store, { first, second });
      await daemon.said(/^caught up/);
      assert.deepEqual(await forSecond(), [], `in the ${nth} life`);
      await daemon.end();
    }

    const last = live(store, { first, second });
    await last.said(/^caught up/);
    await store.expireSilence(id, Date.now());
    await last.said(/receiver second: firing delivered/);
    await last.end();
    assert.deepEqual([types(first), types(second)], [['incident.opened'], ['incident.opened']]);
  },
);
