/** The kinds of records that `haplog parse` knows, so that a mistyped one is told from one that no line is of. Pure. */
import { closest, distance } from 'fastest-levenshtein';
import type { SentenceKind } from '../../parsers/index.js';
import { UserError } from '../user-error.js';

/** A new sentence of HAProxy: the compiler asks for its kind here. */
const SENTENCES: Record<SentenceKind, true> = {
  server: true,
  'backend.exhausted': true,
  'proxy.stopped': true,
  'worker.started': true,
  'worker.ended': true,
  'check.result': true,
  snapshot: true,
  'server.address': true,
  'server.fqdn': true,
  'server.resolved': true,
  'server.registered': true,
  'server.deleted': true,
  'server.renamed': true,
  'backend.changed': true,
  'proxy.started': true,
  'proxy.stopping': true,
  'proxy.hard_stopped': true,
  'proxy.paused': true,
  'proxy.resumed': true,
  'limit.reached': true,
  'connect.failed': true,
  'process.ended': true,
  'program.started': true,
  'program.ended': true,
  'reload.started': true,
  'reload.succeeded': true,
  'reload.failed': true,
  'process.stopping': true,
  'process.banner': true,
  'startup.problem': true,
  'configuration.refused': true,
  crash: true,
  'logger.failed': true,
  'lines.lost': true,
  'repeated.last': true,
  'certificate.renewed': true,
  notice: true,
  continuation: true,
  truncated: true,
  'near.miss': true,
  other: true,
};

/** Of HAProxy's sentences, and of lines that are none. */
const KINDS: readonly string[] = [...Object.keys(SENTENCES), 'traffic', 'rejected', 'oversize'];

/** Whether a kind is that of the name, or one of the family that the name stands for: `worker` of `worker.started` and all its like. */
export const isOf = (kind: string, name: string): boolean => kind === name || kind.startsWith(`${name}.`);

/** A name that is of no kind and no family is a `UserError`. */
export function checkKinds(names: readonly string[]): void {
  const unknown = names.find((name) => !KINDS.some((kind) => isOf(kind, name)));
  if (unknown === undefined) return;
  const families = KINDS.flatMap((kind) => (kind.includes('.') ? [kind.slice(0, kind.indexOf('.'))] : []));
  const near = closest(unknown, [...KINDS, ...families]);
  const hint = distance(unknown, near) <= 2 ? `did you mean ${near}?` : `it takes ${KINDS.join(', ')}.`;
  throw new UserError(`--kind knows no ${JSON.stringify(unknown)}; ${hint}`);
}
