/**
 * HAProxy's part: every wording, of whatever version, in which it says a sentence that bears names. Written from the
 * sentences' side, so that the grammar can be held against it: what is printed here must be read back as it was.
 */
import type { Cause, Counts, Sentence, ServerRef, Sessions } from '../../parsers/index.js';

type Of<Kind extends Sentence['kind']> = Extract<Sentence, { kind: Kind }>;

/** How a snapshot says it of a proxy. */
const PROXY_STATES: Record<string, string> = {
  'no servers': 'has no servers.',
  'on backup servers': 'is running on backup servers !',
  'no server available': 'has no server available !',
  available: 'has 2 active servers and 1 backup servers available.',
};

const bounds = (...told: string[]) =>
  told.flatMap((words) => [' at 1024', ' (maxsock=1024)', ' (actconn=7)'].map((bound) => words.replace('%', bound)));

/** What a proxy reaches, by the limit. */
const LIMITS: Record<string, string[]> = {
  'system descriptors': bounds('reached system FD limit%. Please check system tunables.'),
  'process descriptors': bounds("reached process FD limit%. Please check 'ulimit-n' and restart."),
  memory: bounds(
    'reached system memory limit%. Please check system tunables.',
    'reached system memory limit% sockets. Please check system tunables.',
  ),
  connections: ["reached the configured maximum connection limit. Please check the global 'maxconn' value."],
  sockets: [
    'has insufficient permissions to open server socket.',
    'cannot create a server socket: Too many open files',
  ],
};

/** One way to say it, or several; none for what bears no names. */
type Wordings = { [Kind in Sentence['kind']]?: (sentence: Of<Kind>) => string[] };

const wordings: Wordings = {
  server: serverSentences,
  'backend.exhausted': ({ backend }) =>
    ['backend', 'proxy', 'peers section'].flatMap((section) => [
      `${section} ${backend} has no server available!`,
      `${section} '${backend}' has no server available!`,
    ]),
  'proxy.stopped': ({ proxy }) => [
    `Proxy ${proxy} stopped.`,
    `Proxy ${proxy} stopped (FE: 1 conns, BE: 23 conns).`,
    `Proxy ${proxy} stopped (cumulated conns: FE: 1, BE: 23).`,
    `Stopping backend ${proxy} in 0 ms.`,
    `Stopping proxy ${proxy} in 0 ms.`,
  ],
  'worker.started': ({ pid }) => [`New worker #1 (${pid}) forked`, `New worker (${pid}) forked`],
  'worker.loading': ({ pid }) => [`Initializing new worker (${pid})`],
  'worker.failed': ({ pid, code }) => [`Failed to load worker (${pid}) exited with code ${code} (Exit)`],
  'worker.ended': ({ pid, code, former, loaded }) => {
    const who = `${former ? 'Former' : 'Current'} worker`;
    const by18 = [`${who} ${pid} left with exit code ${code}`, `${who} ${pid} exited with code ${code}`];
    if (loaded) return by18;
    return [
      ...(former ? [] : by18),
      `${who} #1 (${pid}) exited with code ${code} (Exit)`,
      `${who} (${pid}) exited with code ${code} (Segmentation fault)`,
    ];
  },
  'check.result': ({ agent, backup, server, outcome, cause, health, of, state }) => [
    `${agent ? 'Agent' : 'Health'} check for ${backup ? 'backup ' : ''}server ${ref(server)} ${outcome}${because(cause)}, status: ${health}/${of} ${state.toUpperCase()}.`,
  ],
  snapshot: ({ proxy, server, state }) =>
    server
      ? [`SIGHUP: Server ${ref(server)} is ${state?.toUpperCase()}. Conn: 1 act, 2 pend, 3 tot.`]
      : state === null
        ? [`SIGHUP received, dumping servers states for proxy ${proxy}.`]
        : [`SIGHUP: Proxy ${proxy} ${PROXY_STATES[state]} Conn: act(FE+BE): 1+2, 3 pend (4 unass), tot(FE+BE): 5+6.`],
  'server.address': ({ server, from, to, port, by }) => {
    const ports = port && `port changed from '${port.from}' to '${port.to}'`;
    if (to === null) return [`${ref(server)}: ${ports} by '${by}'.`];
    return ['', '(none)'].flatMap((none) => [
      `${ref(server)}: IP changed from '${from ?? none}' to '${to}'${ports ? `, ${ports}` : ''} by '${by}'.`,
      ...(ports ? [] : [`${ref(server)} changed its IP from ${from ?? none} to ${to} by ${by}.`]),
    ]);
  },
  'server.fqdn': ({ server, from, to, by }) => [`${ref(server)} changed its FQDN from ${from} to ${to} by '${by}'`],
  'server.resolved': ({ server }) => [`Server ${ref(server)} administratively READY thanks to valid DNS answer.`],
  'server.registered': ({ server }) => [`New server ${ref(server)} registered.`],
  'server.deleted': ({ server }) => [server ? `Server ${ref(server)} deleted.` : 'Server deleted.'],
  'server.renamed': ({ server, from }) => [`Server ${ref(server)} renamed from '${from}'.`],
  'proxy.started': ({ proxy }) => [`Proxy ${proxy} started.`],
  'proxy.stopping': ({ section, proxy, inMs }) => [`Stopping ${section} ${proxy} in ${inMs} ms.`],
  'proxy.hard_stopped': ({ proxy, connections }) => [
    `Proxy ${proxy} hard-stopped (${connections} remaining conns will be closed).`,
  ],
  'proxy.paused': ({ section, proxy }) => [`Pausing ${section} ${proxy}.`, `Paused ${section} ${proxy}.`],
  'proxy.resumed': ({ section, proxy }) => [`Enabling ${section} ${proxy}.`, `Resumed ${section} ${proxy}.`],
  'connect.failed': ({ backend, server, reason }) => [
    `Connect() failed for ${server === null ? `backend ${backend}` : `server ${backend}/${server}`}: ${reason}.`,
  ],
  'limit.reached': ({ proxy, limit }) => LIMITS[limit]!.map((words) => `Proxy ${proxy} ${words}`),
  'certificate.renewed': ({ store }) => [`acme: ${store}: Successful update of the certificate.`],
  'process.ended': ({ pid, code }) => [
    `Worker ${pid} left with exit code ${code}`,
    `Worker (${pid}) exited with code ${code} (Exit)`,
    `Process ${pid} exited with code ${code} (Terminated)`,
    `Process (${pid}) exited with code ${code} (Exit)`,
  ],
  'program.started': ({ program, pid }) => [`New program '${program}' (${pid}) forked`],
  'program.ended': ({ program, pid, code, former }) => [
    `${former ? 'Former' : 'Current'} program '${program}' (${pid}) exited with code ${code} (Exit)`,
  ],
};

