/** Where a message can go: a receiver is a named destination of the config. */
import type { Format } from './formats/index.js';

/** A text that must appear in no output: printing or serialising it gives `[secret]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the one place that needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }
}

export interface EmailReceiver {
  kind: 'email';
  name: string;
  to: string[];
  from: string;
  smtp: {
    host: string;
    port: number;
    /** `auto`: TLS from the first byte on port 465, else STARTTLS where the server offers it. */
    tls: 'auto' | 'always' | 'starttls' | 'never';
    user: string | null;
    password: Secret | null;
  };
}

export interface WebhookReceiver {
  kind: 'webhook';
  name: string;
  url: Secret;
  format: Format;
  /** By each of them a request is signed; none where it is not. */
  signing: Secret[];
  headers: Record<string, string>;
  timeoutMs: number;
}

/** haplog's own log: the receiver of who has configured none. */
export interface LogReceiver {
  kind: 'log';
  name: string;
}

export type Receiver = EmailReceiver | WebhookReceiver | LogReceiver;
