/** A host in words, for its card's name in the accessibility tree and for the outline. */
import type { HostStatus, HostView } from '@/lib/session/messages';
import { percentText } from '@/lib/views/numbers';
import { HEALTH_WORD, KIND_WORD, POWER_WORD } from '@/lib/views/tones';

export function hostSentence(
  host: HostView,
  status: HostStatus | undefined,
  held: readonly string[],
): string {
  const parts = [`${host.label}, ${KIND_WORD[host.kind]}, ${host.address}`];
  if (status === undefined) return `${parts.join('. ')}.`;
  parts.push(status.power === 'on' ? HEALTH_WORD[status.health] : POWER_WORD[status.power]);
  if (status.services.length > 0)
    parts.push(status.services.map(({ name, text }) => `${name} ${text}`).join(', '));
  if (held.length > 0) parts.push(`holds ${held.join(' and ')}`);
  if (status.note !== '') parts.push(status.note);
  if (status.here) parts.push('you are here');
  return `${parts.join('. ')}.`;
}

export function gaugeSentence({ cpu, memory, disk }: HostStatus): string {
  return `processor ${percentText(cpu, 0)}, memory ${percentText(memory, 0)}, disk ${percentText(disk, 0)}`;
}

/** From here on a gauge is at risk, or broken. */
export function gaugeTone(share: number): 'ok' | 'risk' | 'broken' {
  if (share >= 0.95) return 'broken';
  return share >= 0.8 ? 'risk' : 'ok';
}

export function heldBy(addresses: readonly { address: string; holders: string[] }[], host: string): string {
  return addresses
    .filter(({ holders }) => holders.includes(host))
    .map(({ address }) => address)
    .join(' ');
}
