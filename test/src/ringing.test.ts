/** A phone of Pushover rings as long as something critical lasts that nobody has taken on, in whatever letters it was told. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Incident, type NotificationKind, openChannel } from '../../alerts/index.js';
import type { EventId } from '../../parsers/index.js';
import type { DeliveryDeps } from '../../src/deliver.js';
import { openStore } from '../../src/store/open.js';
import { hook } from '../support/hook.js';
import { putInOutbox } from '../support/outbox.js';
import { passOver } from '../support/pass.js';
import { pushoverAt } from '../support/services.js';
import { notification, OPENED } from '../support/telling.js';

const LIMIT = { timeout: 20_000 };
const OK = '{"status":1}';

/** A phone, what rings there, and a haplog that tells it. */
async function phone() {
  const ringing = new Map<string, string>();
  const mood = { takesNoEnds: false, losesAnswers: 0 };
  const far = await hook((response, { path, body }) => {
    const silenced = /cancel_by_tag\/(.+)\.json$/.exec(path)?.[1];
    const { tags, title } = JSON.parse(body);
    if (mood.takesNoEnds && (silenced !== undefined || title.includes('[Resolved]')))
      return response.writeHead(503).end();
    if (silenced !== undefined) ringing.delete(silenced);
    else if (tags !== undefined) ringing.set(tags, title.replace('[haplog] allyrion: ', ''));
    if (silenced === undefined && mood.losesAnswers-- > 0) return response.writeHead(503).end();
    return response.end(OK);
  });
  const store = openStore(':memory:', 'write');
  const time = { now: OPENED };
  const deps: DeliveryDeps = {
    store,
    channels: new Map([['phone', await openChannel(pushoverAt(far.url, { emergencyMs: 3_600_000 }), () => {})]]),
    clock: { now: () => time.now },
    random: () => 0.5,
    signal: new AbortController().signal,
    log: () => {},
  };
  return {
    mood,
    /** Tells these backends' news together, half a minute after what was told before. */
    async tell(event: NotificationKind, subjects: string[], changes: Partial<Incident> = {}) {
      time.now += 30_000;
      const about = (subject: string) => ({ id: `f:${subject}` as EventId, subject, openedAt: OPENED, ...changes });
      await putInOutbox(store, ...subjects.map((subject) => notification(event, about(subject), 'phone')));
      for (let passes = 0; passes < 10 && (await passOver(deps)) > 0; passes++);
    },
    rings: () => [...ringing.values()],
    [Symbol.asyncDispose]: () => far[Symbol.asyncDispose](),
  };
}

test('backends that fall in one breath ring until the last of them is back', LIMIT, async () => {
  await using it = await phone();
  await it.tell('firing', ['api', 'web']);
  assert.deepEqual(it.rings(), ['2 backends have no server available']);
  await it.tell('resolved', ['web']);
  assert.equal(it.rings().length, 1, 'api is still down');
  await it.tell('resolved', ['api']);
  assert.deepEqual(it.rings(), []);
});

test('each ringing ends with what it told of, though the ends come in other company', LIMIT, async () => {
  await using it = await phone();
  await it.tell('firing', ['api']);
  await it.tell('firing', ['web', 'img']);
  assert.equal(it.rings().length, 2);
  await it.tell('resolved', ['img']);
  assert.equal(it.rings().length, 2);
  await it.tell('resolved', ['api', 'web']);
  assert.deepEqual(it.rings(), []);
});

test('who takes all of them on silences all of them', LIMIT, async () => {
  await using it = await phone();
  await it.tell('firing', ['api']);
  await it.tell('firing', ['web', 'img']);
  await it.tell('acknowledged', ['api', 'web', 'img']);
  assert.deepEqual(it.rings(), []);
});

test('an end that was overtaken by the next outage leaves no ringing behind', LIMIT, async () => {
  await using it = await phone();
  await it.tell('firing', ['api']);
  it.mood.takesNoEnds = true;
  await it.tell('resolved', ['api']);
  const again = { id: 'f:again' as EventId };
  for (let looks = 0; looks < 5; looks++) await it.tell('firing', ['api'], again);
  assert.equal(it.rings().length, 2);
  it.mood.takesNoEnds = false;
  await it.tell('resolved', ['api'], again);
  assert.deepEqual(it.rings(), []);
});

test('a ringing whose answer was lost ends too, in whatever company it was told again', LIMIT, async () => {
  await using it = await phone();
  it.mood.losesAnswers = 1;
  await it.tell('firing', ['api', 'web']);
  assert.equal(it.rings().length, 1);
  await it.tell('firing', ['img']);
  await it.tell('resolved', ['api', 'img']);
  assert.notDeepEqual(it.rings(), [], 'web is still down');
  await it.tell('resolved', ['web']);
  assert.deepEqual(it.rings(), []);
});

test('a ringing whose answer was lost ends where its letter is told again with what is older', LIMIT, async () => {
  await using it = await phone();
  it.mood.losesAnswers = 2;
  await it.tell('firing', ['old']);
  await it.tell('firing', ['api', 'web']);
  await it.tell('firing', ['img']);
  await it.tell('resolved', ['old', 'api', 'web', 'img']);
  assert.deepEqual(it.rings(), []);
});

test(
  'what is over before it was told again rings no more, and silences nothing that is still down',
  LIMIT,
  async () => {
    for (const first of ['api', 'web']) {
      await using it = await phone();
      it.mood.losesAnswers = 1;
      await it.tell('firing', ['api', 'web']);
      await it.tell('resolved', [first]);
      await it.tell('reminder', ['img'], { severity: 'warning' });
      assert.equal(it.rings().length, 1, `${first} is over, the other one is not`);
      await it.tell(
        'resolved',
        ['api', 'web'].filter((each) => each !== first),
      );
      assert.deepEqual(it.rings(), []);
    }
  },
);

test('what began and ended while the answers were lost rings no more', LIMIT, async () => {
  await using it = await phone();
  it.mood.losesAnswers = 1;
  await it.tell('firing', ['api', 'web']);
  await it.tell('resolved', ['api', 'web']);
  assert.deepEqual(it.rings(), []);
});

test('the end of the one that names a ringing leaves it to the others', LIMIT, async () => {
  await using it = await phone();
  await it.tell('firing', ['api', 'web']);
  await it.tell('resolved', ['api']);
  assert.equal(it.rings().length, 1, 'web is still down');
});
