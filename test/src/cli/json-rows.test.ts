import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentJson, notificationJson, outageJson, transitionJson } from '../../../src/cli/json-rows.js';
import { id, incident, notification, outage, transition } from '../store/examples.js';

const AT = Date.parse('2024-02-21T12:03:16.775Z');

test('a transition is told in the keys that programs rely on, in their order', () => {
  const cause = {
    class: 'layer7' as const,
    reason: 'Layer7 wrong status',
    code: 503,
    info: null,
    durationMs: 4,
    via: { backend: 'b', server: 's' },
  };
  assert.equal(
    JSON.stringify(transitionJson(transition({ at: AT }))),
    '{"kind":"transition","time":"2024-02-21T12:03:16.775Z","host":"allyrion","pid":1305572,"backend":"k8s-api-server",' +
      '"server":"bettley","from":"up","to":"down","planned":false,"evidence":"observed","copies":3,"cause":{"class":"layer4",' +
      '"reason":"Layer4 connection problem","code":null,"info":"Connection refused at initial connection step of tcp-check",' +
      '"duration_ms":0,"via":null}}',
  );
  assert.deepEqual(transitionJson(transition({ cause })).cause, {
    class: 'layer7',
    reason: 'Layer7 wrong status',
    code: 503,
    info: null,
    duration_ms: 4,
    via: 'b/s',
  });
});

test('an outage is told in the keys that programs rely on, open or ended', () => {
  assert.equal(
    JSON.stringify(outageJson(outage({ start: AT }))),
    '{"kind":"outage","host":"allyrion","pid":1305572,"backend":"k8s-api-server","start":"2024-02-21T12:03:16.775Z",' +
      '"end":null,"end_how":null,"planned":false,"evidence":"observed"}',
  );
  const { end, end_how } = outageJson(outage({ start: AT, end: AT + 1, endHow: 'process_replaced' }));
  assert.deepEqual({ end, end_how }, { end: '2024-02-21T12:03:16.776Z', end_how: 'process_replaced' });
});

test('an incident and a notification are told in the keys that programs rely on', () => {
  assert.equal(
    JSON.stringify(incidentJson(incident({ openedAt: AT }))),
    '{"kind":"incident","id":"f1:900","host":"allyrion","rule":"outage","severity":"critical","subject":"k8s-api-server","phase":"firing",' +
      '"opened_at":"2024-02-21T12:03:16.775Z","resolved_at":null,"planned":false,"impact":{"failed_requests":0,"queued_requests":null},' +
      '"cause":{"class":"layer4","reason":"Layer4 connection problem","code":null,"info":"Connection refused at initial connection ' +
      'step of tcp-check","duration_ms":0,"via":null},"receivers":[],"acknowledged":null,"flaps":null,"times":1,"worker_began_at":null,"end_evidence":null}',
  );
  const ack = { at: AT, by: 'alice', note: null };
  const known = {
    receivers: ['oncall'],
    flaps: { changes: 7, state: 'up' },
    end_evidence: 'assumed',
    cause: null,
  } as const;
  const { receivers, acknowledged, flaps, end_evidence, cause } = incidentJson(
    incident({ receivers: ['oncall'], ack, flaps: { changes: 7, state: 'up' }, endEvidence: 'assumed', cause: null }),
  );
  assert.deepEqual(
    { receivers, acknowledged, flaps, end_evidence, cause },
    { ...known, acknowledged: { at: '2024-02-21T12:03:16.775Z', by: 'alice', note: null } },
  );
  assert.equal(incidentJson(incident({ resolvedAt: AT })).resolved_at, '2024-02-21T12:03:16.775Z');
  assert.equal(
    JSON.stringify(
      notificationJson({ ...notification('firing'), incident: incident({ id: id('f1:7') }), createdAt: AT }),
    ),
    '{"kind":"notification","incident":"f1:7","event":"firing","receiver":"oncall","time":"2024-02-21T12:03:16.775Z"}',
  );
});
