/**
 * A worker whose two names were not joined when it began to speak (speakers.ts): over UDP its `log` lines bear one and stderr the other, and the first line
 * under one of them came long after the first under the other. That it is one shows in a change of which both ways tell at once.
 */
import { isAtOnce, saidOf } from './copies.js';
import { type EventId, isOfWorkers, tellsOfState } from './event.js';
import { handedOver } from './hand-over.js';
import { type Heard, heardWith, NOTHING_SAID, subjectKey } from './heard.js';
import { speakerOf, type WorkerRef, workerKey } from './keys.js';
import { isWorker } from './processes.js';
import { namesakesOf } from './speakers.js';
import { opened } from './strangers.js';

/** Whether a process of which `log` targets tell may be a worker that serves and was heard on stderr alone, under another name: what it says first waits for that. */
export function mayHaveNamesake(heard: Heard, worker: WorkerRef): boolean {
  if (worker.pid === 0 || isWorker(heard, worker.host, worker.pid)) return false;
  return namesakesOf(heard, worker, 'syslog', (_, { stage }) => stage !== 'ended').length > 0;
}

/** `heard` with the event as that of the worker with its number, if this one has told the same at once in the other way, under another name. */
export function asOneWorker(heard: Heard, id: EventId): Heard {
  const held = heard.held.get(id);
  if (held === undefined) return heard;
  const { host, pid, says } = held.event;
  if (pid === 0 || isOfWorkers(says) || !tellsOfState(says) || isWorker(heard, host, pid)) return heard;
  const { text, at, by } = saidOf(heard, held);
  if (by.stderr > 0 && by.syslog > 0) return heard;
  const [origin, other] = by.stderr > 0 ? (['stderr', 'syslog'] as const) : (['syslog', 'stderr'] as const);
  const saysSo = (name: string) => {
    const { recent } = heard.subjects.get(subjectKey(speakerOf(name), says)) ?? NOTHING_SAID;
    return recent.some((said) => said.text === text && said.by[other] > 0 && isAtOnce(said.at, at));
  };
  const [name] = namesakesOf(heard, { host, pid }, origin, saysSo);
  const key = workerKey({ host, pid });
  const speaker = heard.speakers.get(key);
  if (name === undefined || speaker === undefined) return heard;
  const worker = speakerOf(name);
  const named = heardWith(heard, { speakers: heard.speakers.with(key, { ...speaker, alias: worker.host }) });
  return opened(handedOver(named, { host, pid }, worker), worker);
}
