/** Processes and sockets as rows: what listens, and what is connected apart. */
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

export interface SocketRow {
  key: string;
  local: string;
  peer: string;
  state: string;
  process: string;
}
export interface Sockets {
  listening: SocketRow[];
  /** Of the others the first, without those that only wait to be forgotten. */
  connected: SocketRow[];
  /** How many of the others there are in each state, the most first. */
  counts: [state: string, count: number][];
}
const MOST_CONNECTED = 40;

export function socketRows(sockets: NonNullable<HostDetail['sockets']>): Sockets {
  const rows = sockets.map(({ protocol, local, peer, state, process }, index) => ({
    key: `${index} ${local} ${peer}`,
    local: `${protocol} ${local}`,
    peer,
    state,
    process,
  }));
  const listens = ({ state }: SocketRow) => state === 'LISTEN' || state === 'UNCONN';
  const others = rows.filter((row) => !listens(row));
  const counts = new Map<string, number>();
  for (const { state } of others) counts.set(state, (counts.get(state) ?? 0) + 1);
  return {
    listening: rows.filter(listens),
    connected: others.filter(({ state }) => state !== 'TIME-WAIT').slice(0, MOST_CONNECTED),
    counts: [...counts].sort(([, a], [, b]) => b - a),
  };
}
