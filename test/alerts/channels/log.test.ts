import assert from 'node:assert/strict';
import test from 'node:test';
import { openChannel } from '../../../alerts/index.js';
import { message } from '../../support/telling.js';

test("who has configured no receiver reads it in haplog's own log, in one line", async () => {
  const said: string[] = [];
  const channel = await openChannel({ kind: 'log', name: 'log' }, (line) => said.push(line));
  const outcome = await channel.send(message('resolved'), new AbortController().signal);
  assert.equal(outcome.kind, 'delivered');
  assert.deepEqual(said, ['Resolved: backend k8s-api-server on allyrion has a server again, after 4 min 12 s']);
});
