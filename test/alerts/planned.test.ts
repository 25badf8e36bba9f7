/** What counts as somebody's work: nobody is paged for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRESH_SERVER } from '../../alerts/board.js';
import { isPlannedChange } from '../../alerts/planned.js';
import type { Cause, ServerChange } from '../../parsers/index.js';

const why = (by: Cause['class']): Cause => ({
  class: by,
  reason: null,
  code: null,
  info: null,
  durationMs: null,
  via: null,
});
const planned = { ...FRESH_SERVER, planned: true };
const is = (to: ServerChange['to'], by: Cause['class'], before = FRESH_SERVER, drain = false) =>
  isPlannedChange({ to, operational: 'down', drain } as ServerChange, why(by), before);

test('what is done by CLI, web interface or Lua is planned, whatever it is', () => {
  for (const by of ['cli', 'web', 'lua'] as const) assert.ok(is('down', by));
  assert.ok(!is('down', 'layer4'));
});

test('maintenance for want of a DNS answer, or as a state file has it, is not, whatever was before', () => {
  for (const by of ['dns', 'state_file'] as const) assert.ok(!is('maint', by, planned));
});

test('maintenance and drain are by command, or where the server was out by hand', () => {
  for (const to of ['maint', 'drain'] as const) {
    assert.ok(is(to, 'admin'));
    assert.ok(is(to, 'unknown', planned));
    assert.ok(!is(to, 'unknown'));
  }
});

test('out of maintenance into drain it is still planned, and out of drain into maintenance', () => {
  assert.ok(is('ready', 'admin', planned, true));
  assert.ok(!is('ready', 'admin', planned, false));
  assert.ok(is('undrain', 'admin', { ...planned, maint: true }));
  assert.ok(!is('undrain', 'admin', { ...FRESH_SERVER, maint: true }));
  assert.ok(!is('undrain', 'admin', planned));
});

test('the fall of a server that was drained by hand is; of one in maintenance nobody would have told', () => {
  assert.ok(is('down', 'layer4', { ...planned, drain: true }));
  assert.ok(!is('down', 'layer4', { ...FRESH_SERVER, drain: true }));
  assert.ok(!is('down', 'layer4', { ...planned, maint: true }));
});
