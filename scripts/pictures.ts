/**
 * Draws what people get, for docs/: `npm run pictures [CHROMIUM]`. The mails are rendered by haplog and photographed by a
 * headless Chromium (Debian: `apt-get install chromium`), which nothing else needs.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mailPage } from '../alerts/channels/mail-page.js';
import { type Message, type NotificationKind, render } from '../alerts/index.js';
import { notification, OPENED } from '../test/support/telling.js';

const FOLDER = fileURLToPath(new URL('../docs/pictures', import.meta.url));
const BYTES_MAX = 100_000;

interface Picture {
  name: string;
  /** In CSS pixels. */
  width: number;
  height: number;
  dark?: boolean;
  page: string;
}

/** A phone of 360 pixels is the usual small one. */
const PHONE = { width: 360, height: 772 };

const MINUTE = 60_000;
const ACK = { at: OPENED + 12 * MINUTE, by: 'night shift', note: 'power is being restored' };

/** One server is back, the others are not yet. */
const HALF = { condition: 'degraded', counts: { active: 1, backup: 0 }, evidence: 'observed' } as const;
const RELOADED = { workerBegan: OPENED - 1_344 };
const STRUCK = { ...RELOADED, impact: { failed: 8_431, queued: 0 } };

/** A message of that kind, told this long after the outage began. */
function told(event: NotificationKind, afterMs: number, changes = {}): Message {
  const createdAt = OPENED + afterMs;
  const backend = event === 'resolved' ? HALF : null;
  return render({ ...notification(event, changes), createdAt, backend }, createdAt);
}

const PICTURES: Picture[] = [
  { name: 'mail-firing', ...PHONE, page: mailPage(told('firing', 1_000, RELOADED)) },
  { name: 'mail-resolved', ...PHONE, page: mailPage(told('resolved', 252_000, STRUCK)) },
  { name: 'mail-dark', ...PHONE, dark: true, page: mailPage(told('acknowledged', 12 * MINUTE, { ack: ACK })) },
  { name: 'mail-desktop', width: 760, height: 620, page: mailPage(told('reminder', 240 * MINUTE)) },
  { name: 'mail-text', width: 760, height: 395, page: asPlain(told('firing', 1_000, RELOADED)) },
];

/** As a mail program shows plain text: in one width, long lines wrapped. */
function asPlain({ text }: Message): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<!doctype html><meta charset="utf-8"><body style="margin:16px;background:#fff;color:#111">
<pre style="margin:0;font:13px/19px 'DejaVu Sans Mono',monospace;white-space:pre-wrap">${escaped}</pre>`;
}

/** In a frame, because a headless Chromium's own window is never as narrow as a phone. */
function framed({ width, height, page }: Picture): string {
  const source = page.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><body style="margin:0">
<iframe srcdoc="${source}" width="${width}" height="${height}" scrolling="no" style="border:0;display:block"></iframe>`;
}

function draw(picture: Picture, chromium: string, scratch: string): void {
  const { name, width, height, dark } = picture;
  const page = join(scratch, `${name}.html`);
  const image = join(FOLDER, `${name}.png`);
  writeFileSync(page, framed(picture));
  const options = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--disable-lcd-text',
    `--user-data-dir=${join(scratch, 'profile')}`,
    `--window-size=${width},${height}`,
    ...(dark ? ['--blink-settings=preferredColorScheme=0'] : []),
    `--screenshot=${image}`,
  ];
  execFileSync(chromium, [...options, `file://${page}`], { stdio: 'ignore', timeout: 60_000 });
  const { size } = statSync(image);
  if (size > BYTES_MAX) throw new Error(`${image} has ${size} bytes, more than ${BYTES_MAX}`);
  console.log(`${image}: ${size} bytes`);
}

const scratch = mkdtempSync(join(tmpdir(), 'haplog-pictures-'));
mkdirSync(FOLDER, { recursive: true });
try {
  for (const picture of PICTURES) draw(picture, process.argv[2] ?? 'chromium', scratch);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
