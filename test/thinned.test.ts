/**
 * The logs of fixtures/corpora with copies taken out, and with stderr late: of each change at least one line comes, and the same is told. Not where clients
 * seem to write lines (s4b): there HAProxy's own single line may be theirs.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openToClients, parseLine, tellsOfState } from '../parsers/index.js';
import { Dice } from './support/dice.js';
import { FOLDER, rewritten } from './support/rewritten.js';
import { openFolder } from './support/stage.js';
import { type Reading, readCorpus, type Truth } from './support/truth.js';

/** Copies of one change, further apart than they ever are. */
const APART_MS = 200;
/** How late stderr comes at most. */
const LATE_MS = 10_000;

/** Where changes are told on stderr alone, or hang on a master's word about its workers: a state file, `init-state`, reloads one after the other. They are late with it. */
const TOLD_ON_STDERR = new Set(['s11-init-state-3.2.26', 's12-2.2.9', 's12-3.4.7', 's14-2.4.30']);

interface Change {
  at: number;
  /** Where its lines stand. */
  stderr: number[];
  syslog: number[];
}

for (const name of readdirSync(FOLDER).filter((entry) => !entry.endsWith('.md'))) {
  describe(`the log of ${name} tells the same`, async () => {
    const reading = await readCorpus(join(FOLDER, name));
    const context = contextOf(reading);
    if (openToClients(reading.memory.heard).length > 0) return;
    const ways: Record<string, (lines: string[]) => string[]> = {
      'where half of the changes are not on stderr': (lines) => withoutStderr(lines, changesIn(lines, context)),
      'where each change has lost the line of a `log` target, if it has two': (lines) =>
        withoutOne(lines, changesIn(lines, context)),
      ...(TOLD_ON_STDERR.has(name) ? {} : { 'though stderr is up to ten seconds late': late }),
    };
    for (const [way, change] of Object.entries(ways)) {
      test(way, async () => {
        using folder = openFolder();
        const other = await readCorpus(rewritten(name, folder.path, change));
        assert.deepEqual(facts(other), facts(reading));
      });
    }
  });
}

/** What was told, but for when: a copy that is lost may be the first one. */
function facts({ transitions, outages }: Reading): string[] {
  return [
    ...transitions.map(({ pid, backend, server, from, to }) => `${pid} ${backend}/${server} ${from} ${to}`),
    ...outages.map(({ pid, backend, endHow }) => `${pid} ${backend} ${ENDS[endHow ?? 'null']}`),
  ].sort();
}

/** Whether the proxy's own stop or its master's word about the next worker is read first, is chance. */
const ENDS: Record<string, string> = {
  recovered: 'recovered',
  process_stopped: 'ended',
  process_replaced: 'ended',
  process_killed: 'killed',
  null: 'goes on',
};

function contextOf({ truths: [truth] }: Reading): { tz: string; asOf: number } {
  const { tz, end } = truth as Truth;
  return { tz, asOf: Date.parse(end) + 5_000 };
}

/** The changes in the log's order. */
function changesIn(lines: string[], context: { tz: string; asOf: number }): Change[] {
  const latest = new Map<string, Change>();
  const changes: Change[] = [];
  lines.forEach((line, index) => {
    const parsed = parseLine(line, context);
    if (!parsed.ok || !tellsOfState(parsed.record.sentence)) return;
    const { pid, text, origin } = parsed.record;
    const { at } = parsed.stamp;
    let change = latest.get(`${pid} ${text}`);
    const isFull = (change?.[origin].length ?? 0) >= (origin === 'stderr' ? 1 : 2);
    if (change === undefined || isFull || at - change.at > APART_MS) {
      change = { at, stderr: [], syslog: [] };
      latest.set(`${pid} ${text}`, change);
      changes.push(change);
    }
    change[origin].push(index);
  });
  return changes;
}

function withoutStderr(lines: string[], changes: Change[]): string[] {
  const dice = new Dice(7);
  const lost = changes.flatMap(({ stderr, syslog }) => (syslog.length > 0 && dice.chance(0.5) ? stderr : []));
  return without(lines, lost);
}

function withoutOne(lines: string[], changes: Change[]): string[] {
  const dice = new Dice(7);
  return without(
    lines,
    changes.flatMap(({ syslog }) => (syslog.length > 1 ? [dice.pick(syslog)] : [])),
  );
}

function without(lines: string[], lost: readonly number[]): string[] {
  const gone = new Set(lost);
  return lines.filter((_, index) => !gone.has(index));
}

const ON_STDERR = /^(\d{4}-\S+)( \S+ haproxy\[\d+\]: \[[A-Z]+\] .*)$/;

/** With stderr as late as journald may be on a busy host, sometimes more and sometimes less; its stamps are those of its arrival. */
function late(lines: string[]): string[] {
  const dice = new Dice(7);
  let delay = 0;
  let last = 0;
  let now = 0;
  const arriving = lines.map((line) => {
    const [, stamp, rest] = ON_STDERR.exec(line) ?? [];
    const at = Date.parse(stamp ?? line.split(' ', 1)[0]!);
    now = Number.isNaN(at) ? now : at;
    if (stamp === undefined) return { at: now, line };
    if (dice.chance(0.2)) delay = dice.int(LATE_MS);
    last = Math.max(last, now + delay);
    return { at: last, line: `${new Date(last).toISOString().replace('Z', '000+00:00')}${rest}` };
  });
  return arriving.sort((a, b) => a.at - b.at).map(({ line }) => line);
}