/** Every wording of a sentence. */
export function print(sentence: Sentence): string[] {
  const say = wordings[sentence.kind] as ((sentence: Sentence) => string[]) | undefined;
  if (!say) throw new Error(`HAProxy's words for ${sentence.kind} are not written down`);
  return say(sentence);
}

/** The kinds that bear names. */
export const printable = Object.keys(wordings) as Sentence['kind'][];

/** What HAProxy puts between the quotes of `info`: printable ASCII as it is, all else as `<XX>` (src/check.c). */
export function encoded(info: string): string {
  return [...new TextEncoder().encode(info)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return byte >= 0x20 && byte <= 0x7e && !'<>"'.includes(char)
        ? char
        : `<${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    })
    .join('');
}

function serverSentences({ server, backup, change, cause, counts, sessions }: Of<'server'>): string[] {
  const subject = `${backup ? 'Backup ' : ''}Server ${ref(server)}`;
  const via = cause.via ? ` via ${ref(cause.via)}` : '';
  const rest = `${via}${tail(counts, sessions)}.`;
  const told =
    cause.reason === null ? '' : ` (${cause.reason === 'No IP for server' ? 'No IP for server ' : cause.reason})`;
  switch (change.to) {
    case 'up':
    case 'down':
    case 'stopping': {
      const state = change.to === 'stopping' ? 'stopping' : change.to.toUpperCase();
      const older = `${subject} is ${state}${via}${because(cause)}${tail(counts, sessions)}.`;
      return [`${subject} is ${state}${because(cause)}${rest}`, ...(via && cause.reason ? [older] : [])];
    }
    case 'maint':
      if (counts) return [`${subject} is going DOWN for maintenance${told}${rest}`];
      if (told) return [`${subject} was DOWN and now enters maintenance${told}${rest}`];
      return [
        `${subject} was DOWN and now enters maintenance${rest}`,
        `${subject} is leaving forced maintenance but remains in maintenance${rest}`,
        `${subject} ('app.example_1.test') resolves again but remains in maintenance${rest}`,
        ...(via ? [] : [`${subject} remains in forced maintenance.`]),
      ];
    case 'ready': {
      const state = `is ${change.operational.toUpperCase()}/${change.drain ? 'DRAIN' : 'READY'}`;
      if (cause.class === 'dns') return [`${subject} ('app.test') ${state} (resolves again).`];
      const leaving = `${subject} ${state} (leaving maintenance)${rest}`;
      return via || counts ? [leaving] : [leaving, `${subject} ${state} (leaving forced maintenance).`];
    }
    case 'drain':
      if (counts) return [`${subject} enters drain state${told}${rest}`];
      return [
        `${subject} is leaving forced drain but remains in drain mode${rest}`,
        `${subject} remains in drain mode${rest}`,
        ...(via ? [] : [`${subject} remains in forced drain mode.`]),
      ];
    case 'undrain': {
      const state = `is ${change.operational.toUpperCase()}`;
      return [`${subject} ${state} (leaving drain)${rest}`, `${subject} ${state} (leaving forced drain)${rest}`];
    }
  }
}

function because({ class: kind, reason, code, info, durationMs }: Cause): string {
  if (reason === null) return '';
  if (['cli', 'web', 'lua', 'state_file'].includes(kind)) return `, ${reason}`;
  const parts = [
    `, reason: ${reason}`,
    code === null ? '' : `, code: ${code}`,
    info === null ? '' : `, info: "${encoded(info)}"`,
    durationMs === null ? '' : `, check duration: ${durationMs}ms`,
  ];
  return parts.join('');
}

function tail(counts: Counts | null, sessions: Sessions | null): string {
  if (!counts || !sessions) return '';
  const { active, backup } = counts;
  const onBackup = active === 0 && backup > 0 ? ' Running on backup.' : '';
  const falls = sessions.active !== null;
  const told = falls
    ? `${sessions.active} sessions active, ${sessions.requeued} requeued, ${sessions.queued} remaining in queue`
    : `${sessions.requeued} sessions requeued, ${sessions.queued} total in queue`;
  return `. ${active} active and ${backup} backup servers ${falls ? 'left' : 'online'}.${onBackup} ${told}`;
}

function ref({ backend, server }: ServerRef): string {
  return `${backend}/${server}`;
}
