/** What a traced packet leaves behind: each step of its way, with its headers before and after. */
import type { Hop, PacketHeader } from '../network.contract';
import type { Hook } from '../packet-filter.contract';
import type { Decision } from '../packet-filter/input';
import { headerOf } from './header';
import type { HookTally } from './hooks';
import type { Packet } from './packet';

export class HopNotes {
  readonly hops: Hop[] = [];
  #header: PacketHeader;
  #sourceMac = '';
  #targetMac = '';

  constructor(packet: Packet) {
    this.#header = headerOf(packet, '', '', undefined);
  }

  /** The packet is in a frame between these two cards from now on. */
  frame(sourceMac: string, targetMac: string): void {
    this.#sourceMac = sourceMac;
    this.#targetMac = targetMac;
  }
  /** One step: what the packet was like after the last one, and what it is like now. */
  note(packet: Packet, hop: Hop): void {
    const before = this.#header;
    const after = headerOf(packet, this.#sourceMac, this.#targetMac, before);
    this.#header = after;
    this.hops.push({ ...hop, packet: { before, after } });
  }
  /** The rules that let the packet pass a hook, and what address translation did to it there. */
  noteHook(hook: Hook, packet: Packet, tally: HookTally, place: { at: number; host: string }): void {
    let translated = false;
    for (const { decision } of tally.decisions) {
      const { chain, table, rule } = decision;
      if (chain === undefined || table === undefined) continue;
      const isNat = chain.base?.type === 'nat';
      // What leaves is let go nearly everywhere: only a rule that says so is worth a line.
      if (!isNat && rule === undefined && (hook === 'output' || hook === 'postrouting')) continue;
      translated ||= isNat;
      const hop: Hop = {
        ...place,
        what: isNat ? 'nat' : 'filter',
        text: `${table.name} ${chain.name}: ${rule?.text ?? `policy ${chain.base?.policy ?? 'accept'}`}`,
        verdict: isNat ? 'rewritten' : 'accept',
        outcome: 'ok',
        ...ruleOf(decision),
      };
      if (isNat) this.note(packet, hop);
      else this.hops.push({ ...hop, packet: { before: this.#header, after: this.#header } });
    }
    tally.decisions.length = 0;
    if (!translated && this.#isRewritten(packet))
      this.note(packet, {
        ...place,
        what: 'nat',
        text: 'connection tracking: as the first packet of this connection',
        verdict: 'rewritten',
        outcome: 'ok',
      });
  }
  #isRewritten({ src, dst, sport, dport }: Packet): boolean {
    const header = this.#header;
    return header.src !== src || header.dst !== dst || header.sport !== sport || header.dport !== dport;
  }
}

export function ruleOf({ table, chain, rule }: Decision): { rule?: NonNullable<Hop['rule']> } {
  if (table === undefined || chain === undefined) return {};
  return {
    rule: {
      table: `${table.family} ${table.name}`,
      chain: chain.name,
      handle: rule?.handle ?? 0,
      text: rule?.text ?? `policy ${chain.base?.policy ?? 'accept'}`,
    },
  };
}
