/**
 * A storm: every server of every backend falls within ten seconds, comes back, and falls again, before a daemon that tells
 * a program, a chat and a mailbox. Counts what each of them is sent.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { dice, sentences, threefold, traffic } from './lines.mjs';
import { usageOf } from './measure.mjs';

const waveMs = 10_000;
const steps = 100;
/** After the last wave everything is told within so long: two ceilings' minutes, and room. */
const drainMaxMs = 200_000;

/**
 * @returns by receiver: `messages` of each part, `firstMs` from the first outage's line to the first message of each fall;
 * `peakMb`; `drainedMs` from the end of the last wave until nothing waited
 */
export async function measureStorm(folder, haplog, backends, serversEach) {
  const log = join(folder, 'storm.log');
  const config = join(folder, 'storm.yaml');
  const db = join(folder, 'storm.db');
  writeFileSync(log, traffic(Date.now(), dice(4)));
  const receivers = { json: await web(), slack: await web(), mail: await mailbox() };
  writeFileSync(
    config,
    `sources: [{ path: ${log} }]
database: ${db}
receivers:
  - { name: json, webhook: { url: "http://127.0.0.1:${receivers.json.port}/" } }
  - { name: slack, webhook: { url: "http://127.0.0.1:${receivers.slack.port}/", format: slack } }
  - { name: mail, email: { to: ops@example.org, from: haplog@example.org, smtp: { host: 127.0.0.1, port: ${receivers.mail.port} } } }
policy: { keep_firing: 1s }
`,
  );
  const daemon = spawn(process.execPath, [haplog, 'run', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => daemon.once('close', resolve));
  try {
    await saysCaughtUp(daemon, ended);
    const parts = [];
    for (const [name, up] of [
      ['first fall', false],
      ['return', true],
      ['second fall', false],
    ]) {
      const firstOutage = await wave(log, backends, serversEach, up);
      await pause(3_000); // the ends are told a second after the last one
      parts.push({ name, firstOutage });
    }
    const began = performance.now();
    while (!(await nothingWaits(haplog, db))) {
      if (performance.now() - began > drainMaxMs) throw new Error('the outbox did not become empty');
      await pause(2_000);
    }
    const drainedMs = performance.now() - began;
    const { peakMb = null } = usageOf(daemon.pid) ?? {};
    const told = Object.entries(receivers).map(([receiver, { arrivals }]) => ({
      receiver,
      messages: parts.map(({ firstOutage }, i) => {
        const until = parts[i + 1]?.firstOutage ?? Number.POSITIVE_INFINITY;
        return arrivals.filter((at) => at >= firstOutage && at < until).length;
      }),
      firstMs: parts.map(({ firstOutage }) => arrivals.find((at) => at >= firstOutage) - firstOutage),
      most: mostInAMinute(arrivals),
    }));
    return { told, parts: parts.map(({ name }) => name), peakMb, drainedMs };
  } finally {
    daemon.kill('SIGTERM');
    await ended;
    await Promise.all(Object.values(receivers).map(({ close }) => close()));
  }
}

/** Writes a change of every server, evenly over ten seconds. Returns when the first backend lost its last server, or had one again. */
async function wave(log, backends, serversEach, up) {
  const changes = [];
  for (let server = 0; server < serversEach; server++) {
    for (let backend = 0; backend < backends; backend++) changes.push({ server, backend });
  }
  let first = null;
  const began = performance.now();
  for (let step = 0; step < steps; step++) {
    const from = Math.floor((changes.length * step) / steps);
    const to = Math.floor((changes.length * (step + 1)) / steps);
    const lines = changes.slice(from, to).map(({ server, backend }) => {
      const left = up ? server + 1 : serversEach - 1 - server;
      const decides = up ? server === 0 : left === 0;
      if (decides) first ??= performance.now();
      return threefold(Date.now(), sentences(`backend${backend}`, `server${server}`, up, left));
    });
    appendFileSync(log, lines.join(''));
    await pause(Math.max(0, began + (waveMs * (step + 1)) / steps - performance.now()));
  }
  return first;
}

function mostInAMinute(arrivals) {
  return Math.max(0, ...arrivals.map((at) => arrivals.filter((other) => other >= at && other < at + 60_000).length));
}

async function nothingWaits(haplog, db) {
  const asked = spawn(process.execPath, [haplog, 'outbox', 'list', '--state', 'due', '-o', 'json', '--db', db], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  asked.stdout.on('data', (chunk) => {
    said += chunk;
  });
  await new Promise((resolve) => asked.once('close', resolve));
  return JSON.parse(said || '[0]').length === 0;
}

async function web() {
  const arrivals = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      arrivals.push(performance.now());
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { port: server.address().port, arrivals, close };
}

async function mailbox() {
  const arrivals = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, _session, done) {
      stream.resume().on('end', () => {
        arrivals.push(performance.now());
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: server.server.address().port, arrivals, close: () => new Promise((resolve) => server.close(resolve)) };
}

function saysCaughtUp(daemon, ended) {
  return new Promise((resolve, reject) => {
    let said = '';
    daemon.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-10_000);
      if (said.includes('caught up')) resolve();
    });
    ended.then((code) => reject(new Error(`haplog ended with ${code}: ${said}`)));
  });
}
