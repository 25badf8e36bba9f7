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
  via: SmtpServer | Sendmail;
}

export interface SmtpServer {
  kind: 'smtp';
  host: string;
  port: number;
  /** `auto`: TLS from the first byte on port 465, else STARTTLS where the server offers it. */
  tls: 'auto' | 'always' | 'starttls' | 'never';
  user: string | null;
  password: Secret | null;
  /** Certificates in PEM: the authorities to trust instead of those that Node knows; null: those that Node knows. */
  trusted: string | null;
  /** The SHA-256 of the one certificate to trust, in hexadecimal, colons allowed; null: any that an authority signed. */
  fingerprint: string | null;
}

/** The machine's own mail program. */
interface Sendmail {
  kind: 'sendmail';
  path: string;
}

export interface WebhookReceiver {
  kind: 'webhook';
  name: string;
  url: Secret;
  format: Format;
  /** The secrets that sign a request, each with a signature of its own; none if it is not signed. */
  signing: Secret[];
  headers: Record<string, string>;
  timeoutMs: number;
}

export interface PagerDutyReceiver {
  kind: 'pagerduty';
  name: string;
  routingKey: Secret;
  url: string;
  timeoutMs: number;
}

export interface TelegramReceiver {
  kind: 'telegram';
  name: string;
  token: Secret;
  /** The chat's number, or the `@name` of a public chat. */
  chat: string;
  /** A topic of the chat. */
  thread: number | null;
  url: string;
  timeoutMs: number;
}

export interface PushoverReceiver {
  kind: 'pushover';
  name: string;
  token: Secret;
  /** The key of a user or a group. */
  user: Secret;
  /** For how long a critical incident rings; null: it rings once. */
  emergencyMs: number | null;
  url: string;
  timeoutMs: number;
}

export interface AlertmanagerReceiver {
  kind: 'alertmanager';
  name: string;
  /** The address of every member of the cluster. */
  urls: Secret[];
  headers: Record<string, string>;
  /** How far ahead the end of an alert that still fires is put. */
  expireMs: number;
  timeoutMs: number;
}

export interface ExecReceiver {
  kind: 'exec';
  name: string;
  /** The program and its arguments. */
  command: string[];
  /** All of its environment, except what names the message. */
  env: Record<string, string>;
  timeoutMs: number;
}

/** haplog's own log: the receiver of an operator who has configured none. */
interface LogReceiver {
  kind: 'log';
  name: string;
}

/** What holds for a receiver whatever its kind. */
export interface Manners {
  /** The most messages in a minute; null: as many as there are; absent: the usual for its kind of channel. */
  perMinute?: number | null;
  /** The name of the receiver that is told what this one refuses. */
  fallback?: string;
}

export type Receiver = (
  | EmailReceiver
  | WebhookReceiver
  | PagerDutyReceiver
  | TelegramReceiver
  | PushoverReceiver
  | AlertmanagerReceiver
  | ExecReceiver
  | LogReceiver
) &
  Manners;
