/**
 * A mail's HTML: one column for a phone, the state's colour and the sentence first. It is made from the same story as the text, loads
 * nothing, links nowhere, and keeps its styles inline, because some mail programs drop all others. Only styles for dark screens stand in
 * the style sheet. Tables are what mail clients handle best (caniemail.com).
 */
import { RULE_WORDS } from '../rules.js';
import type { Block, Fact, Item, Story } from '../story.js';
import { storyFrom } from '../story-text.js';
import { capitalized } from '../words.js';
import type { Message, MessageKind } from './channel.js';
import { html, type Markup } from './markup.js';

/** White on each of them has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
const COLOURS: Record<MessageKind, string> = {
  firing: '#b42318',
  digest: '#b42318',
  reminder: '#b54708',
  resolved: '#067647',
  acknowledged: '#475467',
  test: '#175cd3',
};

const MARKS = { firing: 'Firing', digest: 'Digest', test: 'Test', resolved: 'Resolved', acknowledged: 'Acknowledged' };

const FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
/** A long word of the log breaks rather than widening the page. */
const WRAP = 'overflow-wrap:anywhere;word-break:break-word';

const DARK = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.page{background-color:#101418 !important}
.card{background-color:#1b2127 !important}
.ink{color:#e6e8eb !important}
.faint{color:#a3adb8 !important}
.line{border-color:#39434d !important}
}`;

/** Takes a message; returns a whole document. Text of the log stands in it as text only. */
export function mailPage(message: Message): string {
  const story = message.story ?? storyFrom(message.text);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>${message.subject}</title>
<style>${html.trusted(DARK)}</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#eef0f3;-webkit-text-size-adjust:100%">
${preview(story)}
<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#eef0f3">
<tr><td align="center" style="padding:12px 8px">
<table class="card" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background-color:#ffffff;border-radius:8px;text-align:left;${FONT}">
${band(story, message)}
${story.blocks.map(row)}
<tr><td style="padding:0 0 10px">&nbsp;</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`.markup;
}

/** What an inbox shows after the subject, which already tells the rest of the sentence. */
function preview(story: Story): Markup {
  const words = endOf(story);
  if (words === '') return html``;
  return html`<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${words}</div>`;
}

/** The end of the sentence where it stands by itself: `Since 2024-02-21 07:03:18 -05:00: Layer4 timeout`. */
function endOf({ rest }: Story): string {
  return capitalized(rest.replace(/^[,\s]+/, ''));
}

function band(story: Story, { event, incident }: Message): Markup {
  const colour = COLOURS[event];
  const usual = event === 'reminder' ? (incident ? RULE_WORDS[incident.rule].still : 'Reminder') : MARKS[event];
  const end = endOf(story);
  const since = html`
<p style="margin:6px 0 0;font-size:15px;line-height:21px;color:#ffffff">${end}</p>`;
  return html`<tr><td bgcolor="${colour}" style="background-color:${colour};color:#ffffff;border-radius:8px 8px 0 0;padding:16px 20px 18px;${WRAP}">
<p style="margin:0 0 6px;font-size:14px;line-height:20px;font-weight:600;color:#ffffff">${story.mark ?? usual}</p>
<h1 style="margin:0;font-size:21px;line-height:27px;font-weight:700;color:#ffffff">${capitalized(story.lead)}</h1>${end === '' ? html`` : since}
</td></tr>`;
}

function row(block: Block): Markup {
  return html`<tr><td style="padding:16px 20px 0">
${inner(block)}
</td></tr>`;
}

function inner(block: Block): Markup {
  switch (block.kind) {
    case 'facts':
      return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
${block.facts.map(fact)}
</table>`;
    case 'list':
      return html`<h2 class="ink" style="margin:0 0 8px;font-size:15px;line-height:20px;font-weight:700;color:#1d2530">${block.title}</h2>
${block.items.map(item)}`;
    case 'lines':
      return html`${block.lines.map(
        (line) =>
          html`<p class="ink" style="margin:0 0 4px;font-size:15px;line-height:21px;color:#1d2530;${WRAP}">${line}</p>
`,
      )}`;
  }
}

function fact([label, value]: Fact): Markup {
  return html`<tr>
<td class="faint" width="88" style="width:88px;padding:3px 8px 3px 0;vertical-align:top;font-size:14px;line-height:21px;color:#566270">${label}</td>
<td class="ink" style="padding:3px 0;vertical-align:top;font-size:15px;line-height:21px;color:#1d2530;${WRAP}">${value}</td>
</tr>
`;
}

function item({ stamp, name, words }: Item): Markup {
  const title = name === null ? html`` : html`<b style="font-size:15px">${name}</b>`;
  const when = stamp === null ? html`` : html` <span class="faint" style="color:#566270">${stamp}</span>`;
  const head = name === null && stamp === null ? html`` : html`${title}${when}<br>`;
  return html`<p class="ink line" style="margin:0 0 10px;padding:0 0 0 10px;border-left:3px solid #c5ccd4;font-size:14px;line-height:20px;color:#1d2530;${WRAP}">${head}${words}</p>
`;
}
