/** Says of logs of the past that nothing of them is understood: as they begin, and of their sentences at their end. */
import { displacedSaid } from '../misses.js';
import type { Counted } from '../store/store.js';
import { STDIN } from '../tail/given-bytes.js';
import { illegibleSaid } from '../tail/legible.js';
import { beginsIllegibly } from '../tail/unread.js';
import { remark } from './say.js';

/** One remark for each of the files; returns whether there was one. What standard input brings is seen only as it is read. */
export function warnOfIllegible(files: readonly string[]): boolean {
  const illegible = files.filter((path) => path !== STDIN && beginsIllegibly(path));
  for (const path of illegible) remark(illegibleSaid(path));
  return illegible.length > 0;
}

/** One remark after all was read. */
export function warnOfDisplaced(counted: Counted): void {
  const said = displacedSaid(counted);
  if (said !== null) remark(said);
}
