import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openToClients } from '../parsers/index.js';
import { compareFalls } from './support/counters.js';
import { FOLDER, rewritten } from './support/rewritten.js';
import { openFolder } from './support/stage.js';
import { missed, type Reading, readCorpus } from './support/truth.js';

let pidless = 0;

for (const name of readdirSync(FOLDER).filter((entry) => !entry.endsWith('.md'))) {
  describe(`the log of ${name}`, async () => {
    const reading = await readCorpus(join(FOLDER, name));

    test('tells the same where operators have formats of their own, though they look as if clients could begin lines', async () => {
      using folder = openFolder();
      const other = await readCorpus(rewritten(name, folder.path, withStrangers));
      assert.notDeepEqual(openToClients(other.memory.heard), []);
      assert.deepEqual(facts(other), facts(reading));
    });

    if (namesWorkers(reading)) {
      pidless++;
      test('tells the same where rsyslog leaves out the pids, for stderr names them', async () => {
        using folder = openFolder();
        const other = await readCorpus(rewritten(name, folder.path, withoutPids));
        assert.deepEqual(facts(other), facts(reading));
      });

      for (const [way, change] of Object.entries(CARRIED)) {
        test(`tells the same where the header does not tell whose a line is: ${way}`, async () => {
          using folder = openFolder();
          const other = await readCorpus(rewritten(name, folder.path, change));
          assert.deepEqual(facts(other), facts(reading));
        });
      }
      for (const [way, change] of Object.entries(HEADED)) {
        test(`tells the same ${way}`, async () => {
          using folder = openFolder();
          const other = await readCorpus(rewritten(name, folder.path, change));
          assert.deepEqual(unhosted(other), unhosted(reading));
        });
      }
    }

    test('tells every change and every outage that HAProxy showed', () => assert.deepEqual(missed(reading), []));

    for (const of of ['servers', 'backends'] as const) {
      test(`tells as many falls of its ${of} as HAProxy's own counters`, () => {
        const { equal, different } = compareFalls(reading, of);
        assert.deepEqual(different, []);
        assert.ok(equal > 0);
      });
    }
  });
}

describe('the worst log-format, where clients begin lines with what they like', () => {
  const ways: Record<string, (lines: string[]) => string[]> = {
    'without stderr': withoutStderr,
    'in one line, without stderr': (lines) => withoutCopies(withoutStderr(lines)),
    'in one line and stderr': withoutCopies,
    'in whole seconds': (lines) => lines.map((line) => line.replace(/^(\S+:\d\d)\.\d+/, '$1')),
  };
  for (const [way, change] of Object.entries(ways)) {
    test(`adds no outage and hides none ${way}`, async () => {
      using folder = openFolder();
      const other = await readCorpus(rewritten('s4b-2.6.12', folder.path, change));
      const format = way === 'in whole seconds' ? 'RSYSLOG_TraditionalFileFormat' : 'RSYSLOG_FileFormat';
      const truths = other.truths.map((truth) => ({ ...truth, format }));
      assert.deepEqual(missed({ ...other, truths }), []);
      assert.equal(other.outages.length, truths[0]!.outages.length);
    });
  }
});

test('there are logs without the pids of which stderr names the workers', () => assert.ok(pidless > 0));

