/**
 * Where the files of one log lie: at its path and, if that is a link, beside the file that the link names. The log file of a container is
 * `0.log`; the container that is started in its place writes `1.log`, and the link is renewed (Kubernetes, pkg/kubelet/kuberuntime:
 * `buildContainerLogsPath`).
 */
import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** A folder, and the name in it from which those of rotated files are made. */
export interface LogPlace {
  folder: string;
  base: string;
}

/** The places of the log at `path`: its own, and that of the file to which it leads, if it is a link. */
export async function placesOf(path: string): Promise<{ own: LogPlace; target: LogPlace | null }> {
  const own = { folder: dirname(path), base: basename(path) };
  const folder = await realpath(own.folder).catch(() => own.folder);
  const target = await targetOf(path, folder);
  return {
    own,
    target: target === join(folder, own.base) ? null : { folder: dirname(target), base: basename(target) },
  };
}

/** A link may name a file that is not there yet, or not at this moment. */
async function targetOf(path: string, folder: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return resolve(folder, await readlink(path).catch(() => basename(path)));
  }
}

const CONTAINERS = /^(\d{1,9})\.log$/;

/** The log files of the same container's earlier starts, youngest first: `1.log` and `0.log` of `2.log`. */
export function earlierStarts(base: string, names: readonly string[]): string[] {
  const start = startOf(base);
  const earlier = names.filter((name) => startOf(name) < start);
  return earlier.sort((a, b) => startOf(b) - startOf(a));
}

/** NaN if the name is not that of a container's log file. */
function startOf(name: string): number {
  return Number(CONTAINERS.exec(name)?.[1] ?? Number.NaN);
}
