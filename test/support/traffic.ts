/**
 * Lines of traffic in every format that HAProxy has built in and in some that people write, with the places where a
 * client (or a server) chooses the text. Shared by the fuzz run and the properties about forgery.
 *
 * Formats: src/log.c, default_*_log_format and src/session.c, session_kill_embryonic. Texts are bytes (see escapes.ts).
 */
import type { Dice } from './dice.js';
import { type Escape, escapes, rsyslogEscape } from './escapes.js';

/** A place in a line whose text somebody else chooses. */
export interface Field {
  name: string;
  escape: Escape;
  /** What stands there on a quiet day. */
  usual: string;
}

export interface TrafficFormat {
  name: string;
  fields: readonly Field[];
  /**
   * The message begins with a client's text: only what stands behind that text keeps it from being a sentence. Where
   * `len` cuts the line just before that, no reader of the text can tell it from one.
   */
  opensWithClient?: true;
  /** The message, with the fields' texts in HAProxy's escaping. */
  write(value: readonly string[], dice: Dice): string;
}

const METHOD: Field = { name: 'method', escape: 'request', usual: 'GET' };
const URI: Field = { name: 'uri', escape: 'request', usual: '/api/items?page=2' };
const REQUEST_HEADER: Field = { name: 'captured request header', escape: 'header', usual: 'shop.example.org' };
const RESPONSE_HEADER: Field = { name: 'captured response header', escape: 'header', usual: 'nginx' };
const COOKIE: Field = { name: 'captured cookie', escape: 'raw', usual: 'SID=a1b2' };
const SET_COOKIE: Field = { name: 'captured set-cookie', escape: 'raw', usual: '-' };
const SNI: Field = { name: 'sni', escape: 'sni', usual: 'shop.example.org' };
const AGENT: Field = { name: 'user agent', escape: 'raw', usual: 'curl/8.5.0' };
const JSON_TEXT: Field = { name: 'json string', escape: 'json', usual: 'Mozilla/5.0 (X11; Linux x86_64)' };

const number = (dice: Dice) => String(dice.int(dice.pick([2, 30, 5000])));
const counts = (dice: Dice) => `${number(dice)}/${number(dice)}/0/0/${dice.pick(['0', '3', '+1'])} 0/${number(dice)}`;
const client = (dice: Dice) =>
  dice.pick(['10.0.0.7:51234', '::1:56000', '::ffff:10.0.0.7:80', 'fe80::1:443', 'unix:1', '-:-']);
const accepted = '[22/Nov/2026:12:00:00.123]';
const peers = (dice: Dice) => dice.pick(['www shop/web1', 'www~ shop/web1', 'www www/<NOSRV>', 'stats stats/<STATS>']);
const http = (value: readonly string[], dice: Dice) => {
  const [method, uri, asked, answered, cookie, setCookie] = value;
  const head = `${client(dice)} ${accepted} ${peers(dice)} 0/0/1/${number(dice)}/5 200 ${number(dice)}`;
  return `${head} ${cookie} ${setCookie} ${dice.pick(['----', 'SC--', 'PR--', 'cR--'])} ${counts(dice)} {${asked}|} {${answered}} "${method} ${uri} HTTP/1.1"`;
};
const HTTP_FIELDS = [METHOD, URI, REQUEST_HEADER, RESPONSE_HEADER, COOKIE, SET_COOKIE];

