/** kill -9 between a receiver's acceptance and our mark of it, a hundred times: one repeat at most, under the same id, and no loss. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EventId } from '../../parsers/index.js';
import { openStore } from '../../src/store/open.js';
import { databaseIn, startHaplog } from '../support/haplog.js';
import { type Hook, hook, type Post } from '../support/hook.js';
import { putInOutbox } from '../support/outbox.js';
import type { Program } from '../support/program.js';
import { openFolder } from '../support/stage.js';
import { notification, OPENED } from '../support/telling.js';
import { until } from '../support/until.js';

/** Two daemons die at the same time, each so often. */
const LIVES = 50;
/** Of each life's incidents these have one root, and go to people as one letter. */
const TOGETHER = ['a', 'b', 'c'];

test('killed a hundred times between acceptance and mark, haplog repeats a message once at most, under its id', {
  timeout: 170_000,
}, async () => {
  const kills = await Promise.all([dyingOften(), dyingOften()]);
  assert.deepEqual(kills, [LIVES, LIVES]);
});

/** Returns how often the daemon was killed while it waited for an answer that was on its way. */
async function dyingOften(): Promise<number> {
  using home = openFolder();
  const seen = new Set<string>();
  /** Answers what is new and waits for it. */
  let answers: (() => void)[] = [];
  const answer: Parameters<typeof hook>[0] = (response, { headers }) => {
    const id = idOf({ headers });
    if (seen.has(id)) response.end('ok');
    else answers.push(() => response.end('ok'));
    seen.add(id);
  };
  await using programs = await hook(answer);
  await using people = await hook(answer);
  const run = configured(home.path, programs, people);
  let kills = 0;

  for (let life = 0; life < LIVES; life++) {
    const letters = seen.size;
    const { rows, messages } = await write(home.path, life);
    await using haplog = await run();
    // What was accepted in the life before has come again and is marked: the next kill hits only what is new.
    await until(
      async () => seen.size === letters + messages && (await waiting(home.path)) === rows,
      () => haplog.output(),
      20_000,
    );
    for (const accept of answers) accept();
    process.kill(haplog.pid, 'SIGKILL');
    answers = [];
    assert.equal((await haplog.ended).signal, 'SIGKILL');
    kills++;
  }
  await using last = await run();
  await until(
    async () => (await waiting(home.path)) === 0,
    () => last.output(),
    20_000,
  );
  assert.equal((await last.end('SIGTERM')).code, 0);

  for (const { posts } of [programs, people]) {
    const times = new Map<string, number>();
    for (const post of posts.items) times.set(idOf(post), (times.get(idOf(post)) ?? 0) + 1);
    const often = [...times.values()].filter((count) => count > 2);
    assert.deepEqual(often, [], 'a repeat of each at most');
  }
  for (let life = 0; life < LIVES; life++) {
    const of = (type: string) =>
      programs.posts.items.filter(({ body }) => {
        const said = JSON.parse(body);
        return said.data.id === `p:${life}` && said.type === type;
      });
    assert.equal(new Set(of('incident.opened').map(idOf)).size, 1, `the beginning of p:${life}`);
    assert.equal(new Set(of('incident.resolved').map(idOf)).size, life < LIVES - 2 ? 1 : 0, `the end of p:${life}`);
    for (const name of TOGETHER) {
      const named = new RegExp(`backend ${name}${life}\\b`);
      const ids = people.posts.items.filter(({ body }) => named.test(body)).map(idOf);
      assert.equal(new Set(ids).size, 1, `${name}${life}: ${ids.length} posts`);
    }
  }
  return kills;
}

const idOf = ({ headers }: Pick<Post, 'headers'>) => String(headers['webhook-id']);

/** What a life has to tell: the beginning of one incident, the end of the one before the last, and three that belong together. */
async function write(home: string, life: number): Promise<{ rows: number; messages: number }> {
  const store = openStore(databaseIn(home), 'write');
  const of = (name: string, n: number) => ({
    id: `${name}:${n}` as EventId,
    subject: `${name}${n}`,
    // So close that what waits would go with what is new, if it were not on its way already.
    openedAt: OPENED + n * 1_000,
  });
  const told = [
    notification('firing', of('p', life), 'programs'),
    ...(life < 2 ? [] : [notification('resolved', of('p', life - 2), 'programs')]),
  ];
  const together = TOGETHER.map((name) => notification('firing', of(name, life), 'people'));
  await putInOutbox(store, ...told, ...together);
  await store.end();
  return { rows: told.length + together.length, messages: told.length + 1 };
}

function configured(home: string, programs: Hook, people: Hook): () => Promise<Program> {
  const config = join(home, 'haplog.yaml');
  const log = join(home, 'haproxy.log');
  writeFileSync(log, '');
  writeFileSync(
    config,
    `sources: [{ path: ${log} }]
database: ${databaseIn(home)}
receivers:
  - { name: programs, webhook: { url: "${programs.url}" } }
  - { name: people, webhook: { url: "${people.url}", format: slack }, per_minute: 1000 }
`,
  );
  return () => startHaplog(home, ['run', '--config', config]);
}

/** How many rows wait. */
async function waiting(home: string): Promise<number> {
  const store = openStore(databaseIn(home), 'read');
  try {
    return (await store.progress(0, Date.now())).outbox.due;
  } finally {
    await store.end();
  }
}
