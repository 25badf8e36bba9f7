/** Whatever header stands before them, the lines of one process are known to be its own by the words that do not change. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Requests } from '../../../src/tail/requests.js';
import { Strangers } from '../../../src/tail/strangers.js';

/** The parts of a time at noon or in the hour after, from which each header makes its own stamp. */
interface Time {
  /** `12:00:07`. */
  clock: string;
  /** `.000070`. */
  parts: string;
}
type Header = (time: Time) => string;

const DATE = '2026-12-01';
const USUAL: Header = ({ clock, parts }) => `${DATE}T${clock}${parts}+00:00 lb1 haproxy[100]: `;

const behindStamp = (stamp: Header): Header => {
  return (time) => `${stamp(time)} lb1 haproxy[100]: `;
};
const HEADERS: Record<string, Header> = {
  'a traditional stamp': behindStamp(({ clock }) => `Dec  1 ${clock}`),
  'a traditional stamp with a fraction': behindStamp(({ clock, parts }) => `Dec  1 ${clock}${parts}`),
  'a priority': behindStamp(({ clock }) => `<134>Dec  1 ${clock}`),
  'RFC 5424': ({ clock, parts }) => `<134>1 ${DATE}T${clock}${parts}Z lb1 haproxy 100 - - `,
  'a blank for the T': behindStamp(({ clock, parts }) => `${DATE} ${clock}${parts}`),
  'a comma before the fraction': behindStamp(({ clock, parts }) => `${DATE} ${clock}${parts.replace('.', ',')}`),
  'a blank for the T, and a zone': behindStamp(({ clock, parts }) => `${DATE} ${clock}${parts}+01:00`),
  'a blank for the T, and one before the zone': behindStamp(({ clock, parts }) => `${DATE} ${clock}${parts} +00:00`),
  'a blank for the T, and UTC': behindStamp(({ clock, parts }) => `${DATE} ${clock}${parts} UTC`),
  'the day of the week and a zone': behindStamp(({ clock }) => `Tue ${DATE} ${clock} CET`),
  'the year before': behindStamp(({ clock }) => `2026 Dec  1 ${clock}`),
  'the year behind': behindStamp(({ clock }) => `Dec  1 ${clock} 2026`),
  'a zone behind': behindStamp(({ clock }) => `Dec  1 ${clock} CEST`),
  'the day of the week and the year behind': ({ clock }) => `Tue Dec  1 ${clock} 2026 local0.info haproxy[100]: `,
  'severities in words': ({ clock, parts }) => `${DATE} ${clock}${parts} local0.info lb1 haproxy[100]: `,
  'a relay, twice RFC 3339': ({ clock, parts }) =>
    `${DATE}T${clock}${parts}Z relay ${DATE}T${clock}${parts}Z lb1 haproxy[100]: `,
  'a relay, and RFC 5424': ({ clock, parts }) =>
    `Dec  1 ${clock} relay <134>1 ${DATE}T${clock}${parts}Z lb1 haproxy 100 - - `,
  'a relay, and no host behind it': ({ clock, parts }) =>
    `Dec  1 ${clock}${parts} relay <134>Dec  1 ${clock} haproxy[100]: `,
  'a container’s stream': ({ clock, parts }) => `${DATE}T${clock}${parts}Z stdout F `,
  'a stamp alone': ({ clock, parts }) => `${DATE}T${clock}${parts}Z `,
  'a stamp alone with a blank': ({ clock, parts }) => `${DATE} ${clock}${parts} `,
  'HAProxy’s own stamp behind a tag': ({ clock, parts }) =>
    `${DATE}T${clock}${parts}Z lb1 docker[7]: <134>1 ${DATE}T${clock}${parts}Z - haproxy 100 - - `,
  'HAProxy’s own traditional stamp': ({ clock, parts }) =>
    `${DATE}T${clock}${parts}Z <134>Dec  1 ${clock} haproxy[100]: `,
};

const REQUEST =
  '10.0.0.1:52 [01/Dec/2026:12:00:00.000] fe be/a 0/0/1/2/3 200 17 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"';
const FAILED =
  '10.0.0.1:52 [01/Dec/2026:12:00:00.000] fe be/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"';

/** Of this length, whatever the header, so that they stand at the same places. */
const LINE_BYTES = 300;
const two = (n: number) => `${n}`.padStart(2, '0');

/** The `n`th of `total` lines, which are spread over two hours. */
function timeOf(n: number, total: number): Time {
  const second = Math.floor((n * 7_200) / total);
  const clock = `${12 + Math.floor(second / 3_600)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  return { clock, parts: `.${`${n * 17}`.padStart(6, '0')}` };
}

/** How many lines of two busy hours are looked at, though no request fails. */
function looks(header: Header): number {
  const requests = new Requests();
  const total = 10_000;
  let count = 0;
  for (let n = 0; n < total; n++) {
    const bytes = Buffer.from((header(timeOf(n, total)) + REQUEST).padEnd(LINE_BYTES));
    const offset = n * (LINE_BYTES + 1);
    if (requests.search(bytes, 0, offset) >= bytes.length) continue;
    count++;
    requests.line(bytes, 0, bytes.length, offset);
    if (requests.full) requests.begin();
  }
  return count;
}

describe('of a busy log no more lines are looked at than behind the usual header, behind', () => {
  const usual = looks(USUAL);
  for (const [name, header] of Object.entries(HEADERS)) test(name, () => assert.equal(looks(header), usual));
});

describe('lines that begin as nothing that HAProxy writes are noted once for a process, behind', () => {
  for (const [name, header] of Object.entries({ ...HEADERS, usual: USUAL })) {
    test(name, () => {
      const strangers = new Strangers();
      for (let n = 0; n < 100; n++) {
        const bytes = Buffer.from(`${header(timeOf(n, 100))}Strange news`);
        strangers.line(bytes, 0, bytes.length, n * LINE_BYTES);
      }
      assert.ok(strangers.seen.length <= 1, `${strangers.seen.length} were noted`);
    });
  }
});

describe('failed requests of two processes are counted apart', () => {
  const pairs: Record<string, [Header, Header]> = {
    'of two load balancers': [USUAL, (time) => USUAL(time).replace('lb1', 'lb2')],
    'whose lines name no host, behind two relays': ['relay', 'other'].map(
      (relay): Header =>
        ({ clock, parts }) =>
          `Dec  1 ${clock}${parts} ${relay} <134>Dec  1 ${clock} haproxy[100]: `,
    ) as [Header, Header],
    'whose hosts are called like zones': ['LBA', 'LBB'].map(
      (host): Header =>
        ({ clock, parts }) =>
          `${DATE} ${clock}${parts} ${host} haproxy[100]: `,
    ) as [Header, Header],
  };
  for (const [name, headers] of Object.entries(pairs)) {
    test(name, () => {
      const requests = new Requests();
      for (let n = 0; n < 100; n++) {
        const bytes = Buffer.from(headers[n % 2]!(timeOf(n, 100)) + FAILED);
        requests.line(bytes, 0, bytes.length, n * LINE_BYTES);
      }
      const counts = new Map<string, number>();
      for (const { host, failed } of requests.seen) counts.set(host, (counts.get(host) ?? 0) + failed);
      assert.deepEqual([...counts.values()], [50, 50]);
    });
  }
});
