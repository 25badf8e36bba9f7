/** Planned work: somebody took the server out, it did not fail. */
import type { Cause, ServerChange } from '../parsers/index.js';
import type { ServerState } from './board.js';

/**
 * Whether a change that takes a server out is somebody's work: maintenance and drain by command, or a state set by CLI, web interface or
 * Lua. Maintenance for want of a DNS answer is nobody's work; nor, by itself, is what a state file tells.
 * @param before the server before the change: one that was taken out by hand and then falls is still out by hand
 */
export function isPlannedChange(change: ServerChange, cause: Cause, before: ServerState): boolean {
  if (cause.class === 'dns' || cause.class === 'state_file') return false;
  if (cause.class === 'cli' || cause.class === 'web' || cause.class === 'lua') return true;
  switch (change.to) {
    case 'maint':
    case 'drain':
      return cause.class === 'admin' || before.planned;
    case 'ready':
      return change.drain; // out of maintenance into drain: still somebody's work
    case 'undrain':
      return before.maint && before.planned; // out of drain and still down: it is not the work that keeps it out
    default:
      return before.planned && before.drain; // drain, then stop: the usual way to work on a server; in maintenance it is not checked
  }
}