export const TRAFFIC: readonly TrafficFormat[] = [
  { name: 'httplog', fields: HTTP_FIELDS, write: http },
  {
    name: 'httplog without captures',
    fields: [METHOD, URI],
    write: ([method, uri], dice) =>
      `${client(dice)} ${accepted} ${peers(dice)} 0/0/1/2/3 404 ${number(dice)} - - ---- ${counts(dice)} "${method} ${uri} HTTP/2.0"`,
  },
  {
    name: 'httplog of a bad request (1.5)',
    fields: [{ ...URI, name: 'first line' }],
    write: ([line], dice) =>
      `${client(dice)} ${accepted} www www/<NOSRV> -1/-1/-1/-1/0 400 187 - - PR-- 1/1/0/0/0 0/0 "${line}"`,
  },
  {
    name: 'httpslog',
    fields: [...HTTP_FIELDS, SNI],
    write: (value, dice) => `${http(value, dice)} 0/0000000000000000/0/0/0 ${value[6]}/TLSv1.3/TLS_AES_256_GCM_SHA384`,
  },
  {
    name: 'httpslog without TLS',
    fields: HTTP_FIELDS,
    write: (value, dice) => `${http(value, dice)} 0/-/-/-/0 -/-/-`,
  },
  {
    name: 'httplog clf',
    fields: [METHOD, URI, COOKIE, SET_COOKIE, REQUEST_HEADER, RESPONSE_HEADER],
    write: ([method, uri, cookie, setCookie, asked, answered]) =>
      `10.0.0.7 - - [22/Nov/2026:12:00:00 +0000] "${method} ${uri} HTTP/1.1" 200 512 "" "" 51234 123 "www" "shop" "web1" 0 0 1 2 3 ---- 1 1 0 0 0 0 0 "${cookie}" "${setCookie}" "${asked}" "${answered}" `,
  },
  {
    name: 'tcplog',
    fields: [],
    write: (_, dice) =>
      `${client(dice)} ${accepted} k8s-api-server k8s-api-server/bettley 1/0/${number(dice)} 512 -- ${counts(dice)}`,
  },
  {
    name: 'tcplog clf',
    fields: [],
    write: () =>
      '10.0.0.7 - - [22/Nov/2026:12:00:00 +0000] "TCP " 000 512 "" "" 51234 123 "www" "shop" "web1" 0 0 1 2 0 ---- 1 1 0 0 0 0 0 "" "" ',
  },
  {
    name: 'default',
    fields: [],
    write: (_, dice) =>
      dice.pick([
        'Connect from 10.0.0.7:51234 to 10.0.0.1:443 (www/HTTP)',
        'Connect to unix:1 (stats/HTTP)',
        'Connect from unknown source to listener 3 (www/TCP)',
      ]),
  },
  {
    name: 'embryonic error',
    fields: [],
    write: (_, dice) =>
      `${dice.pick(['10.0.0.7:51234', 'unknown', 'unix:1'])} ${accepted} www/1: ${dice.pick(['SSL handshake failure', 'Connection closed while waiting for PROXY protocol header', 'unknown connection error (code=7 flags=0000a000)'])}`,
  },
  {
    name: 'error-log-format',
    fields: [SNI],
    write: ([sni], dice) => `${client(dice)} ${accepted} www SSL handshake failure ${sni}`,
  },
  {
    name: 'internal client',
    fields: [URI],
    write: ([uri]) =>
      `-:- ${accepted} <HTTPCLIENT> -/- 2/0/-1/-1/3009 503 217 - - SC-- 0/0/0/0/3 0/0 {} "GET ${uri} HTTP/1.1"`,
  },
  {
    name: 'json',
    fields: [
      JSON_TEXT,
      { ...JSON_TEXT, name: 'json path', usual: '/' },
      { ...JSON_TEXT, name: 'json sni', usual: 'a.example' },
    ],
    write: ([agent, path, sni], dice) =>
      dice.pick([
        `{"agent":"${agent}","path":"${path}","sni":"${sni}","status":200}`,
        `{"path": "${path}", "client": "10.0.0.7", "sni": "${sni}", "agent": "${agent}"}`,
      ]),
  },
  {
    name: 'json written by hand',
    fields: [AGENT],
    write: ([agent]) => `{"agent":"${agent}"}`,
  },
  {
    name: 'log-format that ends with a header',
    fields: [URI, AGENT],
    write: ([uri, agent], dice) => `${client(dice)} "${uri}" ${agent}`,
  },
  {
    name: 'log-format that begins with a header',
    fields: [AGENT, METHOD, URI],
    opensWithClient: true,
    write: ([agent, method, uri], dice) => `${agent} ${client(dice)} "${method} ${uri} HTTP/1.1"`,
  },
];

/** What stands before the message: each way in which rsyslog writes haproxy's traffic. */
export const TRAFFIC_HEADERS: readonly string[] = [
  '2026-11-22T12:00:00.123456+00:00 lb1 haproxy[1305572]: ',
  '2026-11-22T12:00:00+00:00 localhost haproxy[4067]: ',
  '2026-11-22T12:00:00.123456Z lb1 haproxy[1305572] ',
  'Nov 22 12:00:00 lb1 haproxy[9]: ',
  'Nov  2 12:00:00 lb1 haproxy: ',
  '<134>1 2026-11-22T12:00:00.123456+00:00 lb1 haproxy 1305572 - -  ',
];

/**
 * A line of traffic without its newline.
 * @param client the text that is chosen for a field, before escaping
 */
export function trafficLine(format: TrafficFormat, dice: Dice, client: (field: Field) => string = usual): string {
  const values = format.fields.map((field) => escapes[field.escape](client(field)));
  return dice.pick(TRAFFIC_HEADERS) + rsyslogEscape(format.write(values, dice));
}

export function usual(field: Field): string {
  return field.usual;
}
