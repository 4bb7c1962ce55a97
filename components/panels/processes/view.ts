/** Processes and sockets as rows; listening sockets first. */
import type { HostDetail } from '@/lib/session/messages';
import { sizeText } from '@/lib/views/numbers';

export function processRows(processes: NonNullable<HostDetail['processes']>) {
  return processes.map(({ pid, user, cpu, rssKiB, command }) => ({
    pid,
    user,
    cpu: cpu.toFixed(1),
    memory: sizeText(rssKiB * 1024).replace(' ', '\u202f'),
    command,
  }));
}

export function socketRows(sockets: NonNullable<HostDetail['sockets']>) {
  return sockets
    .map(({ protocol, local, peer, state, process }, index) => ({
      key: `${index} ${local} ${peer}`,
      local: `${protocol} ${local}`,
      peer,
      state,
      process,
      listens: state === 'LISTEN' || state === 'UNCONN',
    }))
    .sort((a, b) => Number(b.listens) - Number(a.listens));
}
