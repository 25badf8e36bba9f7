/** The part of the configuration that says what is told, when, and to whom. */
import {
  DEFAULT_POLICY,
  DEFAULT_RULES,
  RULES,
  type Rule,
  readTimes,
  SEVERITIES,
  TIMES_FORM,
} from '../../alerts/index.js';
import { isZone, localZone } from '../zone.js';
import {
  duration,
  durationOrOff,
  glob,
  list,
  mapping,
  name,
  oneOf,
  several,
  switchOr,
  text,
  wholeNumber,
} from './fields.js';
import { unlike } from './mistake.js';

const SECOND = 1000;

/** Hours that end when they begin would be those of a whole day, which nobody means. */
const withLength = (value: string) => {
  const times = readTimes(value, 'UTC');
  return times === null || times.fromMin !== times.untilMin;
};

const during = text(TIMES_FORM, (value) => {
  const times = readTimes(value, 'UTC');
  return times !== null && isZone(times.zone);
})
  .refine(withLength, {
    error: ({ input }) => unlike('hours that end at another time than they begin (a whole day is 00:00-24:00)', input),
  })
  .transform((value) => readTimes(value, localZone())!);

const match = mapping({
  backend: glob.optional().describe('Backends it is about. Without it: all.'),
  server: glob.optional().describe('Servers it is about, by their own names. Without it: all, and what is about none.'),
  host: glob.optional().describe('Hosts, as the log names them. Without it: all.'),
  rule: several(oneOf(...RULES))
    .optional()
    .describe('Rules, see `rules`; one or a list. Without it: all.'),
  severity: several(oneOf(...SEVERITIES))
    .optional()
    .describe('One or a list. Without it: all.'),
});

const receiversOf = (purpose: string) => list(name, 'a list of names of receivers').describe(purpose);

export const route = mapping({
  match: match.prefault({}).describe('Which incidents take this route.'),
  during: during.optional().describe('When it is taken. Without it: always. Without a zone: that of the machine.'),
  receivers: receiversOf('Who is told.'),
  escalate: mapping({
    after: duration('a duration of 1s or more', { min: SECOND }).describe(
      'How long after its receivers were told, in its hours.',
    ),
    receivers: receiversOf('Who is told then.'),
  })
    .optional()
    .describe('Who is told as well when nobody has acknowledged it (`haplog ack`).'),
});

const reminder = durationOrOff('off, or a duration of 1s or more', SECOND);

const aDuration = 'a duration such as 10s';

export const policy = mapping({
  hold: duration(aDuration).prefault('0s').describe('How long it must be so before anybody is told.'),
  keep_firing: duration(aDuration).prefault('10s').describe('How long it must be well before the incident is over.'),
  reminder: reminder
    .prefault('4h')
    .describe('After how long an incident that still fires is told again; `off`: never.'),
  most_reminders: wholeNumber('a number', 0)
    .optional()
    .describe('How many reminders of one incident are sent. Without it: as long as it fires.'),
});

const ABOUT: Record<Rule, string> = {
  outage: 'A backend has no server available.',
  backup_only:
    'A backend is on its backup servers alone. Without a `hold`: for as long as in `policy`, and at least a second.',
  last_server: 'A backend has one server left of several.',
  server_down: 'A server is down. Not told while its backend has none at all, or while it flaps.',
  flapping: 'A server goes up and down: told once when it begins, and once how it stands when it has settled.',
  checks_failing: 'A server fails health checks and is not down yet (`option log-health-checks`).',
  worker_killed: 'A worker was killed, or exited with an error.',
  stopped: 'HAProxy ended as it was asked to, and was not started again. Without a `hold`: for 2 minutes.',
  reload_failed: 'HAProxy could not load its configuration, or refused it before a reload.',
};

const settings = (rule: Rule) =>
  switchOr(
    mapping({
      severity: oneOf(...SEVERITIES)
        .prefault(DEFAULT_RULES[rule].severity)
        .describe('How bad it is.'),
      hold: duration(aDuration).optional().describe('As in `policy`, for this rule.'),
      keep_firing: duration(aDuration).optional().describe('As in `policy`, for this rule.'),
      reminder: reminder.optional().describe('As in `policy`, for this rule.'),
    }),
  )
    .optional()
    .describe(`${ABOUT[rule]} Without it: ${DEFAULT_RULES[rule].on ? 'on' : 'off'}, ${DEFAULT_RULES[rule].severity}.`);

const { flapping } = DEFAULT_POLICY;

export const rules = mapping({
  outage: settings('outage'),
  backup_only: settings('backup_only'),
  last_server: settings('last_server'),
  server_down: settings('server_down'),
  flapping: switchOr(
    mapping({
      severity: oneOf(...SEVERITIES)
        .prefault('warning')
        .describe('How bad it is.'),
      changes: wholeNumber('a number from 2 to 100', 2, 100).prefault(flapping.changes).describe('So many changes'),
      within: duration(aDuration, { min: SECOND }).prefault('10m').describe('in so long are too many.'),
      settled: duration(aDuration, { min: SECOND })
        .prefault('5m')
        .describe('It has settled when it has not changed for so long.'),
      reminder: reminder.optional().describe('As in `policy`, for this rule.'),
    }),
  )
    .optional()
    .describe(`${ABOUT.flapping} Without it: on, warning.`),
  checks_failing: settings('checks_failing'),
  worker_killed: settings('worker_killed'),
  stopped: settings('stopped'),
  reload_failed: settings('reload_failed'),
});

export const maintenance = mapping({
  during: during.describe('When. Without a zone: that of the machine.'),
  match: match.prefault({}).describe('What is worked on.'),
});
