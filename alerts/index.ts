/** The door of alerts/: who must hear of it, when, how? */

export { backoffMs } from './backoff.js';
export { shown } from './board.js';
export type { Channel, Message, Outcome } from './channels/channel.js';
export { openChannel } from './channels/index.js';
export {
  type EmailReceiver,
  type Receiver,
  Secret,
  type WebhookReceiver,
} from './channels/receiver.js';
export type { Fallen, Incident } from './incident.js';
export type { Notification, NotificationKind } from './notification.js';
export { offers } from './offer.js';
export { DEFAULT_POLICY, type Policy, type Route } from './policy.js';
export { render } from './render.js';
export { receiversFor } from './route.js';
export type { Outage, OutageEnd, Shown, Transition } from './state.js';
export { type Input, NOTHING_KNOWN, nextTickAt, type Plan, type Situation, type Step, step } from './step.js';
export { causeInWords, formatDuration, formatStamp, plainText } from './words.js';
