/** A rule that is turned off while one of its incidents is open. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_RULES, type Incident, NOTHING_KNOWN, type Plan, render, step } from '../../alerts/index.js';
import { planWith } from '../support/plan.js';
import { inputOf } from '../support/story.js';

const ON = planWith();
const OFF = planWith({ rules: { ...DEFAULT_RULES, outage: { ...DEFAULT_RULES.outage, on: false } } });

/** Plays lines under plans; what is told, and the last word on each incident. */
function played(...script: (readonly [Plan, string])[]) {
  let situation = NOTHING_KNOWN;
  const incidents = new Map<string, Incident>();
  const told = script.flatMap(([plan, line], index) => {
    const input = inputOf(line, index, !line.endsWith('unseen'));
    const next = step(situation, input.kind === 'tick' ? { ...input, anew: plan === OFF } : input, plan);
    situation = next.situation;
    for (const incident of next.incidents) incidents.set(incident.id, incident);
    return next.notifications;
  });
  return { told, incidents: [...incidents.values()], situation };
}

test('its end is told as what it is, and not as a recovery', () => {
  const { told, incidents } = played([ON, '0:00 down a 0'], [OFF, '5:00 tick']);
  const message = render(told.at(-1)!, 300_000);
  assert.match(
    message.text,
    /^Closed: backend app on lb is no longer watched: the rule outage was turned off, after 5 min; it is down/,
  );
  assert.match(message.subject, /^\[Closed\] /);
  assert.doesNotMatch(message.text, /has a server|taken to have|How known/);
  const { type, data } = message.json as { type: string; data: Record<string, unknown> };
  assert.deepEqual([type, data.rule_off, data.end_evidence], ['incident.resolved', true, null]);
  assert.deepEqual([incidents[0]?.phase, incidents[0]?.resolvedAt], ['resolved', 300_000]);
});

test('what ended before haplog looked again has ended as the log says', () => {
  const { told, incidents } = played([ON, '0:00 down a 0'], [OFF, '1:00 up a 1 unseen'], [OFF, '5:00 tick']);
  assert.match(render(told.at(-1)!, 300_000).text, /^Resolved: backend app on lb has a server again, after 1 min/);
  assert.deepEqual([incidents[0]?.resolvedAt, incidents[0]?.ruleOff], [60_000, undefined]);
});

test('what nobody was told of is told to nobody', () => {
  const { told, situation } = played([ON, '0:00 down a 0 unseen'], [OFF, '1:00 up a 1 unseen'], [OFF, '5:00 tick']);
  assert.deepEqual([told, situation.incidents.size, situation.missed.size], [[], 0, 0]);
});
