/** A process of its own that makes one pass over an outbox: `deliver-once.ts DATABASE URL`. Prints how many rows it dealt with. */
import { openChannel } from '../../alerts/index.js';
import { deliverDue } from '../../src/deliver.js';
import { openStore } from '../../src/store/open.js';
import { hookAt } from './telling.js';

const [database = '', url = ''] = process.argv.slice(2);
const store = openStore(database, 'write');
const handled = await deliverDue({
  store,
  channels: new Map([['chat', openChannel(hookAt(url), () => {})]]),
  clock: { now: () => Date.now() },
  random: () => 0.5,
  signal: AbortSignal.timeout(20_000),
  log: () => {},
});
await store.end();
console.log(handled);
process.exit(0);
