/** The message that an operator sends to a receiver to see whether it arrives. */
import type { Instant } from '../parsers/index.js';
import type { Message } from './channels/channel.js';
import { utc } from './payload.js';
import { plainText } from './words.js';

/**
 * Takes the receiver's name, the machine that sends, and an id that no other test has.
 * @param at the instant of sending by our clock
 */
export function testMessage(receiver: string, machine: string, id: string, at: Instant): Message {
  const [to, from] = [plainText(receiver, 200), plainText(machine, 200)];
  const summary = `This is a test: haplog on ${from} can reach its receiver ${to}. Nothing is wrong.`;
  const name = `test:${id}`;
  return {
    id: name,
    incidentId: name,
    event: 'test',
    incident: null,
    subject: `[haplog] ${from}: test of the receiver ${to}`,
    text: `${summary}\n`,
    json: {
      type: 'haplog.test',
      timestamp: utc(at),
      data: { schema_version: 1, host: from, summary },
    },
  };
}
