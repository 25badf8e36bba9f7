/** Pushover: how loud a phone is, for how long, and what ends its ringing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { pushoverChannel } from '../../../alerts/channels/pushover.js';
import { charmed, longMessage, UNCLEAN } from '../../support/charms.js';
import { hook } from '../../support/hook.js';
import { pushoverAt } from '../../support/services.js';
import { message, sendOnce } from '../../support/telling.js';
import { until } from '../../support/until.js';

const LIMIT = { timeout: 20_000 };
const OK = '{"status":1,"request":"x"}';

test('a critical incident rings through the quiet hours, and its end makes no sound', LIMIT, async () => {
  await using far = await hook((response) => response.end(OK));
  const receiver = pushoverAt(far.url);
  for (const told of [message('firing'), message('firing', { severity: 'warning' }), message('resolved')]) {
    await sendOnce(receiver, told);
  }
  const posts = await far.posts.first(3, 1_000);
  assert.deepEqual([...new Set(posts.map(({ path }) => path))], ['/1/messages.json']);
  const bodies = posts.map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    bodies.map(({ priority }) => priority),
    [1, 0, -1],
  );
  const { message: text, ...first } = bodies[0];
  assert.match(text, /^Backend k8s-api-server on allyrion has no server available since /);
  assert.deepEqual(first, {
    token: 'azSECRETapp',
    user: 'uqSECRETuser',
    title: '[haplog] allyrion: backend k8s-api-server has no server available',
    priority: 1,
  });
});

test('an emergency rings until it is over, and is silenced once its end is told', LIMIT, async () => {
  await using far = await hook((response) => response.end(OK));
  const receiver = pushoverAt(far.url, { emergencyMs: 3_600_000 });
  for (const told of [message('firing'), message('resolved')]) await sendOnce(receiver, told);
  const [rings, over, silenced] = await far.posts.first(3, 1_000);
  const { priority, retry, expire, tags } = JSON.parse(rings!.body);
  assert.deepEqual([priority, retry, expire], [2, 60, 3_600]);
  assert.equal(silenced!.path, `/1/receipts/cancel_by_tag/${tags}.json`);
  assert.deepEqual(JSON.parse(silenced!.body), { token: 'azSECRETapp' });
  assert.deepEqual([over!.path, JSON.parse(over!.body).priority], ['/1/messages.json', -1]);
});

test('an emergency of several incidents rings until a later message calls it off by its name', LIMIT, async () => {
  await using far = await hook((response) => response.end(OK));
  const receiver = pushoverAt(far.url, { emergencyMs: 3_600_000 });
  const several = { ...message('firing'), id: 'root:1', incident: null, severity: 'critical' as const };
  await sendOnce(receiver, { ...several, alarm: true });
  await sendOnce(receiver, several);
  await sendOnce(receiver, { ...message('resolved', { severity: 'warning' }), over: ['root:1', 'f:1'] });
  const posts = (await far.posts.first(5, 1_000)).map(({ path, body }) => ({ path, ...JSON.parse(body) }));
  const { tags } = posts[0];
  assert.deepEqual(
    posts.map(({ priority = null }) => priority),
    [2, 1, -1, null, null],
    'where nothing critical begins, nothing rings',
  );
  const silenced = posts.slice(3).map(({ path }) => path);
  assert.ok(silenced.includes(`/1/receipts/cancel_by_tag/${tags}.json`));
  assert.equal(new Set(silenced).size, 2);
});

test('what somebody has taken on already does not ring', LIMIT, async () => {
  await using far = await hook((response) => response.end(OK));
  const ack = { at: 0, by: 'kim', note: '' };
  await sendOnce(pushoverAt(far.url, { emergencyMs: 60_000 }), message('firing', { ack }));
  assert.equal(JSON.parse(far.posts.items[0]!.body).priority, 1);
});

test('the end is told though the silencing fails', LIMIT, async () => {
  await using far = await hook((response, { path }) =>
    path.includes('cancel') ? response.writeHead(500).end() : response.end(OK),
  );
  const outcome = await sendOnce(pushoverAt(far.url, { emergencyMs: 60_000 }), message('resolved'));
  assert.equal(outcome.kind, 'delivered');
  assert.equal(far.posts.items.length, 2);
});

test('no message waits for what else is silenced, and all of that is silenced, however slowly', LIMIT, async () => {
  const silenced = new Set<string>();
  let [atOnce, most] = [0, 0];
  await using far = await hook((response, { path }) => {
    most = Math.max(most, ++atOnce);
    setTimeout(() => {
      atOnce--;
      if (path.includes('cancel')) silenced.add(path);
      response.end(OK);
    }, 900);
  });
  const channel = pushoverChannel(pushoverAt(far.url, { emergencyMs: 3_600_000 }));
  const over = Array.from({ length: 12 }, (_, i) => `f:${i}`);
  const began = Date.now();
  const outcome = await channel.send({ ...message('firing'), over }, new AbortController().signal);
  assert.equal(outcome.kind, 'delivered');
  assert.ok(Date.now() - began < 5_000, `it took ${Date.now() - began} ms`);
  assert.equal(far.posts.items[0]!.path, '/1/messages.json');
  await until(
    () => silenced.size === over.length,
    () => `${silenced.size} are silenced`,
  );
  assert.equal(most, 3, 'three are silenced at a time');
  assert.equal(far.posts.items.length, 13);
  channel.close();
});

test('a channel that is closed silences nothing more', LIMIT, async () => {
  await using far = await hook((response, { path }) => {
    setTimeout(() => response.end(OK), path.includes('cancel') ? 500 : 0);
  });
  const channel = pushoverChannel(pushoverAt(far.url, { emergencyMs: 3_600_000 }));
  const over = Array.from({ length: 30 }, (_, i) => `f:${i}`);
  assert.equal((await channel.send({ ...message('firing'), over }, new AbortController().signal)).kind, 'delivered');
  channel.close();
  await pause(200);
  const made = far.posts.items.length;
  await pause(1_000);
  assert.equal(far.posts.items.length, made);
  assert.ok(made < 31, `${made} requests`);
});

test('text of the log does nothing: no HTML is asked for, and the limits hold', LIMIT, async () => {
  await using far = await hook((response) => response.end(OK));
  const channel = pushoverChannel(pushoverAt(far.url));
  await fc.assert(
    fc.asyncProperty(charmed, async (told) => {
      const before = far.posts.items.length;
      await channel.send(told, new AbortController().signal);
      const said = JSON.parse(far.posts.items[before]!.body);
      assert.equal(said.html, undefined);
      assert.match(said.title, /^[^\p{C}\p{Zl}\p{Zp}]{1,250}$/u);
      assert.doesNotMatch(said.message, UNCLEAN);
      assert.ok(said.message.length <= 1_024);
    }),
    { numRuns: 50 },
  );
});

test('what is longer than 1024 characters loses its end, never its first sentence', LIMIT, async () => {
  await using far = await hook((response) => response.end(OK));
  const told = longMessage();
  await sendOnce(pushoverAt(far.url), told);
  const said = JSON.parse(far.posts.items[0]!.body).message;
  assert.ok(said.length <= 1_024 && said.startsWith(told.text.split('\n', 1)[0]));
});

test('a status other than 1 is a refusal; token and user stay secrets', LIMIT, async () => {
  const answered = async (status: number, said: string) => {
    await using far = await hook((response, { body }) => response.writeHead(status).end(`${said}${body}`));
    return await sendOnce(pushoverAt(far.url));
  };
  await using far = await hook((response) => response.end('{"status":0,"errors":["user is invalid"]}'));
  assert.equal((await sendOnce(pushoverAt(far.url))).kind, 'rejected');
  const outcomes = [await answered(400, ''), await answered(429, ''), await answered(500, '')];
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['rejected', 'retry', 'retry'],
  );
  assert.doesNotMatch(JSON.stringify(outcomes), /SECRET/);
});
