/** Sentences by chance, for fast-check: all that HAProxy can say with names in it, names from the whole alphabet it allows. */
import fc from 'fast-check';
import type { Cause, Sentence } from '../../parsers/index.js';

/** Names that are words of the messages, begin as each other, or end in what a sentence puts behind a name. */
const AWKWARD = [
  'DOWN',
  'UP',
  'is',
  'Server',
  'has',
  'a',
  'ab',
  'a.',
  'a..',
  'a:',
  'a::',
  '.',
  ':',
  '-',
  '1',
  'via',
  'a.b',
  '10.0.0.1:80',
];

/** src/tools.c, invalid_char(): `[A-Za-z0-9._:-]`, dots and colons anywhere. */
export const name = fc.oneof(fc.constantFrom(...AWKWARD), fc.stringMatching(/^[A-Za-z0-9._:-]{1,24}$/));

const serverRef = fc.record({ backend: name, server: name });
const count = fc.nat({ max: 9_999 });
const pid = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const code = fc.nat({ max: 255 });
const section = fc.constantFrom('backend', 'proxy', 'frontend', 'peers section');
const counts = fc.record({ active: count, backup: count });

const nothing: Cause = { class: 'unknown', reason: null, code: null, info: null, durationMs: null, via: null };
const tracked = serverRef.map((via): Cause => ({ ...nothing, class: 'tracked', via }));
const wished = fc.constant<Cause>({ ...nothing, class: 'admin' });

type Told = [Cause['class'], string];

/** src/check.c, check_statuses[]: all of them. */
const reasons: Told[] = [
  ['unknown', 'Unknown'],
  ['unknown', 'Initializing'],
  ['unknown', 'No status change'],
  ['observe', 'Health analyze'],
  ['socket', 'Socket error'],
  ...['check passed', 'timeout', 'connection problem'].map((end) => ['layer4', `Layer4 ${end}`] as Told),
  ...['check passed', 'timeout', 'invalid response'].map((end) => ['layer6', `Layer6 ${end}`] as Told),
  ...['timeout', 'invalid response', 'check passed', 'check conditionally passed', 'wrong status'].map(
    (end) => ['layer7', `Layer7 ${end}`] as Told,
  ),
  ...['error', 'timeout', 'passed'].map((end) => ['external', `External check ${end}`] as Told),
];

/** Text of a server: whatever it likes, but for agents' words, which make another class of it. */
const info = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => `x${text}`);

const checked = fc
  .tuple(fc.constantFrom(...reasons), fc.option(code), fc.option(info), fc.option(count), fc.option(serverRef))
  .map(([[kind, reason], status, text, durationMs, via]): Cause => {
    return { class: kind, reason, code: status, info: text, durationMs, via };
  });

const commanded = fc
  .constantFrom<[Cause['class'], string]>(
    ['cli', 'changed from CLI'],
    ['web', 'changed from Web interface'],
    ['lua', 'changed from Lua script'],
    ['state_file', 'changed from server-state after a reload'],
  )
  .map(([kind, reason]): Cause => ({ ...nothing, class: kind, reason }));

const administered = fc
  .tuple(
    fc.constantFrom<[Cause['class'], string]>(
      ['dns', 'entry removed from SRV record'],
      ['dns', 'No IP for server'],
      ['dns', 'DNS NX status'],
      ['dns', 'DNS timeout status'],
      ['dns', 'DNS refused status'],
      ['dns', 'unspecified DNS error'],
      ['web', "'disable' on stats page"],
      ['web', "'stop' on stats page"],
    ),
    fc.option(serverRef),
  )
  .map(([[kind, reason], via]): Cause => ({ ...nothing, class: kind, reason, via }));

const operational = fc.constantFrom('up' as const, 'down' as const);
const undone = fc.oneof(wished, tracked);
const unsaid = fc.constant(null);

const states = fc.oneof(
  fc.record({
    change: fc.constantFrom('up' as const, 'down' as const, 'stopping' as const).map((to) => ({ to })),
    cause: fc.oneof(fc.constant(nothing), tracked, checked, commanded),
    counts,
  }),
  fc.record({
    change: fc.constant({ to: 'maint' as const }),
    cause: fc.oneof(undone, administered),
    counts: fc.option(counts),
  }),
  fc.record({
    change: fc.record({ to: fc.constant('ready' as const), operational, drain: fc.boolean() }),
    cause: undone,
    counts: fc.option(counts),
  }),
  fc.record({
    change: fc.record({ to: fc.constant('ready' as const), operational, drain: fc.boolean() }),
    cause: fc.constant<Cause>({ ...nothing, class: 'dns', reason: 'resolves again' }),
    counts: unsaid,
  }),
  fc.record({ change: fc.constant({ to: 'drain' as const }), cause: fc.oneof(undone, administered), counts }),
  fc.record({ change: fc.constant({ to: 'drain' as const }), cause: undone, counts: unsaid }),
  fc.record({
    change: fc.record({ to: fc.constant('undrain' as const), operational }),
    cause: undone,
    counts: unsaid,
  }),
);

/** A fall counts the sessions at the server, a return does not. */
const sessions = fc.record({ active: count, requeued: count, queued: count });

const server = fc
  .tuple(serverRef, fc.boolean(), states, sessions)
  .map(([of, backup, state, { active, ...rest }]): Sentence => {
    const falls = state.change.to === 'down' || state.change.to === 'maint';
    const told = state.counts === null ? null : { active: falls ? active : null, ...rest };
    return { kind: 'server', server: of, backup, ...state, sessions: told };
  });

