/**
 * A webhook's body as each service takes it, a file for each. Text from the log must do nothing there: not ping a channel, not become
 * markup, not break a header. A text that is too long for a service loses its end, never its first sentence.
 */
import { alertmanager } from './alertmanager.js';
import { discord } from './discord.js';
import { gotify } from './gotify.js';
import { json } from './json.js';
import { ntfy } from './ntfy.js';
import type { Medium } from './posting.js';
import { slack } from './slack.js';
import { teams } from './teams.js';

export const FORMATS = ['json', 'slack', 'discord', 'teams', 'ntfy', 'gotify', 'alertmanager'] as const;

export type Format = (typeof FORMATS)[number];

export const MEDIA: Record<Format, Medium> = { json, slack, discord, teams, ntfy, gotify, alertmanager };
