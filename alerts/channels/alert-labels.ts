/**
 * An incident as Prometheus and Alertmanager name one: by labels, which are its identity, and annotations, which are words. Used by the
 * push to Alertmanager and by the webhook format `alertmanager`.
 */
import { backendOf, type Incident, serverOf } from '../incident.js';
import type { Rule } from '../rules.js';
import { plainText } from '../words.js';
import type { Message } from './channel.js';

export interface Alert {
  /** Equal from the firing to the resolved of an incident; none is empty. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const NAME: Record<Rule, string> = {
  outage: 'HAProxyBackendNoServer',
  backup_only: 'HAProxyBackendOnBackup',
  last_server: 'HAProxyBackendLastServer',
  server_down: 'HAProxyServerDown',
  flapping: 'HAProxyServerFlapping',
  checks_failing: 'HAProxyServerChecksFailing',
  worker_killed: 'HAProxyWorkerKilled',
  stopped: 'HAProxyStopped',
  reload_failed: 'HAProxyReloadFailed',
};

const WITHOUT_INCIDENT = {
  test: { alertname: 'HaplogTest', severity: 'info', source: 'haplog' },
  other: { alertname: 'HaplogDigest', severity: 'critical', source: 'haplog' },
};

/** Takes a message about one incident, or a test; the summary is its one sentence, the description all of its text. */
export function alertOf({ event, incident, text, subject, incidentId }: Message): Alert {
  const [summary = subject] = text.split('\n', 1);
  const annotations = { summary, description: text.trimEnd(), incident: plainText(incidentId, 200) };
  return {
    labels: incident === null ? WITHOUT_INCIDENT[event === 'test' ? 'test' : 'other'] : labelsOf(incident),
    annotations,
  };
}

function labelsOf(incident: Incident): Record<string, string> {
  const labels = {
    alertname: NAME[incident.rule],
    backend: plainText(backendOf(incident) ?? '', 255),
    host: plainText(incident.host, 255),
    server: plainText(serverOf(incident) ?? '', 255),
    severity: incident.severity,
    source: 'haplog',
  };
  // To Prometheus an empty label is the same as none.
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}
