/** Templates that write the severity between host and tag: each severity is another word there, and none hides what HAProxy says. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverText } from '../support/lines.js';
import { readLog } from '../support/reading.js';

const T = Date.parse('2026-11-22T12:00:00Z');
const fall = serverText({ at: T, backend: 'app', server: 'a', to: 'DOWN', left: 0 });
const rise = serverText({ at: T, backend: 'app', server: 'a', to: 'UP', left: 1 });
const noServer = 'backend app has no server available!';

/** Two outages in one `log` target's lines; `header` writes what stands between host and tag. */
const outages = (header: (severity: string, number: number) => string) => {
  const line = (minute: number, severity: string, number: number, text: string) =>
    `Nov 22 12:0${minute}:00 lb1 ${header(severity, number)}haproxy[100]: ${text}`;
  return [1, 5].flatMap((minute) => [
    line(minute, 'alert', 1, fall),
    line(minute, 'emerg', 0, noServer),
    line(minute + 2, 'notice', 5, rise),
  ]);
};

describe('each outage is told, and its end, where the severity stands behind the host', () => {
  const headers: Record<string, (severity: string, number: number) => string> = {
    'as a word': (severity) => `${severity} `,
    'as a word with a colon': (severity) => `${severity}: `,
    'with the facility': (severity) => `local0.${severity} `,
    'with the facility and a colon': (severity) => `local0.${severity}: `,
    'apart from the facility': (severity) => `local0 ${severity} `,
    'as a number': (_, number) => `${128 + number} `,
    'as a number in brackets': (_, number) => `<${128 + number}> `,
    'as two numbers': (_, number) => `16 ${number} `,
  };
  for (const [name, header] of Object.entries(headers)) {
    test(name, () => {
      const { news } = readLog(outages(header));
      assert.deepEqual(
        news.transitions.map(({ at, server, to }) => `${(at - T) / 60_000} ${server} ${to}`),
        ['1 a down', '3 a up', '5 a down', '7 a up'],
      );
      assert.equal(news.outages.filter(({ end }) => end !== null).length, 2);
    });
  }
});

test('what a request says of traffic in words is no change, where HAProxy was heard with such words', () => {
  const said = (minute: number, severity: string, text: string) =>
    `Nov 22 12:1${minute}:00 lb1 ${severity} haproxy[100]: ${text}`;
  const { news } = readLog([
    ...outages((severity) => `${severity} `),
    said(0, 'info', 'curl/8 GET /'),
    said(1, 'info', 'Mozilla/5.0 GET /'),
    said(2, 'info', fall),
    said(2, 'info', fall),
    said(2, 'info', noServer),
    said(2, 'info', noServer),
  ]);
  assert.equal(news.outages.length, 2);
  assert.equal(news.transitions.length, 4);
});

test('a client or a program that writes a severity there says nothing, where HAProxy was heard without one', () => {
  // `log-format "%Ta %[capture.req.hdr(0)]"` in `format short` to /dev/log: rsyslog takes the number for the tag
  const request = (minute: number, text: string) => `Nov 22 12:${minute}:00 lb1 ${text}`;
  for (const word of ['12', '101', '129', '<12>', '0 0', 'alert', 'alert:', 'local0 alert']) {
    const { news } = readLog([
      ...outages(() => ''),
      request(10, `${word} curl/8.0 /x`),
      request(11, `4 Mozilla/5.0 /y`),
      request(12, `${word} haproxy[100]: ${fall}`),
      request(12, `${word} haproxy[100]: ${noServer}`),
      request(20, `4 Mozilla/5.0 /y`),
    ]);
    assert.equal(news.outages.length, 2, word);
  }
});

test("another program's message is no severity: what it says as a second header is believed no more than before", () => {
  const program = (tag: string, text: string) => `Nov 22 12:10:00 lb1 ${tag} haproxy[100]: ${text}`;
  for (const tag of ['nginx:', 'local9.alert:', 'alerts:', '192', 'php']) {
    const { news } = readLog([...outages(() => ''), program(tag, fall), program(tag, noServer)]);
    assert.equal(news.outages.length, 2, tag);
  }
});
