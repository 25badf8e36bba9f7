/** From a line written to the webhook received, with haplog as its own process; then its memory, and its CPU at rest. */
import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { dice, sentences, threefold, traffic } from './lines.mjs';
import { usageOf } from './measure.mjs';

const arrivalMaxMs = 10_000;
const restMs = 10_000;

/**
 * Lets `outages` backends die one after the other, each as six lines written at once. Returns the latency of each in
 * milliseconds, the daemon's resident peak, and the CPU time that it used in ten seconds of rest.
 */
export async function measureLatency(folder, haplog, outages) {
  const log = join(folder, 'latency.log');
  const config = join(folder, 'haplog.yaml');
  writeFileSync(log, traffic(Date.now(), dice(4)));
  const receiver = await listen();
  writeFileSync(
    config,
    `sources: [{ path: ${log} }]
database: ${join(folder, 'latency.db')}
receivers: [{ name: hook, webhook: { url: "http://127.0.0.1:${receiver.port}/" } }]
`,
  );
  const daemon = spawn(process.execPath, [haplog, 'run', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => daemon.once('close', resolve));
  try {
    await saysCaughtUp(daemon, ended);
    const random = dice(3);
    const latencies = [];
    for (let n = 0; n < outages; n++) {
      const arrival = receiver.next(`backend${n}`);
      const began = performance.now();
      appendFileSync(log, threefold(Date.now(), sentences(`backend${n}`, 'server0', false, 0)));
      latencies.push((await arrival) - began);
      // Neither in step with anything that looks at intervals, nor faster than outages ever come.
      await pause(20 + random() * 60);
    }
    const before = usageOf(daemon.pid);
    await pause(restMs);
    const after = usageOf(daemon.pid);
    return { latencies, peakMb: after?.peakMb ?? null, restMs, restCpuMs: after && after.cpuMs - before.cpuMs };
  } finally {
    daemon.kill('SIGTERM');
    await ended;
    await receiver.close();
  }
}

/** An HTTP receiver; `next(backend)` resolves with the instant at which a message that names the backend was read. */
function listen() {
  const waiting = new Map();
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const at = performance.now();
      response.end();
      const { backend } = JSON.parse(Buffer.concat(chunks).toString()).data;
      waiting.get(backend)?.(at);
    });
  });
  const next = (backend) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`nothing was told of ${backend}`)), arrivalMaxMs);
      waiting.set(backend, (at) => {
        clearTimeout(late);
        waiting.delete(backend);
        resolve(at);
      });
    });
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, next, close }));
  });
}

function saysCaughtUp(daemon, ended) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`haplog did not catch up: ${said}`)), arrivalMaxMs).unref();
    let said = '';
    daemon.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-10_000);
      if (!said.includes('caught up')) return;
      clearTimeout(late);
      resolve();
    });
    ended.then((code) => reject(new Error(`haplog ended with ${code}: ${said}`)));
  });
}
