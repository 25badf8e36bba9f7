/** Where a receiver is, in words, without what is secret. */
import type { Receiver } from '../../alerts/index.js';

export function whereIs(receiver: Receiver): string {
  switch (receiver.kind) {
    case 'email':
      return `${receiver.to.join(', ')} by ${receiver.via.kind === 'smtp' ? `${receiver.via.host}:${receiver.via.port}` : receiver.via.path}`;
    case 'webhook':
      return `${hostOf(receiver.url.reveal())} (${receiver.format}${receiver.signing.length > 0 ? ', signed' : ''})`;
    case 'telegram':
      return `${receiver.chat} by ${hostOf(receiver.url)}`;
    case 'pagerduty':
    case 'pushover':
      return hostOf(receiver.url);
    case 'alertmanager':
      return receiver.urls.map((url) => hostOf(url.reveal())).join(', ');
    case 'exec':
      return receiver.command[0]!;
    case 'log':
      return "haplog's own log";
  }
}

/** The host alone: the rest of an address may be secret. */
function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : 'an address that is none';
}
