/** What `haplog explain` does: hears the given lines one after the other, in memory, and tells what each one means. */
import type { Plan } from '../../alerts/index.js';
import type { TimeContext } from '../../parsers/index.js';
import { EMPTY_MEMORY, type Memory } from '../memory.js';
import { printableJson } from '../printable.js';
import { STDIN } from '../tail/given-bytes.js';
import { UserError } from '../user-error.js';
import { type Explanation, explainLine } from './explanation.js';
import { explanationText } from './explanation-text.js';
import { type GivenLine, givenLines } from './given-lines.js';
import { incidentJson, outageJson, transitionJson } from './json-rows.js';
import { writeTo } from './output.js';
import type { PastOptions } from './past.js';
import { planOf } from './plan.js';
import { oversizeRecord, recordJson } from './record.js';
import { timeContext } from './time-context.js';

export interface ExplainOptions extends PastOptions {
  config?: string;
  output: 'text' | 'json' | 'jsonl';
}

/** Prints to standard output. A bad option, and a terminal where lines should be, is a `UserError`. */
export async function explain(line: string | undefined, options: ExplainOptions): Promise<void> {
  const context = timeContext(options, Date.now());
  const plan = await planOf(options.config);
  const { stdin, stdout } = process;
  if (line === undefined && stdin.isTTY) {
    throw new UserError('There is nothing to explain: give a line in quotes, or lines on standard input.');
  }
  const given = line === undefined || line === STDIN ? null : line;
  if (given?.trim() === '') throw new UserError('There is nothing to explain: the line is empty.');
  const format = { text: asText, json: asJson, jsonl: asJsonLines }[options.output];
  await writeTo(stdout, format(explained(givenLines(given, stdin), plan, context)));
}

async function* explained(
  lines: AsyncIterable<GivenLine>,
  plan: Plan,
  context: TimeContext,
): AsyncGenerator<Explanation> {
  let memory: Memory = EMPTY_MEMORY;
  for await (const line of lines) {
    const next = line.whole ? explainLine(memory, line, plan, context) : { explanation: skipped(line), memory };
    memory = next.memory;
    yield next.explanation;
  }
}

function skipped({ text, line, offset }: GivenLine): Explanation {
  const record = oversizeRecord(text, { file: null, line, offset });
  return {
    record,
    header: null,
    hearing: null,
    copyOf: null,
    transition: null,
    outages: [],
    incidents: [],
    tells: [],
    unrouted: false,
  };
}

async function* asText(explanations: AsyncIterable<Explanation>): AsyncGenerator<string> {
  let first = true;
  for await (const explanation of explanations) {
    yield (first ? '' : '\n') + explanationText(explanation);
    first = false;
  }
}

async function* asJsonLines(explanations: AsyncIterable<Explanation>): AsyncGenerator<string> {
  for await (const explanation of explanations) yield `${printableJson(explanationJson(explanation))}\n`;
}

async function* asJson(explanations: AsyncIterable<Explanation>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const explanation of explanations) {
    yield before + printableJson(explanationJson(explanation));
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** The keys of the record, and what follows from it. */
function explanationJson(explanation: Explanation) {
  const { record, header, hearing, copyOf, transition, outages, incidents, tells } = explanation;
  const { file: _, ...row } = recordJson(record);
  return {
    ...row,
    raw: record.raw,
    template: header?.template ?? null,
    pri: header?.pri ?? null,
    heard_as: hearing?.kind ?? null,
    copy_of_line: copyOf,
    transition: transition && transitionJson(transition),
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
