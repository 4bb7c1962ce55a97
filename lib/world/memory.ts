/**
 * Memory as far as it can run out: a process grows, and when the host has no
 * more the kernel kills the largest one. Source: linux/mm/oom_kill.c
 * (`oom_badness`, `__oom_kill_process`).
 */
import type { Host } from './world.contract';

/** What the kernel and what is not modelled use. */
const SYSTEM_KIB = 90_000;

/** A process takes (or gives back) so much memory; may end a process of the host, that one or another. */
export function useMemory(host: Host, pid: number, kib: number): void {
  const process = host.process(pid);
  if (process === undefined || process.state === 'zombie') return;
  process.rssKiB = Math.max(0, process.rssKiB + kib);
  if (kib > 0 && usedKiB(host) > host.state.memoryMiB * 1024) killLargest(host, process.comm);
}
export function usedKiB(host: Host): number {
  let used = SYSTEM_KIB;
  for (const process of host.processes()) if (process.state !== 'zombie') used += process.rssKiB;
  return used;
}
function killLargest(host: Host, invoker: string): void {
  const candidates = host.processes().filter(({ pid, state }) => pid !== 1 && state !== 'zombie');
  const largest = candidates.reduce<(typeof candidates)[number] | undefined>(
    (most, process) => (most === undefined || process.rssKiB > most.rssKiB ? process : most),
    undefined,
  );
  if (largest === undefined) return;
  const { pid, comm, uid, rssKiB } = largest;
  const say = (priority: 'warning' | 'err', text: string): void =>
    host.syslog({ facility: 'kern', priority, tag: 'kernel', text, transport: 'kernel' });
  say(
    'warning',
    `${invoker} invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0`,
  );
  say(
    'err',
    `Out of memory: Killed process ${pid} (${comm}) total-vm:${Math.round(rssKiB * 1.6)}kB, anon-rss:${Math.round(rssKiB)}kB, file-rss:0kB, shmem-rss:0kB, UID:${uid} pgtables:${Math.round(rssKiB / 400)}kB oom_score_adj:0`,
  );
  host.world.record(host.name, 'memory.out', { pid, command: comm });
  host.world.kill(host, pid, 'KILL');
}
