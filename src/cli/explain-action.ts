/** What `haplog explain` does: hears the given lines one after the other, in memory, and tells what each one means. */
import type { Plan } from '../../alerts/index.js';
import type { LineContext } from '../../parsers/index.js';
import { EMPTY_MEMORY, type Memory } from '../memory.js';
import { STDIN } from '../tail/given-bytes.js';
import { Strangers } from '../tail/strangers.js';
import { WrittenAgain } from '../tail/written-again.js';
import { UserError } from '../user-error.js';
import { type Effects, type Explanation, explainLine, explainSilence, NO_EFFECTS } from './explanation.js';
import { explanationText, silenceText } from './explanation-text.js';
import { type GivenLine, givenLines } from './given-lines.js';
import { incidentJson, outageJson, transitionJson } from './json-rows.js';
import { jsonText } from './json-text.js';
import { lineContext } from './line-context.js';
import { writeTo } from './output.js';
import type { PastOptions } from './past.js';
import { oversizeRecord, recordJson } from './record.js';
import { planFrom } from './which-config.js';

export interface ExplainOptions extends PastOptions {
  config?: string;
  output: 'text' | 'json' | 'jsonl';
}

/** Prints to standard output. A bad option, a terminal where lines should be, or no line at all is a `UserError`. */
export async function explain(line: string | undefined, options: ExplainOptions): Promise<void> {
  const context = await lineContext(options, Date.now());
  const plan = await planFrom(options.config);
  const { stdin, stdout } = process;
  if (line === undefined && stdin.isTTY) {
    throw new UserError('There is nothing to explain: give a line in quotes, or lines on standard input.');
  }
  const given = line === undefined || line === STDIN ? null : line;
  if (given?.trim() === '') throw new UserError('There is nothing to explain: the line is empty.');
  const told = explained(givenLines(given, stdin), plan, context);
  await writeTo(stdout, options.output === 'text' ? asText(told) : jsonText(rowsOf(told), options.output));
}

/** An explanation of each line, and at last of the silence after them, if that settles something. */
type Told = Explanation | (Effects & { record: null });

async function* explained(lines: AsyncIterable<GivenLine>, plan: Plan, context: LineContext): AsyncGenerator<Told> {
  let memory: Memory = EMPTY_MEMORY;
  let heardAt = 0;
  let nothing = true;
  const passing = { strangers: new Strangers(), again: new WrittenAgain() };
  for await (const line of lines) {
    const next = line.whole
      ? explainLine(memory, line, plan, context, passing)
      : { explanation: skipped(line), memory };
    memory = next.memory;
    nothing = false;
    heardAt = next.explanation.record.stamp?.at ?? heardAt;
    yield next.explanation;
  }
  if (nothing) throw new UserError('There is nothing to explain: no line came on standard input.');
  const effects = explainSilence(memory, plan, heardAt);
  if (effects.believed.length + effects.doubted.length > 0) yield { record: null, ...effects };
}

function skipped({ text, line, offset }: GivenLine): Explanation {
  const record = oversizeRecord(text, { file: null, line, offset });
  return { record, header: null, heardAs: null, ...NO_EFFECTS };
}

async function* asText(told: AsyncIterable<Told>): AsyncGenerator<string> {
  let before = '';
  for await (const one of told) {
    yield before + (one.record === null ? silenceText(one) : explanationText(one));
    before = '\n';
  }
}

/** Each row by itself, so that a line that is typed in is explained at once. */
async function* rowsOf(told: AsyncIterable<Told>): AsyncGenerator<unknown[]> {
  for await (const one of told) yield [toldJson(one)];
}

/** The keys of the record, and what follows from it; for the silence after the last line, only what follows. */
function toldJson(told: Told) {
  if (told.record === null) return { kind: 'silence', ...effectsJson(told) };
  const { record, header, heardAs } = told;
  const { file: _, ...row } = recordJson(record);
  return {
    ...row,
    raw: record.raw,
    template: header?.template ?? null,
    pri: header?.pri ?? null,
    heard_as: heardAs?.kind ?? null,
    copy_of_line: heardAs?.kind === 'copy' ? heardAs.of : null,
    ...effectsJson(told),
  };
}

function effectsJson({ believed, doubted, transitions, outages, incidents, tells }: Effects) {
  return {
    believed_lines: believed,
    suspect_lines: doubted,
    transitions: transitions.map(transitionJson),
    outages: outages.map(outageJson),
    incidents: incidents.map(incidentJson),
    tells: tells.map(({ receiver, event, incident, afterMs }) => ({
      receiver,
      event,
      incident: incident.id,
      after_ms: afterMs,
    })),
  };
}
