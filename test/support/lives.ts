/** Whether a process goes on. */
import { readFileSync } from 'node:fs';

/** Takes its number. A child that nobody has waited for is a zombie: dead. */
export function lives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
