/** Mistakes in who is told of what: things that can be written, but never have an effect. */
import { RULES, SUBJECT_OF } from '../../alerts/index.js';
import { neverMatches } from '../glob.js';
import type { Config } from './config.js';
import { items, type Part, part, parts } from './cross.js';
import { type Mistake, mistake, type Path, quoted } from './mistake.js';

/** Takes the file's value, whatever it is; parts of the wrong shape are passed over here. */
export function routingMistakes(file: Part): Mistake[] {
  return [
    ...parts(file.routes).flatMap((route, i) => [
      ...receiverMistakes(route, ['routes', i]),
      ...matchMistakes(part(route.match), ['routes', i, 'match']),
    ]),
    ...parts(file.maintenance).flatMap(({ match }, i) => matchMistakes(part(match), ['maintenance', i, 'match'])),
  ];
}

/** Routes and times of maintenance that match no possible incident; only worth a warning, because a rule may be turned on again. */
export function idleMatches({
  routes,
  maintenance,
  policy,
}: Pick<Config, 'routes' | 'maintenance' | 'policy'>): Mistake[] {
  const idle = (list: string, each: Config['routes'][number]['match'], i: number) => {
    const on = RULES.filter((rule) => policy.rules[rule].on && (each.rules === null || each.rules.includes(rule)));
    if (on.some((rule) => each.severities === null || each.severities.includes(policy.rules[rule].severity))) return [];
    const why = on.length === 0 ? 'its rules are off' : 'no rule of it has such a severity';
    return [mistake([list, i, 'match'], `it matches nothing: ${why}`)];
  };
  return [
    ...routes.flatMap(({ match }, i) => idle('routes', match, i)),
    ...maintenance.flatMap(({ match }, i) => idle('maintenance', match, i)),
  ];
}

function receiverMistakes({ receivers, escalate }: Part, path: Path): Mistake[] {
  const later = part(escalate).receivers;
  const told = items(receivers);
  const already = items(later).flatMap((name, k) =>
    typeof name === 'string' && told.includes(name)
      ? [
          mistake(
            [...path, 'escalate', 'receivers', k],
            `expected one that the route does not tell already, found ${quoted(name)}`,
          ),
        ]
      : [],
  );
  return [
    ...twiceNamed(told, [...path, 'receivers']),
    ...twiceNamed(items(later), [...path, 'escalate', 'receivers']),
    ...already,
  ];
}

function twiceNamed(names: readonly unknown[], path: Path): Mistake[] {
  return names.flatMap((name, k) =>
    typeof name === 'string' && names.indexOf(name) < k
      ? [mistake([...path, k], `expected each receiver once, found ${quoted(name)} again`)]
      : [],
  );
}

function matchMistakes(match: Part, path: Path): Mistake[] {
  const globs = ['backend', 'server', 'host'].flatMap((key) => {
    const glob = match[key];
    const never = typeof glob === 'string' ? neverMatches(glob) : null;
    return never === null ? [] : [mistake([...path, key], `expected ${never}, found ${quoted(String(glob))}`)];
  });
  return [...globs, ...subjectMistakes(match, path)];
}

/** An outage has no server, and a reload has no backend either. */
function subjectMistakes({ rule, backend, server }: Part, path: Path): Mistake[] {
  const named = typeof rule === 'string' ? [rule] : items(rule);
  const rules = RULES.filter((each) => named.includes(each));
  if (rules.length === 0 || rules.length < named.length) return [];
  const found = `found ${rules.join(', ')}`;
  if (server !== undefined && rules.every((each) => SUBJECT_OF[each] !== 'server'))
    return [mistake([...path, 'rule'], `expected a rule about servers, as the match names some, ${found}`)];
  if (backend !== undefined && rules.every((each) => SUBJECT_OF[each] === 'haproxy'))
    return [
      mistake([...path, 'rule'], `expected a rule about backends or servers, as the match names backends, ${found}`),
    ];
  return [];
}
