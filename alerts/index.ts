/** The door of alerts/: who must hear of it, when, how? */

export { addresseeName } from './addressee.js';
export { backoffMs, MOST_WAIT_MS } from './backoff.js';
export { fallOf, type ServerState, shown, type Workers, workerOf } from './board.js';
export { ceilingOf, ceilingSince, fullUntil, underCeiling } from './ceiling.js';
export type { Channel, Message, MessageKind, Outcome, Refusal } from './channels/channel.js';
export { FORMATS } from './channels/formats/index.js';
export { openChannel } from './channels/index.js';
export {
  type AlertmanagerReceiver,
  type EmailReceiver,
  type ExecReceiver,
  type Manners,
  type PagerDutyReceiver,
  type PushoverReceiver,
  type Receiver,
  Secret,
  type SmtpServer,
  type TelegramReceiver,
  type WebhookReceiver,
} from './channels/receiver.js';
export { isSigningSecret } from './channels/signature.js';
export { lastNoted, ownSetBack } from './clocks.js';
export { COMPANY_MAX, companySince, type Told, waitsUntil } from './company.js';
export { type BackendNow, backendNow, conditionInWords } from './condition.js';
export { renderMany } from './digest.js';
export { fires, lasts, turnsAt } from './due.js';
export { isTakenOver } from './generation.js';
export { groupBy } from './group-by.js';
export { failedInWords, type Impact, noteTraffic, type TrafficSeen, trafficKey } from './impact.js';
export {
  type Acknowledgement,
  afterOwnSetBack,
  backendOf,
  type Fallen,
  type Incident,
  incidentKey,
  serverOf,
} from './incident.js';
export { incidentInWords, overInWords, subjectInWords } from './incident-words.js';
export { digestOf, type Letter, lettersOf, rowsOf } from './letters.js';
export { matches } from './match.js';
export { nextMuteAt } from './mute.js';
export { dueSince, type Notification, type NotificationKind } from './notification.js';
export { type Plan, planOf } from './plan.js';
export {
  type Acknowledgements,
  DEFAULT_POLICY,
  DEFAULT_RULES,
  EVERYTHING,
  type Maintenance,
  type Match,
  type Policy,
  type Route,
  type RuleSettings,
  type Silence,
} from './policy.js';
export { afterFailure, topicOf } from './precedence.js';
export { render } from './render.js';
export { type Group, incidentsByRoot, rootInWords } from './roots.js';
export { receiversFor, takesRoute } from './route.js';
export { RULE_WORDS, RULES, type Rule, SEVERITIES, type Severity, SUBJECT_OF } from './rules.js';
export type { SeenOver } from './seen-over.js';
export { type Input, NOTHING_KNOWN, type Situation, type Step } from './situation.js';
export type { Evidence, Outage, OutageEnd, Shown, Transition } from './state.js';
export { nextDueAt, nextTickAt, step } from './step.js';
export { strike, withImpact } from './strike.js';
export { testMessage } from './test-message.js';
export type { Waiting } from './threads.js';
export { openUntil, readTimes, TIMES_FORM, type Times } from './times.js';
export { causeInWords, formatDuration, formatStamp, plainText } from './words.js';
