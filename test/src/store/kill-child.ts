/**
 * A daemon that reads a log without end: each commit moves the checkpoint by ten lines and stores ten changes, an outage,
 * a notification and a memory, going on from where the database says. It is there to be killed.
 */
import { openStore } from '../../../src/store/open.js';
import { commitOf, id, notification, outage, transition } from './examples.js';

const store = openStore(process.argv[2]!, 'write');
let offset = (await store.checkpoint('/a.log'))?.offset ?? 0;
console.log(`goes on at ${offset}`);
for (;;) {
  const lines = Array.from({ length: 10 }, (_, n) => offset + n);
  offset += lines.length;
  await store.apply(
    commitOf({
      checkpoints: [{ path: '/a.log', fingerprint: 'f1', offset }],
      transitions: lines.map((n) => transition({ id: id(`f1:${n}`), at: n })),
      outages: [outage({ id: id(`f1:${offset}`) })],
      notifications: [notification('firing', `f1:${offset}`)],
      remember: [{ shelf: 'heard', key: 'offset', body: offset }],
      tally: {
        lines: 10,
        bytes: 10,
        traffic: 0,
        candidates: 10,
        other: 0,
        oversize: 0,
        displaced: 0,
        rejected: 0,
        nearMisses: 0,
        unknown: 0,
      },
    }),
  );
}
