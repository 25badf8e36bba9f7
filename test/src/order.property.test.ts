/** Whatever a receiver answers and whenever things happen, it accepts news of one subject in order, and nothing waits for ever. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Channel, NotificationKind, Outcome } from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import type { DeliveryDeps } from '../../src/deliver.js';
import { openDatabase } from '../../src/store/open.js';
import { sqliteStore } from '../../src/store/sqlite.js';
import { putInOutbox } from '../support/outbox.js';
import { passOver } from '../support/pass.js';
import { notification, OPENED } from '../support/telling.js';

const OUTCOMES: Record<string, Outcome> = {
  accepts: { kind: 'delivered', answer: '200' },
  fails: { kind: 'retry', reason: '500' },
  pauses: { kind: 'retry', reason: '429', afterMs: 30_000 },
  refuses: { kind: 'rejected', reason: '404' },
};
const DAYS = 4 * 86_400_000;

/** A moment: how long after the one before, what happens to which backend, and how the receiver answers from then on. */
const moment = fc.record({
  after: fc.constantFrom(0, 1_000, 4_000, 12_000, 90_000, 2_000_000),
  subject: fc.constantFrom('app', 'web'),
  answers: fc.array(fc.constantFrom('accepts', 'accepts', 'fails', 'fails', 'pauses', 'refuses'), {
    minLength: 1,
    maxLength: 3,
  }),
});

interface Row {
  topic: string;
  event: string;
  state: string;
  closedAt: number | null;
  incident: string;
}

test('a receiver accepts news of one subject in order, whatever it answers', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 2, maxLength: 25 }), fc.boolean(), async (moments, takesDigests) => {
      const db = openDatabase(':memory:', 'write');
      const store = sqliteStore(db);
      const time = { now: OPENED };
      let answers: readonly string[] = ['accepts'];
      let sent = 0;
      const chat: Channel = {
        takesDigests,
        send: async () => {
          time.now++; // each answer has an instant of its own
          return OUTCOMES[answers[sent++ % answers.length]!]!;
        },
        close: () => {},
      };
      const deps: DeliveryDeps = {
        store,
        channels: new Map([['chat', chat]]),
        manners: new Map([['chat', { perMinute: null }]]),
        clock: { now: () => time.now },
        random: () => 0.5,
        signal: new AbortController().signal,
        log: () => {},
      };
      const wait = async (until: number) => {
        for (let at = store.nextDueAt(); at !== null && (await at) !== null; at = store.nextDueAt()) {
          const next = (await at)!;
          if (next > until) break;
          time.now = Math.max(time.now, next);
          const before = sent;
          for (let passes = 0; passes < 50 && (await passOver(deps)) > 0; passes++);
          const later = await store.nextDueAt();
          assert.ok(sent > before || later === null || later > next, 'it turns in no circle');
        }
        time.now = Math.max(time.now, until);
      };
      const count = new Map<string, number>();
      for (const { after, subject, answers: next } of moments) {
        await wait(time.now + after);
        answers = next;
        const n = (count.get(subject) ?? 0) + 1;
        count.set(subject, n);
        const event: NotificationKind = n % 2 === 1 ? 'firing' : 'resolved';
        const id = `${subject}:${String((n + 1) >> 1).padStart(3, '0')}` as EventId;
        const told = notification(event, { id, subject, openedAt: time.now }, 'chat');
        await putInOutbox(store, { ...told, createdAt: time.now, notedAt: time.now });
      }
      answers = ['accepts'];
      await wait(time.now + DAYS);
      assert.equal(await store.nextDueAt(), null);
      const rows = db
        .prepare<[], Row>('SELECT topic, event, state, closed_at AS closedAt, incident FROM outbox ORDER BY seq')
        .all();
      const accepted = rows.filter(({ state }) => state === 'delivered');
      for (const topic of new Set(rows.map((row) => row.topic))) {
        const own = accepted.filter((row) => row.topic === topic);
        const inTime = own.toSorted((a, b) => a.closedAt! - b.closedAt!);
        assert.deepEqual(inTime, own);
      }
    }),
    { numRuns: 150 },
  );
});
