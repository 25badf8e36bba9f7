/** A process of its own that makes one pass over an outbox: `deliver-once.ts DATABASE URL`. Prints how many attempts it made. */
import { openChannel } from '../../alerts/index.js';
import { openStore } from '../../src/store/open.js';
import { passOver } from './pass.js';
import { hookAt } from './telling.js';

const [database = '', url = ''] = process.argv.slice(2);
const store = openStore(database, 'write');
const attempts = await passOver({
  store,
  channels: new Map([['chat', await openChannel(hookAt(url), () => {})]]),
  clock: { now: () => Date.now() },
  random: () => 0.5,
  signal: AbortSignal.timeout(20_000),
  log: () => {},
});
await store.end();
console.log(attempts);
process.exit(0);
