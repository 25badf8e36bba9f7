/** The door of parsers/: what did HAProxy say? */
export {
  backendOf,
  type EventId,
  type HaproxyEvent,
  isSign,
  isUnderstood,
  type SignSentence,
  type StateSentence,
  tellsOfState,
} from './event.js';
export { KINDS } from './haproxy.gen.js';
export { type Address, type Hearing, hear, heardBefore, hearNothing, lastHeard, nextVerdictAt } from './hear.js';
export { type Heard, NOTHING_HEARD, type Suspect } from './heard.js';
export { backendKey, serverKey, type WorkerRef, workerKey } from './keys.js';
export { lastHeader, messageStart } from './message-start.js';
export { type LineContext, type ParseResult, parseHeader, parseLine, withHost } from './parse-line.js';
export type {
  Cause,
  CauseClass,
  Counts,
  Instant,
  LogRecord,
  Operational,
  Origin,
  Sentence,
  SentenceKind,
  ServerChange,
  ServerRef,
  Sessions,
  Stamp,
} from './record.js';
export { findRequest, type RequestPlace } from './request.js';
export { ALONE, classify, type LineClass } from './scan.js';
export { Shelf } from './shelf.js';
export { forgetHost, hostNameOf } from './speakers.js';
export { hearStranger, openToClients } from './strangers.js';
export { type HeardLast, latestStamp, type TimeContext } from './syslog-time.js';
export { parseTraffic } from './traffic.js';
export type { Endpoint, Handshake, HttpTimers, Traffic } from './traffic-record.js';
export { waitingSince } from './waiting.js';
