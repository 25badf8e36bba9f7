/** Says of logs of the past that nothing of them will be understood. */
import { STDIN } from '../tail/given-bytes.js';
import { illegibleSaid } from '../tail/legible.js';
import { beginsIllegibly } from '../tail/unread.js';
import { remark } from './say.js';

/** One remark for each of the files. What standard input brings is seen only as it is read. */
export function warnOfIllegible(files: readonly string[]): void {
  for (const path of files) if (path !== STDIN && beginsIllegibly(path)) remark(illegibleSaid(path));
}
