/** A traffic line in few words, for the table of `haplog parse`. Pure. */
import type { Traffic } from '../../parsers/index.js';

/** `http web/a 503 SC--: GET / HTTP/1.1`; null where the line goes on in a format of its own or was cut, so that its text says more. */
export function trafficText(traffic: Traffic): string | null {
  switch (traffic.format) {
    case 'unread':
      return null;
    case 'connect':
      return `connect ${traffic.frontend} (${traffic.mode}) from ${traffic.client.address ?? 'unknown'}`;
    case 'failed':
      return `failed ${traffic.frontend}/${traffic.bind} from ${traffic.client.address ?? 'unknown'}: ${traffic.message}`;
    case 'tcp':
      return `tcp ${traffic.backend}/${traffic.server} ${traffic.termination}`;
    default: {
      const { format, backend, server, status, termination, request } = traffic;
      return `${format} ${backend}/${server} ${status} ${termination}: ${request}`;
    }
  }
}
