/** Writes docs/config.md from the schema of the configuration: `npx tsx scripts/config-docs.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { configFile } from '../src/config/schema.js';

export const DOCS_FILE = new URL('../docs/config.md', import.meta.url);

const EXAMPLE_FILE = new URL('../fixtures/config/good.full.yaml', import.meta.url);

/** What `z.toJSONSchema` makes of a field; `expected` is ours. */
interface Field {
  type?: string;
  description?: string;
  expected?: string;
  default?: unknown;
  properties?: Record<string, Field>;
  required?: string[];
  items?: Field;
}

const INTRODUCTION = `# The configuration

<!-- Made from src/config/schema.ts by scripts/config-docs.ts: change it there. -->

None is needed: without one haplog follows \`/var/log/haproxy.log\` and tells its own log. It takes the first of

1. the file after \`--config\`,
2. \`/etc/haplog/haplog.yaml\`,
3. \`$XDG_CONFIG_HOME/haplog/haplog.yaml\`, by default \`~/.config/haplog/haplog.yaml\`;

where the service manager names a folder (\`$CONFIGURATION_DIRECTORY\`, systemd.exec(5)), that one instead of 2 and 3.

The file is YAML 1.2. Every mistake is told at once, each with line and column; an unknown key is one. Relative paths
start in the file's folder, \`~/\` in the home folder. Durations are written \`10s\`, \`90m\`, \`1h30m\`, \`2d\`. Globs match
whole names: \`k8s-*\`, \`{api,web}\`.

Passwords and addresses of webhooks may stand in the file, better in files of their own (\`..._file\`) or in the environment
(\`..._env\`). They appear in no message. A file holds one line; line ends and empty lines behind it do not count. haplog warns of those that every user of the machine can read.

## Read again

SIGHUP (\`systemctl reload haplog\`) has \`haplog run\` read the file again, and the secrets and certificates that it points to. All
of it is heeded at once: a log that is new is followed, an open incident is told to receivers that are new (unless it was
acknowledged; after a silence or maintenance if there is one), and the end goes to whoever was told the beginning and is still in the
file, whether a route leads to it or not. A receiver is known by its name: where its address or kind changes under the same name,
the new place hears what comes next of an open incident and not again that it began, so give it a new name if it is to be told that
(the old place then hears no end). What waits for a receiver that is gone is warned of, and rejected when it is due. A send
under way is given five seconds to end by itself. A file with a mistake is told in haplog's log, and the configuration in force stays;
so it does where the file is gone or empty just then. A signal that comes while haplog starts is heeded too, from the first few hundredths
of a second on. Only \`database\` waits for a start of haplog.
`;

/** The whole text of docs/config.md. */
export function configDocs(): string {
  const schema = z.toJSONSchema(configFile, { io: 'input', unrepresentable: 'any' }) as Field;
  const example = `## All of it\n\n\`\`\`yaml\n${readFileSync(EXAMPLE_FILE, 'utf8').replace(/^#.*\n/, '')}\`\`\`\n`;
  return [INTRODUCTION, example, ...sections('The file', schema)].join('\n');
}

/** A section with a table for the mapping, then those for the mappings in it. */
function sections(title: string, field: Field): string[] {
  const properties = Object.entries(field.properties ?? {});
  if (properties.length === 0) return [];
  const rows = properties.map(
    ([key, inner]) =>
      `| \`${key}\` | ${takes(inner)} | ${without(key, inner, field)} | ${cell(inner.description ?? '')} |`,
  );
  const table = ['| key | takes | without it | what it is |', '|---|---|---|---|', ...rows].join('\n');
  const about = field.description === undefined ? '' : `${field.description}\n\n`;
  const prefix = title === 'The file' ? '' : `${title}.`;
  const inside = properties.flatMap(([key, inner]) =>
    inner.items?.properties ? sections(`${prefix}${key}[]`, inner.items) : sections(`${prefix}${key}`, inner),
  );
  return [`## ${prefix === '' ? title : `\`${title}\``}\n\n${about}${table}\n`, ...inside];
}

function takes({ expected, properties }: Field): string {
  return cell(expected ?? (properties ? 'a mapping, see below' : ''));
}

function without(key: string, field: Field, parent: Field): string {
  if (parent.required?.includes(key)) return 'needed';
  const given = field.default;
  if (given === undefined) return '';
  if (typeof given !== 'object') return `\`${given}\``;
  return Object.keys(given as object).length === 0 ? '' : `\`${JSON.stringify(given)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(DOCS_FILE, configDocs());
