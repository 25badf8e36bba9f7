/** A daemon that does nothing but hold the lock of the database it is given. Says `locked`, or why not. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lockForDaemon } from '../../../src/store/lock.js';

try {
  lockForDaemon(process.argv[2]!);
  // Nobody here refers to the lock any more: the garbage collector must not take it.
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  setImmediate(() => {
    collectGarbage();
    setImmediate(() => console.log('locked'));
  });
  setInterval(() => {}, 1_000);
} catch (error) {
  console.log((error as Error).message);
}
