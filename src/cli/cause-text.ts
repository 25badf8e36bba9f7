/** Why something changed, in the words of tables. Pure. The words stand here, because those of alerts/ would load all of it. */
import type { Cause, CauseClass } from '../../parsers/index.js';

/** For causes that HAProxy gives no words for. */
const CLASSES: Partial<Record<CauseClass, string>> = {
  cli: 'set on the CLI',
  web: 'set on the stats page',
  lua: 'set by Lua',
  agent: 'agent check',
  dns: 'name resolution',
  state_file: 'state file',
  tracked: 'tracked server',
  admin: 'set by command, or an agent',
  unknown: '',
};

/** Layer7 wrong status, code 503: Service Unavailable (via backend/server). */
export function causeText({ class: causeClass, reason, code, info, via }: Cause): string {
  const words = reason ?? CLASSES[causeClass] ?? causeClass;
  const withCode = code === null ? words : `${words}, code ${code}`;
  const withInfo = info === null || info === '' ? withCode : `${withCode}: ${info}`;
  return via === null ? withInfo : `${withInfo} (via ${via.backend}/${via.server})`.trim();
}