/** With two lines of an operator's formats behind the first of each worker's, and every fifty. (Until 2.2 a master tells by `log` targets that proxies start.) */
function withStrangers(lines: string[]): string[] {
  const said = new Map<string, number>();
  const more = lines.flatMap((line) => {
    const [, header, pid] =
      /^((?:[A-Z][a-z]{2} [ \d]\d )?\S+ \S+ \S*?\[(\d+)\]:? )(?! |\[|Proxy \S+ started)/.exec(line) ?? [];
    if (header === undefined || pid === undefined) return [line];
    const times = said.get(pid) ?? 0;
    said.set(pid, times + 1);
    return times % 50 === 0 ? [line, `${header}web 10.0.0.1 GET /`, `${header}api 10.0.0.1 GET /`] : [line];
  });
  assert.ok(more.length > lines.length, 'there are such lines');
  return more;
}

/** As by `%programname%: ` in rsyslog's template. */
function withoutPids(lines: string[]): string[] {
  return lines.map((line) => line.replace(HEADER, '$1: $3'));
}

/** As it would be had HAProxy logged to standard output alone: one copy, under the number of the process that carries stderr as well. */
const CARRIED: Record<string, (lines: string[]) => string[]> = {
  '`log stdout format raw`, and a log driver': (lines) => carried(lines, ''),
  '`format short`': (lines) => carried(lines, '<5>'),
  '`format timed`': (lines) => carried(lines, '<5>2026-11-22T21:45:39.396016+00:00 '),
  '`format local`': (lines) => carried(lines, '<133>Nov 22 21:45:39 haproxy[PID]: '),
  '`format rfc5424`': (lines) => carried(lines, '<133>1 2026-11-22T21:45:39.396016+00:00 - haproxy PID - - '),
  'a log driver, and severities': (lines) =>
    carried(lines, '').map((line) =>
      line.replace(HEADER, (whole, ...parts) => (parts[2].startsWith('[') ? '<27>' : '<30>') + whole),
    ),
  'its master, as systemd saw it until 235': (lines) => carried(lines, '', '1'),
  '`format short` into imuxsock, which takes the first word for the tag': (lines) =>
    lines.map((line) =>
      line.replace(HEADER, (whole, before, _pid, message) =>
        message.startsWith('[') ? whole : `${before.replace(/ \S+$/, '')} ${message}`,
      ),
    ),
};

/** @param first the master's number until it is told; not given: that of a log driver */
function carried(lines: string[], ownHeader: string, first?: string): string[] {
  let carrier = first ?? '987';
  return withoutCopies(lines).map((line) =>
    line.replace(HEADER, (_, before, pid, message) => {
      if (first !== undefined) carrier = /\((\d+)\) : (?:New|Initializing new) worker/.exec(message)?.[1] ?? carrier;
      const own = message.startsWith('[') || message === '' ? '' : ownHeader.replace('PID', pid);
      return `${before}[${carrier}]: ${own}${message}`;
    }),
  );
}

/** As other programs than rsyslog write the header. */
const HEADED: Record<string, (lines: string[]) => string[]> = {
  'with the severity in words, as busybox writes it': (lines) =>
    lines.map((line) => line.replace(PARTS, (_, stamp, host, rest) => `${stamp} ${host} ${levelOf(rest)} ${rest}`)),
  'with the severity in words before the host': (lines) =>
    lines.map((line) => line.replace(PARTS, (_, stamp, host, rest) => `${stamp} ${levelOf(rest)} ${host} ${rest}`)),
  'without a host': (lines) => lines.map((line) => line.replace(PARTS, '$1 $3')),
  'in the log files of Kubernetes': (lines) =>
    withoutCopies(lines).map((line) =>
      line.replace(PARTS, (_, stamp, _host, rest) => {
        const message = rest.replace(/^[^ ]+: /, '');
        return `${stamp} ${message.startsWith('[') ? 'stderr' : 'stdout'} F ${message}`;
      }),
    ),
};

const PARTS = /^((?:[A-Z][a-z]{2} [ \d]\d )?\S+) (\S+) ([^ []+\[\d+\]: .*)$/;

/** Stderr's facility is `daemon`, as systemd has it; what is neither DOWN nor lost is a notice, and what begins with an address is traffic. */
function levelOf(rest: string): string {
  const message = rest.replace(/^[^ ]+: /, '');
  if (message.startsWith('[')) return 'daemon.notice';
  if (/^(backend|Backup|Server|Proxy|proxy|Health|Agent|Stopping)/.test(message)) {
    return / DOWN|no server available/.test(message) ? 'local0.alert' : 'local0.notice';
  }
  return 'local0.info';
}

const HEADER = /^((?:[A-Z][a-z]{2} [ \d]\d )?\S+ \S+ [^ []+)\[(\d+)\]: (.*)$/;

/** Without what HAProxy wrote itself, under the number that it names. */
function withoutStderr(lines: string[]): string[] {
  return lines.filter((line) => !/ haproxy\[(\d+)\]: \[[A-Z]+\] +\(\1\) : /.test(line));
}

/** With one of two lines that a hundredth of a second holds. */
function withoutCopies(lines: string[]): string[] {
  const said = new Set<string>();
  return lines.filter((line) => {
    const key = line.replace(/^(\S+:\d\d\.\d\d)\d*\S*/, '$1');
    return said.size < said.add(key).size;
  });
}

/** Masters tell of their workers on stderr, under the host's name that the other lines bear as well; and no client writes whole lines. */
function namesWorkers({ truths: [truth], memory: { heard } }: Reading): boolean {
  const profiles = [...heard.profiles].map(([, profile]) => profile);
  return truth?.path !== 'udp' && profiles.every(({ announces, open }) => announces && open !== true);
}

/** The same, but for the host's name. */
function unhosted(reading: Reading): string[] {
  return facts(reading)
    .map((fact) => fact.replace(/^\S+ /, ''))
    .sort();
}

/** What was told, but for where it stands in the log. */
function facts({ transitions, outages }: Reading): string[] {
  return [
    ...transitions.map(({ host, pid, at, backend, server, to }) => `${host} ${pid} ${at} ${backend}/${server} ${to}`),
    ...outages.map(
      ({ host, pid, start, end, backend, endHow }) => `${host} ${pid} ${start} ${end} ${backend} ${endHow}`,
    ),
  ].sort();
}
