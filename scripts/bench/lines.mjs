/**
 * Made-up lines in HAProxy's own wording, always the same: traffic as `option httplog` and `option tcplog` write it,
 * and state lines the way Debian's setup writes them, once from stderr and once for each of two `log` lines.
 */

const host = 'lb1';
const pid = 1305572;

/** A small generator of reproducible numbers in [0, 1) (mulberry32). */
export function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Both ways to write an instant, the header's and the traffic lines'; most instants share their second with the last. */
const clock = { second: Number.NaN, iso: '', accept: '' };

function second(at) {
  const now = Math.floor(at / 1000);
  if (now !== clock.second) {
    const [day, month, year, time] = new Date(at).toUTCString().split(' ').slice(1);
    Object.assign(clock, {
      second: now,
      iso: new Date(at).toISOString().slice(0, 19),
      accept: `${day}/${month}/${year}:${time}`,
    });
  }
  return clock;
}

function milliseconds(at) {
  return String(at % 1000).padStart(3, '0');
}

function header(at, micros, writer = pid) {
  return `${second(at).iso}.${milliseconds(at)}${micros}+00:00 ${host} haproxy[${writer}]: `;
}

/** A header and nothing else but what somebody chose. */
export function bare(at, text, writer) {
  return `${header(at, '305', writer)}${text}\n`;
}

/** One line of traffic, 180 to 200 bytes as a rule; `at` in milliseconds. */
export function traffic(at, random) {
  const pick = (count) => Math.floor(random() * count);
  const client = `10.${pick(256)}.${pick(256)}.${pick(256)}:${1024 + pick(60000)}`;
  const accepted = `${second(at).accept}.${milliseconds(at)}`;
  const conns = `${pick(90)}/${pick(90)}/${pick(20)}/${pick(9)}/0 0/0`;
  if (random() < 0.25) {
    const times = `${pick(3)}/0/${pick(86_400_000)}`;
    return `${header(at, '417')}${client} [${accepted}] k8s-api-server k8s-api-server/bettley ${times} ${pick(900_000)} -- ${conns}\n`;
  }
  const times = `${pick(9)}/0/${pick(3)}/${pick(700)}/${pick(900)}`;
  const request = `"GET /api/items/${pick(9999)}?page=${pick(99)} HTTP/1.1"`;
  return `${header(at, '653')}${client} [${accepted}] www~ shop/web${pick(9)} ${times} 200 ${pick(90_000)} - - ---- ${conns} ${request}\n`;
}

/** A change of one server: its sentence, and that of its backend when it was the last. */
export function sentences(backend, server, up, activeLeft) {
  const cause = up
    ? `is UP, reason: Layer4 check passed, check duration: 0ms. ${activeLeft} active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`
    : `is DOWN, reason: Layer4 connection problem, info: "Connection refused at initial connection step of tcp-check", check duration: 0ms. ${activeLeft} active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`;
  const told = [{ level: 'WARNING', plain: `Server ${backend}/${server} ${cause}` }];
  if (!up && activeLeft === 0) {
    told.push({
      level: 'ALERT',
      plain: `backend ${backend} has no server available!`,
      quoted: `backend '${backend}' has no server available!`,
    });
  }
  return told;
}

/** As three lines each: stderr's copies first, as journald brings them. */
export function threefold(at, told) {
  const stderr = told.map(({ level, plain, quoted }) => `${`[${level}]`.padEnd(10)} (${pid}) : ${quoted ?? plain}`);
  const plain = told.flatMap((sentence) => [sentence.plain, sentence.plain]);
  return [...stderr, ...plain].map((text) => `${header(at, '102')}${text}\n`).join('');
}

/** As one line each, where haproxy has one `log` line and no stderr copy. */
export function single(at, told) {
  return told.map(({ plain }) => `${header(at, '102')}${plain}\n`).join('');
}

/** Servers that take turns in falling and rising: what they say next, in an order that HAProxy could say it. */
export function* turns(backends, serversEach, random) {
  const up = Array.from({ length: backends }, () => new Array(serversEach).fill(true));
  for (;;) {
    const backend = Math.floor(random() * backends);
    const server = Math.floor(random() * serversEach);
    const servers = up[backend];
    servers[server] = !servers[server];
    yield sentences(`backend${backend}`, `server${server}`, servers[server], servers.filter(Boolean).length);
  }
}
