/** A relay that puts its own header before the one that it received: HAProxy's is the second, and so is its host. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classify } from '../../parsers/index.js';
import { serverText } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const fall = serverText({ at: T, backend: 'app', server: 'a', to: 'DOWN', left: 0 });
const rise = serverText({ at: T, backend: 'app', server: 'a', to: 'UP', left: 1 });
const noServer = 'backend app has no server available!';

type Header = (stamp: string, iso: string) => string;
const headers: Record<string, Header> = {
  'two traditional ones': (stamp) => `${stamp} relay ${stamp} lb1 haproxy[100]: `,
  "the message as it came, from a host's number": (stamp) => `${stamp} 10.0.0.7 <128>${stamp} lb1 haproxy[100]: `,
  'two with RFC 3339': (_, iso) => `${iso} relay ${iso} lb1 haproxy[100]: `,
  'RFC 5424 as it came': (stamp, iso) => `${stamp} relay <128>1 ${iso} lb1 haproxy 100 - - `,
};
const at = (header: Header, minute: number, text: string) =>
  `${header(`Nov 22 12:0${minute}:00`, `2026-11-22T12:0${minute}:00+00:00`)}${text}`;
const outages = (header: Header) =>
  [1, 5].flatMap((minute) => [at(header, minute, fall), at(header, minute, noServer), at(header, minute + 2, rise)]);

describe('each outage is told of the load balancer, and its end, behind', () => {
  for (const [name, header] of Object.entries(headers)) {
    test(name, () => {
      const { news } = readLog(outages(header));
      assert.deepEqual(
        news.transitions.map(({ host, server, to }) => `${host} ${server} ${to}`),
        ['lb1 a down', 'lb1 a up', 'lb1 a down', 'lb1 a up'],
      );
      assert.equal(news.outages.filter(({ end }) => end !== null).length, 2);
    });
  }
});

test('a second header that cannot be read is unknown, and no traffic', () => {
  for (const text of [
    'lb1 backend app has no server available!',
    'lb1 10.0.0.7:51234 [22/Nov/2026:17:03:02.176] www',
    'lb1',
  ]) {
    for (const priority of ['', '<128>']) {
      const bytes = Buffer.from(`Nov 22 12:00:00 relay ${priority}Nov 22 12:00:00 ${text}`);
      assert.equal(classify(bytes, 0, bytes.length), 'other', text);
    }
  }
});

test('a request that looks like one is not taken for a load balancer that was heard without', () => {
  const direct: Header = (stamp) => `${stamp} lb1 haproxy[100]: `;
  for (const forged of Object.values(headers)) {
    const { news } = readLog([...outages(direct), at(forged, 9, fall), at(forged, 9, noServer)]);
    assert.equal(news.transitions.length, 4);
    assert.equal(news.outages.length, 2);
  }
});