const check = fc
  .record({
    agent: fc.boolean(),
    backup: fc.boolean(),
    server: serverRef,
    outcome: fc.constantFrom('succeeded' as const, 'conditionally succeeded' as const, 'failed' as const),
    cause: checked.map((cause) => ({ ...cause, via: null })),
    health: count,
    of: count,
    state: fc.constantFrom('up' as const, 'drain' as const, 'down' as const),
  })
  .map((result): Sentence => {
    const cause: Cause = result.agent ? { ...result.cause, class: 'agent' } : result.cause;
    return { kind: 'check.result', ...result, cause };
  });

const address = fc.constantFrom('10.0.0.1', '::1', '2001:db8::1');
const changes = fc.oneof(
  fc.record({
    from: fc.option(address),
    to: address,
    port: fc.option(fc.record({ from: fc.constant('80'), to: fc.constant('+81') })),
  }),
  fc.record({ from: unsaid, to: unsaid, port: fc.record({ from: fc.constant('80'), to: fc.constant('8080') }) }),
);
const by = fc.oneof(
  fc.constantFrom('DNS cache', 'Lua script'),
  serverRef.map((ref) => `${ref.backend}/${ref.server}`),
);

/** One arbitrary for each kind that bears names. */
export const sentences: Partial<Record<Sentence['kind'], fc.Arbitrary<Sentence>>> = {
  server,
  'backend.exhausted': name.map((backend) => ({ kind: 'backend.exhausted', backend })),
  'proxy.stopped': name.map((proxy) => ({ kind: 'proxy.stopped', proxy })),
  'worker.started': pid.map((number) => ({ kind: 'worker.started', pid: number })),
  'worker.loading': pid.map((number) => ({ kind: 'worker.loading', pid: number })),
  'worker.failed': fc.record({ pid, code }).map((end) => ({ kind: 'worker.failed', ...end })),
  'worker.ended': fc
    .tuple(pid, code, fc.constantFrom({ former: false }, { former: true }, { former: true, loaded: true } as const))
    .map(([number, status, who]) => ({ kind: 'worker.ended', pid: number, code: status, ...who })),
  'check.result': check,
  snapshot: fc.oneof(
    fc
      .record({ proxy: unsaid, server: serverRef, state: operational })
      .map((of): Sentence => ({ kind: 'snapshot', ...of })),
    fc
      .tuple(name, fc.constantFrom(null, 'no servers', 'on backup servers', 'no server available', 'available'))
      .map(([proxy, state]) => ({ kind: 'snapshot', proxy, server: null, state }) as Sentence),
  ),
  'server.address': fc
    .tuple(serverRef, changes, by)
    .map(([of, change, who]) => ({ kind: 'server.address', server: of, ...change, by: who })),
  'server.fqdn': serverRef.map((of) => ({
    kind: 'server.fqdn',
    server: of,
    from: 'a.test',
    to: 'b.test',
    by: 'SRV record',
  })),
  'server.resolved': serverRef.map((of) => ({ kind: 'server.resolved', server: of })),
  'server.registered': serverRef.map((of) => ({ kind: 'server.registered', server: of })),
  'server.deleted': fc.option(serverRef).map((of) => ({ kind: 'server.deleted', server: of })),
  'server.renamed': fc.tuple(serverRef, name).map(([of, from]) => ({ kind: 'server.renamed', server: of, from })),
  'proxy.started': name.map((proxy) => ({ kind: 'proxy.started', proxy })),
  'proxy.stopping': fc.tuple(section, name, count).map(([kind, proxy, inMs]) => ({
    kind: 'proxy.stopping',
    section: kind,
    proxy,
    inMs: kind === 'backend' || kind === 'proxy' ? inMs + 1 : inMs,
  })),
  'proxy.hard_stopped': fc
    .tuple(name, count)
    .map(([proxy, connections]) => ({ kind: 'proxy.hard_stopped', proxy, connections })),
  'proxy.paused': fc.tuple(section, name).map(([kind, proxy]) => ({ kind: 'proxy.paused', section: kind, proxy })),
  'proxy.resumed': fc.tuple(section, name).map(([kind, proxy]) => ({ kind: 'proxy.resumed', section: kind, proxy })),
  'connect.failed': fc
    .tuple(name, fc.option(name))
    .map(([backend, of]) => ({ kind: 'connect.failed', backend, server: of, reason: 'no free ports' })),
  'limit.reached': fc
    .tuple(name, fc.constantFrom('system descriptors', 'process descriptors', 'memory', 'connections', 'sockets'))
    .map(([proxy, limit]) => ({ kind: 'limit.reached', proxy, limit }) as Sentence),
  'certificate.renewed': name.map((store) => ({ kind: 'certificate.renewed', store })),
  'process.ended': fc.record({ pid, code }).map((end) => ({ kind: 'process.ended', ...end })),
  'program.started': fc
    .tuple(name, pid)
    .map(([program, number]) => ({ kind: 'program.started', program, pid: number })),
  'program.ended': fc.tuple(name, pid, code, fc.boolean()).map(([program, number, status, former]) => ({
    kind: 'program.ended',
    program,
    pid: number,
    code: status,
    former,
  })),
};

/** A sentence about a state. */
export const stateSentence = fc.oneof(server, sentences['backend.exhausted']!, sentences['proxy.stopped']!);
