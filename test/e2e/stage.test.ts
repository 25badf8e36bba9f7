/** The ground under the end-to-end tests: what the real programs write is what the seed story's host writes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openStage, stageMissing } from '../support/stage.js';
import { until } from '../support/until.js';

test('haproxy, rsyslogd and logrotate write each change three times, and go on in a new file after rotation', {
  skip: stageMissing(),
  timeout: 60_000,
}, async () => {
  await using stage = await openStage();
  const { rsyslog, haproxy } = stage;
  const saying = (text: string) => rsyslog.lines().filter((line) => line.includes(text));
  const written = (count: number, text: string) =>
    until(
      () => saying(text).length === count,
      () => `${count} lines with "${text}" in\n${rsyslog.lines().join('\n')}`,
    );

  for (const member of haproxy.members) await member.stop();
  await written(3, 'has no server available!');
  for (const { name } of haproxy.members) await written(3, `Server k8s-api-server/${name} is DOWN, reason: Layer4`);
  const plain = saying('backend k8s-api-server has no server available!');
  const quoted = saying(" : backend 'k8s-api-server' has no server available!");
  assert.deepEqual([plain.length, quoted.length], [2, 1]);
  assert.match(
    quoted[0] as string,
    /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}-0[45]:00 allyrion haproxy\[(\d+)\]: \[ALERT\] {4}\(\1\) : /,
  );
  assert.match(saying('gardener is DOWN')[0] as string, /info: "Connection refused[^"]*", check duration: \d+ms\./);

  await rsyslog.rotate();
  await haproxy.members[0]?.start();
  await written(3, 'Server k8s-api-server/bettley is UP');
  assert.equal(saying('is DOWN').length, 0, 'the new file holds only what came after the rotation');
  assert.match(readFileSync(`${rsyslog.log}.1`, 'utf8'), /has no server available!\n/);
});
