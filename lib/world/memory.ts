/**
 * Memory as far as it can run out: a process grows, and when the host has no
 * more the kernel kills the largest one. Source: linux/mm/oom_kill.c
 * (`oom_badness`, `__oom_kill_process`).
 */
import type { ProcessState } from './process.contract';
import type { Host } from './world.contract';

/** What the kernel and what is not modelled use. */
const SYSTEM_KIB = 90_000;

/** A process takes (or gives back) so much memory; may end a process of the host, that one or another. */
export function useMemory(host: Host, pid: number, kib: number): void {
  const process = host.process(pid);
  if (process === undefined || process.state === 'zombie') return;
  process.rssKiB = Math.max(0, process.rssKiB + kib);
  if (kib <= 0) return;
  const { unit } = process;
  const most = unit === undefined ? undefined : limitsOf(host, unit)?.memoryKiB;
  if (unit !== undefined && most !== undefined && usedBy(host, unit) > most)
    killLargest(host, process.comm, unit);
  else if (usedKiB(host) > host.state.memoryMiB * 1024) killLargest(host, process.comm);
}

/** What a control group may have (cgroups(7): memory.max, pids.max). */
export interface GroupLimits {
  memoryKiB?: number;
  tasks?: number;
}
export function limitGroup(host: Host, unit: string, { memoryKiB, tasks }: GroupLimits): void {
  if (memoryKiB === undefined && tasks === undefined) host.state.extra.delete(`cgroup:${unit}`);
  else
    host.state.extra.set(`cgroup:${unit}`, {
      ...(memoryKiB === undefined ? {} : { memoryKiB }),
      ...(tasks === undefined ? {} : { tasks }),
    });
}
function limitsOf(host: Host, unit: string): GroupLimits | undefined {
  return host.state.extra.get(`cgroup:${unit}`) as GroupLimits | undefined;
}
function membersOf(host: Host, unit: string): ProcessState[] {
  return host.processes().filter((process) => process.unit === unit && process.state !== 'zombie');
}
function usedBy(host: Host, unit: string): number {
  return membersOf(host, unit).reduce((sum, process) => sum + process.rssKiB, 0);
}
/** pids.max is reached: no further process. */
export function groupIsFull(host: Host, unit: string): boolean {
  const tasks = limitsOf(host, unit)?.tasks;
  return tasks !== undefined && membersOf(host, unit).length >= tasks;
}
/** memory.events "oom_kill": how often the kernel ended a process of the group. */
export function kernelKills(host: Host, unit: string): number {
  return Number(host.state.extra.get(`oom:${unit}`) ?? 0);
}
export function usedKiB(host: Host): number {
  let used = SYSTEM_KIB;
  for (const process of host.processes()) if (process.state !== 'zombie') used += process.rssKiB;
  return used;
}
/** With a unit only its processes are looked at. */
function killLargest(host: Host, invoker: string, group?: string): void {
  const candidates =
    group === undefined
      ? host.processes().filter(({ pid, state }) => pid !== 1 && state !== 'zombie')
      : membersOf(host, group);
  const largest = candidates.reduce<(typeof candidates)[number] | undefined>(
    (most, process) => (most === undefined || process.rssKiB > most.rssKiB ? process : most),
    undefined,
  );
  if (largest === undefined) return;
  const { pid, comm, uid, rssKiB, unit } = largest;
  const say = (priority: 'warning' | 'err', text: string): void =>
    host.syslog({ facility: 'kern', priority, tag: 'kernel', text, transport: 'kernel' });
  say(
    'warning',
    `${invoker} invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0`,
  );
  if (group !== undefined) {
    const path = `/system.slice/${group}`;
    say(
      'warning',
      `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=${path},task_memcg=${path},task=${comm},pid=${pid},uid=${uid}`,
    );
  }
  say(
    'err',
    `${group === undefined ? 'Out of memory' : 'Memory cgroup out of memory'}: Killed process ${pid} (${comm}) total-vm:${Math.round(rssKiB * 1.6)}kB, anon-rss:${Math.round(rssKiB)}kB, file-rss:0kB, shmem-rss:0kB, UID:${uid} pgtables:${Math.round(rssKiB / 400)}kB oom_score_adj:0`,
  );
  if (unit !== undefined) host.state.extra.set(`oom:${unit}`, kernelKills(host, unit) + 1);
  host.world.record(host.name, 'memory.out', { pid, command: comm });
  host.world.kill(host, pid, 'KILL');
}
