/** Which log of the configuration a file belongs to. */
import { basename, dirname, resolve } from 'node:path';
import type { Source } from '../config/config.js';
import { rotatedNames } from '../tail/rotated-names.js';

/** The source whose log a file is by its name: the log itself, or one that was rotated beside it. Undefined if it is of none. */
export function sourceOf(file: string, sources: readonly Source[]): Source | undefined {
  const name = basename(file);
  const folder = dirname(resolve(file));
  const isNamedFor = (base: string) => name === base || rotatedNames(base, [name]).flat().length > 0;
  return sources.find(({ path }) => dirname(path) === folder && isNamedFor(basename(path)));
}
