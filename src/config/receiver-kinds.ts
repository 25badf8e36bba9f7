/** The receivers that are services with an account of their own, and commands, with all their keys. */
import {
  duration,
  filePath,
  headers,
  howMany,
  list,
  mapping,
  oneOrMore,
  secretToken,
  secretWebAddress,
  text,
  variable,
  WEB_ADDRESS,
  wholeNumber,
} from './fields.js';
import * as z from './zod.js';

const SECOND = 1000;
const DAY = 86_400 * SECOND;

const timeout = (usual: string) =>
  duration('a duration from 1s to 5m', { min: SECOND, max: 300 * SECOND }).prefault(usual);

export const answerTime = timeout('15s').describe('How long an answer may take.');

const webAddress = text(WEB_ADDRESS.expected, WEB_ADDRESS.fits);

/** The three ways to give a secret, as keys of a mapping; `tokenIn` is for its `refine`. */
function token<const K extends string>(key: K, what: string) {
  return {
    [key]: secretToken.optional().describe(`${what} Better in a file.`),
    [`${key}_file`]: filePath.optional().describe('A file that holds it.'),
    [`${key}_env`]: variable.optional().describe('The environment variable that holds it.'),
  };
}

function tokenIn(key: string) {
  const keys = [key, `${key}_file`, `${key}_env`];
  return howMany(keys, (n) => n === 1, `exactly one of ${key}, ${key}_file and ${key}_env`);
}

const pagerduty = mapping({
  ...token('routing_key', "The integration key of a service's Events API v2."),
  url: webAddress
    .prefault('https://events.pagerduty.com/v2/enqueue')
    .describe('In the European region: `https://events.eu.pagerduty.com/v2/enqueue`.'),
  timeout: answerTime,
})
  .refine(...tokenIn('routing_key'))
  .describe('An alert of PagerDuty, which is acknowledged and resolved with the incident. Exactly one routing key.');

const CHAT = 'a number, or @ and a name';

const telegram = mapping({
  ...token('token', "The bot's token."),
  chat: z
    .preprocess(
      (value) => (Number.isSafeInteger(value) ? String(value) : value),
      text(CHAT, (value) => /^(?:-?\d+|@\w+)$/.test(value)),
    )
    .meta({ expected: CHAT })
    .describe('Who gets the message: the number of a chat (of a group it is negative), or the `@name` of a channel.'),
  thread: wholeNumber('the number of a topic', 1).optional().describe('A topic of the group.'),
  url: webAddress.prefault('https://api.telegram.org').describe('The server of the Bot API.'),
  timeout: answerTime,
})
  .refine(...tokenIn('token'))
  .describe('A chat of Telegram, told by a bot. Exactly one token.');

const pushover = mapping({
  ...token('token', "The application's token."),
  ...token('user', 'The key of a user or a group.'),
  emergency: duration('a duration from 1m to 3h', { min: 60 * SECOND, max: 10_800 * SECOND })
    .optional()
    .describe(
      'For how long a critical incident rings every minute, until somebody confirms it in the app, or it is acknowledged or over. ' +
        'Without it: it rings once.',
    ),
  url: webAddress.prefault('https://api.pushover.net').describe('The server of the API.'),
  timeout: answerTime,
})
  .refine(...tokenIn('token'))
  .refine(...tokenIn('user'))
  .describe('Phones, by Pushover. Exactly one token, exactly one user.');

const alertmanager = mapping({
  urls: oneOrMore(secretWebAddress, 'an http or https address or a list of them').describe(
    'Of every member of the cluster, as in `http://am1.example.org:9093`: each is told.',
  ),
  headers: headers.prefault({}).describe('Sent with every request.'),
  expire: duration('a duration of 5m or more', { min: 300 * SECOND, max: 365 * DAY })
    .prefault('7d')
    .describe(
      'After how long an alert ends in Alertmanager of which haplog said nothing more. Three times `policy.reminder` where ' +
        'that is longer: each reminder puts it off.',
    ),
  timeout: answerTime,
}).describe("Prometheus' Alertmanager, which groups, silences and routes.");

const exec = mapping({
  command: list(
    text('a text', (value) => value !== '' && !value.includes('\0'), { secret: true }),
    'a program and its arguments, as a list',
  ).describe(
    'The program and its arguments, as a list; no shell takes it apart. A path, or a name that `PATH` leads to.',
  ),
  timeout: timeout('30s').describe('How long it may take; then it is ended, and all that it started.'),
}).describe("A command, with the webhook's JSON on its standard input.");

export const services = {
  pagerduty: pagerduty.optional(),
  telegram: telegram.optional(),
  pushover: pushover.optional(),
  alertmanager: alertmanager.optional(),
  exec: exec.optional(),
};
