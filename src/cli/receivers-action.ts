/** What `haplog receivers` does. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { addresseeName, type Outcome, openChannel, type Receiver, testMessage } from '../../alerts/index.js';
import { nearest, quoted } from '../config/mistake.js';
import { formatDuration } from '../duration.js';
import { printableJson } from '../printable.js';
import { UserError } from '../user-error.js';
import { inColumns } from './columns.js';
import { whereIs } from './receiver-place.js';
import { say } from './say.js';
import { configInForce } from './which-config.js';

export interface ReceiversOptions {
  config?: string;
  output: 'text' | 'json';
}

/** Prints the receivers to standard output. A mistake in the configuration is a `UserError`. */
export async function listReceivers({ config: path, output }: ReceiversOptions): Promise<void> {
  const { receivers } = await configInForce(path);
  const rows = receivers.map((receiver) => ({ name: receiver.name, kind: receiver.kind, where: whereIs(receiver) }));
  if (output === 'json') return say(printableJson(rows));
  for (const line of inColumns(rows.map(({ name, kind, where }) => [name, kind, where]))) say(line);
}

/** Sends each a test, one after the other, and prints what came of it; the exit status is 1 if one, or an address of one, did not accept it. */
export async function testReceivers(names: string[], { config: path, output }: ReceiversOptions): Promise<void> {
  const { receivers } = await configInForce(path);
  const known = receivers.map(({ name }) => name);
  // A mistyped name among many is told before the first is sent.
  for (const name of names) if (!known.includes(name)) throw unknownName(name, known);
  const rows: object[] = [];
  for (const receiver of names.flatMap((name) => receivers.filter((each) => each.name === name))) {
    const began = performance.now();
    const outcome = await testOf(receiver, output === 'json' ? () => {} : say);
    const tookMs = Math.round(performance.now() - began);
    const { name } = receiver;
    const refused = refusedOf(outcome);
    if (output === 'text') {
      say(`${name}: ${inWords(outcome, ` in ${formatDuration(tookMs)}`)}`);
      for (const { address, ...each } of refused) say(`${addresseeName({ of: name, address })}: ${inWords(each, '')}`);
    }
    const addresses = refused.map(({ address, kind, reason }) => ({ address, outcome: kind, answer: reason }));
    const answer = outcome.kind === 'delivered' ? outcome.answer : outcome.reason;
    rows.push({ name, outcome: outcome.kind, answer, refused: addresses, took_ms: tookMs });
    if (outcome.kind !== 'delivered' || refused.length > 0) process.exitCode = 1;
  }
  if (output === 'json') say(printableJson(rows));
}

async function testOf(receiver: Receiver, log: (line: string) => void): Promise<Outcome> {
  const channel = await openChannel(receiver, log);
  try {
    const message = testMessage(receiver.name, hostname(), randomUUID(), Date.now());
    return await channel.send(message, new AbortController().signal);
  } finally {
    channel.close();
  }
}

/** What became of the addresses that refused what others accepted. */
function refusedOf(outcome: Outcome) {
  const refused = outcome.kind === 'delivered' ? (outcome.refused ?? []) : [];
  return refused.map(({ address, reason, final }) => {
    return { address, kind: final ? ('rejected' as const) : ('retry' as const), reason };
  });
}

function inWords(outcome: Outcome, took: string): string {
  switch (outcome.kind) {
    case 'delivered':
      return `accepted${took}: ${outcome.answer}`;
    case 'rejected':
      return `refused${took}: ${outcome.reason}`;
    case 'retry':
      return `not accepted${took}: ${outcome.reason}; haplog run would try again`;
  }
}

function unknownName(name: string, known: readonly string[]): UserError {
  const hint = nearest(name, known) ?? `known: ${known.join(', ')}.`;
  return new UserError(`No receiver is named ${quoted(name)}; ${hint}`);
}
