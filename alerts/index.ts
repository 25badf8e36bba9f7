/** The door of alerts/: who must hear of it, when, how? */

export { backoffMs } from './backoff.js';
export { type BackendState, type Board, EMPTY_BOARD, type ServerState, shown } from './board.js';
export type { Channel, Message, Outcome } from './channels/channel.js';
export { openChannel } from './channels/index.js';
export {
  type EmailReceiver,
  type LogReceiver,
  type Receiver,
  Secret,
  type WebhookReceiver,
} from './channels/receiver.js';
export type { Fallen, Incident, Phase } from './incident.js';
export type { Notification, NotificationKind } from './notification.js';
export { offers } from './offer.js';
export { DEFAULT_POLICY, type Policy, type Route } from './policy.js';
export { render } from './render.js';
export { receiversFor } from './route.js';
export type { Evidence, Outage, OutageEnd, Shown, Transition } from './state.js';
export { type Input, NOTHING_KNOWN, nextTickAt, type Plan, type Situation, type Step, step } from './step.js';
export { causeInWords, formatDuration, formatStamp, plainText } from './words.js';
